package authserver

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// jwkSet are the checks on the JWK Set as a document (RFC 7517).
func jwkSet() []*check.Check {
	needs := []check.Need{needJWKS}
	return []*check.Check{
		{
			// RFC 7517 §5: a JWK Set is a JSON object with a member "keys", §5.1:
			// an array of JWKs. RFC 8414 §2: what jwks_uri refers to contains the
			// keys with which the server signs. No clause asks for a media type.
			ID: "jwks-fetch", Level: check.Must,
			Title:   "The JWK Set is served: a JSON object with a non-empty array of keys.",
			Clauses: []string{"RFC 7517 §5", "RFC 7517 §5.1", "RFC 8414 §2"},
			Sent:    "GET of the JWK Set.",
			Judged:  "200, a JSON object, \"keys\" an array of objects that is not empty. The media type is recorded. 5xx: error.",
			Needs:   needs,
			Proves:  []string{"jwks-served", "jwks-keys-array"},
			Run: func(t *check.T) {
				s := keySet(t)
				t.Record("media type", oauth.MediaType(s.resp.Header))
				if t.Target().Endpoints.JWKS != "" && (s.resp.Status == http.StatusNotFound || oauth.Page(s.resp)) {
					t.Inconclusive("there is no JWK Set at the URL of the target file (%s): is it the right one?", s.resp.URL)
				}
				t.Expect(s.resp).To(oauth.HaveStatus(http.StatusOK), "the JWK Set is not there")
				t.Expect(s.resp).To(oauth.BeJSONObject(), "the JWK Set is not a JSON object")
				t.Expect(s).To(statement{s.why == "" && len(s.keys) > 0, `"keys", a non-empty array of objects`, s.keysWere()},
					"the JWK Set holds no keys")
			},
		},
		{
			// RFC 7517 §4.1: every JWK has "kty". RFC 7518 §6.2.1 and §6.3.1: what an
			// EC and an RSA public key must have, §2: in base64url of the fewest
			// octets (§6.2.1.2: EC coordinates in the full size). Readers ignore keys
			// of a type they do not know (RFC 7517 §5), so such keys are recorded.
			ID: "jwks-kty", Level: check.Must,
			Title:   "Every key has its type and the parameters that the type requires, well encoded.",
			Clauses: []string{"RFC 7517 §4.1", "RFC 7518 §6.2.1", "RFC 7518 §6.3.1", "RFC 7518 §2"},
			Sent:    "GET of the JWK Set.",
			Judged:  "Each RSA and EC key, member by member. Other types are recorded and not judged.",
			Needs:   needs,
			Proves:  []string{"jwks-key-parameters", "jwks-base64url"},
			Run: func(t *check.T) {
				for i, k := range usableKeys(t) {
					kty := k.text("kty")
					t.Expect(k).To(statement{kty != "", `"kty" in every key`, fmt.Sprintf("key %d without it", i+1)}, "a key does not say what type it is")
					if kty != "RSA" && kty != "EC" {
						t.Record("key of a type that is not judged", clip(kty))
						continue
					}
					bad := k.malformed()
					t.Expect(k).To(statement{bad == "", "a well-formed " + kty + " public key", fmt.Sprintf("key %d%s: %s", i+1, k.label(), bad)},
						"a key cannot be used by those who read it by the clause")
				}
			},
		},
		{
			// RFC 7517 §9.2: private and symmetric keys must be protected from
			// disclosure to others; RFC 7518 §6.2.2, §6.3.2 and §6.4.1 say which
			// members hold them. A JWK Set that anybody may read holds none.
			ID: "jwks-no-private", Level: check.Must,
			Title:   "No key exposes private or symmetric material.",
			Clauses: []string{"RFC 7517 §9.2", "RFC 7518 §6.2.2", "RFC 7518 §6.3.2", "RFC 7518 §6.4.1"},
			Sent:    "GET of the JWK Set.",
			Judged:  "No RSA, EC or OKP key has d, p, q, dp, dq, qi or oth; no key is of the type oct.",
			Needs:   needs,
			Proves:  []string{"jwks-public-only", "jwks-no-symmetric"},
			Run: func(t *check.T) {
				for i, k := range usableKeys(t) {
					secret := k.secretMember()
					t.Expect(k).To(statement{secret == "", "public keys only", fmt.Sprintf("key %d%s has %q", i+1, k.label(), secret)},
						"the JWK Set gives a secret key away to anybody")
				}
			},
		},
	}
}

// jwkSetDocument is the JWK Set as it was fetched.
type jwkSetDocument struct {
	resp *check.Response
	keys []jwk
	// why "keys" is no array of objects.
	why string
}

// keySet fetches the JWK Set once in a run.
func keySet(t *check.T) *jwkSetDocument {
	return check.Shared(t, "jwks", func(t *check.T) *jwkSetDocument {
		s := &jwkSetDocument{resp: t.Do("JWK Set", "jwks", &check.Request{
			URL: jwksURL(t), Header: http.Header{"Accept": {"application/jwk-set+json, application/json"}}, Follow: 5,
		})}
		if s.resp.Status >= 500 {
			t.Inconclusive("the JWK Set answered %d", s.resp.Status)
		}
		raw, ok := oauth.Read(s.resp).Members["keys"]
		if !ok {
			s.why = `no member "keys"`
			return s
		}
		if err := json.Unmarshal(raw, &s.keys); err != nil {
			s.keys, s.why = nil, `"keys" is no array of objects: `+err.Error()
		}
		return s
	})
}

func (s *jwkSetDocument) keysWere() string {
	if s.why != "" {
		return s.why
	}
	return fmt.Sprintf("an array of %d keys", len(s.keys))
}

// usableKeys are the keys of the set; a check on keys says nothing where there
// is no set, which jwks-fetch judges.
func usableKeys(t *check.T) []jwk {
	s := keySet(t)
	if s.resp.Status != http.StatusOK || len(s.keys) == 0 {
		t.NotRun(check.Need{Name: "a JWK Set with keys", Hint: "see jwks-fetch"})
	}
	return s.keys
}
