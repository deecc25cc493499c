package authserver

import (
	"fmt"
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// rotationLevel: RFC 6749 §6 leaves it to the server whether refresh tokens are
// rotated and the old ones revoked, and OpenID Connect adds nothing. RFC 9700 and
// OAuth 2.1 do not, for public clients.
var rotationLevel = onlyBCP

// refreshRotation are the checks that the use of a stolen refresh token shows
// (RFC 9700 §4.14.2).
func refreshRotation() []*check.Check {
	return []*check.Check{
		{
			// RFC 9700 §2.2.2: refresh tokens for public clients must be
			// sender-constrained or use rotation. No proof of a key is sent here, so
			// that what is accepted is not bound to one.
			ID: "rt-rotation-public", Level: check.Must, LevelUnder: rotationLevel,
			Title:   "A public client's refresh token is rotated with every use.",
			Clauses: []string{"RFC 9700 §2.2.2", "RFC 9700 §4.14.2", "OAuth 2.1 draft §4.3.1"},
			Sent:    "A public client's refresh request, twice, without DPoP and without a client certificate.",
			Judged:  "Each answer has a refresh token, and another than the one that was used.",
			Needs:   append(slices.Clone(forCode), needRefreshPublic),
			Proves:  []string{"refresh-rotation"},
			Run: func(t *check.T) {
				f := beginFamily(t, refreshers(t, publicCode(t), 1)[0], "a refresh token", nil)
				for _, step := range []string{"the first refresh", "the second refresh"} {
					before := f.token
					r := f.renew(step)
					t.Require(succeeded(r)).To(beEmpty(), "%s: the correct refresh request does not succeed", step)
					next, _ := f.last.String("refresh_token")
					got := "none"
					if next == before {
						got = "the same one"
					}
					t.Expect(next).To(statement{next != "" && next != before, "a new refresh token", got},
						"a public client's refresh token is neither rotated nor bound to a key, so that its theft goes unnoticed")
				}
			},
		},
		{
			// RFC 9700 §4.14.2: with rotation, the previous refresh token is
			// invalidated. A server may wait with that until what it gave has been
			// used, or for a moment, since nobody knows before whether its answer
			// arrived. The duty is for public clients.
			ID: "rt-rotated-old-refused", Level: check.Must, LevelUnder: rotationLevel,
			Title:   "A refresh token that was rotated is refused as invalid_grant.",
			Clauses: []string{"RFC 9700 §4.14.2", "RFC 6749 §6", "RFC 6749 §5.2"},
			Sent:    "A refresh request; its access token is used at userinfo or the protected resource, if there is one; the old refresh token; where it is good, the new one and three seconds later the old one again.",
			Judged:  "Refused, then the error code: invalid_grant. Good at first and not later: info. Good later: fail for a public client, info for a confidential one; error where nothing can show that the new access token arrived.",
			Needs:   append(slices.Clone(forRefresh), needRotation),
			Proves:  []string{"refresh-single-use"},
			Run:     oldRefused,
		},
		{
			// RFC 9700 §4.14.2: an invalidated refresh token that is presented tells
			// of a theft; the server cannot know which party sent it, and revokes
			// the active refresh token.
			ID: "rt-replay-revokes-family", Level: check.Must, LevelUnder: rotationLevel,
			Title:   "When a rotated refresh token is used again, the active one is revoked.",
			Clauses: []string{"RFC 9700 §4.14.2"},
			Sent:    "Two refresh requests, each with the newest token; the access token is used, if there is where; the refresh token before the newest, which has to be refused; the newest.",
			Judged:  "The newest refused, at once or a second later: pass. Good: fail for a public client, info for a confidential one. The old one not refused: not run.",
			Needs:   append(slices.Clone(forRefresh), needRotation),
			Proves:  []string{"refresh-reuse-revokes"},
			Run:     replayRevokes,
		},
		{
			// RFC 9700 §4.14.2: replay is detected because each refresh token is
			// used once. Whoever looks first and notes the use later gives several
			// parties a live refresh token each.
			ID: "rt-parallel", Level: check.Must, LevelUnder: rotationLevel,
			Title:   "Of several uses of a refresh token at the same time, at most one live refresh token comes.",
			Clauses: []string{"RFC 9700 §4.14.2"},
			Sent:    "The working refresh request five times, on five connections, the bodies released at once; then each refresh token that came of it, once, if there are several; with five families, one after the other.",
			Judged:  "At most one of them is good each time: pass. Several: fail for a public client, info for a confidential one. Several, and the old token is good one request after the other too: not run.",
			Needs:   append(slices.Clone(forRefresh), needRotation),
			Proves:  []string{"refresh-spent-atomically"},
			Run:     refreshedAtOnce,
		},
	}
}

// rotating is the client whose refresh tokens are rotated that the duty of
// RFC 9700 §4.14.2 is the nearest to: a public one, or else a confidential one; nil
// when there is none.
func rotating(t *check.T) *target.Client {
	return check.Shared(t, "a client whose refresh tokens are rotated", func(t *check.T) *target.Client {
		list := refreshersOfEachKind(t)
		slices.Reverse(list)
		for _, c := range list {
			f := beginFamily(t, c, "are the refresh tokens of "+c.ID+" rotated?", nil)
			f.must("are the refresh tokens of " + c.ID + " rotated?")
			if f.rotated {
				return &c
			}
		}
		return nil
	})
}

var needRotation = check.Need{
	Name: "a target that rotates refresh tokens",
	Hint: "see rt-rotation-public; a confidential client's refresh tokens need not be rotated",
	Met:  func(t *check.T) bool { return rotating(t) != nil },
}

// wrongFor judges what only a public client has a right to: fail for one, and info
// for a client that authenticates.
func wrongFor(t *check.T, c target.Client, message, expected, got string) {
	if c.Confidential() {
		t.Inform(message+"; the client authenticates, so that a thief needs more than the refresh token", expected, got)
		return
	}
	t.Expect(c.ID).To(statement{false, expected, got}, "%s", message)
}

func oldRefused(t *check.T) {
	c := *rotating(t)
	f := beginFamily(t, c, "a refresh token", nil)
	f.must("the first refresh")
	old := f.old
	used := f.use("the new access token")
	t.Record("the new access token was used", yesNo(used))
	const at, later = "the old refresh token", "the old refresh token, later"
	r := f.again(at, old)
	if oauth.Issued(r) == "" {
		t.Safe(r).To(oauth.HaveError("invalid_grant"), "the refusal does not name its reason as the clause describes")
		return
	}
	f.renew("the new refresh token")
	t.Elapse(laterPause, "a grace window to pass")
	if oauth.Issued(f.again(later, old)) == "" {
		t.Look(at, r)
		t.Inform("a rotated refresh token is still good for a moment", "a refusal", oauth.Describe(r))
		return
	}
	if !used {
		t.Inconclusive("a rotated refresh token is still good; some servers wait until the new access token is used, and there is nothing to use it at: name a protected resource under resource in the target file")
	}
	wrongFor(t, c, fmt.Sprintf("a refresh token that was rotated is good %s after its successor was used", laterPause), "a refusal", "tokens")
}

func replayRevokes(t *check.T) {
	c := *rotating(t)
	f := beginFamily(t, c, "a refresh token", nil)
	f.must("control: the first refresh")
	f.must("control: the second refresh, by which one token after the other is good")
	f.use("the new access token")
	old := f.again("the refresh token before the newest", f.old)
	if oauth.Issued(old) != "" {
		t.NotRun(check.Need{Name: "a target that refuses a refresh token that was rotated", Hint: "see rt-rotated-old-refused"})
	}
	mustRefuse(t, old)
	const at = "the newest refresh token"
	r := f.again(at, f.token)
	if oauth.Issued(r) == "" {
		mustRefuse(t, r)
		return
	}
	if next, ok := oauth.Read(r).String("refresh_token"); ok && next != "" {
		t.Elapse(laterPause/3, "a revocation to get around")
		if oauth.Issued(f.again("the newest refresh token, a second later", next)) == "" {
			return
		}
	}
	t.Look(at, r)
	wrongFor(t, c, "an old refresh token was used again, and the newest stays good: thief and client go on side by side", "a refusal", oauth.Describe(r))
}

func refreshedAtOnce(t *check.T) {
	const at = "five refreshes at the same time"
	c := *rotating(t)
	families := map[string]*family{}
	came, odd := 0, ""
	for n, attempts := range together(t, at, func(step string) []*check.Request {
		f := beginFamily(t, c, step, nil)
		families[step] = f
		var requests []*check.Request
		for range raced {
			requests = append(requests, f.request(f.token).HTTP())
		}
		return requests
	}) {
		step := raceStep(at, n)
		next, live, trouble := afterRace(t, step, families[step], attempts)
		if live > 1 {
			decideRace(t, c, live)
			return
		}
		came += next
		if trouble != "" {
			odd = step + ": one of them was neither refused nor did it succeed: " + trouble
		}
	}
	t.Record("different refresh tokens", fmt.Sprintf("%d in %d tries", came, races))
	if odd != "" {
		t.Inconclusive("%s", odd)
	}
	if came == 0 { // all of them refused, as an attack; or a request that never succeeds
		beginFamily(t, c, "control", nil).must("control: a new family")
	}
}

// afterRace looks at what came of a refresh token that was used in several requests
// at the same time: the number of different refresh tokens, how many of them are good
// (one that came alone is not tried), and what went wrong with others.
func afterRace(t *check.T, step string, f *family, attempts []check.Attempt) (came, live int, trouble string) {
	var next []string
	for _, x := range attempts {
		if why := troubled(x); why != "" {
			trouble = why
			continue
		}
		token, _ := oauth.Read(x.Response).String("refresh_token")
		if token != "" && token != f.token && !slices.Contains(next, token) {
			next = append(next, token)
			t.Look(step, x.Response)
		}
	}
	for i, token := range next {
		if len(next) > 1 && oauth.Issued(f.again(fmt.Sprintf("%s: refresh token %d of those that came", step, i+1), token)) != "" {
			live++
		}
	}
	return len(next), live, trouble
}

// decideRace judges several live refresh tokens that came of one: unless the old one
// is good one request after the other too, nobody notices a thief who is quick.
func decideRace(t *check.T, c target.Client, live int) {
	one := beginFamily(t, c, "one after the other", nil)
	one.must("one after the other: the first refresh")
	if oauth.Issued(one.again("one after the other: the same again", one.old)) != "" {
		t.NotRun(check.Need{Name: "a target that refuses a rotated refresh token at once", Hint: "see rt-rotated-old-refused"})
	}
	wrongFor(t, c, "a refresh token that is used at the same time gives several others that are good, and nobody notices", "one live refresh token at most", itoa(live))
}
