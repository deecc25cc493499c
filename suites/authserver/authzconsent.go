package authserver

import "github.com/authassay/authassay/suites/check"

func authorizationConsent() []*check.Check { return nil }
