package check

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Bounds of what the client takes from a target.
const (
	// MaxBody is the number of bytes of an answer that are kept; the rest is
	// read and counted.
	MaxBody = 4 << 20
	// maxCounted is where counting stops and the connection is closed.
	maxCounted = 256 << 20
	// maxHeader bounds the header of an answer.
	maxHeader = 1 << 20
	// maxRedirects bounds Request.Follow.
	maxRedirects = 10
)

// errTooManyRedirects is what a redirect loop ends in.
var errTooManyRedirects = errors.New("too many redirects")

// client sends requests and takes answers within bounds. It follows no
// redirect and keeps no cookie by itself.
type client struct {
	rt      http.RoundTripper
	guard   *guard
	timeout time.Duration // of one request, answer included
	agent   string
}

func newTransport(g *guard, roots *x509.CertPool, insecure bool, conns int) *http.Transport {
	return &http.Transport{
		Proxy:                  g.throughProxy(http.ProxyFromEnvironment),
		DialContext:            g.dial,
		TLSClientConfig:        &tls.Config{RootCAs: roots, InsecureSkipVerify: insecure}, //nolint:gosec // asked for by name
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    conns,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		// An answer is judged as it was sent.
		DisableCompression: true,
	}
}

// send makes one exchange, without following redirects. The Response may be
// set beside an error when the answer broke off.
func (c *client) send(ctx context.Context, r *Request) (*Response, error) {
	return c.sendAs(ctx, r, func(*http.Request) {})
}

// sendAs is send with a last word on the request as the transport gets it.
func (c *client) sendAs(ctx context.Context, r *Request, last func(*http.Request)) (*Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("not a URL that can be asked: %q", r.URL)
	}
	if err := c.guard.mayAsk(u); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, errRequestTimeout(c.timeout))
	defer cancel()
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	if len(r.Body) == 0 {
		req.Body, req.GetBody, req.ContentLength = nil, nil, 0
	}
	for k, v := range r.Header {
		req.Header[k] = v
	}
	if host := r.Header.Get("Host"); host != "" {
		req.Host = host // Go takes it from here and not from the header
	}
	repeatable(req)
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", c.agent)
	}
	last(req)
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		return nil, explainTimeout(ctx, err)
	}
	defer resp.Body.Close()
	// After 101 the body is the bare connection, which no context ends.
	defer context.AfterFunc(ctx, func() { _ = resp.Body.Close() })()
	out := &Response{URL: r.URL, Status: resp.StatusCode, Proto: resp.Proto, Header: resp.Header}
	out.Body, err = io.ReadAll(io.LimitReader(resp.Body, MaxBody))
	out.BodyBytes = int64(len(out.Body))
	if err == nil && len(out.Body) == MaxBody {
		var rest int64
		rest, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxCounted-MaxBody))
		out.BodyBytes += rest
	}
	if err != nil {
		return out, &errBrokeOff{out.BodyBytes, explainTimeout(ctx, err)}
	}
	return out, nil
}

// repeatable lets the transport send a request once more when the idle
// connection it chose turns out to be closed before the first byte of an
// answer came (RFC 9110 §9.2.2). For GET Go does so by itself, for POST it
// takes this mark, which is not sent. Without it every server that closes idle
// connections early would now and then look broken. What fails on a connection
// that was opened for the request is not sent again.
func repeatable(req *http.Request) {
	if _, ok := req.Header["Idempotency-Key"]; !ok {
		req.Header["Idempotency-Key"] = []string{}
	}
}

type errRequestTimeout time.Duration

func (e errRequestTimeout) Error() string {
	return fmt.Sprintf("no complete answer within %s", time.Duration(e))
}

// errBrokeOff is an answer that began and did not end.
type errBrokeOff struct {
	bytes int64
	err   error
}

func (e *errBrokeOff) Error() string {
	return fmt.Sprintf("the answer broke off after %d bytes: %s", e.bytes, networkError(e.err))
}

func (e *errBrokeOff) Unwrap() error { return e.err }

// explainTimeout puts the reason why a context ended in place of the bare
// "context deadline exceeded".
func explainTimeout(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// networkError says in words what kept an answer from coming.
func networkError(err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var op *net.OpError
	var broke *errBrokeOff
	switch {
	case errors.As(err, &broke):
		return broke.Error()
	case isHostRefusal(err):
		var h *errHost
		errors.As(err, &h)
		return h.msg
	case errors.As(err, &cert):
		return "the certificate is not trusted: " + cert.Err.Error() + " (see tls.ca_file in the target file, or --ca-file)"
	case errors.As(err, &record):
		return "the server does not speak TLS there; is it http, and not https?"
	case errors.As(err, &dns):
		return "the host name " + dns.Name + " cannot be resolved"
	case errors.As(err, &op) && op.Op == "dial" && op.Addr != nil:
		return "no connection to " + op.Addr.String() + ": " + op.Err.Error()
	case errors.Is(err, io.EOF), strings.Contains(err.Error(), "server closed idle connection"): // which Go says of any that closes at once
		return "the connection was closed without an answer"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before its end"
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset"
	}
	return err.Error()
}

// redirected makes the request that a redirect asks for: for 303, and for 301
// and 302 after a POST, a GET without body; else the same request (RFC 9110
// §15.4).
func redirected(r *Request, resp *Response) (*Request, bool) {
	loc := resp.Header.Get("Location")
	base, err := url.Parse(resp.URL)
	if loc == "" || err != nil {
		return nil, false
	}
	next, err := base.Parse(loc)
	if err != nil {
		return nil, false
	}
	n := r.Clone()
	n.URL = next.String()
	post := r.Method == http.MethodPost
	switch resp.Status {
	case http.StatusMovedPermanently, http.StatusFound:
		if !post {
			break
		}
		fallthrough
	case http.StatusSeeOther:
		if r.Method != http.MethodHead {
			n.Method = http.MethodGet
		}
		n.Body = nil
		n.Header.Del("Content-Type")
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, false
	}
	if base.Scheme != next.Scheme || base.Host != next.Host {
		// Credentials are for the origin they were given for; another port of
		// the host is another server, and http is no place for what https hid.
		if len(n.Body) > 0 {
			return nil, false
		}
		n.Header.Del("Authorization")
		n.Header.Del("Cookie")
	}
	return n, true
}
