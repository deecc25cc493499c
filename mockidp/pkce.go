package mockidp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// The code challenge methods (RFC 7636 §4.2).
const (
	challengeS256  = "S256"
	challengePlain = "plain"
)

// isVerifier reports whether s keeps to the grammar that verifier and challenge
// share: 43 to 128 unreserved characters (RFC 7636 §4.1, §4.2).
func isVerifier(s string) bool {
	if len(s) < 43 || len(s) > 128 {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}

// checkChallenge reads the code challenge of an authorization request. What is
// wrong with it is told the client (RFC 7636 §4.4.1).
func (x *exchange) checkChallenge(ar *authRequest, f form) *refusal {
	bad := x.readChallenge(ar, f)
	if bad != nil {
		bad.page = !x.keeps(rulePKCEErrorRedirected)
	}
	return bad
}

func (x *exchange) readChallenge(ar *authRequest, f form) *refusal {
	if !ar.wants("code") {
		return nil
	}
	if !x.keeps(rulePKCESupported) {
		return nil
	}
	challenge, method := f.get("code_challenge"), f.get("code_challenge_method")
	if challenge == "" {
		// RFC 7636 §4.4.1 gives the error.
		if (ar.client.Public || ar.client.RequirePKCE) && x.breaks(rulePKCERequired, false, "code_challenge", "none") || x.varies(varPKCEAlways) {
			return refuse(errInvalidRequest, "code challenge required")
		}
		return nil
	}
	if ar.client.Public || ar.client.RequirePKCE {
		x.breaks(rulePKCERequired, true, "", "")
	}
	if method == "" {
		method = challengePlain // RFC 7636 §4.3
	}
	near := method != challengeS256 && strings.EqualFold(method, challengeS256)
	if x.breaks(rulePKCEMethodExact, !near, challengeS256, "another spelling") {
		return refuse(errInvalidRequest, "transform algorithm not supported: it is spelled S256")
	}
	known := near || method == challengeS256 || method == challengePlain
	if x.breaks(rulePKCEMethodKnown, known, challengeS256+" or "+challengePlain, "another method") {
		return refuse(errInvalidRequest, "transform algorithm not supported")
	}
	if method != challengePlain {
		method = challengeS256
	}
	if x.breaks(rulePKCES256, method == challengeS256 || ar.client.AllowPlainPKCE, challengeS256, method) {
		return refuse(errInvalidRequest, "transform algorithm not supported: use S256")
	}
	if x.breaks(rulePKCEChallengeFormat, isVerifier(challenge), "43 to 128 unreserved characters", "another code_challenge") {
		return refuse(errInvalidRequest, "code_challenge is not 43 to 128 unreserved characters")
	}
	ar.challenge, ar.challengeWay = challenge, method
	return nil
}

// checkVerifier compares the verifier of a token request with the challenge of
// the authorization request (RFC 7636 §4.6). A verifier without a challenge is
// refused as well, else an attacker could take the challenge out of the
// authorization request (RFC 9700 §4.8.2).
func (x *exchange) checkVerifier(g *grant, f form) *refusal {
	verifier := f.get("code_verifier")
	if !x.keeps(rulePKCESupported) {
		return nil
	}
	if g.challenge == "" {
		if x.breaks(rulePKCENoDowngrade, verifier == "", "no code_verifier, since there was no code_challenge", "a code_verifier") {
			return refuse(errInvalidGrant, "there is a code_verifier, and the authorization request had no code_challenge")
		}
		return nil
	}
	if x.breaks(rulePKCEVerifierRequired, verifier != "", "code_verifier", "none") {
		if x.varies(varMissingVerifierRequest) {
			return refuse(errInvalidRequest, "code_verifier is missing")
		}
		return refuse(errInvalidGrant, "code_verifier is missing")
	}
	if verifier == "" {
		return nil
	}
	if x.breaks(rulePKCEVerifierFormat, isVerifier(verifier), "43 to 128 unreserved characters", "another code_verifier") {
		return refuse(errInvalidGrant, "code_verifier is not 43 to 128 unreserved characters")
	}
	computed := verifier
	if g.challengeWay == challengeS256 {
		sum := sha256.Sum256([]byte(verifier))
		computed = encodeOctets(sum[:])
		switch {
		case !x.keeps(rulePKCEDigestEncoding):
			computed = hex.EncodeToString(sum[:])
		case verifier == g.challenge && !x.keeps(rulePKCETransformed):
			computed = verifier
		}
	}
	same := subtle.ConstantTimeCompare([]byte(computed), []byte(g.challenge)) == 1
	if x.breaks(rulePKCEVerifierMatches, same, "the verifier of the code_challenge", "another") {
		return refuse(errInvalidGrant, "code_verifier does not fit the code_challenge")
	}
	return nil
}
