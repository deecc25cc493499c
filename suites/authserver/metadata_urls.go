package authserver

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

// metadataURLs are the checks on the issuer and on the endpoints that have to be
// there (RFC 8414 §2; OpenID Connect Discovery §3).
func metadataURLs() []*check.Check {
	needs := []check.Need{needMetadata}
	return []*check.Check{
		{
			// RFC 8414 §2: the issuer identifier is a URL with the scheme https and
			// without query and fragment. On loopback nothing leaves the machine.
			ID: "meta-issuer-form", Level: check.Required,
			Title:   "The issuer is an https URL without query and fragment.",
			Clauses: []string{"RFC 8414 §2", "OpenID Connect Discovery §3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "The issuer member: there, a URL with a host, https, no query, no fragment. http on loopback: info.",
			Needs:   needs,
			Proves:  []string{"metadata-issuer-form"},
			Run: func(t *check.T) {
				for _, d := range discover(t).published() {
					t.Look("metadata: "+d.name, d.resp)
					const want = "an https URL without query and fragment"
					s := d.text("issuer")
					bad := issuerForm(s)
					if bad == insecureLoopback {
						t.Inform("the issuer is an http URL; on loopback nothing leaves the machine, elsewhere it has to be https", want, clip(s))
						continue
					}
					t.Expect(d).To(statement{bad == "", want, fmt.Sprintf("%s: %s", clip(s), bad)}, "the issuer identifier has another form than clients may rely on")
				}
			},
		},
		{
			// RFC 8414 §2: REQUIRED unless no grant is supported that uses the
			// authorization endpoint; without grant_types_supported, authorization
			// code and implicit are what a reader takes as supported. OpenID Connect
			// Discovery §3 requires it of every OpenID provider.
			ID: "meta-authz-endpoint", Level: check.Required,
			Title:   "authorization_endpoint is there where a grant uses it.",
			Clauses: []string{"RFC 8414 §2", "OpenID Connect Discovery §3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "Absent beside authorization_code or implicit, or in the metadata of an OpenID provider: broken. Absent together with grant_types_supported: a deviation that harms nobody.",
			Needs:   needs,
			Proves:  []string{"metadata-authorization-endpoint"},
			Run: func(t *check.T) {
				for _, d := range discover(t).published() {
					if d.text("authorization_endpoint") != "" {
						continue
					}
					t.Look("metadata: "+d.name, d.resp)
					grants, listed := d.grants()
					const want, got = "an authorization_endpoint", "none"
					switch {
					case d.ofOpenID():
						t.Expect(d).To(statement{false, want, got}, "an OpenID provider does not name its authorization endpoint")
					case slices.Contains(grants, grantAuthorizationCode) || slices.Contains(grants, grantImplicit):
						t.Expect(d).To(statement{false, want, got}, "the metadata lists a grant that uses the authorization endpoint, and does not name the endpoint")
					case !listed:
						t.Safe(d).To(statement{false, want + ", or grant_types_supported without authorization_code and implicit", "neither"},
							"the metadata says nothing of its grants, which stands for authorization_code and implicit, and names no authorization endpoint")
					}
				}
			},
		},
		{
			// RFC 8414 §2: REQUIRED unless only the implicit grant is supported;
			// OpenID Connect Discovery §3 likewise.
			ID: "meta-token-endpoint", Level: check.Required,
			Title:   "token_endpoint is there, unless only the implicit grant is supported.",
			Clauses: []string{"RFC 8414 §2", "OpenID Connect Discovery §3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "Absent while another grant than implicit is listed, or none is listed and the response types do not leave implicit alone: broken.",
			Needs:   needs,
			Proves:  []string{"metadata-token-endpoint"},
			Run: func(t *check.T) {
				for _, d := range discover(t).published() {
					if d.text("token_endpoint") != "" || d.onlyImplicit() {
						continue
					}
					t.Look("metadata: "+d.name, d.resp)
					t.Expect(d).To(statement{false, "a token_endpoint", "none"}, "the metadata does not name the token endpoint")
				}
			},
		},
		{
			// RFC 8414 §2: jwks_uri is optional, and must be https: who can change
			// the keys on their way can sign whatever he likes.
			ID: "meta-jwks-https", Level: check.Must,
			Title:   "jwks_uri, where it is there, is an https URL.",
			Clauses: []string{"RFC 8414 §2", "OpenID Connect Discovery §3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "An absolute URL with the scheme https (http on loopback is accepted). No jwks_uri: not run.",
			Needs:   needs,
			Proves:  []string{"metadata-jwks-https"},
			Run: func(t *check.T) {
				judged := 0
				for _, d := range discover(t).published() {
					raw, ok := d.members["jwks_uri"]
					if !ok || string(raw) == "null" {
						continue
					}
					judged++
					t.Look("metadata: "+d.name, d.resp)
					s := d.text("jwks_uri")
					u, err := url.Parse(s)
					good := err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
					t.Expect(d).To(statement{good, "an absolute https URL", clip(string(raw))}, "the keys of the target are fetched over a connection that anybody can change")
				}
				if judged == 0 {
					t.NotRun(check.Need{Name: "a jwks_uri in the metadata", Hint: "nothing to do: the member is optional"})
				}
			},
		},
	}
}

// insecureLoopback is what is wrong with an issuer that harms nobody.
const insecureLoopback = "the scheme http, on loopback"

// issuerForm says what keeps s from being an issuer identifier (RFC 8414 §2);
// empty when nothing does.
func issuerForm(s string) string {
	if s == "" {
		return "there is none, or it is no string"
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || !u.IsAbs() || u.Host == "":
		return "no absolute URL"
	case strings.Contains(s, "#"):
		return "a fragment"
	case strings.Contains(s, "?"):
		return "a query"
	case u.Scheme == "http" && loopback(u.Hostname()):
		return insecureLoopback
	case u.Scheme != "https":
		return "the scheme " + u.Scheme
	}
	return ""
}

// grants are the grants that a document lists. Listed tells whether it does: a
// list that is empty says as little as none.
func (d *document) grants() (list []string, listed bool) {
	list, _, ok := d.list("grant_types_supported")
	return list, ok && len(list) > 0
}

// onlyImplicit tells whether a document says that there is nothing but the
// implicit grant: by its grants, or else by its response types.
func (d *document) onlyImplicit() bool {
	if grants, listed := d.grants(); listed {
		return !slices.ContainsFunc(grants, func(g string) bool { return g != grantImplicit })
	}
	types, _, ok := d.list("response_types_supported")
	return ok && len(types) > 0 && !slices.ContainsFunc(types, func(r string) bool { return slices.Contains(strings.Fields(r), "code") })
}

// openID tells whether a document is at a location of OpenID Connect Discovery.
func (d *document) openID() bool { return d.name == oidcAppended || d.name == oidcInserted }

// ofOpenID tells whether a document is the metadata of an OpenID provider. The
// location alone does not say it: RFC 8414 §5 has it used by OAuth servers too.
func (d *document) ofOpenID() bool {
	if !d.openID() {
		return false
	}
	for name := range d.members {
		if strings.HasPrefix(name, "id_token_") || name == "subject_types_supported" || name == "userinfo_endpoint" {
			return true
		}
	}
	scopes, _, _ := d.list("scopes_supported")
	return slices.Contains(scopes, "openid")
}
