package mockidp

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// trustedIssuer is a party whose assertions about users are believed.
type trustedIssuer struct {
	issuer string
	keys   []verifyKey
}

// WithTrustedIssuer lets assertions of another issuer stand for users: in the JWT
// bearer grant (RFC 7523 §2.1), and as tokens of the type jwt in a token exchange
// (RFC 8693 §3). Jwks is its JWK Set (RFC 7517 §5). Given several times for
// different issuers, all of them are trusted.
func WithTrustedIssuer(issuer string, jwks json.RawMessage) Option {
	return func(c *config) error {
		if issuer == "" {
			return errors.New("mockidp: WithTrustedIssuer: the issuer is empty")
		}
		if slices.ContainsFunc(c.ext.trusted, func(t trustedIssuer) bool { return t.issuer == issuer }) {
			return fmt.Errorf("mockidp: WithTrustedIssuer: issuer %q is given twice; put all its keys into one JWK Set", issuer)
		}
		keys, err := parseJWKS(jwks)
		if err != nil {
			return fmt.Errorf("mockidp: WithTrustedIssuer: issuer %q: %w", issuer, err)
		}
		if len(keys) == 0 {
			return fmt.Errorf("mockidp: WithTrustedIssuer: issuer %q has no signing key", issuer)
		}
		c.ext.trusted = append(c.ext.trusted, trustedIssuer{issuer, keys})
		return nil
	}
}

// trustedAssertion checks a JWT about a user by RFC 7523 §3 and gives the reason
// for which it is refused, or nothing.
func (x *exchange) trustedAssertion(t *jwtToken) string {
	i := slices.IndexFunc(x.p.ext.trusted, func(known trustedIssuer) bool { return known.issuer == t.str("iss") })
	if x.breaks(ruleGrantAssertionIssuer, i >= 0, "iss of a trusted issuer", "another iss or none") {
		return "the assertion is not of a trusted issuer"
	}
	if x.breaks(ruleGrantAssertionSubject, t.str("sub") != "", "sub", "none") {
		return "the assertion has no sub"
	}
	by := assertionBy{name: "issuer " + t.str("iss"), algs: keyAlgs, typs: []string{"jwt"}, auds: x.ownNames}
	by.keys = func(fresh bool) []verifyKey {
		if i < 0 || fresh {
			return nil
		}
		return x.p.ext.trusted[i].keys
	}
	if i < 0 {
		// The keys of an issuer that nobody knows verify nothing. Where it is
		// believed all the same, so is its signature.
		if bad := x.checkAssertionHeader(t, by, grantAssertionRules); bad != "" {
			return bad
		}
		return x.checkAssertionTimes(t, grantAssertionRules)
	}
	return x.checkAssertion(t, by, grantAssertionRules)
}

// assertedUser is the user of a subject: one the provider knows, or a new one who
// has a subject and nothing else.
func (x *exchange) assertedUser(subject string) *User {
	if u := x.p.users.find(subject); u != nil {
		return u
	}
	if subject == "" || len(subject) > 255 || !isVisibleASCII(subject) {
		return nil
	}
	return &User{Subject: subject, Username: subject}
}
