package authserver

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// codeReuse are the checks that a code is good for one use (RFC 6749 §4.1.2,
// §10.5).
func codeReuse() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §4.1.2: if a code is used more than once, the server must
			// deny the request; RFC 9700 §4.2.4: it must be invalidated after its
			// first use. Some servers need a moment to let all of their machines
			// know; a second later there is no such excuse.
			ID: "code-single-use", Level: check.Must,
			Title:   "A second exchange of a code is refused as invalid_grant.",
			Clauses: []string{"RFC 6749 §4.1.2", "RFC 6749 §10.5", "RFC 9700 §4.2.4"},
			Sent:    "The token request that gave tokens, again; where that gives tokens too, once more a second later.",
			Judged:  "No token at once: pass. At once, but not a second later: warn. A second later: fail. Then the error code: invalid_grant.",
			Needs:   forCode,
			Proves:  []string{"code-single-use", "code-spent-at-once"},
			Run:     singleUse,
		},
		{
			// RFC 6749 §4.1.2: if a code is used more than once, the server must
			// deny the request, also when the requests come at the same time.
			// Whoever looks first and notes the use later gives several tokens.
			ID: "code-parallel", Level: check.Must,
			Title:   "Of several exchanges of a code at the same time, at most one gives tokens.",
			Clauses: []string{"RFC 6749 §4.1.2", "RFC 6749 §10.5"},
			Sent:    "The working token request five times, on five connections, the bodies released at once; with five codes, one after the other.",
			Judged:  "At most one token response for each code. A 5xx or no answer among the others: error.",
			Needs:   forCode,
			Proves:  []string{"code-single-use", "code-spent-at-once"},
			Run:     parallelUse,
		},
		{
			// RFC 6749 §4.1.2: if a code is used more than once, the server SHOULD
			// revoke, when possible, all tokens that were issued for it; §10.5 says
			// the same of access tokens. The replay is the valid request, since
			// OAuth 2.1 §4.1.3 and §7.5.2 ask it for no other.
			ID: "code-reuse-revokes-at", Level: check.Should,
			Title:   "After a code was replayed, the access token of its first exchange is dead.",
			Clauses: []string{"RFC 6749 §4.1.2", "RFC 6749 §10.5", "RFC 9700 §4.2.4", "OAuth 2.1 draft §4.1.3"},
			Sent:    "The token request twice; before and after it, introspection of the first access token, or userinfo, or the protected resource of the target file.",
			Judged:  "Dead at once or a second after the replay. Still good at a protected resource, which may not know: info. A replay that is not refused: error.",
			Needs:   forCode,
			Proves:  []string{"code-reuse-revokes"},
			Run:     reuseRevokes,
		},
	}
}

// replayPause is how long after the first use a code is surely known to be used.
const replayPause = time.Second

// replay sends a token request again whose like gave tokens.
func (a *authorization) replay(step, code string) *check.Response {
	r := a.t.Do(step, "token", a.redeem(code).HTTP())
	if r.Status >= 500 {
		a.t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", step, r.Status)
	}
	return r
}

// mustRefuse ends the check where an answer without a token is no refusal either: a
// page, or the way to one. Perhaps nobody has looked at the request.
func mustRefuse(t *check.T, r *check.Response) {
	if r.Status < 400 && errorCode(r) == "" {
		t.Inconclusive("the target answered %s, which is neither a refusal nor a success", oauth.Describe(r))
	}
}

func singleUse(t *check.T) {
	a, code := codesOf(t, codeClients(t)[0])("authorization request")
	a.tokens("control: the first exchange", code)
	at := a.replay("the same again, at once", code)
	if oauth.Issued(at) == "" {
		t.Safe(at).To(oauth.HaveError("invalid_grant"), "the refusal does not name its reason as the clause describes")
		return
	}
	t.Elapse(replayPause, "the replay of a code to be no accident")
	later := a.replay("the same again, a second later", code)
	t.Expect(later).To(oauth.RefuseToken(), "a code gives tokens again, a second after it gave the first")
	t.Look("the same again, at once", at)
	t.Safe(at).To(oauth.RefuseToken(), "a code gives tokens again when it is replayed at once; a second later it does not")
}

