package authserver

import "github.com/authassay/authassay/suites/check"

func passwordGrant() []*check.Check { return nil }
