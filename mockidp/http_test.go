package mockidp

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// Paths are matched exactly and methods are those the endpoint serves.
func TestRouting(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/", 404, ""},
		{"GET", "/nowhere", 404, ""},
		{"GET", "/token/", 404, ""},
		{"GET", "/tenant-1", 404, ""},
		{"GET", "/jwks", 404, ""}, // below the host, not below the issuer
		{"GET", "/tenant-1//jwks", 404, ""},
		{"GET", "/tenant-1/../tenant-1/jwks", 404, ""},
		{"GET", "/.well-known/", 404, ""},
		{"GET", "/.well-known/oauth-authorization-server/tenant-1/", 404, ""},
		{"GET", "/.well-known/oauth-authorization-server/tenant-2", 404, ""},
		{"GET", "/tenant-1/jwks", 200, ""},
		{"HEAD", "/tenant-1/jwks", 200, ""},
		{"GET", "/tenant-1/jwks?x=1", 200, ""},
		{"POST", "/tenant-1/jwks", 405, "GET, HEAD"},
		{"DELETE", oauthDocument + "/tenant-1", 405, "GET, HEAD"},
		{"OPTIONS", "/tenant-1" + openidDocument, 405, "GET, HEAD"},
		{"PUT", "/tenant-1/authorize", 405, "GET, HEAD, POST"},
		{"GET", "/tenant-1/token", 405, "POST"},
		{"HEAD", "/tenant-1/token", 405, "POST"},
		{"BREW", "/tenant-1/token", 405, "POST"},
	} {
		g := gomega.NewWithT(t)
		p := newProvider(t, WithPath("/tenant-1"))
		a := ask(p, sent{method: c.method, path: c.path, root: true})
		g.Expect(a.status).To(gomega.Equal(c.status), "%s %s", c.method, c.path)
		g.Expect(a.header.Get("Allow")).To(gomega.Equal(c.allow), "%s %s", c.method, c.path)
		g.Expect(a.header.Get("X-Request-Id")).NotTo(gomega.BeEmpty())
		if a.status == 404 {
			g.Expect(contentType(a)).To(gomega.HavePrefix("text/plain"))
		}
	}
}

// Over real connections, on a port and in memory: HEAD has the header of GET and
// no body, a chunked body is read, a large one is cut off with an answer.
func TestOverConnections(t *testing.T) {
	for name, start := range map[string]func(*testing.T) *Provider{
		"port":      func(t *testing.T) *Provider { return Start(t, WithKeys(testKeys())) },
		"in memory": func(t *testing.T) *Provider { return newProvider(t) },
		"port, issuer of another name": func(t *testing.T) *Provider {
			return Start(t, WithKeys(testKeys()), WithIssuer("https://login.example/t"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			p := start(t)
			c := p.HTTPClient()
			full := over(t, c, get(pathJWKS).build(p))
			head := over(t, c, sent{method: http.MethodHead, path: pathJWKS}.build(p))
			g.Expect(full.status).To(gomega.Equal(200))
			g.Expect(head.status).To(gomega.Equal(200))
			g.Expect(head.body).To(gomega.BeEmpty())
			for _, name := range []string{"Content-Type", "Content-Length", "Cache-Control"} {
				g.Expect(head.header.Get(name)).To(gomega.Equal(full.header.Get(name)), name)
			}

			r := happy.build(p)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(cc("scope", "read").Encode())), -1
			g.Expect(outcome(over(t, c, r))).To(gomega.Equal("200 token"))

			for _, size := range []int{maxBody + 1, 8 * maxBody} {
				r = happy.build(p)
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(bytes.Repeat([]byte("x"), size))), int64(size)
				large := over(t, c, r)
				g.Expect(outcome(large)).To(gomega.Equal("413 invalid_request"))
				g.Expect(cacheHeaders(large)).To(gomega.Equal("no-store/no-cache"))
			}
			g.Expect(outcome(over(t, c, happy.build(p)))).To(gomega.Equal("200 token"), "the provider is well afterwards")

			page := over(t, c, get(pathAuthorize+"?response_type=none&client_id="+ClientConfidential).build(p))
			g.Expect(page.status).To(gomega.Equal(303), "the client follows no redirect")
		})
	}
}

// The client reaches the provider and nothing else.
func TestClientReachesNothingElse(t *testing.T) {
	g := gomega.NewWithT(t)
	for _, p := range []*Provider{Start(t), newProvider(t)} {
		for _, url := range []string{"http://idp.invalid/revoke", "https://idp.test.example/", "http://127.0.0.1:1/"} {
			r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			_, err = p.HTTPClient().Do(r)
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("nothing else")))
		}
	}
}

// A header of 16 kB is answered; one beyond the limit is refused, not cut off.
func TestLargeHeaders(t *testing.T) {
	g := gomega.NewWithT(t)
	p := Start(t, WithKeys(testKeys()))
	s := sent{header: authorization("Bearer " + strings.Repeat("x", 16<<10)), form: cc()}
	g.Expect(outcome(over(t, p.HTTPClient(), s.build(p)))).To(gomega.Equal("401 invalid_client"))
	s.header = authorization("Bearer " + strings.Repeat("x", 2*maxHeader))
	g.Expect(over(t, p.HTTPClient(), s.build(p)).status).To(gomega.Equal(431))
}

// Answers under the chunked variance arrive whole, without a length.
func TestChunkedBodies(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithVariance(varChunkedBodies))
	r := get(pathJWKS).build(p)
	r.RequestURI = ""
	resp, err := p.HTTPClient().Do(r)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = resp.Body.Close() }()
	g.Expect(resp.TransferEncoding).To(gomega.Equal([]string{"chunked"}))
	body, err := io.ReadAll(resp.Body)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(body)).To(gomega.Equal(ask(p, get(pathJWKS)).body))
}
