package authserver

import (
	"net/http"
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// methodFor is the method by which a client authenticates: none for a public
// one, a JWT for one that sends no secret, the first that the target file names,
// or else the one that is found to work, once in a run.
func methodFor(t *check.T, c target.Client) string {
	switch {
	case !c.Confidential():
		return oauth.NoneMethod
	case !sendsSecret(c) && assertionMethod(t, c) != "":
		return assertionMethod(t, c)
	}
	methods := methodsOf(t, c)
	if len(c.Methods()) > 0 || len(methods) == 1 {
		return methods[0]
	}
	return check.Shared(t, "method of "+c.ID, func(t *check.T) string { return findMethod(t, c, methods) })
}

// findMethod tries the methods of a client that nothing is said of. A made-up
// code shows it at most servers without using one up: who is not authenticated
// is invalid_client, who is gets told about the code. Some servers look at the
// code first; a client that nobody registered shows whether this one does.
func findMethod(t *check.T, c target.Client, methods []string) string {
	ask := func(step string, g grantee) bool {
		r := &oauth.TokenRequest{Endpoint: tokenEndpoint(t)}
		r.Add("grant_type", grantAuthorizationCode).Add("code", t.Random(32)).Add("redirect_uri", c.RedirectURIs[0]).Add("code_verifier", t.Random(64))
		addParams(r, c)
		resp := t.Do(step, "token", g.authenticate(t, r).HTTP())
		return errorCode(resp) != "invalid_client" && resp.Status != http.StatusUnauthorized && resp.Status != http.StatusForbidden
	}
	nobody := target.Client{ID: "authassay-" + t.Random(12), Secret: t.Random(32)}
	for i, m := range methods {
		if !ask("does "+c.ID+" get past "+m+", with a made-up code", grantee{c, m}) {
			continue
		}
		if i == 0 && ask("does a made-up client get past "+m, grantee{nobody, m}) {
			return methodByCode(t, c, methods)
		}
		return m
	}
	return methods[0] // what the target has against it, the control will say
}

// methodByCode tries the methods with a real code. A server may take the first
// attempt for the use of the code, so that each further one begins anew.
func methodByCode(t *check.T, c target.Client, methods []string) string {
	a := authorize(t, c, "code")
	code := a.code("a code to see which method works for " + c.ID)
	for i, m := range slices.Concat(methods, methods[1:]) {
		if i >= len(methods) {
			a = authorize(t, c, "code")
			code = a.code("another code to see whether " + m + " works for " + c.ID)
		}
		r := grantee{c, m}.authenticate(t, a.redeemBare(code))
		if succeeded(t.Do("does "+m+" work for "+c.ID, "token", r.HTTP())) == "" {
			return m
		}
	}
	return methods[0]
}
