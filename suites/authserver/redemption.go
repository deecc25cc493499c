package authserver

import (
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// codeMaker walks to a code, a new one each time, and gives the authorization
// that it belongs to.
type codeMaker func(step string) (*authorization, string)

// codesOf makes codes of a client by the working authorization request.
func codesOf(t *check.T, c target.Client) codeMaker {
	return func(step string) (*authorization, string) {
		a := authorize(t, c, "code")
		return a, a.code(step)
	}
}

// ofEachKind are the first confidential client and the first public one that may
// use the authorization code grant, as far as there are any: servers have
// branches of their own for each.
func ofEachKind(t *check.T) []target.Client {
	var out []target.Client
	for _, list := range [][]target.Client{confidentialCode(t), publicCode(t)} {
		if len(list) > 0 {
			out = append(out, list[0])
		}
	}
	return out
}

// contrastRedemption sets wrong token requests for a code against the right one.
// The strongest control is the same code: when it gives tokens afterwards, as it
// should be redeemed, then nothing but what was changed was the reason of each
// refusal. A server may let a wrong request use the code up, though. Then only
// the first change was certain to meet a good code; each other one gets a new
// one, and so does the control.
//
// Nothing is judged without a control, but a token: it was issued, whatever else
// is the case.
func contrastRedemption(t *check.T, begin codeMaker, changes ...change) {
	a, code := begin("authorization request")
	answers := make([]*check.Response, len(changes))
	over := false
	try := func(i int) {
		r := a.redeem(code)
		changes[i].apply(r)
		answers[i] = t.Do(changes[i].step, "token", r.HTTP())
		if oauth.Issued(answers[i]) != "" {
			over = true // the code is used up, and there is no more to be seen
			changes[i].judge(answers[i])
		}
	}
	for i := range changes {
		if try(i); over {
			return
		}
	}
	if succeeded(t.Do("control: the same code, redeemed rightly", "token", a.redeem(code).HTTP())) != "" {
		for i := range changes[1:] {
			a, code = begin("a new code for: " + changes[i+1].step)
			if try(i + 1); over {
				return
			}
		}
		a, code = begin("control: a new code")
		r := t.Do("control: a new code, redeemed rightly", "token", a.redeem(code).HTTP())
		t.Require(succeeded(r)).To(beEmpty(), "the correct token request does not succeed, so nothing follows from a refusal")
	}
	for i, r := range answers {
		t.Look(changes[i].step, r)
		if r.Status < 500 {
			changes[i].judge(r)
		}
	}
	for i, r := range answers {
		if r.Status >= 500 {
			t.Look(changes[i].step, r)
			t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", changes[i].step, r.Status)
		}
	}
}

// setParam and dropParam change one parameter of a token request.
func setParam(name, value string) func(*oauth.TokenRequest) {
	return func(r *oauth.TokenRequest) { r.Set(name, value) }
}

func dropParam(name string) func(*oauth.TokenRequest) {
	return func(r *oauth.TokenRequest) { r.Del(name) }
}
