package authserver

import (
	"bytes"
	"encoding/json"
	"slices"
	"sort"

	"github.com/authassay/authassay/suites/check"
)

// Client authentication by assertion, as metadata names it (RFC 7591 §2, OpenID
// Connect Core §9).
const (
	methodSecretJWT  = "client_secret_jwt"
	methodPrivateJWT = "private_key_jwt"
)

// metadataLists are the checks on the lists in the metadata (RFC 8414 §2, §3.2;
// OpenID Connect Discovery §3).
func metadataLists() []*check.Check {
	needs := []check.Need{needMetadata}
	return []*check.Check{
		{
			// RFC 8414 §2, for the token, revocation and introspection endpoint
			// alike: the list of signing algorithms must be there where
			// private_key_jwt or client_secret_jwt is offered, and must not hold
			// "none". OpenID Connect Discovery §3 leaves the list of the token
			// endpoint optional, and forbids "none" too.
			ID: "meta-auth-signing-algs", Level: check.Must,
			Title:   "Where clients may authenticate by assertion the algorithms are listed, and none is not among them.",
			Clauses: []string{"RFC 8414 §2", "OpenID Connect Discovery §3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "For each of the three endpoints: the list beside the methods, and that it does not hold none. Where only OpenID discovery is published an absent list is info. Neither methods nor lists: not run.",
			Needs:   needs,
			Proves:  []string{"metadata-auth-signing-algs", "metadata-auth-signing-algs-no-none"},
			Run:     authSigningAlgs,
		},
		{
			// RFC 8414 §3.2 (OpenID Connect Discovery §4.2): claims with zero
			// elements must be left out. Where there is no response type, §2
			// requires an empty list to be there; then both cannot be had.
			ID: "meta-empty-omitted", Level: check.Must,
			Title:   "Lists without elements are left out of the metadata.",
			Clauses: []string{"RFC 8414 §3.2", "OpenID Connect Discovery §4.2"},
			Sent:    "GET of each well-known URL.",
			Judged:  "No member is an empty array. response_types_supported of a server without authorization endpoint: info.",
			Needs:   needs,
			Proves:  []string{"metadata-empty-omitted"},
			Run: func(t *check.T) {
				for _, d := range discover(t).published() {
					t.Look("metadata: "+d.name, d.resp)
					for _, name := range d.names() {
						var list []json.RawMessage
						raw := bytes.TrimSpace(d.members[name])
						if !bytes.HasPrefix(raw, []byte("[")) || json.Unmarshal(raw, &list) != nil || len(list) > 0 {
							continue
						}
						if name == "response_types_supported" && d.text("authorization_endpoint") == "" {
							t.Inform("the list of response types is empty: RFC 8414 §2 requires the member, §3.2 has empty lists omitted", name+" left out", "an empty array")
							continue
						}
						t.Expect(d).To(statement{false, name + " left out", name + " as an empty array"}, "the metadata has a list without elements")
					}
				}
			},
		},
		{
			// OpenID Connect Discovery §3: subject_types_supported and
			// id_token_signing_alg_values_supported are REQUIRED, and RS256 must be
			// among the latter.
			ID: "meta-oidc-required", Level: check.Required,
			Title:   "OpenID discovery names subject types and ID token algorithms, RS256 among them.",
			Clauses: []string{"OpenID Connect Discovery §3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "In each document of an OpenID provider: both members are non-empty arrays of strings, and RS256 is in the second.",
			Needs:   []check.Need{needOpenIDProvider},
			Proves:  []string{"metadata-subject-types", "metadata-id-token-algs", "metadata-rs256"},
			Run: func(t *check.T) {
				for _, d := range openIDDocuments(t) {
					t.Look("metadata: "+d.name, d.resp)
					for _, name := range []string{"subject_types_supported", "id_token_signing_alg_values_supported"} {
						values, _, ok := d.list(name)
						t.Expect(d).To(statement{ok && len(values) > 0, name + " as a non-empty array of strings", d.shown(name)}, "OpenID discovery lacks what it has to say")
					}
					algs, _, _ := d.list("id_token_signing_alg_values_supported")
					t.Expect(d).To(statement{slices.Contains(algs, "RS256"), "RS256 among id_token_signing_alg_values_supported", d.shown("id_token_signing_alg_values_supported")},
						"ID tokens cannot be had in the one algorithm that every client knows")
				}
			},
		},
	}
}

var needOpenIDProvider = check.Need{
	Name: "the metadata of an OpenID provider",
	Hint: "nothing to do: the target publishes none, and may be a server for OAuth alone",
	Met:  func(t *check.T) bool { return len(openIDDocuments(t)) > 0 },
}

// openIDDocuments are the documents that are the metadata of an OpenID provider.
func openIDDocuments(t *check.T) []*document {
	return slices.DeleteFunc(discover(t).published(), func(d *document) bool { return !d.ofOpenID() })
}

// names are the members of a document, sorted.
func (d *document) names() []string {
	out := make([]string, 0, len(d.members))
	for name := range d.members {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// shown is a member as it stands in the document, for a finding.
func (d *document) shown(name string) string {
	raw, ok := d.members[name]
	if !ok {
		return "no " + name
	}
	return clip(string(bytes.TrimSpace(raw)))
}

func authSigningAlgs(t *check.T) {
	docs := discover(t).published()
	ofOAuth := slices.ContainsFunc(docs, func(d *document) bool { return !d.openID() })
	judged := 0
	for _, d := range docs {
		for _, endpoint := range []string{"token", "revocation", "introspection"} {
			methods, _, _ := d.list(endpoint + "_endpoint_auth_methods_supported")
			name := endpoint + "_endpoint_auth_signing_alg_values_supported"
			algs, present, ok := d.list(name)
			offered := slices.Contains(methods, methodSecretJWT) || slices.Contains(methods, methodPrivateJWT)
			if !offered && !present {
				continue
			}
			judged++
			t.Look("metadata: "+d.name, d.resp)
			t.Expect(d).To(statement{!slices.Contains(algs, "none"), name + " without none", d.shown(name)},
				"the metadata offers to take assertions that nobody signed")
			want := name + " as a non-empty array of strings"
			switch {
			case !offered || ok && len(algs) > 0:
			case !d.openID():
				t.Expect(d).To(statement{false, want, d.shown(name)}, "clients may authenticate by assertion at the %s endpoint, and cannot know by which algorithm", endpoint)
			case !ofOAuth: // else the other document says it, or is to blame
				t.Inform("clients may authenticate by assertion, and cannot know by which algorithm; OpenID Connect Discovery leaves the list optional", want, d.shown(name))
			}
		}
	}
	if judged == 0 {
		t.NotRun(check.Need{Name: "metadata that offers private_key_jwt or client_secret_jwt", Hint: "nothing to do: the target offers neither"})
	}
}
