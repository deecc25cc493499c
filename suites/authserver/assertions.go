package authserver

import "github.com/authassay/authassay/suites/check"

func clientAssertions() []*check.Check { return nil }
