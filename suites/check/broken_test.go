package check_test

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

func TestAListenerThatPanicsCostsOneVerdict(t *testing.T) {
	g := gomega.NewWithT(t)
	first := active("x-first", func(*check.T) {})
	rep := assay(t, check.Config{Target: anywhere(), Transport: nowhere{}, OnEvent: func(e check.Event) {
		if e.Check == first && e.Result == nil {
			panic("no terminal")
		}
	}}, first, active("x-second", func(*check.T) {}))
	g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Error))
	g.Expect(rep.Results[0].Message).To(gomega.Equal("the engine itself broke: no terminal"))
	g.Expect(rep.Results[1].Verdict).To(gomega.Equal(reports.Pass))
}
