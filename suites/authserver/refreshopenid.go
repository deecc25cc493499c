package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// refreshOpenID are the checks of OpenID Connect on refresh tokens (OpenID Connect
// Core §11, §12).
func refreshOpenID() []*check.Check {
	return []*check.Check{
		{
			// OpenID Connect Core §12.2: an ID token need not come with a refresh;
			// where one does, its iss, sub and aud must be the same as in the one of
			// the original authentication.
			ID: "rt-same-sub", Level: check.Must,
			Title:   "The ID token of a refresh has the iss, sub and aud of the first.",
			Clauses: []string{"OpenID Connect Core §12.2"},
			Sent:    "A code is exchanged for tokens, and the refresh token for others.",
			Judged:  "The three claims of both ID tokens, whose signatures are verified; aud in any order, and as a string or a list. No ID token with the refresh: not run.",
			Needs:   append(slices.Clone(forRefresh), needRefreshOpenID),
			Proves:  []string{"refresh-subject-kept"},
			Run:     sameSubject,
		},
		{
			// OpenID Connect Core §11: the server must ensure that prompt contains
			// consent unless other conditions permit offline access, or else ignore
			// offline_access. What those conditions are only the target knows, and
			// refresh tokens may be given in other contexts too.
			ID: "rt-offline-access", Level: check.Must,
			Title:   "offline_access brings no refresh token without prompt=consent and without the user being asked.",
			Clauses: []string{"OpenID Connect Core §11"},
			Sent:    "Authorization requests with openid: without offline_access; with it; with it and prompt=consent; each code is exchanged.",
			Judged:  "With offline_access alone: no refresh token, or an error, or the user is asked for consent on the way: pass. A refresh token in silence: info, since other conditions may be met. A refresh token without offline_access, or none with prompt=consent: not run, as nothing follows from the others.",
			Needs:   append(slices.Clone(forCode), needOfflineClient),
			Proves:  []string{"offline-access-consented"},
			Run:     offlineAccess,
		},
	}
}

// openIDRefresher is the first client with refresh tokens that asks for openid.
func openIDRefresher(t *check.T) *target.Client {
	for _, c := range refreshersOfEachKind(t) {
		if slices.Contains(c.Scopes, "openid") {
			return &c
		}
	}
	return nil
}

var needRefreshOpenID = check.Need{
	Name: "a client with refresh tokens that asks for openid",
	Hint: "list openid among its scopes in a target file",
	Met:  func(t *check.T) bool { return openIDRefresher(t) != nil },
}

func sameSubject(t *check.T) {
	c := *openIDRefresher(t)
	f := beginFamily(t, c, "the first tokens", nil)
	raw, _ := f.first.String("id_token")
	if raw == "" {
		t.Inconclusive("the token response for a code has no ID token, so that there is nothing to compare with")
	}
	first := trusted(t, "the first tokens", c, raw)
	f.must("the refresh")
	raw, _ = f.last.String("id_token")
	if raw == "" {
		t.NotRun(check.Need{Name: "a target that gives an ID token with a refresh", Hint: "nothing to do: it is optional"})
	}
	again := trusted(t, "the refresh", c, raw)
	for _, claim := range []string{"iss", "sub"} {
		t.Expect(again.text(claim)).To(statement{again.text(claim) == first.text(claim), claim + " " + clip(first.text(claim)), clip(again.text(claim))},
			"%s of the ID token changes with a refresh", claim)
	}
	t.Expect(again.audience()).To(statement{slices.Equal(again.audience(), first.audience()), "aud " + clip(strings.Join(first.audience(), " ")), clip(strings.Join(again.audience(), " "))},
		"aud of the ID token changes with a refresh")
}

// offlineClients are the clients that ask for openid and offline_access, of one
// kind: the first and the last, since each costs several walks.
func offlineClients(t *check.T) []target.Client {
	list := confidentialCode(t)
	if len(list) == 0 {
		list = publicCode(t)
	}
	list = slices.DeleteFunc(list, func(c target.Client) bool {
		return !slices.Contains(c.Scopes, "openid") || !slices.Contains(c.Scopes, "offline_access") || !c.MayUse(grantRefreshToken)
	})
	if len(list) > 2 {
		list = []target.Client{list[0], list[len(list)-1]}
	}
	return list
}

var needOfflineClient = check.Need{
	Name: "a client that asks for openid and offline_access",
	Hint: "list both among its scopes in a target file",
	Met:  func(t *check.T) bool { return len(offlineClients(t)) > 0 },
}

// offlineWalk makes an authorization request with or without offline_access, and
// tells what came of it.
func offlineWalk(t *check.T, c target.Client, step string, offline bool, prompt string) (o *useragent.Outcome, refresh bool) {
	a := authorize(t, c, "code")
	scopes := without(c.Scopes, "offline_access")
	if offline {
		scopes = append(scopes, "offline_access")
	}
	a.request.Set("scope", strings.Join(scopes, " "))
	if prompt != "" {
		a.request.Set("prompt", prompt)
	}
	o = a.walk(step)
	if landed(o, "code") != "" {
		return o, false
	}
	token, _ := a.tokens(step+": token request", o.Landing.Get("code")).String("refresh_token")
	return o, token != ""
}

func offlineAccess(t *check.T) {
	for _, c := range offlineClients(t) {
		o, refresh := offlineWalk(t, c, c.ID+": without offline_access", false, "")
		if why := landed(o, "code"); why != "" {
			t.Inconclusive("the request of %s without offline_access does not succeed (%s)", c.ID, why)
		}
		if refresh {
			continue
		}
		const step = "with offline_access"
		silent, refresh := offlineWalk(t, c, c.ID+": "+step, true, "")
		asked, control := offlineWalk(t, c, c.ID+": "+step+" and prompt=consent", true, "consent")
		if !control {
			t.Record(c.ID+" with prompt=consent", orNothing(landed(asked, "code"))+", and no refresh token")
			continue
		}
		t.Look(c.ID+": "+step, silent.Last())
		if refresh && !silent.Did(useragent.Approved) {
			t.Inform("offline_access brings a refresh token without prompt=consent and without a question to the user; only where other conditions permit it that is right",
				"no refresh token, or a question to the user", "a refresh token")
		}
		return
	}
	t.NotRun(check.Need{
		Name: "a target that gives refresh tokens for offline_access alone",
		Hint: "nothing to do: refresh tokens may be given in other contexts too",
	})
}

func orNothing(why string) string {
	if why == "" {
		return "a code"
	}
	return why
}
