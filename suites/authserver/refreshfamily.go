package authserver

import (
	"slices"
	"strings"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// family is one authorization with the refresh tokens that came of it. Each check
// has one of its own: where refresh tokens are rotated, a use by another check
// would look like that of a thief.
type family struct {
	t      *check.T
	client target.Client
	// asked is the scope of the authorization request.
	asked []string
	// first is the token response of the code, last that of the last refresh.
	first, last oauth.Answer
	// token is the refresh token to use next, old the one before it.
	token, old string
	// rotated tells that the last refresh gave another refresh token.
	rotated bool
}

// The ways by which a client comes to a refresh token.
const (
	refreshPlain   = "plain"
	refreshOffline = "offline"
	refreshNone    = "none"
)

// wayToRefresh finds out once in a run whether the token response for a code of a
// client has a refresh token: for the request as it stands, or, where it asks for
// openid, with offline_access and prompt=consent (OpenID Connect Core §11).
func wayToRefresh(t *check.T, c target.Client) string {
	return check.Shared(t, "refresh tokens of "+c.ID, func(t *check.T) string {
		for _, way := range []string{refreshPlain, refreshOffline} {
			if way == refreshOffline && !slices.Contains(c.Scopes, "openid") {
				continue
			}
			a := authorize(t, c, "code")
			a.askForRefresh(way)
			code := a.code("does " + c.ID + " get refresh tokens, " + way + "?")
			if token, _ := a.tokens("does "+c.ID+" get refresh tokens, "+way+"?", code).String("refresh_token"); token != "" {
				return way
			}
		}
		return refreshNone
	})
}

// askForRefresh changes an authorization request so that it brings a refresh token
// by a way.
func (a *authorization) askForRefresh(way string) {
	if way != refreshOffline {
		return
	}
	if scope := strings.Fields(a.request.Get("scope")); !slices.Contains(scope, "offline_access") {
		a.request.Set("scope", strings.Join(append(scope, "offline_access"), " "))
	}
	a.request.Set("prompt", "consent")
}

// mostRefreshers bounds how many clients are asked whether they get refresh tokens.
const mostRefreshers = 3

// refreshers are the first clients of a list, n at most, that may use the refresh
// token grant and get refresh tokens.
func refreshers(t *check.T, list []target.Client, n int) []target.Client {
	var out []target.Client
	asked := 0
	for _, c := range list {
		if len(out) == n || asked == mostRefreshers {
			break
		}
		if c.MayUse(grantRefreshToken) {
			asked++
			if wayToRefresh(t, c) != refreshNone {
				out = append(out, c)
			}
		}
	}
	return out
}

// refreshersOfEachKind are the first confidential client and the first public one
// that get refresh tokens, as far as there are any.
func refreshersOfEachKind(t *check.T) []target.Client {
	return slices.Concat(refreshers(t, confidentialCode(t), 1), refreshers(t, publicCode(t), 1))
}

var needRefresh = check.Need{
	Name: "a client that gets refresh tokens",
	Hint: "list one with the grants authorization_code and refresh_token, and the scope that brings refresh tokens at the target, in a target file",
	Met:  func(t *check.T) bool { return len(refreshersOfEachKind(t)) > 0 },
}

var needRefreshConfidential = check.Need{
	Name: "a confidential client that gets refresh tokens",
	Hint: "list one with secret and the grants authorization_code and refresh_token in a target file",
	Met:  func(t *check.T) bool { return len(refreshers(t, confidentialCode(t), 1)) > 0 },
}

var needTwoRefreshConfidential = check.Need{
	Name: "two confidential clients that get refresh tokens",
	Hint: "list another with secret and the grants authorization_code and refresh_token in a target file",
	Met:  func(t *check.T) bool { return len(refreshers(t, confidentialCode(t), 2)) > 1 },
}

var needRefreshPublic = check.Need{
	Name: "a public client that gets refresh tokens",
	Hint: "list one with auth: none and the grants authorization_code and refresh_token in a target file",
	Met:  func(t *check.T) bool { return len(refreshers(t, publicCode(t), 1)) > 0 },
}

var needTwoRefreshPublic = check.Need{
	Name: "two public clients that get refresh tokens",
	Hint: "list another with auth: none and the grants authorization_code and refresh_token in a target file",
	Met:  func(t *check.T) bool { return len(refreshers(t, publicCode(t), 2)) > 1 },
}

// forRefresh are the needs of every check that uses a refresh token.
var forRefresh = append(slices.Clone(forCode), needRefresh)

// beginFamily walks to tokens with a refresh token. change may change the
// authorization request before; nil changes nothing.
func beginFamily(t *check.T, c target.Client, step string, change func(*authorization)) *family {
	a := authorize(t, c, "code")
	if change != nil {
		change(a)
	}
	a.askForRefresh(wayToRefresh(t, c))
	f := &family{t: t, client: c, asked: strings.Fields(a.request.Get("scope"))}
	f.first = a.tokens(step+": token request", a.code(step+": authorization request"))
	f.last = f.first
	f.token, _ = f.first.String("refresh_token")
	t.Require(f.token).NotTo(beEmpty(), "%s: this time the token response has no refresh token", step)
	return f
}

// request is the refresh request of the family's client (RFC 6749 §6).
func (f *family) request(token string) *oauth.TokenRequest {
	r := &oauth.TokenRequest{Endpoint: tokenEndpoint(f.t)}
	r.Add("grant_type", grantRefreshToken).Add("refresh_token", token)
	addParams(r, f.client)
	return grantee{f.client, methodFor(f.t, f.client)}.authenticate(f.t, r)
}

// send sends a token request of the family and takes over what it brings.
func (f *family) send(step string, r *oauth.TokenRequest) *check.Response {
	resp := f.t.Do(step, "token", r.HTTP())
	if oauth.Issued(resp) == "" {
		return resp
	}
	f.last = oauth.Read(resp)
	if next, ok := f.last.String("refresh_token"); ok && next != "" {
		f.rotated = next != f.token
		f.old, f.token = f.token, next
	} else {
		f.rotated = false
	}
	return resp
}

// renew refreshes with the newest refresh token.
func (f *family) renew(step string) *check.Response { return f.send(step, f.request(f.token)) }

// must is renew for a refresh that is a control: a refusal ends the check.
func (f *family) must(step string) {
	r := f.renew(step)
	f.t.Require(succeeded(r)).To(beEmpty(), "%s: the correct refresh request does not succeed, so nothing follows from a refusal", step)
}

// again presents a refresh token that has been used, without taking over what it
// brings.
func (f *family) again(step, token string) *check.Response {
	r := f.t.Do(step, "token", f.request(token).HTTP())
	if r.Status >= 500 {
		f.t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, r.Status)
	}
	return r
}

