package authserver

import (
	"bytes"
	"crypto"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// assertionSignatures are the checks on the signature of a client's assertion
// (RFC 7523 §3, 9; RFC 8725 §3.1, §3.2).
func assertionSignatures() []*check.Check {
	const judged = "No token. Which error code it is, ca-error-status says."
	return []*check.Check{
		{
			// RFC 7523 §3, 9: the JWT must be signed by its issuer, and one with an
			// invalid signature must be rejected.
			ID: "ca-pkjwt-sig", Level: check.Must,
			Title:   "An assertion that the client did not sign is refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 7521 §5.2"},
			Sent:    "The working request with a bit of the signature changed; signed with a key that nobody has registered; and, where there is another client with a key, signed with that and naming it in kid.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-signature-verified"},
			Run:     foreignSignatures,
		},
		{
			// RFC 7523 §3, 9: the JWT must be signed or have a MAC; RFC 8725 §3.2:
			// none is for what is protected otherwise, and no library takes it
			// unasked. Some compared the word in one spelling alone.
			ID: "ca-pkjwt-none", Level: check.Must,
			Title:   "An assertion without signature is refused.",
			Clauses: []string{"RFC 7523 §3", "RFC 8725 §3.2"},
			Sent:    "The working request with the alg none and no signature, the same spelt nOnE, and with the right alg and no signature.",
			Judged:  judged,
			Needs:   forAssertion,
			Proves:  []string{"assertion-alg-registered", "assertion-signature-verified"},
			Run: func(t *check.T) {
				without := func(alg string) func(*oauth.Assertion) string {
					return func(right *oauth.Assertion) string {
						if alg == "" {
							return unsigned(t, right, right.Alg)
						}
						return unsigned(t, right, alg)
					}
				}
				asserterOf(t, keyClients(t), oauth.PrivateKeyJWT).contrast(t,
					forgery{step: "alg none", make: without("none")},
					forgery{step: "alg nOnE", make: without("nOnE")},
					forgery{step: "no signature", make: without("")})
			},
		},
		{
			// RFC 8725 §3.1: no other algorithms than those that the caller
			// specified, and each key is used with exactly one, which must be
			// checked. Where the header decides, the public key becomes the secret of
			// a MAC that everybody can make. Another algorithm of the same key is no
			// harm: whoever signed has the key.
			ID: "ca-pkjwt-alg-registered", Level: check.Must,
			Title:   "An assertion with another algorithm than that of the client's key is refused.",
			Clauses: []string{"RFC 8725 §3.1", "RFC 7523 §3"},
			Sent:    "The working request with a MAC (HS256) whose secret is the PEM text of the client's public key, with and without the line break at its end; with another algorithm that the key can do, where there is one; and the same for a client with client_secret_jwt.",
			Judged:  "A token for a MAC with the public key: fail. A token for another algorithm of the right key: warn.",
			Needs:   forAssertion,
			Proves:  []string{"assertion-key-not-secret", "assertion-alg-registered"},
			Run:     otherAlgorithms,
		},
	}
}

func foreignSignatures(t *check.T) {
	a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
	list := []forgery{
		{step: "a bit of the signature changed", make: func(right *oauth.Assertion) string { return oauth.SpoilSignature(signed(t, right)) }},
		{step: "signed with a key that nobody has registered", make: func(right *oauth.Assertion) string {
			right.Key = strayKey(t, right.Alg)
			return signed(t, right)
		}},
	}
	for _, other := range keyClients(t) {
		if other.ID == a.client.ID || sameKey(signerOf(t, other), signerOf(t, a.client)) {
			continue
		}
		list = append(list, forgery{step: "signed with the key of another client", make: func(right *oauth.Assertion) string {
			right.Alg, right.Key = asserter{client: other, method: oauth.PrivateKeyJWT}.key(t)
			delete(right.Header, "kid")
			if other.KeyID != "" {
				right.Header["kid"] = other.KeyID
			}
			return signed(t, right)
		}})
		break
	}
	a.contrast(t, list...)
}

// sameKey tells whether two private keys are one.
func sameKey(a, b crypto.Signer) bool {
	public, ok := a.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(b.Public())
}

// strayKey is a key that nobody has registered.
func strayKey(t *check.T, alg string) crypto.Signer {
	key, err := oauth.NewKey(alg)
	t.Require(err).To(succeed(), "no key can be made for the algorithm of the client")
	return key
}

func otherAlgorithms(t *check.T) {
	a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
	public, err := oauth.PublicPEM(signerOf(t, a.client))
	t.Require(err).To(succeed(), "the public key of the client cannot be written")
	maced := func(secret []byte) func(*oauth.Assertion) string {
		return func(right *oauth.Assertion) string {
			right.Alg, right.Key = "HS256", secret
			return signed(t, right)
		}
	}
	list := []forgery{
		{step: "a MAC with the public key", make: maced(public)},
		{step: "a MAC with the public key, without the last line break", make: maced(bytes.TrimSpace(public))},
	}
	a.contrast(t, append(list, sibling(t, a)...)...)
	if len(macClients(t)) == 0 {
		return
	}
	m := asserterOf(t, macClients(t), oauth.ClientSecretJWT)
	if list := sibling(t, m); m.works && len(list) > 0 {
		m.contrast(t, list...)
	}
}

// sibling is an assertion with another algorithm that the client's key can do;
// none where there is no such.
func sibling(t *check.T, a asserter) []forgery {
	alg, _ := a.key(t)
	other := map[string]string{
		"RS256": "PS256", "RS384": "PS384", "RS512": "PS512", "PS256": "RS256", "PS384": "RS384", "PS512": "RS512",
		"HS256": "HS384", "HS384": "HS256", "HS512": "HS256",
	}[alg]
	// RFC 7518 §3.2: the secret is at least as long as the hash.
	if other == "" || strings.HasPrefix(other, "HS384") && len(a.client.Secret) < 48 {
		return nil
	}
	return []forgery{{
		step: other + " in place of " + alg,
		make: func(right *oauth.Assertion) string {
			right.Alg = other
			return signed(t, right)
		},
		judge: func(r *check.Response) {
			t.Safe(r).To(oauth.RefuseToken(), "the target takes the same key for two algorithms (%s and %s)", alg, other)
		},
	}}
}
