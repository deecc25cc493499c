package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// AuthorizationRequest is a request to an authorization endpoint (RFC 6749
// §3.1), as a user agent sends it. Its zero value with an Endpoint is a GET
// without parameters.
type AuthorizationRequest struct {
	Endpoint string
	// Post sends the parameters as a form in the body and not in the query.
	Post   bool
	Params []Param
	Header http.Header
}

// Clone copies the request, so that one thing can be changed.
func (r *AuthorizationRequest) Clone() *AuthorizationRequest {
	c := *r
	c.Params = append([]Param(nil), r.Params...)
	c.Header = r.Header.Clone()
	return &c
}

// Add appends a parameter, even if one of that name is there.
func (r *AuthorizationRequest) Add(name, value string) *AuthorizationRequest {
	r.Params = append(r.Params, Param{name, value})
	return r
}

// Set puts a parameter in the place of all of its name, where the first stood.
func (r *AuthorizationRequest) Set(name, value string) *AuthorizationRequest {
	for i, p := range r.Params {
		if p.Name == name {
			rest := (&AuthorizationRequest{Params: r.Params[i+1:]}).Del(name).Params
			r.Params = append(append(r.Params[:i:i], Param{name, value}), rest...)
			return r
		}
	}
	return r.Add(name, value)
}

// Del removes every parameter of a name.
func (r *AuthorizationRequest) Del(name string) *AuthorizationRequest {
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
func (r *AuthorizationRequest) Get(name string) string {
	for _, p := range r.Params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// HTTP is the request as it goes over the wire.
func (r *AuthorizationRequest) HTTP() *check.Request {
	out := &check.Request{Method: http.MethodGet, URL: withoutFragment(r.Endpoint), Header: r.Header.Clone()}
	if out.Header == nil {
		out.Header = http.Header{}
	}
	if out.Header.Get("Accept") == "" {
		// What browsers ask for; some servers answer JSON to others.
		out.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	}
	pairs := make([]string, len(r.Params))
	for i, p := range r.Params {
		pairs[i] = FormEncode(p.Name) + "=" + FormEncode(p.Value)
	}
	form := strings.Join(pairs, "&")
	if r.Post {
		out.Method, out.Body = http.MethodPost, []byte(form)
		out.Header.Set("Content-Type", formType)
		return out
	}
	sep := "?"
	if strings.Contains(out.URL, "?") {
		sep = "&" // RFC 6749 §3.1: a query of the endpoint is retained
	}
	out.URL += sep + form
	return out
}

// URL is the address of a GET, to be shown to a person.
func (r *AuthorizationRequest) URL() string {
	c := r.Clone()
	c.Post = false
	return c.HTTP().URL
}

// ChallengeS256 is the code challenge of a verifier by S256 (RFC 7636 §4.2).
func ChallengeS256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
