package mockidp

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// pathPushed is the pushed authorization request endpoint (RFC 9126 §2).
const pathPushed = "/par"

// requestURIPrefix begins the request URIs of pushed requests (RFC 9126 §2.2).
const requestURIPrefix = "urn:ietf:params:oauth:request_uri:"

const (
	// defaultPushedLifetime is how long a pushed request can be used.
	defaultPushedLifetime = time.Minute
	// pushedMemory is how long it is known after that, to tell an expired one
	// from one that never was.
	pushedMemory = time.Hour
	maxPushed    = 5000
)

// pushedRequest is an authorization request that a client has pushed.
type pushedRequest struct {
	client  string
	params  form
	expires time.Time
	used    atomic.Bool
}

// WithPushedRequestsRequired lets all clients make authorization requests by
// pushing them only (RFC 9126 §5); [Client.RequirePushed] does so for one.
func WithPushedRequestsRequired() Option {
	return func(c *config) error {
		c.ext.requirePushed = true
		return nil
	}
}

// WithPushedRequestLifetime sets how long a pushed authorization request can be
// used, in whole seconds. The default is a minute.
func WithPushedRequestLifetime(d time.Duration) Option {
	return func(c *config) error {
		if d < time.Second {
			return errors.New("mockidp: WithPushedRequestLifetime: the lifetime counts in whole seconds, from 1s")
		}
		c.ext.pushedLifetime = d.Truncate(time.Second)
		return nil
	}
}

// servesPushed reports whether requests can be pushed: whether some client can use
// the authorization endpoint for more than the response type none.
func (p *Provider) servesPushed() bool {
	return p.grantOffered(GrantAuthorizationCode) || p.grantOffered(GrantImplicit)
}

// mustPush reports whether a client has to push its requests.
func (p *Provider) mustPush(c *Client) bool { return p.ext.requirePushed || c.RequirePushed }

// push answers at the pushed authorization request endpoint (RFC 9126 §2.1).
func (x *exchange) push() *reply {
	f, c, rep := x.backRequest()
	if rep != nil {
		return rep
	}
	if x.breaks(rulePushedNoRequestURI, f.get("request_uri") == "", "no request_uri", "request_uri") {
		return x.refused(refuse(errInvalidRequest, "request_uri cannot be pushed"))
	}
	delete(f, "request_uri")
	if x.breaks(rulePushedClientID, f.get("client_id") == c.ID, "the client_id of the client that authenticates", "another or none") {
		return x.refused(refuse(errInvalidRequest, "client_id is missing or is not the client that authenticates"))
	}
	f["client_id"] = []string{c.ID}
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		delete(f, name) // they authenticate the client and are no part of the request
	}
	f, bad := x.passRequest(f)
	if bad != nil {
		return x.refused(bad)
	}
	if x.keeps(rulePushedValidated) {
		if _, bad, paragraph := x.readAuthRequest(f); bad != nil {
			return x.refused(bad)
		} else if paragraph != "" {
			// §2.3: where the browser would be sent nowhere there is no error code.
			return x.refused(refuse(errInvalidRequest, strings.TrimSuffix(asciiText(paragraph), ".")))
		}
	}
	return x.pushed(c, f)
}

// pushed keeps a request and answers with its URI (RFC 9126 §2.2).
func (x *exchange) pushed(c *Client, f form) *reply {
	reference := randomWord()
	if !x.keeps(rulePushedUnpredictable) {
		reference = strconv.FormatUint(x.p.ext.counter.Add(1), 10)
	}
	now, uri := x.p.clock.Now(), requestURIPrefix+reference
	request := &pushedRequest{client: c.ID, params: f, expires: now.Add(x.p.ext.pushedLifetime)}
	x.p.ext.pushed.put(uri, request, now, request.expires.Add(pushedMemory))
	status := http.StatusCreated
	if !x.keeps(rulePushedCreated) {
		status = http.StatusOK
	}
	rep := x.json(status, object{"request_uri": uri, "expires_in": int64(x.p.ext.pushedLifetime / time.Second)})
	if x.keeps(rulePushedNoStore) {
		x.noStore(rep)
	}
	return rep
}

// storedRequest puts the parameters of a pushed request in the place of those sent
// (RFC 9126 §4; RFC 9101 §6.3 lets nothing else of the request count). It gives a
// reply where the pushed request cannot be used, or should have been pushed.
func (x *exchange) storedRequest(f form) (form, *reply) {
	uri := f.get("request_uri")
	if !x.p.servesPushed() || !strings.HasPrefix(uri, requestURIPrefix) {
		f, bad := x.passRequest(f)
		if bad != nil {
			return nil, x.authorizePage("The request is not valid: " + bad.description + ".")
		}
		return f, x.unpushed(f)
	}
	if name := f.repeated([]string{"client_id", "request_uri"}); name != "" {
		return nil, x.authorizePage("The parameter " + name + " is there more than once.") // RFC 6749 §3.1
	}
	now := x.p.clock.Now()
	request, known, forgotten := x.p.ext.pushed.get(uri, now)
	if !known || forgotten {
		return nil, x.authorizePage("The request_uri is not known here.")
	}
	if x.breaks(rulePushedBound, f.get("client_id") == request.client, "the client that pushed the request", "another client or none") {
		return nil, x.authorizePage("The request_uri is not of this client.")
	}
	if x.breaks(rulePushedUnexpired, now.Before(request.expires), "a request_uri that has not expired", "one that has") {
		return nil, x.authorizePage("The request_uri has expired.")
	}
	if x.breaks(rulePushedOnce, !request.used.Swap(true), "a request_uri that was not used", "one that was") {
		return nil, x.authorizePage("The request_uri was used before.")
	}
	if c := x.p.registry.find(request.client); c != nil && x.p.mustPush(c) {
		x.breaks(rulePushedRequired, true, "", "")
	}
	return request.params.clone(), nil
}

// unpushed refuses a request that should have been pushed (RFC 9126 §4).
func (x *exchange) unpushed(f form) *reply {
	c := x.p.registry.find(f.get("client_id"))
	if c == nil || !x.p.mustPush(c) || !x.breaks(rulePushedRequired, false, "a pushed request", "parameters in the request") {
		return nil
	}
	ar, _, paragraph := x.readAuthRequest(f)
	if paragraph != "" {
		return x.authorizePage(paragraph)
	}
	return x.authorizeRefused(ar, refuse(errInvalidRequest, "the client has to push its authorization requests"))
}

// clone copies the parameters.
func (f form) clone() form {
	out := make(form, len(f))
	for name, values := range f {
		out[name] = append([]string(nil), values...)
	}
	return out
}

// asciiText keeps what an error_description may hold (RFC 6749 §5.2).
func asciiText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, s)
}
