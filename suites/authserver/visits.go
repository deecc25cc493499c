package authserver

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/useragent"
)

// visit is a walk by a browser without a past, made to look at the pages on the
// way.
type visit struct {
	*authorization
	o *useragent.Outcome
}

// firstVisit walks the correct request of a client in a browser without a past,
// once in a run.
func firstVisit(t *check.T, c target.Client) visit {
	v := check.Shared(t, "first visit for "+c.ID, func(t *check.T) visit {
		a := newAuthorization(t, c, "code", useragent.NewSession())
		return visit{a, a.try("the first visit of a browser, for " + c.ID)}
	})
	// What is shared belongs to another T, whose time is over.
	a := *v.authorization
	a.t, v.authorization = t, &a
	return v
}

// visitWhere finds the first of some clients whose users do something on a page
// when they come for the first time. Nil when there is none; where a login got
// stuck that decides nothing, and the check ends.
func visitWhere(t *check.T, list []target.Client, action string) *visit {
	stuck := ""
	for _, c := range list {
		v := firstVisit(t, c)
		if v.o.Did(action) && landed(v.o, "code") == "" {
			return &v
		}
		if v.o.Stuck != "" && stuck == "" {
			stuck = v.o.Stuck
		}
	}
	if stuck != "" {
		t.Inconclusive("the first visit stops at a page: %s", stuck)
	}
	return nil
}

// withLogin is a visit with a page on which the user logs in; without one the
// check does not run.
func withLogin(t *check.T) visit {
	v := visitWhere(t, codeClients(t), useragent.LoggedIn)
	if v == nil {
		t.NotRun(check.Need{
			Name: "a page on which users log in",
			Hint: "no client's users see one; if there is one, the way in may be hidden by login.driver",
		})
	}
	return *v
}

// withConsent is a visit with a page on which the user agrees. Public clients come
// first: a server should not go on without the user for a client that has not
// authenticated (RFC 6749 §10.2), while for others it may, for example as long as
// one of their tokens lives.
func withConsent(t *check.T) visit {
	v := visitWhere(t, append(publicCode(t), confidentialCode(t)...), useragent.Approved)
	if v == nil {
		t.NotRun(check.Need{
			Name: "a page that asks for consent",
			Hint: "no client's users are asked; register one whose users are, and list it in a target file (a consent that was given before may be remembered)",
		})
	}
	return *v
}

// isHTML tells whether a browser shows an answer as a page.
func isHTML(r *check.Response) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media == "" {
		body := strings.TrimSpace(string(r.Body[:min(len(r.Body), 200)]))
		return r.Header.Get("Content-Type") == "" && strings.HasPrefix(http.DetectContentType([]byte(body)), "text/html")
	}
	return media == "text/html" || media == "application/xhtml+xml"
}

// pages are the answers of the visit that a browser shows to its user.
func (v visit) pages() (out []*check.Response) {
	for _, h := range v.hops {
		if r := h.response; isHTML(r) && (r.Status < 300 || r.Status > 399) && len(r.Body) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// pathOf is where an answer came from, for people.
func pathOf(r *check.Response) string {
	if u, err := url.Parse(r.URL); err == nil {
		return u.Path
	}
	return "a page"
}
