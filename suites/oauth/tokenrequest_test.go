package oauth_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/suites/oauth"
)

// RFC 6749 App. B: the example, and the characters that the rules of HTML
// treat each in its own way.
func TestFormEncoding(t *testing.T) {
	for in, want := range map[string]string{
		" %&+£€":       "+%25%26%2B%C2%A3%E2%82%AC",
		"abcXYZ019-._": "abcXYZ019-._", "": "", "a b": "a+b", "a+b": "a%2Bb", ":": "%3A", "=": "%3D", "&": "%26", "\n": "%0A", "\x00": "%00", "/": "%2F",
		"\"<>": "%22%3C%3E", "ü": "%C3%BC", "𝄞": "%F0%9D%84%9E", "\xff": "%FF",
	} {
		g := gomega.NewWithT(t)
		g.Expect(oauth.FormEncode(in)).To(gomega.Equal(want))
		back, err := url.QueryUnescape(oauth.FormEncode(in))
		g.Expect(err).ToNot(gomega.HaveOccurred())
		g.Expect(back).To(gomega.Equal(in))
	}
	for _, in := range []string{"*", "~"} { // two spellings, one meaning
		back, err := url.QueryUnescape(oauth.FormEncode(in))
		gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
		gomega.NewWithT(t).Expect(back).To(gomega.Equal(in))
	}
}

func TestBasicCredentials(t *testing.T) {
	g := gomega.NewWithT(t)
	decode := func(s string) string {
		b, err := base64.StdEncoding.DecodeString(s)
		g.Expect(err).ToNot(gomega.HaveOccurred())
		return string(b)
	}
	g.Expect(decode(oauth.BasicCredentials("a:b", " %&+£€"))).To(gomega.Equal("a%3Ab:+%25%26%2B%C2%A3%E2%82%AC"))
	g.Expect(decode(oauth.RawBasicCredentials("a:b", "c d"))).To(gomega.Equal("a:b:c d"))
	g.Expect(oauth.BasicCredentials("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw")).To(gomega.Equal("czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"), "the example of RFC 6749 §2.3.1, decoded")
	for id, matters := range map[string]bool{"plain-id_1.2~3": false, "a:b": true, "a b": true, "a%b": true, "a+b": true, "ä": true, "": false} {
		g.Expect(oauth.EncodingMatters(id, "secret")).To(gomega.Equal(matters), id)
		g.Expect(oauth.EncodingMatters("id", id)).To(gomega.Equal(matters), id)
	}
}

func request() *oauth.TokenRequest {
	r := &oauth.TokenRequest{Endpoint: "https://idp.test/token"}
	return r.Add("grant_type", "client_credentials").Add("scope", "read write")
}

func TestATokenRequestOnTheWire(t *testing.T) {
	g := gomega.NewWithT(t)
	out := request().Authenticate(oauth.ClientSecretPost, "c:1", "s&2").HTTP()
	g.Expect(out.Method).To(gomega.Equal("POST"))
	g.Expect(out.URL).To(gomega.Equal("https://idp.test/token"))
	g.Expect(string(out.Body)).To(gomega.Equal("grant_type=client_credentials&scope=read+write&client_id=c%3A1&client_secret=s%262"))
	g.Expect(out.Header).To(gomega.Equal(http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}))

	out = request().Authenticate(oauth.ClientSecretBasic, "c", "s").HTTP()
	g.Expect(out.Header.Get("Authorization")).To(gomega.Equal("Basic " + base64.StdEncoding.EncodeToString([]byte("c:s"))))
	g.Expect(string(out.Body)).ToNot(gomega.ContainSubstring("client_id"))

	g.Expect(string(request().Authenticate(oauth.NoneMethod, "c", "s").HTTP().Body)).To(gomega.HaveSuffix("&client_id=c"))
	g.Expect(string(request().Authenticate("private_key_jwt", "c", "s").HTTP().Body)).To(gomega.Equal("grant_type=client_credentials&scope=read+write"))
	g.Expect((&oauth.TokenRequest{Endpoint: "https://idp.test/"}).HTTP().Body).To(gomega.BeEmpty())
}

func TestATokenRequestInTheQuery(t *testing.T) {
	for endpoint, want := range map[string]string{
		"https://idp.test/token":         "https://idp.test/token?grant_type=client_credentials&scope=read+write",
		"https://idp.test/token?a=b":     "https://idp.test/token?a=b&grant_type=client_credentials&scope=read+write",
		"https://idp.test/token?a=b#f?g": "https://idp.test/token?a=b&grant_type=client_credentials&scope=read+write",
		"https://idp.test/token#f":       "https://idp.test/token?grant_type=client_credentials&scope=read+write",
	} {
		r := request()
		r.Endpoint, r.Method, r.InQuery = endpoint, "GET", true
		out := r.HTTP()
		g := gomega.NewWithT(t)
		g.Expect(out.URL).To(gomega.Equal(want))
		g.Expect(out.Method).To(gomega.Equal("GET"))
		g.Expect(out.Body).To(gomega.BeEmpty())
		g.Expect(out.Header).ToNot(gomega.HaveKey("Content-Type"))
	}
}

func TestChangingATokenRequest(t *testing.T) {
	g := gomega.NewWithT(t)
	r := request().Authenticate(oauth.ClientSecretBasic, "c", "s").Authenticate(oauth.ClientSecretPost, "c", "s")
	c := r.Clone().Set("scope", "x").Del("grant_type").Unauthenticate().Add("scope", "y")
	g.Expect(string(c.HTTP().Body)).To(gomega.Equal("scope=x&scope=y"))
	g.Expect(c.HTTP().Header).ToNot(gomega.HaveKey("Authorization"))
	g.Expect(c.Get("scope")).To(gomega.Equal("x"))
	g.Expect(c.Get("none")).To(gomega.BeEmpty())
	g.Expect(string(r.HTTP().Body)).To(gomega.Equal("grant_type=client_credentials&scope=read+write&client_id=c&client_secret=s"), "the original stays")
	g.Expect(r.Header.Get("Authorization")).ToNot(gomega.BeEmpty())
	// What is sent does not change with what is sent later.
	first := r.HTTP()
	r.Header.Set("Authorization", "x")
	first.Header.Set("X", "y")
	g.Expect(first.Header.Get("Authorization")).To(gomega.HavePrefix("Basic "))
	g.Expect(r.Header).ToNot(gomega.HaveKey("X"))
	g.Expect(request().Unauthenticate().HTTP().Header).ToNot(gomega.HaveKey("Authorization"))
	g.Expect(request().Clone().Add("a", "b").Params).To(gomega.HaveLen(3))
}

func TestAnUnusualTokenRequestKeepsWhatItIsGiven(t *testing.T) {
	g := gomega.NewWithT(t)
	r := request()
	r.Method = "PUT"
	r.Header = http.Header{"Content-Type": {"text/plain"}, "Accept": {"*/*"}}
	r.Add("", "").Add("ä=", "&").Add("scope", "again")
	out := r.HTTP()
	g.Expect(out.Method).To(gomega.Equal("PUT"))
	g.Expect(out.Header).To(gomega.Equal(http.Header{"Content-Type": {"text/plain"}, "Accept": {"*/*"}}))
	g.Expect(strings.Split(string(out.Body), "&")).To(gomega.Equal([]string{"grant_type=client_credentials", "scope=read+write", "=", "%C3%A4%3D=%26", "scope=again"}))
}
