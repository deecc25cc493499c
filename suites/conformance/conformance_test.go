// Package conformance is the ready-made Ginkgo suite: it assays the target that
// AUTHASSAY_TARGET names, or the bundled mock identity provider when it names
// none. AUTHASSAY_REPORT_DIR says where to write junit.xml and report.json;
// AUTHASSAY_STRICT and AUTHASSAY_REGISTER, set to anything, are --strict and
// --register.
package conformance

import (
	"os"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites"
)

var _ = suites.Register("conformance", suites.FromEnvironment, options()...)

func options() []suites.Option {
	var opts []suites.Option
	if dir := os.Getenv("AUTHASSAY_REPORT_DIR"); dir != "" {
		opts = append(opts, suites.ReportDir(dir))
	}
	if os.Getenv("AUTHASSAY_STRICT") != "" {
		opts = append(opts, suites.Strict())
	}
	if os.Getenv("AUTHASSAY_REGISTER") != "" {
		opts = append(opts, suites.AllowRegister())
	}
	return opts
}

func TestConformance(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	suiteConfig, reporterConfig := ginkgo.GinkgoConfiguration()
	// A filter that matches nothing has shown nothing.
	suiteConfig.FailOnEmpty = true
	ginkgo.RunSpecs(t, "authassay conformance", suiteConfig, reporterConfig)
	if err := suites.Finish(); err != nil {
		t.Log(err)
	}
}
