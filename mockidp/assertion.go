package mockidp

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Limits of the assertions that clients and trusted issuers make.
const (
	// maxAssertionLifetime is how far in the future exp may lie: what RFC 7523 §3
	// calls unreasonable is ours to say.
	maxAssertionLifetime = time.Hour
)

// assertionType is the only client_assertion_type (RFC 7523 §2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionRules names the rules that an assertion is held to. Client
// authentication and the JWT bearer grant share the checks of RFC 7523 §3 and
// answer to rules of their own.
type assertionRules struct {
	signature, alg, headerKey, critical, typ string
	audience, expiry, unexpired, notBefore   string
	lifetime, id, once                       string
	// Those that only client authentication has.
	headerURL, keySecret string
	skew                 string // a variance
}

// assertionSkew is how far a clock may be off under that variance.
const assertionSkew = 5 * time.Minute

// assertionBy is what is known about the one who made an assertion.
type assertionBy struct {
	name   string          // keeps the jti of different makers apart
	algs   []string        // allowed
	typs   []string        // of the header, in lower case; a header without one is fine
	auds   func() []string // that mean this provider
	keys   func(fresh bool) []verifyKey
	secret []byte // of HMAC algorithms
}

// checkAssertion applies RFC 7523 §3, items 3 to 10, and gives the reason for which
// the assertion is refused, or nothing. The identifiers are not remembered yet.
func (x *exchange) checkAssertion(t *jwtToken, by assertionBy, rules assertionRules) string {
	if bad := x.checkAssertionHeader(t, by, rules); bad != "" {
		return bad
	}
	if x.breaks(rules.signature, x.assertionSigned(t, by, rules), "a signature by a key of the issuer", "another") {
		return "the signature of the assertion is not right"
	}
	known := slices.ContainsFunc(t.audience(), func(a string) bool { return slices.Contains(by.auds(), a) })
	if x.breaks(rules.audience, known, "aud with the issuer identifier or the token endpoint", describeAudience(t)) {
		return "the assertion is not meant for this server"
	}
	return x.checkAssertionTimes(t, rules)
}

func describeAudience(t *jwtToken) string {
	if t.claims["aud"] == nil {
		return "no aud"
	}
	return "aud of another server"
}

func (x *exchange) checkAssertionHeader(t *jwtToken, by assertionBy, rules assertionRules) string {
	_, critical := t.header["crit"]
	if x.breaks(rules.critical, !critical, "no crit", "crit") {
		return "the assertion has critical header parameters that are not understood"
	}
	_, typed := t.header["typ"]
	if x.breaks(rules.typ, !typed || slices.Contains(by.typs, t.typ()), strings.Join(by.typs, " or "), "another typ") {
		return "the assertion is a JWT of another type"
	}
	if x.macOfPublicKey(t, by) && rules.keySecret != "" && !x.keeps(rules.keySecret) {
		return ""
	}
	if x.breaks(rules.alg, slices.Contains(by.algs, t.alg()), "an algorithm that is registered: "+strings.Join(by.algs, ", "), "another algorithm") {
		return "the assertion is signed with an algorithm that is not allowed"
	}
	return ""
}

// assertionSigned reports whether the signature is right. An algorithm that was
// let through although it is not allowed is believed: none needs no signature.
func (x *exchange) assertionSigned(t *jwtToken, by assertionBy, rules assertionRules) bool {
	switch {
	case t.isUnsecured():
		return !slices.Contains(by.algs, t.alg()) && x.set.modes[rules.alg] != Enforce
	case x.macOfPublicKey(t, by) && rules.keySecret != "" && !x.keeps(rules.keySecret):
		return true
	case slices.Contains(hmacAlgs, t.alg()):
		return len(by.secret) > 0 && verifies(t.alg(), by.secret, t.signed, t.signature)
	case t.signedBy(by.keys(false)):
		return true
	}
	// The keys may have changed since they were fetched.
	if t.signedBy(by.keys(true)) {
		return true
	}
	if t.header["jwk"] != nil && !x.keeps(rules.headerKey) && t.signedBy(t.headerKey()) {
		return true
	}
	url, named := t.header["jku"].(string)
	return named && rules.headerURL != "" && !x.keeps(rules.headerURL) && t.signedBy(x.fetchedKeys(url))
}

// macOfPublicKey reports whether a token has a MAC that anybody can make: with the
// PEM text of a public key of the one who should have signed it.
func (x *exchange) macOfPublicKey(t *jwtToken, by assertionBy) bool {
	if !slices.Contains(hmacAlgs, t.alg()) {
		return false
	}
	return slices.ContainsFunc(by.keys(false), func(k verifyKey) bool {
		der, err := x509.MarshalPKIXPublicKey(k.key)
		return err == nil && verifies(t.alg(), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), t.signed, t.signature)
	})
}

// fetchedKeys are the keys at a URL that a header names, which only a provider
// goes to whose rule about it is off, and only at a loopback address.
func (x *exchange) fetchedKeys(raw string) []verifyKey {
	u, err := url.Parse(raw)
	if err != nil || !isWebURL(raw) {
		return nil
	}
	if host, err := netip.ParseAddr(u.Hostname()); err != nil || !host.IsLoopback() {
		return nil
	}
	keys, err := newKeyFetcher(nil, nil).fetch(x.r.Context(), raw)
	if err != nil {
		return nil
	}
	return keys
}

func (x *exchange) checkAssertionTimes(t *jwtToken, rules assertionRules) string {
	now := x.p.clock.Now()
	var skew time.Duration
	if rules.skew != "" && x.varies(rules.skew) {
		skew = assertionSkew
	}
	exp, expires := t.time("exp")
	if x.breaks(rules.expiry, expires, "exp", "none") {
		return "the assertion does not say when it expires"
	}
	if expires {
		if x.breaks(rules.unexpired, now.Before(exp.Add(skew)), "an exp that is to come", "one that has passed") {
			return "the assertion has expired"
		}
		if x.breaks(rules.lifetime, exp.Sub(now) <= maxAssertionLifetime, "an exp within an hour", "a later one") {
			return "the assertion expires too far in the future"
		}
	}
	if nbf, there := t.time("nbf"); there && x.breaks(rules.notBefore, !now.Add(skew).Before(nbf), "an nbf that has passed", "one that is to come") {
		return "the assertion is not valid yet"
	}
	return ""
}

// useAssertion remembers the identifier of an assertion that is right in all
// else, and refuses one that was used before. It is remembered for as long as the
// assertion could be used.
func (x *exchange) useAssertion(t *jwtToken, by assertionBy, rules assertionRules) string {
	id := t.str("jti")
	if rules.id != "" && x.breaks(rules.id, id != "", "jti", "none") {
		return "the assertion has no jti"
	}
	if id == "" {
		return ""
	}
	now := x.p.clock.Now()
	until, expires := t.time("exp")
	if !expires || !now.Before(until) { // one without end or past it, which was let through
		until = now.Add(maxAssertionLifetime)
	}
	key := sha256.Sum256([]byte(by.name + "\x00" + id)) // a jti can be long
	first := x.p.ext.assertions.put(string(key[:]), struct{}{}, now, until)
	if x.breaks(rules.once, first, "an assertion that was not used before", "one that was") {
		return "the assertion was used before"
	}
	return ""
}

// ownNames are the audiences that mean this provider: its issuer identifier and
// its token endpoint (RFC 7523 §3).
func (x *exchange) ownNames() []string {
	token := x.id.endpoint(pathToken)
	if x.set.variances[varTokenEndpointQuery] {
		token += "?" + tokenEndpointQuery
	}
	return []string{x.issuer(), token}
}
