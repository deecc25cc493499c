// Package oauth holds the words of OAuth 2.0 on the wire: token requests that
// may be malformed on purpose, answers read without trusting them, and Gomega
// matchers for both. The suites are written in it, and so can a user's own
// tests be.
package oauth

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// Client authentication methods (RFC 6749 §2.3.1, named by RFC 7591 §2).
const (
	ClientSecretBasic = "client_secret_basic"
	ClientSecretPost  = "client_secret_post"
	NoneMethod        = "none"
)

// The content type of a token request (RFC 6749 §4.1.3, App. B).
const formType = "application/x-www-form-urlencoded"

// Param is one request parameter. Parameters have an order and may repeat,
// since a malformed request may need both.
type Param struct{ Name, Value string }

// TokenRequest is a request to a token endpoint (RFC 6749 §3.2). Its zero
// value with an Endpoint is an empty POST.
type TokenRequest struct {
	Endpoint string
	// Method; default POST.
	Method string
	Params []Param
	Header http.Header
	// InQuery puts the parameters into the query of the URL and sends no body.
	InQuery bool
	// Query are parameters that go into the query of the URL, beside those of the
	// body.
	Query []Param
}

// Clone copies the request, so that one thing can be changed.
func (r *TokenRequest) Clone() *TokenRequest {
	c := *r
	c.Params = append([]Param(nil), r.Params...)
	c.Query = append([]Param(nil), r.Query...)
	c.Header = r.Header.Clone()
	return &c
}

// Add appends a parameter, even if one of that name is there.
func (r *TokenRequest) Add(name, value string) *TokenRequest {
	r.Params = append(r.Params, Param{name, value})
	return r
}

// Set puts a parameter in the place of all of its name.
func (r *TokenRequest) Set(name, value string) *TokenRequest { return r.Del(name).Add(name, value) }

// Del removes every parameter of a name.
func (r *TokenRequest) Del(name string) *TokenRequest {
	kept := r.Params[:0:0]
	for _, p := range r.Params {
		if p.Name != name {
			kept = append(kept, p)
		}
	}
	r.Params = kept
	return r
}

// Get is the first value of a parameter.
func (r *TokenRequest) Get(name string) string {
	for _, p := range r.Params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// Authenticate adds client credentials by a method, as RFC 6749 §2.3.1 has
// it. Credentials that are already there stay.
func (r *TokenRequest) Authenticate(method, id, secret string) *TokenRequest {
	switch method {
	case ClientSecretBasic:
		r.setHeader("Authorization", "Basic "+BasicCredentials(id, secret))
	case ClientSecretPost:
		r.Add("client_id", id).Add("client_secret", secret)
	case NoneMethod:
		r.Add("client_id", id)
	}
	return r
}

// Unauthenticate removes all client credentials, the client identifier too.
func (r *TokenRequest) Unauthenticate() *TokenRequest {
	r.Header.Del("Authorization")
	return r.Del("client_id").Del("client_secret").Del("client_assertion_type").Del("client_assertion")
}

// SetAuthorization puts a value into the Authorization header, in the place of
// what is there.
func (r *TokenRequest) SetAuthorization(value string) *TokenRequest {
	r.setHeader("Authorization", value)
	return r
}

func (r *TokenRequest) setHeader(name, value string) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set(name, value)
}

// HTTP is the request as it goes over the wire.
func (r *TokenRequest) HTTP() *check.Request {
	form := encode(r.Params)
	out := &check.Request{Method: r.Method, URL: withoutFragment(r.Endpoint), Header: r.Header.Clone()}
	if out.Header == nil {
		out.Header = http.Header{}
	}
	if out.Method == "" {
		out.Method = http.MethodPost
	}
	if out.Header.Get("Accept") == "" {
		out.Header.Set("Accept", "application/json")
	}
	if r.InQuery {
		out.URL = withQuery(out.URL, form)
		return out
	}
	if len(r.Query) > 0 {
		out.URL = withQuery(out.URL, encode(r.Query))
	}
	out.Body = []byte(form)
	if out.Header.Get("Content-Type") == "" {
		out.Header.Set("Content-Type", formType)
	}
	return out
}

// encode is the form of RFC 6749 App. B, the parameters in their order.
func encode(params []Param) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = FormEncode(p.Name) + "=" + FormEncode(p.Value)
	}
	return strings.Join(pairs, "&")
}

// withQuery adds parameters to a URL; a query that it has is retained (RFC 6749
// §3.2).
func withQuery(url, form string) string {
	if strings.Contains(url, "?") {
		return url + "&" + form
	}
	return url + "?" + form
}

func withoutFragment(s string) string {
	s, _, _ = strings.Cut(s, "#")
	return s
}

// FormEncode encodes a name or value as RFC 6749 App. B says: UTF-8, a space
// as "+", everything but letters, digits and "*-._" as percent escapes.
func FormEncode(s string) string {
	// url.QueryEscape differs from the HTML algorithm in two characters, both
	// of which decode to the same: it leaves "~" and escapes "*".
	return url.QueryEscape(s)
}

// BasicCredentials are the credentials of HTTP Basic for a client: identifier
// and secret are form-encoded before they are joined (RFC 6749 §2.3.1).
func BasicCredentials(id, secret string) string {
	return base64.StdEncoding.EncodeToString([]byte(FormEncode(id) + ":" + FormEncode(secret)))
}

// EncodingMatters tells whether form-encoding changes the credentials, so that
// a server that does not decode them can be told from one that does.
func EncodingMatters(id, secret string) bool {
	return FormEncode(id) != id || FormEncode(secret) != secret
}

// RawBasicCredentials are the credentials of HTTP Basic without the encoding
// that RFC 6749 §2.3.1 asks for: what a server takes that does not decode.
func RawBasicCredentials(id, secret string) string {
	return base64.StdEncoding.EncodeToString([]byte(id + ":" + secret))
}
