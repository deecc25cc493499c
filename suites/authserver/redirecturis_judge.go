package authserver

import (
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// wrongRedirect is a redirect URI that the client has not registered, or that a
// request must not use for another reason.
type wrongRedirect struct {
	step, uri string
	// alias marks a URI that leads to the same place as the registered one, by
	// another string: using it breaks the comparison and harms nobody.
	alias bool
	// also changes the request further; nil: nothing.
	also func(*authorization)
}

// contrastRedirects walks the client's correct request, the request with each of
// the wrong redirect URIs, and the correct request again.
func contrastRedirects(t *check.T, c target.Client, responseType, want string, wrong ...wrongRedirect) {
	contrastAuthorization(t, func(t *check.T) *authorization { return authorize(t, c, responseType) }, want, wrongRedirects(t, c, wrong...)...)
}

// wrongRedirects are the changes. A URI that happens to be registered is left out.
func wrongRedirects(t *check.T, c target.Client, wrong ...wrongRedirect) []authorizationChange {
	var changes []authorizationChange
	for _, w := range wrong {
		if !slices.Contains(c.RedirectURIs, w.uri) {
			changes = append(changes, w.change(t))
		}
	}
	return changes
}

// change puts the wrong redirect URI into a request. Nothing is asked of the
// target but that the browser is not sent there: an error page of any status will
// do, and so will an error at the redirect URI that is registered.
func (w wrongRedirect) change(t *check.T) authorizationChange {
	var a *authorization
	return authorizationChange{w.step, func(made *authorization) {
		a = made
		if w.also != nil {
			w.also(a)
		}
		a.request.Set("redirect_uri", w.uri)
		a.watchOut(w.uri)
		// First of all: a browser that was sent away is gone, whatever else can be
		// said of the answer.
		a.first = func(o *useragent.Outcome) {
			if got := a.sentTo(o, w.uri); got != "" {
				verdict := t.Expect
				if w.alias {
					verdict = t.Safe
				}
				verdict(o).To(statement{false, "no redirect to " + w.uri, got}, "the browser is sent to a redirect URI that must not be used")
			}
		}
	}, func(o *useragent.Outcome) {
		l := o.Landing
		switch {
		case l == nil || a.sentTo(o, w.uri) != "":
		case l.Get("error") != "":
			t.Record(w.step, "the error "+l.Get("error")+" is sent to "+bare(l.Raw))
		case l.To == "" || a.home(l.Raw):
			t.Safe(o).To(statement{false, "a refusal", "an answer without error at the registered redirect URI"},
				"the request is answered as if redirect_uri were the registered one")
		default:
			t.Inconclusive("%s: the browser is sent to %s, and nothing tells why", w.step, bare(l.Raw))
		}
	}}
}

// watchOut lets the walk notice an arrival at a URI that must not be reached,
// at any other URL of its host, and of the host of the registered one, since
// servers bend what they send a browser to.
func (a *authorization) watchOut(uris ...string) {
	server := browse(a.request.Endpoint, "")
	for _, uri := range append(uris, a.redirectURI) {
		to := browse(a.request.Endpoint, uri)
		if uri != a.redirectURI {
			a.watch = append(a.watch, uri)
		}
		if to == nil || to.Host == "" || server == nil {
			continue
		}
		if sameHost(to, server) { // only what was asked for is out of the way there
			if uri != a.redirectURI {
				a.watch = append(a.watch, to.String())
			}
			continue
		}
		a.watch = append(a.watch, to.Scheme+"://"+to.Host)
	}
}

// sentTo says where a walk has sent the browser to when that is the wrong redirect
// URI, or another place to which an answer has no business to go; empty when not.
func (a *authorization) sentTo(o *useragent.Outcome, wrong string) string {
	to, from, via := "", a.request.Endpoint, useragent.Landing{Via: "redirect"}
	if len(o.Responses) > 0 {
		from = o.Last().URL
	}
	switch {
	case o.Landing != nil:
		to, via = o.Landing.Raw, *o.Landing
	case len(o.Responses) > 0 && o.Last().Status/100 == 3:
		// The driver could not read it; a browser may.
		to = o.Last().Header.Get("Location")
	}
	if to == "" {
		return ""
	}
	given := answers(to)
	for name, values := range via.Form {
		given[name] = append(given[name], values...)
	}
	where := a.astray(from, to, wrong, given)
	if where == "" {
		return ""
	}
	for _, name := range []string{"code", "access_token", "id_token", "error"} {
		if given.Has(name) {
			where += " with " + name
			break
		}
	}
	return "a " + via.Via + " " + where
}

// astray says whether a navigation leads to the wrong redirect URI ("there"), or
// elsewhere with an answer; empty when not. What leads to the registered one does
// not, even where the two differ in nothing that a browser can see.
func (a *authorization) astray(from, to, wrong string, given url.Values) string {
	const there = "there"
	begins := func() bool {
		rest, ok := strings.CutPrefix(to, wrong)
		return ok && (rest == "" || strings.ContainsAny(rest[:1], "?#&"))
	}
	ours := given.Get("state") != "" && given.Get("state") == a.request.Get("state")
	token := given.Has("code") || given.Has("access_token") || given.Has("id_token")
	server := browse(a.request.Endpoint, "")
	at, good, bad := browse(from, to), browse(a.request.Endpoint, a.redirectURI), browse(a.request.Endpoint, wrong)
	if at == nil || good == nil || bad == nil {
		if begins() {
			return there
		}
		return ""
	}
	right, astray := at.leads(good), at.leads(bad)
	switch {
	case right && astray && bad.exact() > good.exact():
		return there
	case right:
		return ""
	case sameHost(at, server) && !token && !(given.Has("error") && ours):
		return "" // a page of the target, which may well have the path of a relative one
	case astray || begins():
		return there
	case sameHost(at, server):
		return ""
	case (ours || chosen(at, good, wrong)) && (token || given.Has("error")), ours && chosen(at, good, wrong):
		return "to " + bare(to)
	}
	return "" // perhaps the way to a login elsewhere, or to a page for errors
}

// chosen tells whether the host of a URL is the client's, or is part of the wrong
// redirect URI. At any other the target shows pages of its own: some have one for
// errors there, with the error in its query.
func chosen(at, good *place, wrong string) bool {
	return at.Host == good.Host || strings.Contains(strings.ToLower(wrong), at.Hostname())
}

// home tells whether a URL leads to the registered redirect URI.
func (a *authorization) home(to string) bool {
	at, good := browse(a.request.Endpoint, to), browse(a.request.Endpoint, a.redirectURI)
	return at != nil && good != nil && at.leads(good)
}

// elsewhere invents a host that nobody has (RFC 2606 §2).
func elsewhere(t *check.T) string { return "authassay-" + t.Random(12) + ".example" }
