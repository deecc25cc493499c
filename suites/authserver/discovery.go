package authserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// location is a place where a metadata document may be.
type location struct {
	// name for people, and for the report.
	name, url string
	// wellKnown tells that a clause builds this URL from the issuer.
	wellKnown bool
}

// The names of the locations.
const (
	rfc8414Inserted = "oauth-authorization-server, inserted (RFC 8414 §3.1)"
	rfc8414Appended = "oauth-authorization-server, appended to the path"
	oidcAppended    = "openid-configuration, appended (OpenID Connect Discovery §4)"
	oidcInserted    = "openid-configuration, inserted (RFC 8414 §5)"
	namedInFile     = "the URL in the target file"
)

// document is what was found at one location.
type document struct {
	location
	resp *check.Response
	// err is set when no whole answer came.
	err error
	// members of the JSON object; nil when the answer is none.
	members map[string]json.RawMessage
	// why the answer is no metadata document.
	why string
}

// discovery is everything that was found out about the target's metadata.
type discovery struct {
	docs []*document
	// chosen is the document that endpoints are taken from; nil when none of
	// the answers is one.
	chosen *document
	// path of the issuer, without a terminating slash.
	path string
}

// locations are the well-known URLs of an issuer, in order of preference, and
// the issuer's path.
func locations(issuer string) ([]location, string, error) {
	urls, path, err := oauth.MetadataURLs(issuer)
	if err != nil {
		return nil, "", err
	}
	kinds := []location{{rfc8414Inserted, "", true}, {oidcAppended, "", true}, {oidcInserted, "", true}, {rfc8414Appended, "", false}}
	out := make([]location, len(urls))
	for i, u := range urls {
		out[i] = kinds[i]
		out[i].url = u
	}
	return out, path, nil
}

// discover reads the metadata of the target once in a run.
func discover(t *check.T) *discovery {
	return check.Shared(t, "metadata", func(t *check.T) *discovery {
		tg := t.Target()
		locs, path, err := locations(tg.Issuer)
		t.Require(err).To(succeed(), "the issuer is not a URL")
		if tg.Endpoints.Metadata != "" {
			locs = append([]location{{namedInFile, tg.Endpoints.Metadata, false}}, locs...)
		}
		d := &discovery{path: path}
		reached := false
		for _, l := range locs {
			doc := read(t, l)
			reached = reached || doc.resp != nil
			d.docs = append(d.docs, doc)
		}
		if !reached {
			t.Inconclusive("no well-known location of the metadata gave an answer: %s", d.docs[0].why)
		}
		d.choose(tg.Issuer)
		if d.chosen != nil && issuerFits(d.chosen.text("issuer"), tg.Issuer, tg.IssuerAsTyped) {
			// Only metadata that names its issuer rightly may be used
			// (RFC 8414 §3.3), and so may lead to further hosts.
			t.Allow(d.chosen.urls()...)
		}
		return d
	})
}

// read asks one location. Redirects are followed: HTTP clients do.
func read(t *check.T, l location) *document {
	d := &document{location: l}
	d.resp, d.err = t.Try("metadata: "+l.name, "metadata", &check.Request{
		URL: l.url, Header: http.Header{"Accept": {"application/json"}}, Follow: 5,
	})
	switch {
	case d.err != nil:
		d.resp = nil // a broken-off answer cannot be judged
		d.why = d.err.Error()
	case d.resp.Status == http.StatusTooManyRequests:
		t.Inconclusive("metadata: %s: the target limits the rate of requests (429)", l.name)
	case d.resp.Status < 200 || d.resp.Status > 299:
		d.why = fmt.Sprintf("status %d", d.resp.Status)
	default:
		if !d.resp.Complete() {
			t.Inconclusive("metadata: %s: the answer has %d bytes, more than is looked at", l.name, d.resp.BodyBytes)
		}
		a := oauth.Read(d.resp)
		d.members, d.why = a.Members, a.NotJSON
		if d.members != nil && !metadataMembersIn(d.members) {
			d.members, d.why = nil, "a JSON object without any member of metadata"
		}
	}
	return d
}

// metadataMembersIn tells a metadata document from what a server that answers
// any path with some JSON says: it names an issuer, an endpoint or a list.
func metadataMembersIn(m map[string]json.RawMessage) bool {
	for name := range m {
		if name == "issuer" || name == "jwks_uri" || strings.HasSuffix(name, "_endpoint") || strings.HasSuffix(name, "_supported") {
			return true
		}
	}
	return false
}

// choose takes the first document that names the issuer rightly, or else the
// first that is one at all.
func (d *discovery) choose(issuer string) {
	for _, doc := range d.docs {
		if doc.members == nil || doc.location.name == rfc8414Appended {
			continue
		}
		if d.chosen == nil || (!issuerFits(d.chosen.text("issuer"), issuer, true) && issuerFits(doc.text("issuer"), issuer, true)) {
			d.chosen = doc
		}
	}
}

// issuerFits compares issuer identifiers by code point (RFC 8414 §4). For an
// issuer that was only typed as a URL, a terminating slash makes no difference:
// both spellings lead to the same document.
func issuerFits(got, want string, asTyped bool) bool {
	if got == want {
		return true
	}
	return asTyped && strings.TrimSuffix(got, "/") == strings.TrimSuffix(want, "/")
}

// published are the documents at the well-known locations.
func (d *discovery) published() []*document {
	var out []*document
	for _, doc := range d.docs {
		if doc.members != nil && doc.wellKnown {
			out = append(out, doc)
		}
	}
	return out
}

// text is a member that is a string; empty when it is absent or none.
func (d *document) text(name string) string {
	s, _ := oauth.Answer{Members: d.members}.String(name)
	return s
}

// list is a member that is an array of strings. Present tells whether the
// member is there, ok whether it has that type.
func (d *document) list(name string) (values []string, present, ok bool) {
	raw, present := d.members[name]
	if !present || bytes.Equal(raw, []byte("null")) {
		return nil, present, false
	}
	ok = json.Unmarshal(raw, &values) == nil
	return values, true, ok
}

// urls are the URLs of endpoints and of the JWK Set that the document names.
func (d *document) urls() []string {
	var out []string
	for name := range d.members {
		if strings.HasSuffix(name, "_endpoint") || name == "jwks_uri" {
			if u := d.text(name); u != "" {
				out = append(out, u)
			}
		}
	}
	return out
}
