package mockidp

import (
	"net/http"
	"sync"
	"testing"

	"github.com/onsi/gomega"
)

// What clients of each sort get.
func TestRegistrationKinds(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, openRegistration...)
	// The defaults of RFC 7591 §2.
	a := jsonTo(p, http.MethodPost, pathRegister, "", map[string]any{"redirect_uris": []string{testCallback}})
	g.Expect(a.doc["grant_types"]).To(gomega.Equal([]any{"authorization_code"}))
	g.Expect(a.doc["response_types"]).To(gomega.Equal([]any{"code"}))
	g.Expect(a.doc["token_endpoint_auth_method"]).To(gomega.Equal("client_secret_basic"))
	// Public clients have no secret.
	a = register(p, "token_endpoint_auth_method", "none", "grant_types", nil, "redirect_uris", []string{"http://localhost:8080/cb", "com.example:/cb"})
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	g.Expect(a.doc).NotTo(gomega.Or(gomega.HaveKey("client_secret"), gomega.HaveKey("client_secret_expires_at")))
	// A client with keys authenticates with them.
	a = register(p, "token_endpoint_auth_method", "private_key_jwt", "token_endpoint_auth_signing_alg", "ES256", "jwks", publicSet("ES256"))
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	g.Expect(a.doc).NotTo(gomega.HaveKey("client_secret"))
	g.Expect(outcome(assertion{client: a.str("client_id")}.ask(p))).To(gomega.Equal("200 token"))
	// A client for itself needs no redirect.
	a = jsonTo(p, http.MethodPost, pathRegister, "", map[string]any{"grant_types": []string{"client_credentials"}})
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	g.Expect(a.doc).NotTo(gomega.HaveKey("response_types"))
	// A change of method brings a secret, or takes it away.
	b := configured(p, http.MethodPut, a, map[string]any{"client_id": a.str("client_id"), "grant_types": []string{"client_credentials"},
		"token_endpoint_auth_method": "private_key_jwt", "jwks": publicSet("ES256")})
	g.Expect(b.doc).NotTo(gomega.HaveKey("client_secret"), b.body)
}

// An initial access token, where one is asked for.
func TestInitialAccessToken(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRegistration(Registration{InitialAccessToken: "initial", GrantTypes: []string{GrantClientCredentials}, Scopes: []string{"own"}}))
	own := map[string]any{"grant_types": []string{"client_credentials"}}
	a := jsonTo(p, http.MethodPost, pathRegister, "", own)
	g.Expect(a.status).To(gomega.Equal(401))
	g.Expect(a.header.Get("WWW-Authenticate")).To(gomega.Equal(`Bearer realm="mockidp"`))
	a = jsonTo(p, http.MethodPost, pathRegister, "wrong", own)
	g.Expect(a.status).To(gomega.Equal(401))
	g.Expect(a.header.Get("WWW-Authenticate")).To(gomega.ContainSubstring(`error="invalid_token"`))
	a = jsonTo(p, http.MethodPost, pathRegister, "initial", own)
	g.Expect(a.doc["scope"]).To(gomega.Equal("own"), a.body)
	a = jsonTo(p, http.MethodPost, pathRegister, "initial", webMetadata())
	g.Expect(outcome(a)).To(gomega.Equal("400 invalid_client_metadata"), "another grant")
}

// Metadata names what can be registered for, and only where it can.
func TestRegistrationMetadata(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(ask(newProvider(t), get(oauthDocument)).doc).NotTo(gomega.HaveKey("registration_endpoint"))
	g.Expect(register(newProvider(t)).status).To(gomega.Equal(404))
	p := newProvider(t, openRegistration...)
	doc := ask(newProvider(t, WithRegistration(Registration{Scopes: []string{"own", "read"}})), get(oauthDocument)).doc
	g.Expect(doc["scopes_supported"]).To(gomega.Equal([]any{"own", "read", "write"}))
	doc = ask(p, get(oauthDocument)).doc
	g.Expect(doc["registration_endpoint"]).To(gomega.Equal(p.Issuer() + pathRegister))
	g.Expect(doc["grant_types_supported"]).To(gomega.ContainElements(GrantAuthorizationCode, GrantDeviceCode, GrantTokenExchange, GrantJWTBearer, GrantRefreshToken))
	g.Expect(doc["response_types_supported"]).To(gomega.ContainElements("code", "code id_token token"))
	g.Expect(doc["token_endpoint_auth_methods_supported"]).To(gomega.ContainElements(ClientSecretJWT, PrivateKeyJWT, AuthMethodNone))
}

// What was registered first makes room, and clients given to the provider stay.
func TestRegistrationsAreBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, openRegistration...)
	own := map[string]any{"grant_types": []string{"client_credentials"}}
	first := jsonTo(p, http.MethodPost, pathRegister, "", own).str("client_id")
	for range maxRegistered {
		jsonTo(p, http.MethodPost, pathRegister, "", own)
	}
	g.Expect(p.Clients()).To(gomega.HaveLen(len(plainClients()) + maxRegistered))
	_, there := p.Client(first)
	g.Expect(there).To(gomega.BeFalse())
	_, there = p.Client(ClientConfidential)
	g.Expect(there).To(gomega.BeTrue())
}

// A test adds and removes clients while the provider runs.
func TestAddAndRemoveClient(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	c, err := p.AddClient(Client{ID: "late", Scopes: []string{"late"}})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(c.Secret).NotTo(gomega.BeEmpty())
	_, err = p.AddClient(Client{ID: "late"})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("each client needs its own")))
	_, err = p.AddClient(Client{})
	g.Expect(err).To(gomega.HaveOccurred())
	a := ask(p, sent{basic: "late", form: cc()})
	g.Expect(outcome(a)).To(gomega.Equal("200 token"))
	g.Expect(p.LiveTokens()).To(gomega.HaveLen(1))
	g.Expect(p.RemoveClient("late")).To(gomega.BeTrue())
	g.Expect(p.RemoveClient("late")).To(gomega.BeFalse())
	g.Expect(p.LiveTokens()).To(gomega.BeEmpty())
	// A client that was given to the provider has no registration to manage.
	_, ok := p.RegistrationAccessToken(ClientConfidential)
	g.Expect(ok).To(gomega.BeFalse())
}

// Clients come, go and ask for tokens at the same time.
func TestRegistryUnderLoad(t *testing.T) {
	p := newProvider(t, openRegistration...)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				a := register(p)
				id := a.str("client_id")
				if got := outcome(ask(p, sent{header: basicOf(id, a.str("client_secret")), form: cc()})); got != "200 token" {
					t.Error(got)
				}
				_ = p.Clients()
				_ = ask(p, get(oauthDocument))
				if got := configured(p, http.MethodPut, a, webMetadata("client_id", id)); got.status != 200 {
					t.Error(got.body)
				}
				if got := configured(p, http.MethodDelete, a, nil); got.status != 204 {
					t.Error(got.body)
				}
			}
		})
	}
	all.Wait()
	gomega.NewWithT(t).Expect(p.Clients()).To(gomega.HaveLen(len(plainClients())))
}
