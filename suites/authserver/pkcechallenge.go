package authserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// codeChallenges are the checks on what becomes of the challenge (RFC 7636 §4.4).
func codeChallenges() []*check.Check {
	return []*check.Check{
		{
			// RFC 9700 §2.1.1: public clients must use PKCE, which binds the client;
			// RFC 8252 §8.1: the server should reject native apps that do not. OAuth
			// 2.1 §4.1.2.1: it must reject public clients without a challenge. RFC
			// 7636 §4.4.1: a server that requires it answers invalid_request at the
			// authorization endpoint.
			ID: "pkce-required-public", Level: check.Should,
			LevelUnder: map[target.Policy]check.Level{
				target.PolicyOAuth21: check.Must, target.PolicyRFC6749: check.May, target.PolicyOIDC: check.May,
			},
			Title:   "A public client without a code_challenge is refused as invalid_request.",
			Clauses: []string{"RFC 9700 §2.1.1", "RFC 8252 §8.1", "RFC 7636 §4.4.1", "OAuth 2.1 draft §4.1.2.1"},
			Sent:    "The authorization request of a public client without a challenge; where it brings a code, the token request without a verifier.",
			Judged:  "No token; then an error at the authorization endpoint, with the code invalid_request.",
			Needs:   append(slices.Clone(forCode), needPublicCode, needPKCE),
			Proves:  []string{"pkce-required"},
			Run:     requiredOfPublic,
		},
		{
			// RFC 7636 §4.4: the server must not include the challenge in what the
			// client is sent in a form that others can extract; OAuth 2.1 §4.1.2
			// says response parameter. That it is in the code, encrypted, is fine.
			ID: "pkce-challenge-not-leaked", Level: check.MustNot,
			Title:   "The code_challenge cannot be read off the authorization response.",
			Clauses: []string{"RFC 7636 §4.4", "OAuth 2.1 draft §4.1.2"},
			Sent:    "The working authorization request.",
			Judged:  "The challenge, or the digest that it encodes, in the parameters of the answer: as it stands, in hexadecimal, or behind base64.",
			Needs:   forPKCE,
			Proves:  []string{"pkce-challenge-hidden"},
			Run: func(t *check.T) {
				a := authorize(t, codeClients(t)[0], "code")
				o := a.walk("authorization request")
				t.Require(landed(o, "code")).To(beEmpty(), "the correct authorization request brings no code")
				in := holdsChallenge(o.Landing, a.verifier)
				t.Expect(in).To(statement{in == "", "no parameter that holds the challenge", "the challenge in " + in}, "the challenge can be read off the answer")
			},
		},
	}
}

func requiredOfPublic(t *check.T) {
	c := publicCode(t)[0]
	codesOf(t, c)("control: with a challenge")
	a := authorize(t, c, "code").unchallenged()
	o := a.walk("without a challenge")
	if landed(o, "code") == "" {
		r := t.Do("without a verifier", "token", a.redeem(o.Landing.Get("code")).HTTP())
		if r.Status >= 500 {
			t.Inconclusive("without a verifier: the target answered %d, which is neither a refusal nor a success", r.Status)
		}
		t.Expect(r).To(oauth.RefuseToken(), "a public client gets a token without PKCE")
	}
	t.Look("without a challenge", o.Last())
	deniedAs(t, o, "invalid_request")
}

// deniedAs judges where the walk of a request ended that has to be refused, and
// gave no token away: at the client, with one of the error codes. RFC 9700
// §4.11.2 lets a server ask the user first where it does not trust the client.
func deniedAs(t *check.T, o *useragent.Outcome, codes ...string) {
	want := "an error response with " + strings.Join(codes, " or ")
	t.Safe(o).To(statement{o.Landing != nil && o.Landing.To == "" && slices.Contains(codes, o.Landing.Get("error")), want, ending(o)},
		"the client is not told what is wrong as the clause describes")
}

// ending says in words where a walk ended.
func ending(o *useragent.Outcome) string {
	if why := landed(o, "code"); why != "" {
		return why
	}
	return "a code"
}

var base64Run = regexp.MustCompile(`[A-Za-z0-9_+/-]{8,}`)

// holdsChallenge finds the challenge of a verifier in the parameters of an
// answer, and says in which one it is; empty when it is in none.
func holdsChallenge(l *useragent.Landing, verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	signs := [][]byte{[]byte(oauth.ChallengeS256(verifier)), []byte(hex.EncodeToString(sum[:])), sum[:]}
	for _, params := range []url.Values{l.Query, l.Fragment, l.Form} {
		for name, values := range params {
			for _, v := range values {
				if readable([]byte(v), signs, 3) {
					return name
				}
			}
		}
	}
	return ""
}

// readable looks for signs in a text, and in what base64 of it decodes to, so many
// levels deep.
func readable(text []byte, signs [][]byte, levels int) bool {
	for _, s := range signs {
		if bytes.Contains(text, s) {
			return true
		}
	}
	if levels == 0 {
		return false
	}
	for _, run := range base64Run.FindAll(text, -1) {
		if len(run)%4 == 1 { // which no encoding ends in
			run = run[:len(run)-1]
		}
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(string(run))
		if raw, err := base64.RawStdEncoding.DecodeString(plain); err == nil && readable(raw, signs, levels-1) {
			return true
		}
	}
	return false
}