// raced is how many requests redeem a code at the same time, and races how often
// that is tried: a server that can lose its head does not every time.
const (
	raced = 5
	races = 5
)

func parallelUse(t *check.T) {
	begin := codesOf(t, codeClients(t)[0])
	won, odd := 0, ""
	for n, attempts := range together(t, "five exchanges at the same time", func(step string) []*check.Request {
		a, code := begin(step + ": authorization request")
		var requests []*check.Request
		for range raced {
			requests = append(requests, a.redeem(code).HTTP())
		}
		return requests
	}) {
		step := raceStep("five exchanges at the same time", n)
		got, trouble := 0, ""
		for _, x := range attempts {
			switch {
			case x.Err == nil && oauth.Issued(x.Response) != "":
				got++
				t.Look(step, x.Response)
			default:
				trouble = cmp.Or(trouble, troubled(x))
			}
		}
		t.Expect(got).To(statement{got <= 1, "one token response at most", itoa(got)}, "a code that is redeemed by several requests at the same time gives tokens several times")
		won += got
		if trouble != "" {
			odd = step + ": one of them was neither refused nor did it succeed: " + trouble
		}
	}
	t.Record("token responses", fmt.Sprintf("%d in %d tries", won, races))
	if odd != "" {
		t.Inconclusive("%s", odd)
	}
	if won == 0 { // all of them refused, as an attack; or a request that never succeeds
		a, code := begin("control: a new code")
		a.tokens("control: a new code, redeemed once", code)
	}
}

// together makes a few groups of requests, beside other checks, and then sends each
// group at the same time, one group after the other, while no other check of the
// run sends anything: what is to be seen are requests that meet, and not a target
// that is busy.
func together(t *check.T, step string, make func(step string) []*check.Request) (out [][]check.Attempt) {
	for len(out) == 0 {
		moves := t.ClockMoves()
		var runs [][]*check.Request
		for n := range races {
			runs = append(runs, make(raceStep(step, n)))
		}
		t.Alone(func() {
			if t.ClockMoves() != moves {
				return // what was made may have expired meanwhile
			}
			for n, requests := range runs {
				out = append(out, t.Together(raceStep(step, n), "token", requests...))
			}
		})
	}
	return out
}

func raceStep(step string, n int) string { return fmt.Sprintf("%s, try %d", step, n+1) }

// troubled says why a request of several was neither refused nor did it succeed;
// empty where it was one of both.
func troubled(x check.Attempt) string {
	switch {
	case x.Err != nil:
		return x.Err.Error()
	case x.Response.Status >= 500 || x.Response.Status == http.StatusTooManyRequests:
		return oauth.Describe(x.Response)
	}
	return ""
}

func reuseRevokes(t *check.T) {
	a, code := codesOf(t, codeClients(t)[0])("authorization request")
	token, _ := a.tokens("the first exchange", code).String("access_token")
	watch := watchToken(t, a.client, token)
	t.Record("looked at by", watch.name)
	again := a.replay("the same again", code)
	if oauth.Issued(again) != "" {
		t.Inconclusive("the replay of the code is not refused (see code-single-use), so that there is nothing to revoke for")
	}
	mustRefuse(t, again)
	alive := watch.alive("is the first token still good?")
	if alive {
		t.Elapse(time.Second, "the revocation to get around")
		alive = watch.alive("is the first token still good, a second later?")
	}
	if alive && watch.elsewhere {
		t.Inform("the protected resource still takes the access token of a code that was replayed; it may have no way to know", "a dead access token", "one that is good")
		return
	}
	t.Expect(alive).To(statement{!alive, "a dead access token", "one that is good"}, "the access token of a code that was replayed stays good")
}
