package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// clientAuthentication are the checks that a client can authenticate
// (RFC 6749 §2.3.1).
func clientAuthentication() []*check.Check {
	return append([]*check.Check{
		{
			// RFC 6749 §2.3.1: the server must support HTTP Basic for clients that
			// were issued a client password. A client that is registered for
			// another method alone is no subject of this check.
			ID: "ca-basic", Level: check.Must,
			Title:   "A client can authenticate with HTTP Basic.",
			Clauses: []string{"RFC 6749 §2.3.1"},
			// OAuth 2.1 §2.4.1: the body is what every server supports, Basic an
			// option.
			LevelUnder: map[target.Policy]check.Level{target.PolicyOAuth21: check.May},
			Sent:       "A client credentials request with Basic, and where that is refused the same with the credentials in the body.",
			Judged:     "A token: pass. Refused while the body works: fail. Refused both ways: error, the credentials may be wrong. Refused, and the client's registration may not allow it: error.",
			Needs:      []check.Need{needTokenEndpoint, needBasicClient},
			Proves:     []string{"basic-supported"},
			Run: func(t *check.T) {
				for _, c := range candidates(t, oauth.ClientSecretBasic) {
					authenticates(t, c, oauth.ClientSecretBasic, oauth.ClientSecretPost)
				}
			},
		},
		{
			// RFC 6749 §2.3.1 and App. B: identifier and password are form-encoded
			// before they are joined with ":" and Base64-encoded, so the server
			// decodes them after it has split them.
			ID: "ca-basic-encoding", Level: check.Must,
			Title:   "Identifier and secret in Basic are form-decoded.",
			Clauses: []string{"RFC 6749 §2.3.1", "RFC 6749 App. B"},
			Sent:    "A client credentials request with Basic by a client whose credentials hold reserved characters, encoded; where that is refused, the same in the body, and with Basic without encoding.",
			Judged:  "A token: pass. Refused while the same credentials work unencoded, or in the body for a client that the target file says may use Basic: fail. Else: error, the credentials may be wrong, or the client registered for the body alone.",
			Needs:   []check.Need{needTokenEndpoint, needReserved},
			Proves:  []string{"basic-form-decoded"},
			Run:     basicEncoding,
		},
		{
			// RFC 6749 §2.3.1: the server may support credentials in the body; one
			// that advertises it says that it does. OAuth 2.1 §2.4.1 makes it the
			// method that every server supports.
			ID: "ca-post", Level: check.May,
			LevelUnder: map[target.Policy]check.Level{target.PolicyOAuth21: check.Must},
			Title:      "A client can authenticate with its credentials in the body, where that is offered.",
			Clauses:    []string{"RFC 6749 §2.3.1", "OAuth 2.1 draft §2.4.1"},
			Sent:       "A client credentials request with client_id and client_secret in the body, and where that is refused the same with Basic.",
			Judged:     "A token: pass. Refused while Basic works: broken. Refused both ways: error.",
			Needs:      []check.Need{needTokenEndpoint, needPostClient},
			Proves:     []string{"post-supported"},
			Run: func(t *check.T) {
				for _, c := range candidates(t, oauth.ClientSecretPost) {
					authenticates(t, c, oauth.ClientSecretPost, oauth.ClientSecretBasic)
				}
			},
		},
	}, basicHeaders()...)
}

// candidates are the clients that show whether a method works: all that are
// registered for it by the target file, or else the one that nothing is said
// of. Those with credentials that encode differently have their own check.
func candidates(t *check.T, method string) []target.Client {
	var out []target.Client
	for _, c := range confidential(t) {
		if slices.Contains(c.Methods(), method) && !oauth.EncodingMatters(c.ID, c.Secret) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		if c := pick(t, method); c != nil {
			out = append(out, *c)
		}
	}
	return out
}

// authenticates expects a client to get a token by a method. Where it does
// not, the other method shows whether the credentials are right at all.
func authenticates(t *check.T, c target.Client, method, other string) {
	r := t.Do(c.ID+" by "+method, "token", credentials{&c, method}.request(t).HTTP())
	why := succeeded(r)
	if why == "" {
		return
	}
	if r.Status >= 500 {
		t.Inconclusive("%s by %s: %s", c.ID, method, why)
	}
	second := t.Do(c.ID+" by "+other, "token", credentials{&c, other}.request(t).HTTP())
	t.Look(c.ID+" by "+method, r)
	if succeeded(second) != "" {
		t.Inconclusive("%s gets no token by %s (%s) and none by %s (%s); are identifier, secret, scope and grant those of the registration?",
			c.ID, method, why, other, succeeded(second))
	}
	if len(c.Methods()) == 0 && slices.Contains(offered(t), method) {
		// The target offers the method, and this client may be registered for
		// another one alone, which is the target's right.
		t.Inconclusive("%s gets a token by %s and none by %s; the target offers both, so the client may be registered for the one alone: say so with auth: in the target file",
			c.ID, other, method)
	}
	t.Expect(r).To(statement{false, "a token by " + method, why}, "a client with right credentials cannot authenticate by %s", method)
}

func basicEncoding(t *check.T) {
	c := reserved(t)
	basic := credentials{c, oauth.ClientSecretBasic}
	r := t.Do("Basic, form-encoded", "token", basic.request(t).HTTP())
	why := succeeded(r)
	if why == "" {
		return
	}
	if r.Status >= 500 {
		t.Inconclusive("Basic, form-encoded: %s", why)
	}
	// Are the credentials right at all? In the body there is no second
	// encoding, and a server that does not decode takes them as they are.
	body := t.Do("in the body", "token", credentials{c, oauth.ClientSecretPost}.request(t).HTTP())
	raw := basic.bare(t)
	raw.Authenticate(oauth.ClientSecretBasic, c.ID, c.Secret)
	raw.Header.Set("Authorization", "Basic "+oauth.RawBasicCredentials(c.ID, c.Secret))
	bare := t.Do("Basic, not encoded", "token", raw.HTTP())
	t.Look("Basic, form-encoded", r)
	if succeeded(body) != "" && succeeded(bare) != "" {
		t.Inconclusive("%s gets no token in any way (%s); are identifier, secret, scope and grant those of the registration?", c.ID, why)
	}
	if succeeded(bare) != "" && len(c.Methods()) == 0 {
		t.Inconclusive("%s gets a token with its credentials in the body, and none with Basic, encoded or not; it may be registered for the body alone: say so with auth: in the target file", c.ID)
	}
	t.Expect(r).To(statement{false, "a token for form-encoded credentials", why},
		"the target does not decode the credentials in Basic: a client that encodes them as the clause says cannot authenticate")
}
