package authserver

import "github.com/authassay/authassay/suites/check"

func refreshGrant() []*check.Check { return nil }
