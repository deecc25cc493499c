package authserver

import (
	"fmt"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// authorizationChange is an authorization request with one thing changed, and
// what to make of where it ends.
type authorizationChange struct {
	step  string
	apply func(*authorization)
	judge func(*useragent.Outcome)
}

// contrastAuthorization walks the correct request, each change of it, and the
// correct request again, and lets nothing be judged without. make gives a
// correct request, anew for each walk; want is the parameter that a correct
// answer has, such as "code". The first control is walked once in a run for all
// checks with the same request: at a target that keeps no session each walk is
// a login, and the control afterwards is the check's own.
func contrastAuthorization(t *check.T, make func(*check.T) *authorization, want string, changes ...authorizationChange) {
	control := func(step string, a *authorization) {
		o := a.walk(step)
		a.unregistered(o)
		a.t.Require(landed(o, want)).To(beEmpty(), step+": the correct authorization request does not succeed, so nothing follows from a refusal")
	}
	check.Shared(t, "control "+want+" "+make(t).likeness(), func(t *check.T) struct{} {
		control("control", make(t))
		return struct{}{}
	})
	for _, ch := range changes {
		a := make(t)
		ch.apply(a)
		ch.judge(a.walk(ch.step))
	}
	control("control, once more", make(t))
}

// likeness is the same for two requests that differ only in what is made up anew
// for each.
func (a *authorization) likeness() string {
	like := a.request.Clone()
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if like.Get(name) != "" {
			like.Set(name, name)
		}
	}
	return fmt.Sprint(a.user.Name, like.Endpoint, like.Post, like.Params)
}
