package authserver

import (
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// credentials are a client together with the authentication method that is
// known, or was found, to work for it.
type credentials struct {
	client *target.Client
	method string
}

// working finds a client and a method whose token request succeeds, once in a
// run. When none does, the first is given: the control of the check then says
// what the target answered. Credentials that are refused as such are not sent
// again by every check: a target may lock a client out.
func working(t *check.T) credentials {
	return check.Shared(t, "working client", func(t *check.T) credentials {
		var first *credentials
		known, answer := false, "" // whether anybody got past authentication, and what was answered last
		for _, c := range confidential(t) {
			// What encodes differently than it reads is a subject of its own.
			if first != nil && oauth.EncodingMatters(c.ID, c.Secret) {
				continue
			}
			for _, m := range methodsOf(t, c) {
				cr := credentials{&c, m}
				if first == nil {
					first = &cr
				}
				r := t.Do("which client and method work", "token", cr.request(t).HTTP())
				if succeeded(r) == "" {
					return cr
				}
				known, answer = known || !unauthenticated(r), oauth.Describe(r)
			}
		}
		if !known {
			t.Inconclusive("%s gets no token, nor does any other client (%s); are identifier, secret and method those of the registration? They are not sent again", first.client.ID, answer)
		}
		return *first
	})
}

// methodsOf are the methods worth trying for a client that sends its secret, the
// likeliest first.
func methodsOf(t *check.T, c target.Client) []string {
	if m := secretMethods(c); len(m) > 0 {
		return m
	}
	var out []string
	for _, m := range []string{oauth.ClientSecretBasic, oauth.ClientSecretPost} {
		if slices.Contains(offered(t), m) {
			out = append(out, m)
		}
	}
	for _, m := range []string{oauth.ClientSecretBasic, oauth.ClientSecretPost} {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// request is the client credentials request that must succeed
// (RFC 6749 §4.4.2), with what the target file adds to it.
func (c credentials) request(t *check.T) *oauth.TokenRequest {
	r := c.bare(t)
	return r.Authenticate(c.method, c.client.ID, c.client.Secret)
}

// bare is the request without credentials.
func (c credentials) bare(t *check.T) *oauth.TokenRequest {
	r := &oauth.TokenRequest{Endpoint: tokenEndpoint(t)}
	r.Add("grant_type", grantClientCredentials)
	if len(c.client.Scopes) > 0 {
		r.Add("scope", strings.Join(c.client.Scopes, " "))
	}
	names := make([]string, 0, len(c.client.Params))
	for n := range c.client.Params {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		r.Add(n, c.client.Params[n])
	}
	return r
}

// succeeded says why an answer is no token response; empty when it is one. It
// asks only for what makes the answer a success at all: the form is judged by
// checks of its own.
func succeeded(r *check.Response) string {
	if r.Status < 200 || r.Status > 299 || oauth.Issued(r) != "access_token" {
		return oauth.Describe(r)
	}
	return ""
}

// change is a token request with one thing changed, and what to make of the
// answer.
type change struct {
	step  string
	apply func(*oauth.TokenRequest)
	judge func(*check.Response)
}

// contrast sends the client's correct request, each change of it, and the
// correct request again.
func (c credentials) contrast(t *check.T, changes ...change) {
	var sent []check.Change
	for _, ch := range changes {
		r := c.request(t)
		ch.apply(r)
		sent = append(sent, check.Change{Step: ch.step, Request: r.HTTP(), Judge: ch.judge})
	}
	t.Contrast(check.Contrast{
		Purpose:   "token",
		Control:   func() *check.Request { return c.request(t).HTTP() },
		Succeeded: succeeded,
	}, sent...)
}

// refused judges an answer that has to be a refusal: the effect first, then
// the error code. Another code than those the clause describes is a deviation
// that harms nobody.
func refused(t *check.T, codes ...string) func(*check.Response) {
	return func(r *check.Response) {
		t.Expect(r).To(oauth.RefuseToken(), "the target issued a token where it has to refuse")
		t.Safe(r).To(oauth.HaveError(codes...), "the refusal does not name its reason as the clause describes")
	}
}
