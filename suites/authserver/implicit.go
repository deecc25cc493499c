package authserver

import "github.com/authassay/authassay/suites/check"

func implicitGrant() []*check.Check { return nil }
