package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// formMedia is the media type of a form (RFC 6749 App. B).
const formMedia = "application/x-www-form-urlencoded"

// forgedConsent plays another site that has the user's browser agree. That site
// made the authorization request, and can get the same page in a browser of its
// own: what is the same in both it knows.
func forgedConsent(t *check.T) {
	v := withConsent(t)
	shown := consentForm(v)
	if shown == nil {
		t.NotRun(check.Need{
			Name: "consent in a form of its own, sent by POST without the password",
			Hint: "the way in has none that the run gets to see",
		})
	}
	request := newAuthorization(t, v.client, "code", useragent.NewSession())
	stranger, user := request.waitsFor(shown, "a browser of the other site"), request.waitsFor(shown, "the user's browser")

	const bare, borrowed = "the form of another site, without what only this browser was shown", "the form of another site, with what its own browser was shown"
	if o := user.forge(bare, stranger.held, false); issued(o) != "" {
		t.Expect(o).To(statement{false, "no code", came(o)}, "another site can agree in the user's place")
	}
	if !sameFields(fieldsOf(user.held), fieldsOf(stranger.held)) || user.held.URL != stranger.held.URL {
		if o := user.forge(borrowed, stranger.held, true); issued(o) != "" {
			// If the other browser's request still waits, the code was for the
			// user's. Else it was for the other browser's, whose user had to agree.
			forUser := issued(stranger.agree("the form of the other browser, in that browser")) != ""
			lookAt(t, borrowed, o)
			t.Expect(o).To(statement{!forUser, "no code", came(o)}, "another site can agree in the user's place")
			t.Inform("the form of one browser is taken from another", "a refusal", came(o))
			return
		}
	}
	if issued(user.agree("the form as it was shown")) == "code" {
		return
	}
	// A forged form may cost the request that waited, so a new one is the control.
	t.Record("the form as it was shown", "no longer good after a forged one")
	again := newAuthorization(t, v.client, "code", useragent.NewSession()).walk("control, once more")
	t.Require(landed(again, "code")).To(beEmpty(), "the right form brings no code any more, so nothing follows from a refusal")
}

// consentForm is the request by which the user agreed: the last form that was
// sent, unless it has the password in it.
func consentForm(v visit) *check.Request {
	for _, h := range slices.Backward(v.hops) {
		if h.request.Method == http.MethodPost {
			if holdsSecret(h.request, v.user.Password) || fieldsOf(h.request) == nil {
				return nil
			}
			return h.request
		}
	}
	return nil
}

// waitsFor walks the request in a browser without a past, up to where the user
// has only to agree, and stops there.
func (a *authorization) waitsFor(shown *check.Request, who string) *authorization {
	b := *a
	b.request, b.session, b.hops = a.request.Clone(), useragent.NewSession(), nil
	b.halt = func(r *check.Request) bool {
		return r.Method == http.MethodPost && !holdsSecret(r, b.user.Password) && sameNames(fieldsOf(r), fieldsOf(shown)) &&
			strings.Count(r.URL, "/") == strings.Count(shown.URL, "/")
	}
	if o := b.try(who + ", up to the consent"); o != nil {
		decided(b.t, who, o)
		b.t.NotRun(check.Need{
			Name: "a page that asks for consent each time",
			Hint: "the consent of the first visit is remembered; name a client whose users are asked each time",
		})
	}
	return &b
}

// agree sends the form as it was shown, from the browser it was shown to. Who is
// asked again has not agreed yet: the outcome is then empty.
func (a *authorization) agree(step string) *useragent.Outcome {
	sent := false
	a.halt = func(r *check.Request) bool {
		again := sent && r.Method == http.MethodPost
		sent = true
		return again
	}
	if o := a.play(step, a.held.Clone()); o != nil {
		return o
	}
	return &useragent.Outcome{}
}

// forge sends the form as the page of another site would have the browser send
// it. The values that the other site cannot know are its own, or left out. A
// server that asks the user again has refused it: the outcome is then empty.
func (a *authorization) forge(step string, theirs *check.Request, borrow bool) *useragent.Outcome {
	forged := &check.Request{Method: http.MethodPost, Header: http.Header{}}
	forged.URL = knownURL(a.held.URL, theirs.URL, borrow)
	forged.Body = []byte(known(fieldsOf(a.held), fieldsOf(theirs), borrow).Encode())
	forged.Header.Set("Content-Type", formMedia)
	b, first := *a, true
	b.session, b.hops = a.session.Clone(), nil
	b.halt = func(r *check.Request) bool {
		if !first {
			return r.Method == http.MethodPost
		}
		first = false
		site := "https://authassay-" + b.t.Random(10) + ".example"
		r.Header.Set("Origin", site)
		r.Header.Set("Referer", site+"/")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", "navigate")
		r.Header.Set("Sec-Fetch-Dest", "document")
		crossSiteCookies(r, a.hops)
		return false
	}
	if o := b.play(step, forged); o != nil {
		return o
	}
	return &useragent.Outcome{}
}

// known are the values of a form that the other site knows because its own browser
// was shown the same, and for the others its own, or none.
func known(mine, theirs url.Values, borrow bool) url.Values {
	out := url.Values{}
	for name, values := range mine {
		switch {
		case slices.Equal(values, theirs[name]):
			out[name] = values
		case borrow && theirs.Has(name):
			out[name] = theirs[name]
		}
	}
	return out
}

// knownURL is known for the address that the form goes to.
func knownURL(mine, theirs string, borrow bool) string {
	m, err1 := url.Parse(mine)
	th, err2 := url.Parse(theirs)
	if mine == theirs || err1 != nil || err2 != nil {
		return mine
	}
	m.Path, m.RawPath = th.Path, th.RawPath
	m.RawQuery = known(m.Query(), th.Query(), borrow).Encode()
	return m.String()
}

// crossSiteCookies leaves of the cookies of a request those that browsers send
// with the form of another site: not those that are SameSite=Lax or Strict. One
// that says nothing is sent, as some browsers do, and others for two minutes.
func crossSiteCookies(r *check.Request, hops []hop) {
	home := map[string]bool{}
	for _, h := range hops {
		for _, c := range (&http.Response{Header: h.response.Header}).Cookies() {
			home[c.Name] = c.SameSite == http.SameSiteLaxMode || c.SameSite == http.SameSiteStrictMode
		}
	}
	var kept []string
	for _, pair := range strings.Split(r.Header.Get("Cookie"), ";") {
		pair = strings.TrimSpace(pair)
		if name, _, _ := strings.Cut(pair, "="); pair != "" && !home[name] {
			kept = append(kept, pair)
		}
	}
	if r.Header.Del("Cookie"); len(kept) > 0 {
		r.Header.Set("Cookie", strings.Join(kept, "; "))
	}
}

// fieldsOf are the fields of a form that was sent; nil for another body.
func fieldsOf(r *check.Request) url.Values {
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), formMedia) {
		return nil
	}
	f, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return nil
	}
	return f
}

func sameNames(a, b url.Values) bool {
	if len(a) != len(b) {
		return false
	}
	for name := range a {
		if !b.Has(name) {
			return false
		}
	}
	return a != nil && b != nil
}

func sameFields(a, b url.Values) bool {
	for name := range a {
		if !slices.Equal(a[name], b[name]) {
			return false
		}
	}
	return len(a) == len(b)
}
