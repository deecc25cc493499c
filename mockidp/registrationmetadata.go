package mockidp

import (
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Client metadata by the type of its JSON value (RFC 7591 §2; RFC 9126 §6; OpenID
// Connect for the algorithm and the logout). Whatever else a client sends is
// ignored.
var (
	metadataStrings = []string{
		"token_endpoint_auth_method", "client_name", "client_uri", "logo_uri", "scope", "tos_uri", "policy_uri",
		"jwks_uri", "software_id", "software_version", "token_endpoint_auth_signing_alg",
	}
	metadataLists  = []string{"redirect_uris", "grant_types", "response_types", "contacts", "post_logout_redirect_uris"}
	metadataFlags  = []string{"require_pushed_authorization_requests"}
	metadataPlain  = []string{"client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "software_id", "software_version", "contacts"}
	metadataPages  = []string{"client_uri", "logo_uri", "tos_uri", "policy_uri"}
	metadataTagged = []string{"client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri"} // §2.2: may have a language
)

// clientMetadata is the metadata of a request whose values have the right types.
type clientMetadata struct {
	strings map[string]string
	lists   map[string][]string
	flags   map[string]bool
	jwks    json.RawMessage
	kept    object // what the provider stores and does not use
}

// readMetadata sorts the members of a registration request. It names a member
// whose type is wrong; a null or empty value counts as left out (RFC 7592 §2.2).
func readMetadata(doc map[string]any) (m clientMetadata, wrong, unknown string) {
	m = clientMetadata{strings: map[string]string{}, lists: map[string][]string{}, flags: map[string]bool{}, kept: object{}}
	for name, value := range doc {
		base, _, tagged := strings.Cut(name, "#")
		ok := true
		switch {
		case value == nil || value == "":
			continue
		case tagged && slices.Contains(metadataTagged, base):
			if _, ok = value.(string); ok {
				m.kept[name] = value
			}
		case slices.Contains(metadataStrings, name):
			m.strings[name], ok = value.(string)
		case slices.Contains(metadataLists, name):
			var list []string
			if _, isList := value.([]any); isList {
				list, ok = stringOrList(value)
			} else {
				ok = false
			}
			m.lists[name] = list
		case slices.Contains(metadataFlags, name):
			m.flags[name], ok = value.(bool)
		case name == "jwks":
			if _, ok = value.(map[string]any); ok {
				m.jwks, _ = json.Marshal(value) // it came from JSON
			}
		default:
			unknown = max(unknown, name)
		}
		if !ok {
			delete(m.strings, name)
			delete(m.lists, name)
			wrong = max(wrong, base)
			continue
		}
		if slices.Contains(metadataPlain, name) {
			m.kept[name] = value
		}
	}
	return m, wrong, unknown
}

// metadata is what a client's fields say as client metadata.
func (c *Client) metadata() object {
	doc := object{"grant_types": c.GrantTypes, "token_endpoint_auth_method": c.AuthMethods[0]}
	if len(c.RedirectURIs) > 0 {
		doc["redirect_uris"] = c.RedirectURIs
	}
	if len(c.ResponseTypes) > 0 {
		doc["response_types"] = c.ResponseTypes
	}
	if len(c.PostLogoutRedirectURIs) > 0 {
		doc["post_logout_redirect_uris"] = c.PostLogoutRedirectURIs
	}
	if len(c.Scopes) > 0 {
		doc["scope"] = strings.Join(c.Scopes, " ")
	}
	if len(c.JWKS) > 0 {
		doc["jwks"] = c.JWKS
	}
	if c.JWKSURI != "" {
		doc["jwks_uri"] = c.JWKSURI
	}
	if c.AuthSigningAlg != "" {
		doc["token_endpoint_auth_signing_alg"] = c.AuthSigningAlg
	}
	if c.RequirePushed {
		doc["require_pushed_authorization_requests"] = true
	}
	return doc
}

// isSafeRedirectURI reports whether a redirect URI is one of those that RFC 7591 §5
// allows: https, http on the local machine, or a scheme of an application, which is
// a domain name backwards and so has a period in it (RFC 8252 §7.1, §8.4). The
// schemes that browsers keep to themselves have none.
func isSafeRedirectURI(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "https":
		return u.Hostname() != ""
	case "http":
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	}
	return strings.Contains(u.Scheme, ".")
}
