package authserver

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// metadataMembers are the checks on single members of the metadata
// (RFC 8414 §2).
func metadataMembers() []*check.Check {
	return slices.Concat(metadataURLs(), metadataEndpoints(), metadataLists(), metadataAgreement())
}

// metadataEndpoints are the checks on the endpoints, and on what the metadata
// says of them.
func metadataEndpoints() []*check.Check {
	return []*check.Check{
		{
			// RFC 6749 §3.1 and §3.2: the endpoints require TLS and their URIs have
			// no fragment; RFC 7009 §2, RFC 9126 §2, RFC 7591 §3, RFC 7662 §4,
			// RFC 8628 §3.1 and OpenID Connect Discovery §3 ask TLS of the others.
			// On loopback nothing leaves the machine, and http is not a failure.
			ID: "meta-endpoints-https", Level: check.Must,
			Title:   "Every advertised endpoint is an absolute https URL, without a fragment where a clause forbids one.",
			Clauses: []string{"RFC 6749 §3.1", "RFC 6749 §3.2", "RFC 7009 §2", "RFC 9126 §2"},
			Sent:    "GET of each well-known URL.",
			Judged:  "Each endpoint member that a document defines: a string, absolute, https (http on loopback is accepted); authorization and token endpoint without a fragment.",
			Needs:   []check.Need{needMetadata},
			Proves:  []string{"metadata-endpoint-https", "metadata-endpoint-no-fragment", "metadata-endpoint-absolute"},
			Run:     endpointsHTTPS,
		},
		{
			// RFC 8414 §2: response_types_supported is REQUIRED, a JSON array of
			// strings. §3.2 has lists without elements omitted: a server without
			// any response type cannot do both, and is only told so.
			ID: "meta-response-types", Level: check.Required,
			Title:   "response_types_supported is there and is a non-empty array of strings.",
			Clauses: []string{"RFC 8414 §2", "OpenID Connect Discovery §3"},
			Sent:    "GET of each well-known URL.",
			Judged:  "Presence and type. Absent or empty where the metadata names no authorization endpoint either: info.",
			Needs:   []check.Need{needMetadata},
			Proves:  []string{"metadata-response-types", "metadata-response-types-array"},
			Run:     responseTypes,
		},
		{
			// RFC 8414 §2: grant_types_supported lists the grants that the server
			// supports; RFC 6749 §5.2: a grant that is not supported is answered
			// unsupported_grant_type. Both speak of the same server.
			ID: "meta-grants-truth", Level: check.Consistency,
			Title:   "The grants that the metadata lists are the grants that the token endpoint knows.",
			Clauses: []string{"RFC 8414 §2", "RFC 6749 §5.2"},
			Sent:    "For each grant a token request with made-up parameters, authenticated; as control a grant that nobody defined, and a correct client credentials request.",
			Judged:  "Only by the error code: a listed grant is not answered unsupported_grant_type; client credentials that work are listed. Without the list, or where an invented grant is not answered unsupported_grant_type either, nothing follows: not run.",
			Needs:   append([]check.Need{needMetadata}, forGrant...),
			Proves:  []string{"metadata-grants-served", "metadata-grants-complete"},
			Run:     grantsTruth,
		},
		{
			// RFC 9700 §2.1.1: the server must provide a way to detect its support
			// for PKCE; RECOMMENDED is code_challenge_methods_supported. RFC 8414 §2:
			// without that member the server does not support PKCE. Where it does
			// not, there is nothing to advertise.
			ID: "meta-pkce-advertised", Level: check.Recommended,
			LevelUnder: map[target.Policy]check.Level{target.PolicyRFC6749: check.May, target.PolicyOIDC: check.May},
			Title:      "PKCE is advertised: code_challenge_methods_supported names S256.",
			Clauses:    []string{"RFC 9700 §2.1.1", "RFC 8414 §2", "RFC 7636 §4.2"},
			Sent:       "GET of each well-known URL; where none has the member, a token request with a wrong code_verifier.",
			Judged:     "An array with S256 in one of the documents: pass. The member without S256, or none although the verifier is looked at: warn. No PKCE: not run.",
			Needs:      []check.Need{needMetadata},
			Proves:     []string{"metadata-code-challenge-methods"},
			Run:        pkceAdvertised,
		},
	}
}

// endpointMembers are the endpoint members that a document at hand defines. A
// vendor's own members are the vendor's.
var endpointMembers = []string{
	"authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint",
	"introspection_endpoint", "device_authorization_endpoint", "pushed_authorization_request_endpoint",
	"userinfo_endpoint",
}

