package oauth

import (
	"net/url"
	"strings"
)

// MetadataURLs are where the metadata of an issuer may be, in order of
// preference, and the issuer's path without a terminating slash. RFC 8414 §3.1
// inserts the well-known string between host and path; OpenID Connect Discovery
// §4 appends its own. For an issuer with a path two more follow: RFC 8414 §5
// lets the latter be inserted too, and to append the former is a common
// mistake. The error is that of a URL that cannot be parsed.
func MetadataURLs(issuer string) (urls []string, path string, err error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, "", err
	}
	origin := u.Scheme + "://" + u.Host
	// RFC 8414 §3.1: a terminating "/" of the path is removed before the
	// well-known string goes in; OpenID Connect Discovery §4.1 says the same of
	// its own form.
	path = strings.TrimSuffix(u.EscapedPath(), "/")
	const oauth, openid = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"
	urls = []string{origin + oauth + path, origin + path + openid}
	if path != "" {
		urls = append(urls, origin+openid+path, origin+path+oauth)
	}
	return urls, path, nil
}
