package mockidp

import (
	"crypto/ecdh"
	"fmt"
	"maps"
	"net/http"
)

// metadataLies are told in both metadata documents.
var metadataLies = []lie{
	metadataLie(Lie{
		Name: "metadata-issuer-mismatch", Clause: "RFC 8414 §3.3",
		Text:   "issuer is another issuer.",
		Client: "Use nothing of the document: the issuer has to be identical to the one it was fetched for.",
		Shows:  "No request follows the one for the metadata.",
	}, func(x *exchange, doc object) bool { doc["issuer"] = otherIssuer; return true }),
	metadataLie(Lie{
		Name: "metadata-issuer-missing", Clause: "RFC 8414 §2",
		Text:   "issuer, which is required, is missing.",
		Client: "Use nothing of the document.",
		Shows:  "No request follows the one for the metadata.",
	}, func(x *exchange, doc object) bool { delete(doc, "issuer"); return true }),
	metadataLie(Lie{
		Name: "metadata-pkce-absent", Clause: "RFC 9700 §2.1.1",
		Text:   "code_challenge_methods_supported is missing, as after a downgrade; PKCE works as ever.",
		Client: "Send an S256 challenge all the same, or stop; never go on without.",
		Shows:  "The authorization request has a code_challenge, or there is none.",
	}, func(x *exchange, doc object) bool { return remove(doc, "code_challenge_methods_supported") }),
	metadataLie(Lie{
		Name: "metadata-pkce-plain", Clause: "RFC 7636 §7.2",
		Text:   "code_challenge_methods_supported names plain alone.",
		Client: "Do not fall back from S256 to plain.",
		Shows:  "No authorization request has code_challenge_method=plain.",
	}, func(x *exchange, doc object) bool {
		doc["code_challenge_methods_supported"] = []string{"plain"}
		return true
	}),
	metadataLie(Lie{
		Name: "metadata-algs-disagree", Clause: "OpenID Connect Discovery §3",
		Text:   "id_token_signing_alg_values_supported names PS512 alone, for which the key set has no key and by which nothing is signed.",
		Client: "Refuse ID tokens that are signed by an algorithm it did not expect.",
		Shows:  "The login fails; no ID token is taken.",
	}, func(x *exchange, doc object) bool {
		if doc["id_token_signing_alg_values_supported"] == nil {
			return false // of the OAuth document
		}
		doc["id_token_signing_alg_values_supported"] = []string{"PS512"}
		return true
	}),
	metadataLie(Lie{
		Name: "metadata-jwks-uri-foreign", Clause: "OpenID Connect Core §3.1.3.7",
		Text:   "jwks_uri leads to a key set whose keys sign none of the tokens.",
		Client: "Refuse the tokens: their key is not in the set.",
		Shows:  "A request for " + endpointForeign + ", and then no login.",
	}, func(x *exchange, doc object) bool {
		doc["jwks_uri"] = x.id.endpoint("/" + endpointForeign)
		return true
	}),
	{Lie: Lie{
		Name: "metadata-redirect-loop", Clause: "RFC 9110 §15.4",
		Text:   "Every request for the metadata is redirected to where it is made.",
		Client: "Give up after a few redirects; better, follow none.",
		Shows:  "The number of requests for the metadata stays small.",
	}, at: []string{endpointMetadata}, replace: func(x *exchange) *reply {
		rep := text(http.StatusFound, "found")
		rep.header.Set("Location", x.r.URL.RequestURI())
		return rep
	}},
	{Lie: Lie{
		Name: "metadata-huge", Clause: "RFC 8414 §3.2",
		Text:   "A member of 100 MB follows the right ones.",
		Client: "Stop reading at a limit of its own.",
		Shows:  "The client's memory stays small, and it reports a document that is too long.",
	}, at: []string{endpointMetadata}, send: &Condition{padding: hugeDocument}},
}

// hugeDocument is the size of the member that metadata-huge adds.
const hugeDocument = 100 << 20

func metadataLie(l Lie, change func(*exchange, object) bool) lie {
	return lie{Lie: l, at: []string{endpointMetadata}, members: change}
}

// remove deletes a member and reports whether it was there.
func remove(doc object, name string) bool {
	_, there := doc[name]
	delete(doc, name)
	return there
}

// manyKeys is how many keys jwks-10000-keys puts before the right ones.
const manyKeys = 10_000

var atKeys = []string{"jwks"}