func endpointsHTTPS(t *check.T) {
	for _, d := range discover(t).published() {
		t.Look("metadata: "+d.name, d.resp)
		for _, m := range endpointMembers {
			raw, ok := d.members[m]
			if !ok || string(raw) == "null" { // which names nothing
				continue
			}
			want := m + " to be an absolute https URL without fragment"
			s := d.text(m)
			u, err := url.Parse(s)
			bad := ""
			switch {
			case s == "":
				bad = "no URL: " + clip(string(raw))
			case err != nil || !u.IsAbs() || u.Host == "":
				bad = "not absolute"
			case u.Scheme == "http" && !loopback(u.Hostname()), u.Scheme != "https" && u.Scheme != "http":
				bad = "the scheme " + u.Scheme
			case strings.Contains(s, "#") && (m == "authorization_endpoint" || m == "token_endpoint"):
				bad = "a fragment"
			}
			if bad != "" {
				t.Expect(m).To(statement{false, want, fmt.Sprintf("%s: %s", clip(s), bad)}, "%s in the metadata is not a URL that clients can safely use", m)
			}
		}
	}
}

// loopback tells whether a host is this machine, where http crosses no wire.
func loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func responseTypes(t *check.T) {
	for _, d := range discover(t).published() {
		t.Look("metadata: "+d.name, d.resp)
		const want = "response_types_supported as a non-empty array of strings"
		values, present, ok := d.list("response_types_supported")
		_, authorizes := d.members["authorization_endpoint"]
		if !present || (ok && len(values) == 0) {
			got := "an empty array"
			if !present {
				got = "no such member"
			}
			if !authorizes {
				t.Inform("the target names no authorization endpoint and no response type: RFC 8414 §2 requires the member, §3.2 has empty lists omitted", want, got)
				continue
			}
			t.Expect(d).To(statement{false, want, got}, "response_types_supported is missing")
		}
		raw := d.members["response_types_supported"]
		t.Expect(d).To(statement{ok && !slices.Contains(values, ""), want, clip(string(bytes.TrimSpace(raw)))}, "response_types_supported has another type")
	}
}

func pkceAdvertised(t *check.T) {
	const member, want = "code_challenge_methods_supported", "code_challenge_methods_supported with S256"
	var there *document
	for _, d := range discover(t).published() {
		methods, present, ok := d.list(member)
		if ok && slices.Contains(methods, "S256") {
			t.Record(member, strings.Join(methods, " "))
			return
		}
		if present {
			there = d
		}
	}
	if there != nil {
		t.Look("metadata: "+there.name, there.resp)
		t.Expect(there).To(statement{false, want, clip(string(bytes.TrimSpace(there.members[member])))}, "the metadata does not say that the target does S256")
	}
	for _, n := range forPKCE {
		if !n.Met(t) {
			t.NotRun(n)
		}
	}
	t.Expect(member).To(statement{false, want, "no such member"}, "the target does PKCE, and its metadata does not say so")
}

// madeUp are the parameters that make a token request of a grant complete,
// with values that nobody issued. The implicit grant has no token request.
func madeUp(t *check.T) map[string][][2]string {
	x := func() string { return t.Random(24) }
	return map[string][][2]string{
		"authorization_code": {{"code", x()}, {"redirect_uri", "https://client.invalid/callback"}},
		"refresh_token":      {{"refresh_token", x()}},
		"password":           {{"username", x()}, {"password", x()}},
		"urn:ietf:params:oauth:grant-type:device_code":    {{"device_code", x()}},
		"urn:ietf:params:oauth:grant-type:jwt-bearer":     {{"assertion", x()}},
		"urn:ietf:params:oauth:grant-type:token-exchange": {{"subject_token", x()}, {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"}},
	}
}

func grantsTruth(t *check.T) {
	d := discover(t).chosen
	listed, present, ok := d.list("grant_types_supported")
	if !present || !ok {
		t.NotRun(check.Need{Name: "grant_types_supported in the metadata", Hint: "nothing to do: the member is optional"})
	}
	cr := working(t)
	ask := func(step, grant string, params [][2]string) *check.Response {
		r := cr.request(t).Set("grant_type", grant)
		for _, p := range params {
			r.Set(p[0], p[1])
		}
		return t.Do(step, "token", r.HTTP())
	}
	invented := ask("control: a grant that nobody defined", "urn:authassay:"+t.Random(12), nil)
	if errorCode(invented) != "unsupported_grant_type" {
		t.NotRun(check.Need{
			Name: "a target that answers an undefined grant with unsupported_grant_type",
			Hint: "see tok-unknown-grant; as it is, nothing follows from its answers to the others",
		})
	}
	works := t.Do("control: client credentials", "token", cr.request(t).HTTP())
	t.Require(succeeded(works)).To(beEmpty(), "the correct request does not succeed, so nothing follows from the answers to the others")
	dummies := madeUp(t)
	sort.Strings(listed)
	for _, g := range listed {
		params, known := dummies[g]
		if !known {
			continue // implicit has no token request, others no shape we know
		}
		r := ask("listed: "+g, g, params)
		t.Safe(r).To(statement{errorCode(r) != "unsupported_grant_type",
			fmt.Sprintf("%q, which the metadata lists, to be known", g), "unsupported_grant_type"},
			"the metadata lists the grant %s, and the token endpoint does not support it", g)
	}
	t.Look("control: client credentials", works)
	t.Safe(works).To(statement{slices.Contains(listed, grantClientCredentials),
		"client_credentials, which works, among grant_types_supported", strings.Join(listed, ", ")},
		"the client credentials grant works, and the metadata does not list it")
}
