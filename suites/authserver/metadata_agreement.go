package authserver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"sort"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// metadataAgreement are the checks on what the documents say of each other, and
// on how they are asked for (RFC 8414 §2.1, §3.1, §5; RFC 9068 §4).
func metadataAgreement() []*check.Check {
	return []*check.Check{
		{
			// RFC 8414 §3.1: the document must be queried with GET. The duty is the
			// client's: a server that answers POST as well is told so and has broken
			// nothing.
			ID: "meta-get-only", Level: check.Must, Binds: "client",
			Title:   "The metadata is answered to GET; another method does not get it.",
			Clauses: []string{"RFC 8414 §3.1"},
			Sent:    "GET of the document, POST without a body, and GET again.",
			Judged:  "POST answered with the document: info, since the clause binds the client. Anything else: pass.",
			Needs:   []check.Need{needMetadata},
			Proves:  []string{"metadata-get-only"},
			Run: func(t *check.T) {
				d := discover(t).published()[0]
				ask := func(method string) *check.Request {
					return &check.Request{Method: method, URL: d.resp.URL, Header: http.Header{"Accept": {"application/json"}}}
				}
				t.Contrast(check.Contrast{Purpose: "metadata", Control: func() *check.Request { return ask(http.MethodGet) }, Succeeded: isMetadata},
					check.Change{Step: "by POST", Request: ask(http.MethodPost), Judge: func(r *check.Response) {
						t.Record("POST is answered", oauth.Describe(r))
						t.Expect(r).To(statement{isMetadata(r) != "", "any answer but the document", oauth.Describe(r)}, "the target gives its metadata for POST too, which no client may use")
					}})
			},
		},
		{
			// RFC 9068 §4: a server that publishes both RFC 8414 metadata and OpenID
			// discovery must say the same in both; RFC 8414 §5 has the same document
			// at both places during a transition. What a server may leave out of a
			// list is not compared.
			ID: "meta-consistent-oidc", Level: check.Consistency,
			Title:   "RFC 8414 metadata and OpenID discovery say the same where both say something.",
			Clauses: []string{"RFC 9068 §4", "RFC 8414 §5"},
			Sent:    "GET of each well-known URL.",
			Judged:  "Members of both: a URL, a word or a flag that differs is broken; a list that differs, whatever its order, is a deviation that harms nobody. Lists that need not be complete are recorded.",
			Needs:   []check.Need{needBothDocuments},
			Proves:  []string{"metadata-consistent"},
			Run:     documentsAgree,
		},
		{
			// RFC 8414 §2.1: signed_metadata is a JWT that must be signed or MACed
			// and must have iss, and should not hold signed_metadata itself. Whom iss
			// names attests to it: only where that is the target its own keys have to
			// verify it.
			ID: "meta-signed", Level: check.Must,
			Title:   "signed_metadata, where it is there, is a signed JWT with iss that the keys of the target verify.",
			Clauses: []string{"RFC 8414 §2.1"},
			Sent:    "GET of each well-known URL, and of the JWK Set.",
			Judged:  "A JWS in compact form, signed, with the claim iss; by the target itself: it verifies. It holds signed_metadata: a deviation that harms nobody. No such member: not run.",
			Needs:   []check.Need{needSigned},
			Proves:  []string{"signed-metadata-verifies", "signed-metadata-iss", "signed-metadata-not-nested"},
			Run:     signedMetadata,
		},
	}
}

// isMetadata says why an answer is no metadata document; empty when it is one.
func isMetadata(r *check.Response) string {
	if m := oauth.Read(r).Members; r.Status < 200 || r.Status > 299 || m == nil || !metadataMembersIn(m) {
		return oauth.Describe(r)
	}
	return ""
}

var needBothDocuments = check.Need{
	Name: "both an RFC 8414 document and OpenID discovery",
	Hint: "nothing to do: with one document there is nothing to compare",
	Met: func(t *check.T) bool {
		docs := discover(t).published()
		one := func(openID bool) bool {
			return slices.ContainsFunc(docs, func(d *document) bool { return d.openID() == openID })
		}
		return one(true) && one(false)
	},
}

