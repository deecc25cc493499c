package authserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// jwkSigned are the checks on the keys together with what they sign (RFC 8414
// §2; OpenID Connect Core §10.1; RFC 9068 §4).
func jwkSigned() []*check.Check {
	return []*check.Check{
		{
			// OpenID Connect Core §10.1: with several keys in the set, a kid must be
			// in the header of what is signed, which takes a kid in the keys. For
			// servers that are no OpenID provider, and for access tokens, no clause
			// demands it; without it whoever verifies has to try.
			ID: "jwks-kid-present", Level: check.Must,
			Title:   "With more than one signing key, the keys have a kid and what they sign names it.",
			Clauses: []string{"OpenID Connect Core §10.1", "RFC 7515 §4.1.4"},
			Sent:    "GET of the JWK Set; a client credentials request, and an authorization code flow, as far as there are clients for them.",
			Judged:  "A key without kid at an OpenID provider, and an ID token that names none: broken. A key of another server, and a JWT access token: info. One signing key: not run.",
			Needs:   []check.Need{needJWKS},
			Proves:  []string{"jwks-key-ids", "jwt-names-key"},
			Run:     keysNamed,
		},
		{
			// RFC 8414 §2: when both signing and encryption keys are made available,
			// use is REQUIRED for all keys of the set.
			ID: "jwks-use", Level: check.Required,
			Title:   "Where keys for signing and for encryption are published, every key says by use what it is for.",
			Clauses: []string{"RFC 8414 §2", "RFC 7517 §4.2"},
			Sent:    "GET of the JWK Set.",
			Judged:  "Every key has use. A set without a key for encryption (by use, alg or key_ops), or with nothing else: not run.",
			Needs:   []check.Need{needJWKS},
			Proves:  []string{"jwks-use"},
			Run: func(t *check.T) {
				keys := usableKeys(t)
				encrypts := slices.ContainsFunc(keys, jwk.encrypts)
				signs := slices.ContainsFunc(keys, func(k jwk) bool { return !k.encrypts() })
				if !encrypts || !signs {
					t.NotRun(check.Need{Name: "keys for signing and for encryption in the JWK Set", Hint: "nothing to do: with one sort of key nobody can mistake it"})
				}
				for i, k := range keys {
					t.Expect(k).To(statement{k.text("use") != "", `"use" in every key`, fmt.Sprintf("none in key %d%s", i+1, k.label())},
						"keys for signing and for encryption are published, and one of them does not say which it is")
				}
			},
		},
		{
			// OpenID Connect Core §10.1: what signs an ID token must be a key of the
			// JWK Set; RFC 9068 §4: JWT access tokens of the profile are verified with
			// the keys the server provides. An access token of another form is between
			// the server and its resources.
			ID: "jwks-verifies", Level: check.Must,
			Title:   "ID tokens and JWT access tokens verify with a key of the JWK Set.",
			Clauses: []string{"OpenID Connect Core §10.1", "RFC 9068 §4"},
			Sent:    "A client credentials request of up to three clients, an authorization code flow, as far as there are clients for them; GET of the JWK Set.",
			Judged:  "The signature of each ID token, and of each access token of the type at+jwt. Of another JWT access token it is info. MACs, algorithms not known here and encrypted tokens are recorded. No JWT: not run.",
			Needs:   []check.Need{needJWKS, needSomeToken},
			Proves:  []string{"jwt-key-published"},
			Run:     tokensVerify,
		},
	}
}

// encrypts tells whether the key says that it is for encryption: by use, or else
// by an algorithm of RFC 7518 §4.1, or by its operations.
func (k jwk) encrypts() bool {
	switch k.text("use") {
	case "enc":
		return true
	case "sig":
		return false
	}
	alg := k.text("alg")
	if strings.HasPrefix(alg, "RSA-OAEP") || strings.HasPrefix(alg, "RSA1_5") || strings.HasPrefix(alg, "ECDH-ES") || strings.HasPrefix(alg, "HPKE") {
		return true
	}
	ops := string(k["key_ops"])
	return !strings.Contains(ops, `"verify"`) && (strings.Contains(ops, `"encrypt"`) || strings.Contains(ops, `"wrapKey"`) || strings.Contains(ops, `"derive`))
}

var needSomeToken = check.Need{
	Name: "a client that gets tokens: with a secret for the client credentials grant, or with a redirect URI and a user",
	Hint: "add --client-id and --client-secret, or list the client in a target file",
	Met: func(t *check.T) bool {
		if tokenEndpoint(t) == "" {
			return false
		}
		return len(confidential(t)) > 0 || !slices.ContainsFunc(forCode, func(n check.Need) bool { return !n.Met(t) })
	},
	Instead: byRegistering,
}

