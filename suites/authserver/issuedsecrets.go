package authserver

import (
	"fmt"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// issuedSecrets are the checks on secrets that the target issues to clients that
// register themselves (RFC 7591 §3.2.1).
func issuedSecrets() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §10.10: credentials that are not made for people must not be
			// guessed with a probability above 2^-128, and should not above 2^-160.
			// What can be seen from outside is how a few of them differ.
			ID: "ca-secret-entropy", Level: check.Must,
			Title:   "Client secrets that the target issues cannot be guessed.",
			Clauses: []string{"RFC 6749 §10.10"},
			Sent:    "Registration requests of four clients, which are removed when the run ends.",
			Judged:  "Two secrets that are the same, or would be without the client identifier in them: fail. Secrets that differ in less than 128 bits, by the number of places that differ and the characters there: warn, since that is an estimate; it sees counters, times and short secrets, and no weak generator.",
			Needs:   []check.Need{check.NeedRegister, needRegistrationEndpoint},
			Proves:  []string{"registration-secret-unpredictable"},
			Run:     secretEntropy,
		},
	}
}

var needRegistrationEndpoint = check.Need{
	Name: "a registration endpoint",
	Hint: "the metadata names none; name it under endpoints.registration in the target file",
	Met:  func(t *check.T) bool { return registrationEndpoint(t) != "" },
}

func secretEntropy(t *check.T) {
	var secrets []string
	for i := range 4 {
		step := fmt.Sprintf("registration %d of 4", i+1)
		r, resp := register(t, step, map[string]any{
			"client_name": "authassay secret " + t.Random(6), "token_endpoint_auth_method": oauth.ClientSecretBasic,
			"grant_types": []string{grantAuthorizationCode}, "response_types": []string{"code"},
			"redirect_uris": []string{"https://" + t.Random(12) + ".example/callback"},
		})
		switch {
		case r == nil && i == 0:
			t.NotRun(check.Need{Name: "leave of the target to register a client that authenticates by client_secret_basic (" + oauth.Describe(resp) + ")", Hint: "its registration may need an initial access token"})
		case r == nil:
			t.Inconclusive("%s: the target refuses after it registered others: %s", step, oauth.Describe(resp))
		case r.Secret == "":
			t.NotRun(check.Need{Name: "a client secret in the answer to a registration", Hint: "the target issues none"})
		}
		// What the identifier tells is no secret.
		secrets = append(secrets, strings.ReplaceAll(r.Secret, r.ID, ""))
	}
	bits := unlike(secrets)
	t.Record("bits that tell the secrets apart", fmt.Sprintf("%.0f", bits))
	t.Expect(bits).To(statement{bits > 0, "secrets that differ by themselves", "the same one twice, or one that follows from the client identifier"},
		"the secret of one client tells that of another")
	t.Safe(bits).To(statement{bits >= 128, "128 bits or more", fmt.Sprintf("about %.0f", bits)}, fmt.Sprintf("client secrets look guessable (an estimate from %d of them)", len(secrets)))
	if bits < 160 {
		t.Inform("client secrets differ in less than the 160 bits that are recommended", "160 bits or more", fmt.Sprintf("about %.0f", bits))
	}
}