var needSigned = check.Need{
	Name: "signed_metadata in the metadata",
	Hint: "nothing to do: the member is optional",
	Met: func(t *check.T) bool {
		return slices.ContainsFunc(discover(t).published(), func(d *document) bool { return d.members["signed_metadata"] != nil })
	},
}

// incomplete are the lists from which a server may leave out what it supports
// (RFC 8414 §2, OpenID Connect Discovery §3), and what is made anew for each
// document.
var incomplete = []string{"scopes_supported", "claims_supported", "ui_locales_supported", "claims_locales_supported", "signed_metadata"}

func documentsAgree(t *check.T) {
	docs := discover(t).published()
	first := docs[slices.IndexFunc(docs, func(d *document) bool { return !d.openID() })]
	for _, d := range docs {
		if !d.openID() {
			continue
		}
		t.Look("metadata: "+d.name, d.resp)
		for _, name := range d.names() {
			one, isList := comparableValue(first.members[name])
			other, _ := comparableValue(d.members[name])
			switch {
			case one == nil || other == nil || reflect.DeepEqual(one, other):
			case slices.Contains(incomplete, name):
				if name != "signed_metadata" {
					t.Record("differs between the documents", name)
				}
			case isList:
				t.Safe(d).To(statement{false, name + " as in the other document: " + first.shown(name), d.shown(name)}, "the two metadata documents list different things")
			default:
				t.Expect(d).To(statement{false, name + " as in the other document: " + first.shown(name), d.shown(name)}, "the two metadata documents contradict each other")
			}
		}
	}
}

// comparableValue is a member so that two of them can be compared: the order of a
// list does not matter. It is nil for what is absent or null.
func comparableValue(raw json.RawMessage) (value any, list bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if len(raw) == 0 || d.Decode(&value) != nil {
		return nil, false
	}
	elements, list := value.([]any)
	if !list {
		return value, false
	}
	sort.Slice(elements, func(i, j int) bool {
		a, _ := json.Marshal(elements[i])
		b, _ := json.Marshal(elements[j])
		return bytes.Compare(a, b) < 0
	})
	return elements, true
}

func signedMetadata(t *check.T) {
	for _, d := range discover(t).published() {
		raw, ok := d.members["signed_metadata"]
		if !ok {
			continue
		}
		t.Look("metadata: "+d.name, d.resp)
		j, bad := parseJWT(d.text("signed_metadata"))
		if j == nil {
			bad += shownKind(raw)
		}
		t.Expect(d).To(statement{j != nil, "a JWT in compact form", bad}, "signed_metadata is no JWT")
		t.Expect(d).To(statement{j.alg != "none" && j.alg != "", "a signature or a MAC", "alg " + clip(j.alg)}, "signed_metadata is not signed")
		iss := j.claim("iss")
		t.Expect(d).To(statement{iss != "", "the claim iss", "none"}, "signed_metadata does not say who attests to it")
		t.Safe(d).To(statement{!j.has("signed_metadata"), "no claim signed_metadata", "one"}, "signed_metadata holds signed_metadata")
		switch {
		case iss != d.text("issuer"):
			t.Record("attested by another party, whose keys are not known here", clip(iss))
		case !j.asymmetric():
			t.Record("not verified: an algorithm whose key is not public or not known here", clip(j.alg))
		case jwksURL(t) == "":
			t.Record("not verified", "the metadata names no jwks_uri")
		default:
			keys := usableKeys(t)
			t.Look("metadata: "+d.name, d.resp)
			why, tried := j.verify(keys)
			if !tried {
				t.Inconclusive("signed_metadata: %s", why)
			}
			t.Expect(d).To(statement{why == "", "a signature by a key of the JWK Set", why}, "signed_metadata does not verify")
		}
	}
}

// shownKind tells a member that is no string.
func shownKind(raw json.RawMessage) string {
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"`)) {
		return " (no string)"
	}
	return ""
}
