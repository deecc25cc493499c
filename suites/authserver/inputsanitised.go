package authserver

import (
	"bytes"
	"net/http"
	"slices"

	"golang.org/x/net/html"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// inputSanitised puts markup into what comes with a request, and looks for it in
// the pages, parsed as browsers do: what is escaped, or stands in a text, is no
// element.
func inputSanitised(t *check.T) {
	v := withLogin(t)
	type input struct {
		step  string
		apply func(a *authorization, markup string)
	}
	inputs := []input{
		{"markup in state", func(a *authorization, m string) { a.request.Set("state", a.request.Get("state")+m) }},
		// No password is typed for a user who is made up: the first page is enough.
		{"markup in login_hint", func(a *authorization, m string) {
			a.request.Add("login_hint", m)
			a.halt = func(r *check.Request) bool { return r.Method == http.MethodPost }
		}},
		{"markup at the end of redirect_uri", func(a *authorization, m string) {
			a.request.Set("redirect_uri", a.redirectURI+m)
		}},
	}
	if slices.Contains(modes(t), "form_post") {
		inputs = append(inputs, input{"markup in state, with response_mode=form_post", func(a *authorization, m string) {
			a.request.Set("state", a.request.Get("state")+m).Add("response_mode", "form_post")
		}})
	}
	failed := 0
	for _, in := range inputs {
		mark := "authassay" + t.Random(12)
		a := newAuthorization(t, v.client, "code", useragent.NewSession())
		in.apply(a, markup(mark))
		o := a.try(in.step)
		for _, page := range (visit{a, o}).pages() {
			t.Look(in.step, page)
			t.Expect(page).To(statement{!holdsElement(page.Body, mark), "the value escaped, or left out", "an element that came with the request"},
				"%s becomes markup of the page %s", in.step, pathOf(page))
		}
		if o != nil && o.Page != nil && o.Page.Status >= 500 {
			failed = o.Page.Status
		}
	}
	if failed != 0 {
		t.Inconclusive("the target answered %d to markup, which is neither an escape nor a refusal", failed)
	}
}

// markup ends the attribute or the script that it may stand in, and begins an
// element whose handler does nothing.
func markup(mark string) string { return `"'></script><svg/onload=` + mark + `>` }

// holdsElement tells whether the element of markup is part of a page.
func holdsElement(page []byte, mark string) bool {
	if !bytes.Contains(page, []byte(mark)) {
		return false
	}
	root, err := html.ParseWithOptions(bytes.NewReader(page), html.ParseOptionEnableScripting(true))
	if err != nil {
		return false // nested deeper than anybody writes
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "onload" && a.Val == mark }) {
			return true
		}
	}
	return false
}
