package authserver

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/check"
)

// A token in the query is less of a sin where the client asked for it there, and
// where nothing but the response type token is concerned.
func TestAskedForInTheQuery(t *testing.T) {
	const back = "https://client.example/cb?access_token=abcdefgh1234"
	for name, c := range map[string]struct {
		sent, body, param, to string
		want                  bool
	}{
		"asked in the URL":         {"https://as.example/authorize?response_mode=query", "", "access_token", back, true},
		"asked in a form":          {"https://as.example/authorize", "response_mode=query&x=y", "access_token", back, true},
		"nobody asked":             {"https://as.example/authorize?response_type=token", "", "access_token", back, false},
		"another mode":             {"https://as.example/authorize?response_mode=fragment", "", "access_token", back, false},
		"with an ID token":         {"https://as.example/authorize?response_mode=query", "", "access_token", back + "&id_token=abcdefgh1234", false},
		"a password":               {"https://as.example/authorize?response_mode=query", "", "password", back, false},
		"a URL that none can read": {"https://as.example/authorize?response_mode=query", "", "access_token", "https://[", false},
	} {
		t.Run(name, func(t *testing.T) {
			sent := &check.Request{URL: c.sent, Body: []byte(c.body)}
			gomega.NewWithT(t).Expect(askedFor(sent, c.param, c.to)).To(gomega.Equal(c.want))
		})
	}
}
