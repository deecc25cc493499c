// Package catalog is every check there is. It imports the areas and nothing
// of Ginkgo, so that the command line can use it.
package catalog

import (
	"sync"

	"github.com/authassay/authassay/suites/authserver"
	"github.com/authassay/authassay/suites/check"
)

// All is the catalogue. It is validated when first used: a check that could
// not be reported or proven is a mistake of ours and ends the process.
var All = sync.OnceValue(func() *check.Catalog {
	c, err := check.NewCatalog(authserver.Areas()...)
	if err != nil {
		panic("the catalogue is broken:\n" + err.Error())
	}
	return c
})
