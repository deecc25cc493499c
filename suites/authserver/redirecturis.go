package authserver

import "github.com/authassay/authassay/suites/check"

func redirectURIs() []*check.Check { return nil }