// signedToken is a JWT that the target issued.
type signedToken struct {
	jwt *jwt
	// id marks an ID token; any other is an access token.
	id bool
	// what it is and who got it, for people.
	what string
	// resp is the answer it came with.
	resp *check.Response
}

// manyClients is how many clients ask for a token: they may be registered for
// different algorithms.
const manyClients = 3

// signedTokens are JWTs that the target issues, got once in a run. What is
// refused is left out: why, other checks say.
func signedTokens(t *check.T) []signedToken {
	return check.Shared(t, "JWTs of the target", func(t *check.T) []signedToken {
		var out []signedToken
		take := func(r *check.Response, client string) {
			if succeeded(r) != "" {
				return
			}
			for _, member := range []string{"access_token", "id_token"} {
				s, _ := oauth.Read(r).String(member)
				j, why := parseJWT(s)
				switch {
				case j != nil:
					out = append(out, signedToken{j, member == "id_token", member + " of " + client, r})
				case s != "":
					t.Record(member+" of "+client, "no JWT that can be read: "+why)
				}
			}
		}
		for i, c := range confidential(t) {
			if i == manyClients {
				break
			}
			cr := credentials{&c, methodsOf(t, c)[0]}
			take(t.Do("a token for "+c.ID, "token", cr.request(t).HTTP()), c.ID)
		}
		if c, ok := idTokenClient(t); ok {
			a := newAuthorization(t, c, "code", useragent.NewSession())
			if o := a.try("authorization request of " + c.ID); landed(o, "code") == "" {
				take(t.Do("tokens for "+c.ID, "token", a.redeem(o.Landing.Get("code")).HTTP()), c.ID)
			}
		}
		return out
	})
}

// idTokenClient is a client for the code flow: one that asks for openid where
// there is one.
func idTokenClient(t *check.T) (target.Client, bool) {
	if slices.ContainsFunc(forCode, func(n check.Need) bool { return !n.Met(t) }) {
		return target.Client{}, false
	}
	list := codeClients(t)
	i := slices.IndexFunc(list, func(c target.Client) bool { return slices.Contains(c.Scopes, "openid") })
	return list[max(i, 0)], true
}

func keysNamed(t *check.T) {
	signing := slices.DeleteFunc(slices.Clone(usableKeys(t)), jwk.encrypts)
	if len(signing) < 2 {
		t.NotRun(check.Need{Name: "more than one signing key in the JWK Set", Hint: "nothing to do: with one key nobody has to choose"})
	}
	provider := len(openIDDocuments(t)) > 0
	t.Look("JWK Set", keySet(t).resp)
	for i, k := range signing {
		s := statement{k.text("kid") != "", `"kid" in every signing key`, fmt.Sprintf("none in key %d of %d", i+1, len(signing))}
		const message = "there are several signing keys, and one of them has no name"
		if provider {
			t.Expect(k).To(s, message)
		} else if !s.holds {
			t.Inform(message+"; whoever verifies has to try", s.expected, s.got)
		}
	}
	if !needSomeToken.Met(t) {
		return
	}
	for _, st := range signedTokens(t) {
		t.Look(st.what, st.resp)
		if !st.jwt.asymmetric() { // another key than those of the set
			continue
		}
		s := statement{st.jwt.kid != "", "kid in the header", "none in the " + st.what}
		const message = "there are several signing keys, and a token does not say which of them signed it"
		if st.id {
			t.Expect(st.jwt).To(s, message)
		} else if !s.holds {
			t.Inform(message+"; whoever verifies has to try", s.expected, s.got)
		}
	}
}

func tokensVerify(t *check.T) {
	keys := usableKeys(t)
	judged := 0
	for _, st := range signedTokens(t) {
		t.Look(st.what, st.resp)
		if !st.jwt.asymmetric() {
			t.Record("not verified: "+st.what, "alg "+clip(st.jwt.alg))
			continue
		}
		judged++
		why, tried := st.jwt.verify(keys)
		if !tried {
			t.Inconclusive("%s: %s", st.what, why)
		}
		const want = "a signature by a key of the JWK Set"
		switch {
		case why == "":
		case !st.id && st.jwt.typ != "at+jwt":
			t.Inform("an access token in the form of a JWT does not verify with the published keys; it does not call itself at+jwt, and so may be for the resources of the target alone", want, st.what+": "+why)
		default:
			t.Expect(st.jwt).To(statement{false, want, st.what + ": " + why}, "a token of the target does not verify with its own keys")
		}
	}
	if judged == 0 {
		t.NotRun(check.Need{Name: "an asymmetrically signed JWT that the target issues", Hint: "nothing to do: its tokens are opaque, encrypted or MACed"})
	}
}
