package authserver

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// plainToken is the check that the token endpoint requires TLS (RFC 6749 §3.2).
func plainToken() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §3.2: the server must require TLS for requests to the token
			// endpoint; §2.3.1: and wherever a client sends its password. Nothing
			// real goes over the wire: client and secret are invented, and what tells
			// a server that takes the request from one that refuses it is whether it
			// says the same as over TLS.
			ID: "tok-http-refused", Level: check.Must, Wire: true,
			Title:   "The token endpoint does not answer plain http.",
			Clauses: []string{"RFC 6749 §3.2", "RFC 6749 §2.3.1"},
			Sent:    "A token request of an invented client over TLS, the same by plain http to the same host (port 80 for 443, else the same port), and over TLS again. No real credentials are sent by http.",
			Judged:  "The same refusal of the client by http as over TLS, or a token: fail. No connection, no http, a redirect, another answer: pass. A redirect that asks to send the request again (307, 308): info.",
			Needs:   append(slices.Clone(forTLS), needTokenEndpoint, needTokenHTTPS),
			Proves:  []string{"tls-required"},
			Run: func(t *check.T) {
				refusesPlain(t, "token", inventedRequest(t, tokenEndpoint(t), "grant_type", grantClientCredentials))
			},
		},
	}
}

// plainEndpoints is the check that the other endpoints require TLS (RFC 6749
// §3.1, §3.2, §2.3.1).
func plainEndpoints() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §3.1: the server must require TLS for requests to the
			// authorization endpoint; §2.3.1: and wherever a client sends its
			// password. RFC 7009 §2, RFC 7662 §4 and RFC 9126 §2 say the same of
			// theirs.
			ID: "http-plain-refused", Level: check.Must, Wire: true,
			Title:   "Plain http on the same host is refused or redirected, and nothing is done with the request.",
			Clauses: []string{"RFC 6749 §3.1", "RFC 6749 §2.3.1"},
			Sent:    "To the authorization endpoint a request of a known client without a login; to the endpoints for introspection, revocation and pushed requests one of an invented client; each over TLS and by plain http. No real credentials are sent by http.",
			Judged:  "By http: an answer to the client, a form where TLS gives a form, or the same refusal of the client as over TLS: fail. No connection, no http, a redirect to https, another answer: pass.",
			Needs:   append(slices.Clone(forTLS), needOtherEndpoint),
			Proves:  []string{"tls-required"},
			Run: func(t *check.T) {
				for _, e := range otherEndpoints(t) {
					refusesPlain(t, e.purpose, inventedRequest(t, e.url, e.params...))
				}
				if len(hostsOf(authorizationEndpoint(t))) > 0 && len(codeClients(t)) > 0 {
					authorizesPlainly(t)
				}
			},
		},
	}
}

var needTokenHTTPS = check.Need{
	Name: "a token endpoint at an https URL",
	Hint: "see meta-endpoints-https",
	Met:  func(t *check.T) bool { return len(hostsOf(tokenEndpoint(t))) > 0 },
}

var needOtherEndpoint = check.Need{
	Name: "an authorization, introspection, revocation or pushed request endpoint at an https URL",
	Hint: "name them in the target file, with a client that has a redirect URI",
	Met: func(t *check.T) bool {
		return len(otherEndpoints(t)) > 0 || len(hostsOf(authorizationEndpoint(t))) > 0 && len(codeClients(t)) > 0
	},
}

type otherEndpoint struct {
	purpose, url string
	params       []string
}

