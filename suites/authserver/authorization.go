package authserver

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// authorization is an authorization request of a client for a user, and what
// belongs to it. A check makes one, changes one thing, and walks it.
type authorization struct {
	t       *check.T
	client  target.Client
	user    target.User
	session *useragent.Session
	request *oauth.AuthorizationRequest
	// verifier belongs to the code challenge of the request (RFC 7636 §4.1).
	verifier string
	// redirectURI is where the walk is to end, watch where it must not.
	redirectURI string
	watch       []string
	deny        bool
	// hops are the exchanges of its walks, in order.
	hops []hop
	// halt ends a walk before it sends a request for which it is true; held is
	// that request. It may change what is sent.
	halt func(*check.Request) bool
	held *check.Request
	// first looks at where a walk ended before it is asked whether that can be
	// judged at all; nil: nobody does.
	first func(*useragent.Outcome)
}

// hop is one exchange of a walk.
type hop struct {
	request  *check.Request
	response *check.Response
}

// errHeld ends a walk that was to go no further.
var errHeld = errors.New("the walk ends before this request")

// authorize makes the working authorization request of a client for a response
// type, in a browser of its own in which the first user of the target has logged
// in already.
func authorize(t *check.T, c target.Client, responseType string) *authorization {
	return newAuthorization(t, c, responseType, loggedIn(t))
}

// newAuthorization makes the working request with everything that servers may
// ask for (state, PKCE, nonce with openid), so that one that insists on it is
// not called wrong.
func newAuthorization(t *check.T, c target.Client, responseType string, s *useragent.Session) *authorization {
	a := &authorization{t: t, client: c, user: owner(t), session: s, redirectURI: c.RedirectURIs[0]}
	a.request = &oauth.AuthorizationRequest{Endpoint: authorizationEndpoint(t)}
	a.request.Add("response_type", responseType).Add("client_id", c.ID).Add("redirect_uri", a.redirectURI)
	if len(c.Scopes) > 0 {
		a.request.Add("scope", strings.Join(c.Scopes, " "))
	}
	a.request.Add("state", "state-"+t.Random(26))
	if slices.Contains(c.Scopes, "openid") {
		a.request.Add("nonce", "nonce-"+t.Random(26))
	}
	if slices.Contains(strings.Fields(responseType), "code") {
		a.verifier = t.Random(64)
		a.request.Add("code_challenge", oauth.ChallengeS256(a.verifier)).Add("code_challenge_method", "S256")
	}
	return a
}

// owner is the resource owner who logs in; without a name where the target asks
// for none.
func owner(t *check.T) target.User {
	if users := t.Target().Users; len(users) > 0 {
		return users[0]
	}
	return target.User{}
}

// loggedIn is a browser in which the first user has logged in, as far as the
// target keeps that in mind. The login is made once in a run; each check gets a
// browser of its own with its cookies.
func loggedIn(t *check.T) *useragent.Session {
	return check.Shared(t, "login", func(t *check.T) *useragent.Session {
		s := useragent.NewSession()
		if list := codeClients(t); len(list) > 0 {
			newAuthorization(t, list[0], "code", s).walk("log in")
		}
		return s
	}).Clone()
}

// afresh gives the walk a browser without a past.
func (a *authorization) afresh() *authorization {
	a.session = useragent.NewSession()
	return a
}

// walk plays the browser until the answer. It ends the check where the network
// fails or the login does not get through; what is judged is an answer to the
// client, or a page that asks for nothing.
func (a *authorization) walk(step string) *useragent.Outcome {
	o := a.try(step)
	if len(o.Responses) > 0 {
		a.t.Look(step, o.Last())
	}
	if a.first != nil {
		a.first(o)
	}
	if o.Stuck != "" {
		a.t.Inconclusive("%s: the login stops at a page: %s", step, o.Stuck)
	}
	if o.Page != nil && o.Page.Status >= 500 {
		a.t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, o.Page.Status)
	}
	return o
}

