package authserver

import (
	"slices"
	"time"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// codeLives is longer than a code should live (RFC 6749 §4.1.2: ten minutes), by
// as much as the clocks of a server's machines may be apart.
const codeLives = 10*time.Minute + 15*time.Second

// codeLifetime is the check that codes expire (RFC 6749 §4.1.2, §10.5).
func codeLifetime() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.1.2: a code must expire shortly after it is issued, and a
			// lifetime of ten minutes at most is RECOMMENDED; §10.5: codes must be
			// short lived. How short is short only the recommendation says, so that
			// a code which outlives it is worth a warning.
			ID: "code-expires", Level: check.Recommended,
			Title:   "A code is refused as invalid_grant when it is older than ten minutes.",
			Clauses: []string{"RFC 6749 §4.1.2", "RFC 6749 §10.5"},
			Sent:    "The working token request with a code that is ten minutes and a quarter old; before and after it, with a new code.",
			Judged:  "No token; then the error code: invalid_grant. The target's clock is moved where the target file says how; else the run waits, if its patience is that long.",
			Needs:   append(slices.Clone(forCode), needCodeLife),
			Proves:  []string{"code-unexpired"},
			Run:     codeExpires,
		},
	}
}

var needCodeLife = check.NeedTime(codeLives, "a code to expire")

func codeExpires(t *check.T) {
	begin := codesOf(t, codeClients(t)[0])
	a, code := begin("control: authorization request")
	a.tokens("control: a new code", code)
	old, kept := begin("authorization request, for a code to keep")
	t.Elapse(codeLives, "a code to expire")
	r := t.Do("the code, after ten minutes and a quarter", "token", old.redeem(kept).HTTP())
	if r.Status >= 500 {
		t.Inconclusive("the target answered %d to an old code, which is neither a refusal nor a success", r.Status)
	}
	if oauth.Issued(r) == "" {
		// The clients, and with them the refusal, are as good as they were.
		a, code = begin("control: authorization request, afterwards")
		a.tokens("control: a new code, afterwards", code)
		t.Look("the code, after ten minutes and a quarter", r)
	}
	refused(t, "invalid_grant")(r)
}