// otherEndpoints are those beside the token endpoint at which a client
// authenticates.
func otherEndpoints(t *check.T) (out []otherEndpoint) {
	for _, e := range []otherEndpoint{
		{"introspection", introspectionEndpoint(t), []string{"token", t.Random(24)}},
		{"revocation", revocationEndpoint(t), []string{"token", t.Random(24)}},
		{"pushed request", endpoint(t, t.Target().Endpoints.PushedAuthorization, "pushed_authorization_request_endpoint"), []string{"response_type", "code"}},
	} {
		if len(hostsOf(e.url)) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// inventedRequest is a request of a client that nobody registered, by Basic.
func inventedRequest(t *check.T, to string, params ...string) *check.Request {
	r := &oauth.TokenRequest{Endpoint: to}
	for i := 0; i < len(params); i += 2 {
		r.Add(params[i], params[i+1])
	}
	return r.Authenticate(oauth.ClientSecretBasic, "authassay-"+t.Random(12), t.Random(32)).HTTP()
}

// plainURL is where the same host would serve plain http: at the port for it
// where https has its own, and else at the same port.
func plainURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s // it has been asked before
	}
	u.Scheme = "http"
	if u.Port() == "443" {
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	return u.String()
}

// plainly sends a request by plain http. It is nil where nothing answers there,
// or nothing that is http.
func plainly(t *check.T, step, purpose string, r *check.Request) *check.Response {
	r = r.Clone()
	r.URL = plainURL(r.URL)
	u, err := url.Parse(r.URL)
	t.Require(err).To(succeed(), "the endpoint is not a URL")
	port := u.Port()
	if port == "" {
		port = "80"
	}
	// A port that drops what comes would cost the time of a whole request.
	if t.Dial(step+": is there a port?", purpose, net.JoinHostPort(u.Hostname(), port), func(net.Conn) (sent, got string, err error) {
		return "nothing", "a connection", nil
	}) != nil {
		t.Record(step, "nothing takes connections at port "+port)
		return nil
	}
	resp, err := t.Try(step, purpose, r)
	switch {
	case resp != nil && resp.Status == http.StatusTooManyRequests:
		t.Inconclusive("%s: the target limits the rate of requests (429)", step)
	case err != nil && strings.Contains(err.Error(), "no complete answer within"):
		t.Inconclusive("%s: %s", step, err)
	case err != nil:
		t.Record(step, "no http: "+clip(err.Error()))
		return nil
	}
	t.Record(step, oauth.Describe(resp))
	return resp
}

// refusesPlain sends a request of an invented client over TLS, by plain http, and
// over TLS again.
func refusesPlain(t *check.T, purpose string, r *check.Request) {
	over := t.Do("control: the "+purpose+" request over TLS", purpose, r)
	step := "the " + purpose + " request by plain http"
	plain := plainly(t, step, purpose, r)
	if plain == nil {
		return
	}
	t.Look(step, plain)
	t.Expect(plain).To(oauth.RefuseToken(), "the target issues tokens by plain http")
	if plain.Status >= 500 {
		t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, plain.Status)
	}
	if plain.Status == http.StatusTemporaryRedirect || plain.Status == http.StatusPermanentRedirect {
		t.Inform("by plain http the target asks to send the request again over TLS: clients obey, and nobody notices that their credentials went over the wire before", "a refusal", fmt.Sprint(plain.Status))
		return
	}
	t.Expect(plain).To(statement{!sameRefusal(plain, over), "no answer that looks at the client", oauth.Describe(plain) + ", as over TLS"},
		"the target takes requests with credentials by plain http")
	t.Do("control, once more: the "+purpose+" request over TLS", purpose, r)
}

// sameRefusal tells whether an answer by plain http is the one over TLS: then the
// request was looked at, and what was refused is the invented client. One that
// says in other words that TLS is missing is another answer.
func sameRefusal(plain, over *check.Response) bool {
	a, b := oauth.Read(plain), oauth.Read(over)
	one, _ := a.String("error_description")
	other, _ := b.String("error_description")
	switch {
	case plain.Status != over.Status || a.Error() == "" || a.Error() != b.Error():
		return false
	case a.Error() == "invalid_client":
		return one == other || !speaksOfTLS(one)
	}
	return one == other && one != ""
}

func speaksOfTLS(s string) bool {
	s = strings.ToLower(s)
	for _, w := range []string{"https", "tls", "ssl", "secure", "transport"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// plainHops bounds the redirects that are followed without TLS.
const plainHops = 4

// authorizesPlainly sends an authorization request by plain http, without a
// login, and follows it as long as it stays there.
func authorizesPlainly(t *check.T) {
	c := codeClients(t)[0]
	a := newAuthorization(t, c, "code", useragent.NewSession())
	t.Allow(authorizationEndpoint(t))
	over := t.Do("control: the authorization request over TLS", "authorization", a.request.HTTP())
	if over.Status >= 500 {
		t.Inconclusive("the authorization request over TLS is answered %d", over.Status)
	}
	r := a.request.HTTP()
	for hop := range plainHops {
		step := "the authorization request by plain http"
		if hop > 0 {
			step = "where it leads, by plain http"
		}
		plain := plainly(t, step, "authorization", r)
		if plain == nil {
			return
		}
		t.Look(step, plain)
		loc := plain.Header.Get("Location")
		if plain.Status < 300 || plain.Status > 399 || loc == "" {
			form := oauth.Page(plain) && hasForm(plain) && plain.Status < 300 && (hasForm(over) || over.Status > 299)
			t.Expect(plain).To(statement{!form, "a refusal, or a redirect to https", "a page with a form"}, "the target asks users to log in or to agree by plain http")
			return
		}
		base, err := url.Parse(plain.URL)
		t.Require(err).To(succeed(), "the URL of the answer cannot be read")
		next, err := base.Parse(loc)
		if err != nil {
			return // leads nowhere
		}
		t.Expect(plain).To(statement{!strings.HasPrefix(next.String(), a.redirectURI), "a refusal, or a redirect to https", "a redirect to the client"},
			"the target answers authorization requests by plain http")
		if next.Scheme != "http" || next.Hostname() != base.Hostname() {
			return
		}
		r = &check.Request{URL: next.String(), Header: r.Header}
	}
}

func hasForm(r *check.Response) bool {
	return strings.Contains(strings.ToLower(string(r.Body)), "<form")
}
