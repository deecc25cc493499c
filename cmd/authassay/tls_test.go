package main

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// A certificate that nobody vouches for is an error that says what to do;
// --ca-file vouches, and --insecure does not look. None of it is needed twice:
// "init" takes the same flags.
func TestCertificates(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	var idp *mockidp.Provider
	ready := make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		idp.Handler().ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it are the point
	s.StartTLS()
	defer s.Close()
	idp, err := mockidp.New(mockidp.WithIssuer(s.URL))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer idp.Close()
	close(ready)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))

	o := run(t, "run", s.URL, "--area", "meta")
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.said()).To(gomega.ContainSubstring("the certificate is not trusted"))
	g.Expect(o.said()).To(gomega.ContainSubstring("--ca-file"))
	o = run(t, "init", s.URL)
	g.Expect(o.code).To(gomega.Equal(3), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("--ca-file"))

	o = newCommand(t, "run", s.URL, "--area", "meta", "--ca-file", "ca.pem").file("ca.pem", ca).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Notes).To(gomega.BeEmpty())
	o = newCommand(t, "init", s.URL, "--ca-file", "ca.pem").file("ca.pem", ca).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())

	o = run(t, "run", s.URL, "--area", "meta", "--insecure")
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.report().Notes).To(gomega.HaveLen(1))

	o = newCommand(t, "run", s.URL, "--ca-file", "ca.pem").file("ca.pem", "no certificate").run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	g.Expect(o.stderr).To(gomega.ContainSubstring("holds no certificate in PEM form"))
}
