package authserver

import (
	"strconv"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// asserter is a client that authenticates by JWT (RFC 7523 §2.2), with what was
// found out about how its assertions are accepted.
type asserter struct {
	client target.Client
	method string // oauth.PrivateKeyJWT or oauth.ClientSecretJWT
	// audience is what the target takes for itself: RFC 7523 §3 leaves to the
	// two parties which strings that are.
	audience string
	// named tells that the request has client_id beside the assertion, which is
	// optional (RFC 7521 §4.2).
	named bool
	// works tells that a correct request succeeded.
	works bool
	// ahead is by how much the clock of the target is.
	ahead time.Duration
}

// assertionLifetime is how far away the exp of an assertion is: long enough for
// a slow target, and short enough for one that allows a minute.
const assertionLifetime = 60 * time.Second

// asserting gives the way in which the assertions of a client are accepted. Where
// none is, it is the first that was tried: the control of the check then says what
// the target answered.
func asserting(t *check.T, c target.Client, method string) asserter {
	a := check.Shared(t, method+" of "+c.ID, func(t *check.T) asserter {
		var tried []asserter
		ahead := clockAhead(t)
		for _, named := range []bool{true, false} {
			for _, audience := range audiences(t) {
				a := asserter{client: c, method: method, audience: audience, named: named, ahead: ahead}
				if a.works = a.accepted(t.Do("which audience is accepted", "token", a.request(t).HTTP())); a.works {
					return a
				}
				tried = append(tried, a)
			}
		}
		return tried[0]
	})
	a.ahead = clockAhead(t)
	return a
}

// accepted tells whether an answer shows that the client was authenticated. One
// that is registered for other grants alone gets no token.
func (a asserter) accepted(r *check.Response) bool {
	return succeeded(r) == "" || !a.client.MayUse(grantClientCredentials) && errorCode(r) == "unauthorized_client"
}

// audiences are the names that a target is likely to take for itself in an
// assertion: its issuer identifier, and its token endpoint (RFC 7523 §3).
func audiences(t *check.T) []string {
	issuer := t.Target().Issuer
	if t.Target().IssuerAsTyped { // with a slash too many, perhaps
		if d := discover(t).chosen; d != nil && d.text("issuer") != "" {
			issuer = d.text("issuer")
		}
	}
	return []string{issuer, tokenEndpoint(t)}
}

// asserterOf takes the first client whose assertions are accepted, or else the
// first of all.
func asserterOf(t *check.T, clients []target.Client, method string) asserter {
	for _, c := range clients {
		if a := asserting(t, c, method); a.works {
			return a
		}
	}
	return asserting(t, clients[0], method)
}

// now is what the clock of the target shows.
func (a asserter) now() time.Time { return time.Now().Add(a.ahead) }

// assertion is a correct one, never made before.
func (a asserter) assertion(t *check.T) *oauth.Assertion {
	now := a.now()
	out := &oauth.Assertion{Header: map[string]any{"typ": "JWT"}, Claims: map[string]any{
		"iss": a.client.ID, "sub": a.client.ID, "aud": a.audience,
		"iat": now.Unix(), "exp": now.Add(assertionLifetime).Unix(),
		// Another run may use the same seed, and the same assertion is none.
		"jti": t.Random(26) + strconv.FormatInt(time.Now().UnixNano(), 36),
	}}
	if a.client.KeyID != "" {
		out.Header["kid"] = a.client.KeyID
	}
	out.Alg, out.Key = a.key(t)
	return out
}

// key is what the client signs with, and the algorithm.
func (a asserter) key(t *check.T) (alg string, key any) {
	alg = a.client.KeyAlg
	if a.method == oauth.ClientSecretJWT {
		if alg == "" {
			alg = "HS256"
		}
		return alg, []byte(a.client.Secret)
	}
	signer := signerOf(t, a.client)
	if alg == "" {
		alg = oauth.AlgFor(signer)
	}
	return alg, signer
}

// authenticate adds an assertion to a token request.
func (a asserter) authenticate(t *check.T, r *oauth.TokenRequest) *oauth.TokenRequest {
	return a.with(r, signed(t, a.assertion(t)))
}

// with adds the value of client_assertion, and what goes with it.
func (a asserter) with(r *oauth.TokenRequest, jwt string) *oauth.TokenRequest {
	if a.named {
		r.Add("client_id", a.client.ID)
	}
	return r.Assert(jwt)
}

// request is the client credentials request that must succeed (RFC 7521 §6.2).
func (a asserter) request(t *check.T) *oauth.TokenRequest { return a.authenticate(t, a.bare(t)) }

func (a asserter) bare(t *check.T) *oauth.TokenRequest {
	return credentials{client: &a.client}.bare(t)
}

// signed signs an assertion.
func signed(t *check.T, a *oauth.Assertion) string {
	jwt, err := a.Sign()
	t.Require(err).To(succeed(), "the assertion cannot be signed; do key, secret and key_alg of the target file go together?")
	return jwt
}

// forgery is the correct request of a client with another assertion, or with
// another thing beside it.
type forgery struct {
	step string
	// make gives the value of client_assertion; it is given a correct assertion.
	make func(*oauth.Assertion) string
	// change is made to the request afterwards; nil: none.
	change func(*oauth.TokenRequest)
	// judge reads the answer; nil: that there is no token.
	judge func(*check.Response)
}

// contrast sends the correct request, each forgery, and the correct request
// again. By default it judges the effect alone: the error code of an assertion
// that is refused is the subject of ca-error-status.
func (a asserter) contrast(t *check.T, forgeries ...forgery) {
	t.Record("client", a.client.ID)
	t.Record("audience", a.audience)
	var changes []check.Change
	for _, f := range forgeries {
		right := a.assertion(t)
		if f.make == nil {
			f.make = func(right *oauth.Assertion) string { return signed(t, right) }
		}
		r := a.with(a.bare(t), f.make(right))
		if f.change != nil {
			f.change(r)
		}
		if f.judge == nil {
			f.judge = func(r *check.Response) {
				t.Expect(r).To(oauth.RefuseToken(), "the target issues a token for an assertion that it has to refuse")
			}
		}
		changes = append(changes, check.Change{Step: f.step, Request: r.HTTP(), Judge: f.judge})
	}
	t.Contrast(check.Contrast{
		Purpose:   "token",
		Control:   func() *check.Request { return a.request(t).HTTP() },
		Succeeded: succeeded,
	}, changes...)
}

// claiming makes an assertion in which one claim is another; nil takes it away.
func claiming(t *check.T, name string, value any) func(*oauth.Assertion) string {
	return func(a *oauth.Assertion) string {
		a.Claims[name] = value
		if value == nil {
			delete(a.Claims, name)
		}
		return signed(t, a)
	}
}
