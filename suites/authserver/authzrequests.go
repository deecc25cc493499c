package authserver

import "github.com/authassay/authassay/suites/check"

func authorizationRequests() []*check.Check { return nil }
