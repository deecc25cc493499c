package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// server is a mock identity provider behind a server of the test's own, which
// can answer in its place.
type server struct {
	*httptest.Server
	idp *mockidp.Provider
	// client and secret may use the client credentials grant.
	client, secret string
	// requests counts those received; first is closed at the first.
	requests atomic.Int64
	first    chan struct{}
	once     sync.Once

	mu     sync.Mutex
	tokens map[string]bool // access tokens that were issued
}

// answer stands in for the provider; false leaves the request to it.
type answer func(w http.ResponseWriter, r *http.Request) bool

// at answers requests whose path ends in suffix.
func at(suffix string, h http.HandlerFunc) answer {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, suffix) {
			return false
		}
		h(w, r)
		return true
	}
}

// wellKnown answers requests for metadata, wherever they look for it.
func wellKnown(h http.HandlerFunc) answer {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/.well-known/") {
			return false
		}
		h(w, r)
		return true
	}
}

var issued = regexp.MustCompile(`"access_token":"([^"]+)"`)

// serve starts a provider with options of its own, and answers before it.
func serve(t *testing.T, answers []answer, opts ...mockidp.Option) *server {
	t.Helper()
	g := gomega.NewWithT(t)
	s := &server{first: make(chan struct{}), tokens: map[string]bool{}, client: "the-client", secret: "s3cr3t-of-the-client-0451"}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.once.Do(func() { close(s.first) })
		for _, a := range answers {
			if a(w, r) {
				return
			}
		}
		recorder := httptest.NewRecorder()
		s.idp.Handler().ServeHTTP(recorder, r)
		for _, m := range issued.FindAllSubmatch(recorder.Body.Bytes(), -1) {
			s.mu.Lock()
			s.tokens[string(m[1])] = true
			s.mu.Unlock()
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = io.Copy(w, bytes.NewReader(recorder.Body.Bytes()))
	}))
	idp, err := mockidp.New(append([]mockidp.Option{
		mockidp.WithIssuer("http://" + s.Listener.Addr().String()),
		mockidp.WithClients(mockidp.Client{
			ID: s.client, Secret: s.secret, Scopes: []string{"read"},
			AuthMethods: []string{mockidp.ClientSecretBasic, mockidp.ClientSecretPost},
		}),
	}, opts...)...)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	s.idp = idp
	s.Start()
	t.Cleanup(func() {
		s.CloseClientConnections() // what hangs, hangs on purpose
		s.Close()
		_ = idp.Close()
	})
	return s
}

// assay prepares a run against the server, with its client.
func (s *server) assay(t *testing.T, args ...string) *command {
	t.Helper()
	return newCommand(t, append([]string{"run", s.URL}, args...)...).
		with("AUTHASSAY_CLIENT_ID="+s.client, "AUTHASSAY_CLIENT_SECRET="+s.secret)
}

// write answers with a status, a media type and a body.
func write(status int, mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// hang answers nothing until the client has gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the client go
	<-r.Context().Done()
}
