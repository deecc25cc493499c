package interop

import (
	"context"
	"testing"
	"time"

	"github.com/authassay/authassay/mockidp"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/onsi/gomega"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// codeToken takes golang.org/x/oauth2 through the authorization code flow with
// PKCE.
func codeToken(t *testing.T, a *app, idp *mockidp.Provider, more ...oauth2.AuthCodeOption) *oauth2.Token {
	t.Helper()
	g := gomega.NewWithT(t)
	verifier := oauth2.GenerateVerifier()
	c := a.config(idp)
	authURL := c.AuthCodeURL("the state", append(more, oauth2.S256ChallengeOption(verifier))...)
	l, err := idp.Drive(t.Context(), authURL, mockidp.DriveOptions{User: userName})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(l.Parameters.Get("state")).To(gomega.Equal("the state"))
	token, err := c.Exchange(t.Context(), l.Parameters.Get("code"), oauth2.VerifierOption(verifier))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return token
}

// golang.org/x/oauth2: authorization code with PKCE, both ways to authenticate
// and its way to find out which, and a wrong verifier.
func TestGoCode(t *testing.T) {
	a := newApp(t)
	idp := startProvider(t, a, mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
	for name, style := range map[string]oauth2.AuthStyle{"header": oauth2.AuthStyleInHeader, "body": oauth2.AuthStyleInParams, "found out": oauth2.AuthStyleAutoDetect} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			c := a.config(idp)
			c.Endpoint.AuthStyle = style
			verifier := oauth2.GenerateVerifier()
			l, err := idp.Drive(t.Context(), c.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)), mockidp.DriveOptions{})
			g.Expect(err).NotTo(gomega.HaveOccurred())
			token, err := c.Exchange(t.Context(), l.Parameters.Get("code"), oauth2.VerifierOption(verifier))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(token.Valid()).To(gomega.BeTrue())
			g.Expect(token.Type()).To(gomega.Equal("Bearer"))
			g.Expect(time.Until(token.Expiry)).To(gomega.BeNumerically("~", time.Hour, time.Minute))

			var refused *oauth2.RetrieveError
			_, err = c.Exchange(t.Context(), l.Parameters.Get("code"), oauth2.VerifierOption(verifier))
			g.Expect(err).To(gomega.BeAssignableToTypeOf(refused), "the code a second time")
		})
	}
	g := gomega.NewWithT(t)
	c := a.config(idp)
	l, err := idp.Drive(t.Context(), c.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), mockidp.DriveOptions{})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	_, err = c.Exchange(t.Context(), l.Parameters.Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("invalid_grant")))
}

// golang.org/x/oauth2 refreshes an expired token, and keeps the new refresh
// token.
func TestGoRefresh(t *testing.T) {
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a)
	token := codeToken(t, a, idp)
	g.Expect(token.RefreshToken).NotTo(gomega.BeEmpty())
	old := *token
	old.Expiry = time.Now().Add(-time.Minute)
	source := a.config(idp).TokenSource(t.Context(), &old)
	fresh, err := source.Token()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(fresh.AccessToken).NotTo(gomega.Equal(token.AccessToken))
	g.Expect(fresh.RefreshToken).NotTo(gomega.Equal(token.RefreshToken))
	_, err = a.config(idp).TokenSource(t.Context(), &old).Token()
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("invalid_grant")), "the rotated one again")
}

// golang.org/x/oauth2: the grants without a browser.
func TestGoDirectGrants(t *testing.T) {
	g := gomega.NewWithT(t)
	a := newApp(t)
	idp := startProvider(t, a)
	token, err := a.config(idp).PasswordCredentialsToken(t.Context(), userName, userPass)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(token.Valid()).To(gomega.BeTrue())
	_, err = a.config(idp).PasswordCredentialsToken(t.Context(), userName, "wrong")
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("invalid_grant")))

	cc := clientcredentials.Config{ClientID: appID, ClientSecret: appSecret, TokenURL: idp.Issuer() + "/token", Scopes: []string{"photos"}}
	token, err = cc.Token(t.Context())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(token.Extra("scope")).To(gomega.Equal("photos"))
	cc.ClientSecret = "wrong"
	_, err = cc.Token(t.Context())
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("invalid_client")))
}

// go-oidc: discovery, an ID token with nonce and at_hash, userinfo.
func TestGoOIDC(t *testing.T) {
	for _, alg := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run(alg, func(t *testing.T) {
			g := gomega.NewWithT(t)
			a := newApp(t)
			idp := startProvider(t, a, mockidp.WithSigningAlg(alg), mockidp.WithPath("/tenant-1"))
			provider, err := oidc.NewProvider(t.Context(), idp.Issuer())
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(provider.Endpoint().AuthURL).To(gomega.Equal(idp.Issuer() + "/authorize"))
			token := codeToken(t, a, idp, oidc.Nonce("the nonce"))
			raw, ok := token.Extra("id_token").(string)
			g.Expect(ok).To(gomega.BeTrue())
			idToken, err := provider.Verifier(&oidc.Config{ClientID: appID}).Verify(t.Context(), raw)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(idToken.Subject).To(gomega.Equal(userName))
			g.Expect(idToken.Nonce).To(gomega.Equal("the nonce"))
			if idToken.AccessTokenHash != "" { // OPTIONAL in this flow (OpenID Connect Core §3.1.3.6)
				g.Expect(idToken.VerifyAccessToken(token.AccessToken)).To(gomega.Succeed())
			}
			_, err = provider.Verifier(&oidc.Config{ClientID: "another"}).Verify(t.Context(), raw)
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("audience")))

			info, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(info.Subject).To(gomega.Equal(userName))
			g.Expect(info.Email).To(gomega.Equal("alice@example.com"))
			_, err = provider.UserInfo(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "made-up"}))
			g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("401")))
		})
	}
}
