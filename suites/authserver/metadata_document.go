package authserver

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// metadataDocument are the checks on the metadata document as a whole
// (RFC 8414 §3; OpenID Connect Discovery §4).
func metadataDocument() []*check.Check {
	return []*check.Check{
		{
			// RFC 8414 §3: a server that supports metadata has to make the JSON
			// document available at the path built from its issuer; §3.2: a
			// successful answer is 200 with a JSON object. Publishing metadata is
			// optional, so a server that has nothing there breaks nothing; a
			// server that answers any path with a page has nothing there either.
			ID: "meta-wellknown-200", Level: check.Must,
			Title:   "The metadata document is served at the well-known path built from the issuer.",
			Clauses: []string{"RFC 8414 §3", "RFC 8414 §3.2"},
			Sent:    "GET of each well-known URL that can be built from the issuer; beside a page in its place, GET of a well-known URL that nobody registered.",
			Judged:  "200 with a JSON object at one of them. 4xx everywhere, or the same page for any path: the target publishes no metadata, not run. 5xx: error.",
			Proves:  []string{"metadata-served"},
			Run:     wellKnown200,
		},
		{
			// RFC 8414 §3: the well-known string is inserted between the host and
			// the path of the issuer. OpenID Connect Discovery §4 appends its own
			// string instead, and is another document: a server that offers only
			// that one breaks nothing here.
			ID: "meta-path-insertion", Level: check.Must,
			Title:   "For an issuer with a path, the well-known string goes between host and path.",
			Clauses: []string{"RFC 8414 §3", "RFC 8414 §3.1"},
			Sent:    "GET of the well-known URLs in inserted and in appended form.",
			Judged:  "An RFC 8414 document that is found only behind the path fails. Only OpenID discovery: not run.",
			Needs:   []check.Need{needPath},
			Proves:  []string{"metadata-path-inserted"},
			Run:     pathInsertion,
		},
		{
			// RFC 8414 §3.2 and OpenID Connect Discovery §4.2: the document is
			// returned as application/json.
			ID: "meta-content-type", Level: check.Must,
			Title:   "Metadata is returned as application/json.",
			Clauses: []string{"RFC 8414 §3.2", "OpenID Connect Discovery §4.2"},
			Sent:    "GET of each well-known URL.",
			Judged:  "The media type of each document that was found; parameters such as charset do not matter.",
			Needs:   []check.Need{needMetadata},
			Proves:  []string{"metadata-content-type"},
			Run: func(t *check.T) {
				for _, d := range discover(t).published() {
					t.Look("metadata: "+d.name, d.resp)
					t.Expect(d.resp).To(oauth.HaveMediaType("application/json"), "the metadata document is not labelled as JSON")
				}
			},
		},
		{
			// RFC 8414 §3.3 (OpenID Connect Discovery §4.3): the issuer in the
			// document is identical to the one from which the URL was built;
			// §4: compared code point by code point, without normalisation.
			ID: "meta-issuer-identical", Level: check.Must,
			Title:   "The issuer in the document is, code point by code point, the issuer the URL was built from.",
			Clauses: []string{"RFC 8414 §3.3", "RFC 8414 §4", "OpenID Connect Discovery §4.3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "String comparison with the issuer of the target. Where the issuer was only typed as a URL, a terminating slash is noted and not judged.",
			Needs:   []check.Need{needMetadata},
			Proves:  []string{"metadata-issuer-identical"},
			Run:     issuerIdentical,
		},
	}
}

func wellKnown200(t *check.T) {
	d := discover(t)
	var serverError, page *document
	for _, doc := range d.docs {
		if !doc.wellKnown {
			continue
		}
		switch {
		case doc.members != nil:
			t.Look("metadata: "+doc.name, doc.resp)
			t.Expect(doc.resp).To(oauth.HaveStatus(http.StatusOK), "a metadata document is there, but not with status 200")
			t.Record("found at", doc.name)
		case doc.resp == nil || doc.resp.Status >= 500:
			serverError = doc
		case doc.resp.Status < 300:
			page = doc
		}
	}
	switch {
	case len(d.published()) > 0:
	case serverError != nil:
		t.Inconclusive("%s: %s", serverError.name, serverError.why)
	case page != nil:
		// A page where the document should be: does this server answer any
		// path with it, or was this path meant?
		other := t.Do("a well-known URL that nobody registered", "metadata", &check.Request{
			URL:    strings.Replace(page.url, "/.well-known/", "/.well-known/"+t.Random(12)+"-", 1),
			Header: http.Header{"Accept": {"application/json"}}, Follow: 5,
		})
		if other.Status == page.resp.Status {
			t.NotRun(check.Need{
				Name: "a metadata document (this target answers any well-known path with the same status and no JSON)",
				Hint: needMetadata.Hint,
			})
		}
		t.Look("metadata: "+page.name, page.resp)
		t.Expect(page.resp).To(statement{false, "a metadata document", page.why}, "the well-known path is served, but not with a metadata document")
	default:
		t.NotRun(needMetadata)
	}
}

func pathInsertion(t *check.T) {
	inserted, appended := find(discover(t).docs, rfc8414Inserted), find(discover(t).docs, rfc8414Appended)
	switch {
	case inserted.members != nil:
		t.Record("found at", inserted.url)
	case inserted.resp == nil || inserted.resp.Status >= 500:
		t.Inconclusive("%s: %s", inserted.name, inserted.why)
	case appended.members != nil:
		t.Look("metadata: "+appended.name, appended.resp)
		t.Expect(inserted.url).To(answersWithMetadata(inserted, appended))
	case len(discover(t).published()) == 0:
		t.NotRun(needMetadata)
	default:
		t.NotRun(check.Need{
			Name: "an RFC 8414 metadata document (the target offers only OpenID discovery)",
			Hint: "nothing to do: OpenID Connect Discovery builds its URL in another way",
		})
	}
}

// find gives the document of a location that discover always asks for.
func find(docs []*document, name string) *document {
	for _, d := range docs {
		if d.name == name {
			return d
		}
	}
	return &document{why: "not asked"}
}

func issuerIdentical(t *check.T) {
	tg := t.Target()
	for _, d := range discover(t).published() {
		t.Look("metadata: "+d.name, d.resp)
		got := d.text("issuer")
		if got != tg.Issuer && issuerFits(got, tg.Issuer, tg.IssuerAsTyped) {
			t.Inform("the target calls itself by an issuer that differs from the URL given in its terminating slash; clients must be configured with exactly what it says",
				fmt.Sprintf("%q, as given", tg.Issuer), fmt.Sprintf("%q", got))
			continue
		}
		t.Expect(d).To(nameIssuer(tg.Issuer), "the document names another issuer than the one its URL was built from")
	}
}
