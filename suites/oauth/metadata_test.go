package oauth_test

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/oauth"
)

func TestMetadataURLs(t *testing.T) {
	g := gomega.NewWithT(t)
	for issuer, want := range map[string][]string{
		"https://example.com": {
			"https://example.com/.well-known/oauth-authorization-server",
			"https://example.com/.well-known/openid-configuration",
		},
		"https://example.com/": { // RFC 8414 §3.1: the terminating slash goes
			"https://example.com/.well-known/oauth-authorization-server",
			"https://example.com/.well-known/openid-configuration",
		},
		"https://example.com:8443/issuer1/": { // the example of RFC 8414 §3.1, with a port and a slash
			"https://example.com:8443/.well-known/oauth-authorization-server/issuer1",
			"https://example.com:8443/issuer1/.well-known/openid-configuration",
			"https://example.com:8443/.well-known/openid-configuration/issuer1",
			"https://example.com:8443/issuer1/.well-known/oauth-authorization-server",
		},
	} {
		got, _, err := oauth.MetadataURLs(issuer)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(got).To(gomega.Equal(want), issuer)
	}
	_, path, err := oauth.MetadataURLs("https://example.com/a%2Fb/")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(path).To(gomega.Equal("/a%2Fb"), "an escaped slash stays escaped")
	_, _, err = oauth.MetadataURLs("https://exa mple.com")
	g.Expect(err).To(gomega.HaveOccurred())
}