// try is walk for checks that look at a walk that gets stuck themselves.
func (a *authorization) try(step string) *useragent.Outcome {
	return a.play(step, a.request.HTTP())
}

// play is try for a browser that begins with another request than that of the
// authorization. It gives nil where the walk was halted.
func (a *authorization) play(step string, begin *check.Request) *useragent.Outcome {
	opts, _ := a.t.Aid(useragent.Aid).([]useragent.Option)
	d, err := useragent.For(a.t.Target(), opts...)
	a.t.Require(err).To(succeed(), "the way to log in cannot be used")
	a.t.Allow(authorizationEndpoint(a.t))
	w := useragent.Walk{
		Context: a.t.Context(), Step: step, Request: begin, RedirectURI: a.redirectURI, Watch: a.watch, User: a.user, Deny: a.deny,
		Send: func(step, purpose string, r *check.Request) (*check.Response, error) {
			if a.halt != nil && a.halt(r) {
				a.held = r.Clone()
				return nil, errHeld
			}
			sent := r.Clone()
			resp := a.t.Do(step, purpose, r)
			a.hops = append(a.hops, hop{sent, resp})
			return resp, nil
		},
	}
	var o *useragent.Outcome
	walk := func() { o, err = d.Walk(a.session, w) }
	if a.t.Target().Login.Driver == target.DriverPerson {
		a.t.Idle(walk) // people are slow
	} else {
		walk()
	}
	if errors.Is(err, errHeld) {
		return nil
	}
	a.t.Require(err).To(succeed(), "the walk through the login cannot be made")
	if o.Did(useragent.LoggedIn) {
		a.t.CountLogin()
	}
	return o
}

// landed says why a walk did not bring the client what it asked for; empty when
// it did: an answer at the redirect URI with the parameter.
func landed(o *useragent.Outcome, param string) string {
	switch {
	case o.Landing == nil:
		return fmt.Sprintf("the walk ends at a page of the target (%d %s)", o.Page.Status, clip(o.Page.Title+" "+o.Page.Text))
	case o.Landing.To != "":
		return "the browser was sent to " + o.Landing.URI
	case o.Landing.Get("error") != "":
		return "error " + o.Landing.Get("error") + " " + clip(o.Landing.Get("error_description"))
	case o.Landing.Get(param) == "":
		return "the answer has no " + param
	}
	return ""
}

// code walks the request and gives the authorization code; what brings none ends
// the check, since it is no answer to the correct request.
func (a *authorization) code(step string) string {
	o := a.walk(step)
	a.t.Require(landed(o, "code")).To(beEmpty(), "the correct authorization request brings no code")
	return o.Landing.Get("code")
}

// redeem is the token request for a code (RFC 6749 §4.1.3) by which the client
// authenticates with the method that works for it.
func (a *authorization) redeem(code string) *oauth.TokenRequest {
	r := a.redeemBare(code)
	return grantee{a.client, methodFor(a.t, a.client)}.authenticate(a.t, r)
}

// redeemBare is the token request without client authentication.
func (a *authorization) redeemBare(code string) *oauth.TokenRequest {
	r := &oauth.TokenRequest{Endpoint: tokenEndpoint(a.t)}
	r.Add("grant_type", grantAuthorizationCode).Add("code", code)
	if uri := a.request.Get("redirect_uri"); uri != "" {
		r.Add("redirect_uri", uri)
	}
	if a.verifier != "" {
		r.Add("code_verifier", a.verifier)
	}
	addParams(r, a.client)
	return r
}

// tokens exchanges a code and gives the token response; a refusal ends the
// check, since the request is the correct one.
func (a *authorization) tokens(step, code string) oauth.Answer {
	r := a.t.Do(step, "token", a.redeem(code).HTTP())
	a.t.Require(succeeded(r)).To(beEmpty(), "the correct token request does not succeed")
	return oauth.Read(r)
}
