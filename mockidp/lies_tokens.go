package mockidp

import (
	"slices"
	"strings"
	"time"
)

// What a lie puts in the place of what is right. The names are reserved ones
// (RFC 2606), so that nothing a client does with them reaches anybody.
const (
	otherIssuer   = "https://other-issuer.example"
	otherAudience = "https://other-audience.example"
	otherClient   = "another-client"
	otherValue    = "not-the-value-that-was-sent"
)

// wrongHash is an at_hash of nothing that was sent: the right length for a hash
// of 256 bits.
var wrongHash = encodeOctets(recipe("at_hash", 16))

// idTokenLies are told in ID tokens, from the token endpoint and in
// authorization responses alike.
var idTokenLies = slices.Concat(
	claimTrio(KindIDToken, "iss", otherIssuer, "OpenID Connect Core §3.1.3.7", "the issuer identifier"),
	claimTrio(KindIDToken, "nonce", otherValue, "OpenID Connect Core §3.1.3.7", "the nonce of the request"),
	claimTrio(KindIDToken, "at_hash", wrongHash, "OpenID Connect Core §3.2.2.9", "the hash of the access token"),
	[]lie{
		claimLie(KindIDToken, "azp-wrong", "OpenID Connect Core §3.1.3.7", "azp names another client.",
			func(x *exchange, d *draft) bool { return d.put("azp", otherClient) }),
		claimLie(KindIDToken, "azp-missing", "OpenID Connect Core §3.1.3.7", "aud names a second audience that the client does not trust, and azp is missing.",
			func(x *exchange, d *draft) bool {
				delete(d.claims, "azp")
				return d.put("aud", []any{d.claims["aud"], otherAudience})
			}),
		claimLie(KindIDToken, "azp-duplicate", "RFC 7519 §4", "azp is there twice, first the client and then another.",
			func(x *exchange, d *draft) bool {
				d.put("azp", d.client.ID)
				return d.again("azp", otherClient)
			}),
		claimLie(KindIDToken, "sub-missing", "OpenID Connect Core §2", "sub is missing.",
			func(x *exchange, d *draft) bool { return d.drop("sub") }),
		claimLie(KindIDToken, "exp-missing", "OpenID Connect Core §2", "exp is missing.",
			func(x *exchange, d *draft) bool { return d.drop("exp") }),
	},
	jwtLies(KindIDToken),
)

// accessTokenLies are told in JWT access tokens; an opaque one cannot lie. It is
// the resource server that has to notice.
var accessTokenLies = slices.Concat(
	claimTrio(KindAccessToken, "iss", otherIssuer, "RFC 9068 §4", "the issuer identifier"),
	[]lie{
		claimLie(KindAccessToken, "typ-wrong", "RFC 9068 §4", "typ is JWT, as that of an ID token, not at+jwt.",
			func(x *exchange, d *draft) bool {
				d.header["typ"] = "JWT"
				return true
			}),
	},
	jwtLies(KindAccessToken),
)

// jwtLies are those that both kinds of token have in common.
func jwtLies(kind TokenKind) []lie {
	validation := "OpenID Connect Core §3.1.3.7"
	if kind == KindAccessToken {
		validation = "RFC 9068 §4"
	}
	day := int64(24 * time.Hour / time.Second)
	return []lie{
		claimLie(kind, "aud-wrong", validation, "aud names another audience.",
			func(x *exchange, d *draft) bool { return d.put("aud", otherAudience) }),
		claimLie(kind, "expired", validation, "The token expired a day ago.",
			func(x *exchange, d *draft) bool {
				now := x.p.clock.Now().Unix()
				d.put("iat", now-2*day)
				return d.put("exp", now-day)
			}),
		claimLie(kind, "not-yet-valid", "RFC 7519 §4.1.5", "nbf and iat are a day ahead.",
			func(x *exchange, d *draft) bool {
				now := x.p.clock.Now().Unix()
				d.put("nbf", now+day)
				d.put("exp", now+2*day)
				return d.put("iat", now+day)
			}),
		claimLie(kind, "alg-none", "RFC 8725 §3.2", "The token is not signed: alg is none and the signature is empty.",
			func(x *exchange, d *draft) bool { return d.signWith(signNone) }),
		claimLie(kind, "alg-hs256-public-key", "RFC 8725 §3.1", "alg is HS256, with the PEM text of the public key as the secret.",
			func(x *exchange, d *draft) bool { return d.signWith(signPublicKey) }),
		claimLie(kind, "crit-unknown", "RFC 7515 §4.1.11", "crit lists a header parameter that nobody understands.",
			func(x *exchange, d *draft) bool {
				d.header["crit"], d.header[unknownParameter] = []string{unknownParameter}, true
				return true
			}),
		claimLie(kind, "jku-foreign", "RFC 8725 §3.10", "jku points to a key set that is not the issuer's and holds the key that signed the token.",
			func(x *exchange, d *draft) bool {
				d.header["jku"] = x.id.endpoint("/" + endpointForeign)
				return d.signWith(signForeign)
			}),
		claimLie(kind, "key-unpublished", validation, "The token is signed with a key that is not in the key set, under the kid of one that is.",
			func(x *exchange, d *draft) bool { return d.signWith(signStray) }),
		claimLie(kind, "signature-broken", "RFC 7515 §5.2", "The last octet of the signature is another.",
			func(x *exchange, d *draft) bool { return d.signWith(signBroken) }),
	}
}

// unknownParameter is a header parameter that no client understands.
const unknownParameter = "https://mockidp.example/must-understand"

// claimTrio is wrong, missing and duplicate for one claim.
func claimTrio(kind TokenKind, claim, wrong, clause, what string) []lie {
	return []lie{
		claimLie(kind, claim+"-wrong", clause, claim+" is not "+what+".",
			func(x *exchange, d *draft) bool { return d.claims[claim] != nil && d.put(claim, wrong) }),
		claimLie(kind, claim+"-missing", clause, claim+" is missing.",
			func(x *exchange, d *draft) bool { return d.drop(claim) }),
		claimLie(kind, claim+"-duplicate", "RFC 7519 §4", claim+" is there twice, the second time with another value.",
			func(x *exchange, d *draft) bool { return d.claims[claim] != nil && d.again(claim, wrong) }),
	}
}

// claimLie is a lie in a token, with a name of the kind and the fault.
func claimLie(kind TokenKind, fault, clause, text string, tell func(*exchange, *draft) bool) lie {
	l := lie{kind: kind, token: tell, Lie: Lie{
		Name: strings.ReplaceAll(string(kind)+"-"+fault, "_", "-"), Clause: clause, Text: text,
		Client: "Refuse the ID token and log nobody in.",
		Shows:  "The login fails; userinfo is not called and the access token is not used.",
	}}
	if kind == KindAccessToken {
		l.Client = "A resource server refuses the token; a client does not look into it."
		l.Shows = "The resource server answers 401 with invalid_token (RFC 6750 §3.1)."
	}
	switch {
	case strings.HasPrefix(fault, "azp-"), kind == KindIDToken && fault == "not-yet-valid":
		l.Client = "Refuse the ID token; the text says SHOULD, or leaves the client some room."
	case fault == "at_hash-missing":
		l.Clause = "OpenID Connect Core §3.2.2.10"
		l.Client = "Refuse the ID token where the claim is required: beside an access token from the authorization endpoint. From the token endpoint it is optional."
	case strings.HasPrefix(fault, "at_hash-"):
		l.Client = "Do not use the access token; from the token endpoint the check is optional."
		l.Shows = "The access token is not presented to userinfo or to a resource server."
	}
	return l
}
