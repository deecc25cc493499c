package authserver

import (
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/authassay/authassay/suites/check"
)

// listener answers at a loopback address, and counts who asks: nobody should.
type listener struct {
	server *http.Server
	base   string

	mu    sync.Mutex
	pages map[string][]byte
	count map[string]int
}

// listen begins to listen on a free loopback port. The listener must be closed.
func listen(t *check.T) *listener {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	t.Require(err).To(succeed(), "nothing can be listened for on the loopback interface")
	l := &listener{base: "http://" + socket.Addr().String(), pages: map[string][]byte{}, count: map[string]int{}}
	l.server = &http.Server{Handler: l}
	go func() { _ = l.server.Serve(socket) }() // ends with close
	return l
}

func (l *listener) close() { _ = l.server.Close() }

// serve gives the URL of a document. It cannot be guessed, so that who asks for it
// has been told.
func (l *listener) serve(t *check.T, document []byte) (url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	url = l.base + "/" + t.Random(26)
	l.pages[url] = document
	return url
}

// hits tells how often a URL was asked for.
func (l *listener) hits(url string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count[url]
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	url := l.base + r.URL.Path
	document, ok := l.pages[url]
	if !ok {
		http.NotFound(w, r)
		return
	}
	l.count[url]++
	w.Header().Set("Content-Type", "application/json")
	if strings.HasPrefix(string(document), "-----BEGIN") {
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
	}
	_, _ = w.Write(document) // an error means that the asker has gone
}
