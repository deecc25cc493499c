package authserver

import "github.com/authassay/authassay/suites/check"

func authorizationPages() []*check.Check { return nil }
