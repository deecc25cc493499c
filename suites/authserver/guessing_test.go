package authserver

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

func octets(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// An estimate is never below what the values really hold, and shows what is known
// to everybody.
func TestUnlike(t *testing.T) {
	n := 0
	for name, c := range map[string]struct {
		value       func() string
		least, most float64
	}{
		"256 bits, base64url":  {func() string { return base64.RawURLEncoding.EncodeToString(octets(32)) }, 256, 259},
		"128 bits, base64url":  {func() string { return base64.RawURLEncoding.EncodeToString(octets(16)) }, 128, 133},
		"128 bits, hex":        {func() string { return hex.EncodeToString(octets(16)) }, 128, 128},
		"a random UUID":        {func() string { return uuid() }, 116, 122},
		"six digits":           {func() string { return fmt.Sprintf("%06d", octets(1)[0])[1:] + strconv.Itoa(n) }, 0, 30},
		"a counter":            {func() string { return fmt.Sprint(100_000_000_000 + n) }, 3, 10},
		"a counter that grows": {func() string { return "code-" + fmt.Sprint(7+n) }, 0, 7},
		"a time":               {func() string { return fmt.Sprintf("1700000000%03d", 7*n) }, 3, 10},
		"the same":             {func() string { return "ory_ac_the-same-for-all" }, 0, 0},
		"a long fixed part":    {func() string { return strings.Repeat("abcdefgh", 20) + hex.EncodeToString(octets(8)) }, 64, 64},
		"a fixed tail":         {func() string { return hex.EncodeToString(octets(8)) + "." + strings.Repeat("x", 60) }, 64, 64},
		"lengths that differ": {func() string {
			v, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 200))
			return "c" + v.Text(36)
		}, 190, 210},
		"one character": {func() string { return string(rune('a' + n)) }, 0, 5},
		"nothing":       {func() string { return "" }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var values []string
			for range sampled {
				values = append(values, c.value())
				n++
			}
			g := gomega.NewWithT(t)
			g.Expect(unlike(values)).To(gomega.And(gomega.BeNumerically(">=", c.least), gomega.BeNumerically("<=", c.most)), "%q", values)
		})
	}
}

func uuid() string {
	b := octets(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// A challenge is found wherever others can read it, and nowhere else.
func TestHoldsChallenge(t *testing.T) {
	g := gomega.NewWithT(t)
	verifier := strings.Repeat("v", 43)
	challenge := oauth.ChallengeS256(verifier)
	digest, _ := base64.RawURLEncoding.DecodeString(challenge)
	claims := `{"code_challenge":"` + challenge + `"}`
	segment := base64.RawURLEncoding.EncodeToString([]byte(claims))
	for name, c := range map[string]struct {
		value string
		found bool
	}{
		"a random code":             {base64.RawURLEncoding.EncodeToString(octets(32)), false},
		"as it stands":              {"x" + challenge + "y", true},
		"a JWT":                     {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + segment + "." + base64.RawURLEncoding.EncodeToString(octets(32)), true},
		"base64 of JSON":            {base64.StdEncoding.EncodeToString([]byte(claims)), true},
		"base64 of a JWT":           {base64.StdEncoding.EncodeToString([]byte("a." + segment + ".b")), true},
		"the digest":                {base64.StdEncoding.EncodeToString(append([]byte{1, 2, 3, 4, 5, 6}, digest...)), true},
		"the digest in hexadecimal": {hex.EncodeToString(digest), true},
		"another challenge":         {oauth.ChallengeS256("w" + verifier), false},
		"the verifier":              {verifier, false}, // which the server does not know yet
	} {
		l := &useragent.Landing{Query: url.Values{"state": {"s"}, "code": {c.value}}}
		g.Expect(holdsChallenge(l, verifier)).To(gomega.Equal(map[bool]string{true: "code"}[c.found]), name)
	}
	g.Expect(holdsChallenge(&useragent.Landing{Fragment: url.Values{"session_state": {challenge}}}, verifier)).To(gomega.Equal("session_state"))
	g.Expect(holdsChallenge(&useragent.Landing{Form: url.Values{"code_challenge": {challenge}}}, verifier)).To(gomega.Equal("code_challenge"))
}