// use presents the newest access token where access tokens are for. A server may
// take that as the sign that its last answer arrived, and let the old refresh
// token live until then. It tells whether there was such a place.
func (f *family) use(step string) bool {
	token, _ := f.last.String("access_token")
	used := false
	for _, w := range tokenWatches(f.t, f.client, token) {
		if w.name != byIntrospection {
			used = w.good(w.ask(step+", at "+w.name)) || used
		}
	}
	return used
}

// granted is the scope of the family's first token response, or else what was
// asked for (RFC 6749 §5.1).
func (f *family) granted() []string {
	if s, ok := f.first.String("scope"); ok {
		return strings.Fields(s)
	}
	return f.asked
}

// contrastRefresh sets wrong refresh requests against the right one: the newest
// refresh token is presented wrongly, and then rightly. Where that fails, the wrong
// use may have ended the family, as some servers have it. A new family then shows
// that one refresh token after the other is good as long as nobody misuses it.
func contrastRefresh(t *check.T, begin func(step string) *family, changes ...change) {
	f := begin("control")
	f.must("control")
	for _, ch := range changes {
		req := f.request(f.token)
		ch.apply(req)
		r := f.send(ch.step, req)
		if r.Status >= 500 {
			t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", ch.step, r.Status)
		}
		ch.judge(r)
		f = stillGood(t, f, begin, ch.step)
	}
}

// stillGood is the control after a refused refresh: the family, or, where the
// refusal ended it, a new one.
func stillGood(t *check.T, f *family, begin func(step string) *family, step string) *family {
	if succeeded(f.renew("control after: "+step)) != "" {
		t.Record("after: "+step, "the refresh token is dead for its own client too")
		f = begin("control: a new family")
		f.must("control: a new family")
		f.must("control: a new family, once more")
	}
	return f
}

// plainFamily begins families of a client by the working request.
func plainFamily(t *check.T, c target.Client) func(step string) *family {
	return func(step string) *family { return beginFamily(t, c, step, nil) }
}

// laterPause is how long after a refresh an old refresh token is tried again that
// was good at first: longer than it takes to tell the other machines.
const laterPause = 3 * time.Second