// keyLies are told in the JWK Set.
var keyLies = []lie{
	{Lie: Lie{
		Name: "jwks-empty", Clause: "RFC 7517 §5",
		Text:   "The key set holds no key.",
		Client: "Refuse the tokens; do not take them unverified for want of a key.",
		Shows:  "No login; the key set is not fetched without end.",
	}, at: atKeys, members: func(x *exchange, doc object) bool { doc["keys"] = []any{}; return true }},
	{Lie: Lie{
		Name: "jwks-private", Clause: "OpenID Connect Discovery §3",
		Text:   "A key is published with its private part.",
		Client: "Use the public part at most; the key is worth nothing any more.",
		Shows:  "The client reports it, or goes on with the public part.",
	}, at: atKeys, request: offRules(ruleJWKSPublicOnly)},
	{Lie: Lie{
		Name: "jwks-oct", Clause: "RFC 7517 §9.2",
		Text:   "A symmetric key is published beside the others.",
		Client: "Pass over it; never verify a MAC with a key that everybody has.",
		Shows:  "Tokens signed by the other keys are taken, and none with HS256.",
	}, at: atKeys, request: offRules(ruleJWKSNoSymmetric)},
	{Lie: Lie{
		Name: "jwks-10000-keys", Clause: "RFC 7517 §5",
		Text:   "Ten thousand keys of nobody's stand before the right ones.",
		Client: "Find the right one by its kid, or refuse a set that is too long; do not try them all.",
		Shows:  "The time that verifying takes.",
	}, at: atKeys, members: func(x *exchange, doc object) bool {
		keys, _ := doc["keys"].([]any)
		many := make([]any, manyKeys, manyKeys+len(keys))
		nobodys := strayEC("P-256", ecdh.P256(), 32)
		for i := range many {
			k := maps.Clone(nobodys)
			k["kid"] = fmt.Sprintf("%s-%d", x.strayKeyID("many")[:8], i)
			many[i] = k
		}
		doc["keys"] = append(many, keys...)
		return true
	}},
	{Lie: Lie{
		Name: "jwks-kid-twice", Clause: "RFC 7517 §4.5",
		Text:   "Before each key stands one of nobody's with the same kid.",
		Client: "Try every key that the kid, kty and alg fit, or refuse; not give up at the first.",
		Shows:  "Whether the login works.",
	}, at: atKeys, members: func(x *exchange, doc object) bool {
		var out []any
		for _, k := range doc.keys() {
			if stray := strayTwin(k); stray != nil {
				out = append(out, stray)
			}
			out = append(out, k)
		}
		doc["keys"] = out
		return len(out) > 0
	}},
	{Lie: Lie{
		Name: "jwks-other-keys", Clause: "OpenID Connect Core §3.1.3.7",
		Text:   "Under the kid of each key stands one of nobody's.",
		Client: "Refuse the tokens: their signatures do not fit.",
		Shows:  "No login.",
	}, at: atKeys, members: func(x *exchange, doc object) bool {
		var out []any
		for _, k := range doc.keys() {
			if stray := strayTwin(k); stray != nil {
				out = append(out, stray)
			}
		}
		doc["keys"] = out
		return len(out) > 0
	}},
}

// offRules switches rules off for one request.
func offRules(names ...string) func(*exchange) bool {
	return func(x *exchange) bool {
		for _, name := range names {
			if set, err := x.set.withRule(name, Off); err == nil {
				x.set = set
			}
		}
		return true
	}
}

// keys are the keys of a JWK Set that has been read.
func (doc object) keys() []map[string]any {
	list, _ := doc["keys"].([]any)
	var out []map[string]any
	for _, k := range list {
		if key, ok := k.(map[string]any); ok {
			out = append(out, key)
		}
	}
	return out
}

// strayTwin is a public key of nobody's that says of itself what k says.
func strayTwin(k map[string]any) object {
	alg, _ := k["alg"].(string)
	if alg == "" {
		alg = map[any]string{"P-256": algES256, "P-384": "ES384", "P-521": "ES512", "Ed25519": algEdDSA}[k["crv"]]
	}
	if alg == "" && k["kty"] == "RSA" {
		alg = algRS256
	}
	if alg == "" {
		return nil
	}
	key, err := strayKey(alg)
	if err != nil {
		return nil
	}
	kid, _ := k["kid"].(string)
	twin, err := jwkObject(key.Public(), kid, alg)
	if err != nil {
		return nil
	}
	return twin
}
