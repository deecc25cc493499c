package main

import (
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
)

// badMetadata are servers whose metadata cannot be used, each in its own way.
var badMetadata = map[string]struct {
	handler http.HandlerFunc
	// code and verdict of a run of the meta area, and words of its summary
	code    int
	check   string
	verdict reports.Verdict
	says    string
	// initSays is what "authassay init" says
	initSays string
}{
	"a page for every path": {
		write(200, "text/html", "<!doctype html><title>Welcome</title>"), 3, "meta-wellknown-200", reports.NotRun,
		"answers any well-known path with the same status and no JSON", "the body is a page (HTML or XML), not JSON",
	},
	"a page where the document should be": {
		func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/.well-known/oauth-authorization-server" {
				http.NotFound(w, r)
				return
			}
			write(200, "text/html", "<!doctype html><title>Welcome</title>")(w, r)
		}, 1, "meta-wellknown-200", reports.Fail, "not with a metadata document", "the body is a page (HTML or XML), not JSON",
	},
	"nothing": {
		func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/.well-known/oauth-authorization-server" {
				http.NotFound(w, r)
			}
		}, 1, "meta-wellknown-200", reports.Fail, "not with a metadata document", "the body is empty",
	},
	"100 MB": {
		func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/.well-known/oauth-authorization-server" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			zeros := make([]byte, 1<<20)
			for range 100 {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		}, 3, "meta-wellknown-200", reports.Error, "104857600 bytes", "104857600 bytes",
	},
	"members of the wrong type": {
		write(200, "application/json", `{"issuer":["x"],"token_endpoint":{},"jwks_uri":7,"response_types_supported":"code"}`),
		1, "meta-issuer-identical", reports.Fail, "", "without the member issuer",
	},
	"an array": {
		write(200, "application/json", `[1,2,3]`), 3, "meta-wellknown-200", reports.NotRun, "", "no JSON object",
	},
	"redirects for ever": {
		func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) },
		3, "meta-wellknown-200", reports.NotRun, "", "status 302",
	},
	"a redirect to where nobody may look": {
		func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/metadata", http.StatusFound)
		}, 3, "meta-wellknown-200", reports.Error, "will not contact 192.0.2.1", "will not contact 192.0.2.1",
	},
	"the header of an answer without end": {
		func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
			for range 100 {
				if _, err := conn.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, 3, "meta-wellknown-200", reports.Error, "", "header",
	},
	"server errors": {
		write(503, "text/plain", "later"), 3, "meta-wellknown-200", reports.Error, "status 503", "status 503",
	},
	"silence": {
		hang, 3, "meta-wellknown-200", reports.Error, "checks could not be judged", "500ms",
	},
}

func TestRunWithBadMetadata(t *testing.T) {
	t.Parallel()
	for name, test := range badMetadata {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := serve(t, []answer{wellKnown(test.handler)})
			began := time.Now()
			timeout := "20s"
			if name == "silence" {
				timeout = "500ms"
			}
			o := s.assay(t, "--area", "meta", "--timeout", timeout).run()
			g.Expect(time.Since(began)).To(gomega.BeNumerically("<", 30*time.Second))
			g.Expect(o.code).To(gomega.Equal(test.code), o.all())
			g.Expect(o.said()).To(gomega.ContainSubstring(test.says))
			r := o.report()
			g.Expect(verdicts(r)).To(gomega.HaveKeyWithValue(test.check, test.verdict), o.all())
			g.Expect(verdicts(r)).To(gomega.HaveLen(inArea("meta")), "a check of the area is missing")
		})
	}
}

func TestInitWithBadMetadata(t *testing.T) {
	t.Parallel()
	for name, test := range badMetadata {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			s := serve(t, []answer{wellKnown(test.handler)})
			timeout := "20s"
			if name == "silence" {
				timeout = "500ms"
			}
			o := run(t, "init", s.URL, "--output", "x.yaml", "--timeout", timeout)
			g.Expect(o.code).To(gomega.Equal(3), o.all())
			g.Expect(o.stdout).To(gomega.BeEmpty())
			g.Expect(o.said()).To(gomega.ContainSubstring(test.initSays))
			_, err := os.Stat(o.path("x.yaml"))
			g.Expect(os.IsNotExist(err)).To(gomega.BeTrue(), "a file was written all the same")
		})
	}
}
