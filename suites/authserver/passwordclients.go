package authserver

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
	"github.com/authassay/authassay/suites/useragent"
)

// passwordGrantee is a client that may use the password grant, with a user.
type passwordGrantee struct {
	grantee
	user target.User
}

// passwordClients are the clients that may use the password grant: those that the
// target file says it of, or else, where the metadata lists the grant, those that
// nothing is said of.
func passwordClients(t *check.T) []target.Client {
	var listed, open []target.Client
	for _, c := range clients(t) {
		switch {
		case slices.Contains(c.Grants, grantPassword):
			listed = append(listed, c)
		case len(c.Grants) == 0 && passwordAdvertised(t):
			open = append(open, c)
		}
	}
	return append(listed, open...)
}

// passwordAdvertised tells whether the metadata lists the grant.
func passwordAdvertised(t *check.T) bool {
	d := discover(t).chosen
	if d == nil {
		return false
	}
	grants, _, _ := d.list("grant_types_supported")
	return slices.Contains(grants, grantPassword)
}

// passwordUser is the first user whose password is known.
func passwordUser(t *check.T) *target.User {
	for _, u := range t.Target().Users {
		if u.Password != "" {
			return &u
		}
	}
	return nil
}

// unicodeUser is the first user whose name or password has characters beyond ASCII.
func unicodeUser(t *check.T) *target.User {
	for _, u := range t.Target().Users {
		if u.Password != "" && strings.ContainsFunc(u.Name+u.Password, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return &u
		}
	}
	return nil
}

// passwordOf finds a client and a method whose password request succeeds, once in a
// run: a confidential client rather than a public one. A password that is refused
// is not sent again. Where none succeeds for another reason, the first is given:
// the control of the check then says what the target answered.
func passwordOf(t *check.T) passwordGrantee {
	return check.Shared(t, "a client for the password grant", func(t *check.T) passwordGrantee {
		list := passwordClients(t)
		slices.SortStableFunc(list, func(a, b target.Client) int { return rank(a) - rank(b) })
		var all []passwordGrantee
		for _, c := range list {
			methods := []string{oauth.NoneMethod}
			if c.Confidential() {
				methods = methodsOf(t, c)
			}
			for _, m := range methods {
				all = append(all, passwordGrantee{grantee{c, m}, *passwordUser(t)})
			}
		}
		passwordTried(t, all[0])
		open := true // nothing but the metadata says that a client may use the grant
		for _, p := range all[:min(len(all), 4)] {
			r := t.Do("which client may use the password grant", "token", p.request(t).HTTP())
			if succeeded(r) == "" {
				return p
			}
			passwordRefused(t, p, r)
			open = open && len(p.client.Grants) == 0 && grantRefused(r)
		}
		if open {
			t.NotRun(needPasswordClient)
		}
		return all[0]
	})
}

func rank(c target.Client) int {
	if c.Confidential() {
		return 0
	}
	return 1
}

// request is the password request that must succeed (RFC 6749 §4.3.2).
func (p passwordGrantee) request(t *check.T) *oauth.TokenRequest {
	r := &oauth.TokenRequest{Endpoint: tokenEndpoint(t)}
	r.Add("grant_type", grantPassword).Add("username", p.user.Name).Add("password", p.user.Password)
	if len(p.client.Scopes) > 0 {
		r.Add("scope", strings.Join(p.client.Scopes, " "))
	}
	addParams(r, p.client)
	return p.authenticate(t, r)
}

// contrast sends the correct password request, each change of it, and the correct
// request again.
func (p passwordGrantee) contrast(t *check.T, changes ...change) {
	var sent []check.Change
	for _, ch := range changes {
		r := p.request(t)
		ch.apply(r)
		sent = append(sent, check.Change{Step: ch.step, Request: r.HTTP(), Judge: ch.judge})
	}
	t.Contrast(check.Contrast{
		Purpose:   "token",
		Control:   func() *check.Request { return p.request(t).HTTP() },
		Succeeded: succeeded,
	}, sent...)
}

// logsIn tells whether the user of a password grantee gets through the login page,
// at whichever client of the code grant shows one.
func logsIn(t *check.T, p passwordGrantee) bool {
	if authorizationEndpoint(t) == "" {
		return false
	}
	for _, c := range codeClients(t) {
		a := newAuthorization(t, c, "code", useragent.NewSession())
		a.user = p.user
		o := a.try("does the login page take the same user at " + c.ID)
		if o.Stuck == "" && o.Did(useragent.LoggedIn) {
			return landed(o, "code") == ""
		}
		if o.Stuck != "" {
			return false // asked, and not let in: more attempts might lock the account
		}
	}
	return false
}

var needPasswordClient = check.Need{
	Name: "a client that may use the password grant",
	Hint: "nothing to do where the grant is not offered, as it should be; else list a client with the grant password in a target file",
	Met:  func(t *check.T) bool { return len(passwordClients(t)) > 0 },
}

var needPasswordConfidential = check.Need{
	Name: "a confidential client that may use the password grant",
	Hint: "list one with secret and the grant password in a target file",
	Met:  func(t *check.T) bool { return passwordOf(t).client.Confidential() },
}

var needPassword = check.Need{
	Name: "a user whose password is known",
	Hint: "add --username and --password, or list one under users in a target file",
	Met:  func(t *check.T) bool { return passwordUser(t) != nil },
}

var needUnicodeUser = check.Need{
	Name: "a user whose name or password has characters beyond ASCII",
	Hint: "list one under users in a target file",
	Met:  func(t *check.T) bool { return unicodeUser(t) != nil },
}

// forPassword are the needs of every check that uses the password grant.
var forPassword = []check.Need{needTokenEndpoint, needPasswordClient, needPassword}
