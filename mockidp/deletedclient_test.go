package mockidp

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/onsi/gomega"
)

// The token of one client opens no other's registration, nor does one of a client
// that is gone (RFC 7592 §2.1).
func TestManagementByOthers(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, openRegistration...)
	one, two := register(p), register(p)
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		a := jsonTo(p, method, pathRegister+"/"+one.str("client_id"), two.str("registration_access_token"), webMetadata("client_id", one.str("client_id")))
		g.Expect(a.status).To(gomega.Equal(401), method)
		g.Expect(a.body).NotTo(gomega.ContainSubstring(one.str("client_secret")))
		a = jsonTo(p, method, pathRegister+"/"+ClientWeb, two.str("registration_access_token"), nil)
		g.Expect(a.status).To(gomega.Equal(401), method)
	}
	g.Expect(configured(p, http.MethodDelete, two, nil).status).To(gomega.Equal(204))
	g.Expect(jsonTo(p, http.MethodGet, pathRegister+"/"+one.str("client_id"), two.str("registration_access_token"), nil).status).To(gomega.Equal(401))
	g.Expect(configured(p, http.MethodGet, one, nil).status).To(gomega.Equal(200))
	for _, r := range p.Requests() {
		for _, v := range r.Verdicts {
			for _, secret := range []string{one.str("client_secret"), one.str("registration_access_token"), two.str("registration_access_token")} {
				g.Expect(v.Expected + v.Got).NotTo(gomega.ContainSubstring(secret))
			}
		}
	}
}

// A client that was deleted leaves nothing that could be used: neither codes nor
// tokens, pushed requests nor devices, not even by a client of the same name
// (RFC 7592 §2.3).
func TestDeletedClient(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, openRegistration...)
	a := register(p, "grant_types", []string{"authorization_code", "refresh_token", GrantDeviceCode}, "token_endpoint_auth_method", "client_secret_post", "scope", "openid read")
	g.Expect(a.status).To(gomega.Equal(201), a.body)
	id, sec := a.str("client_id"), a.str("client_secret")
	v := authRequestOf(id, "code", "scope", "openid read")
	code := authorizeAt(p, v).response().Get("code")
	code2 := authorizeAt(p, v).response().Get("code")
	tok := ask(p, sent{form: url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier}, "client_id": {id}, "client_secret": {sec}}})
	g.Expect(outcome(tok)).To(gomega.Equal("200 token"), tok.body)
	par := ask(p, sent{path: pathPushed, form: with(v, "client_secret", sec)})
	g.Expect(par.status).To(gomega.Equal(201), par.body)
	dev := ask(p, sent{path: pathDeviceAuthorization, form: url.Values{"client_id": {id}, "client_secret": {sec}}})
	g.Expect(dev.status).To(gomega.Equal(200), dev.body)
	g.Expect(configured(p, http.MethodDelete, a, nil).status).To(gomega.Equal(204))
	g.Expect(userinfoWith(p, tok.str("access_token")).status).To(gomega.Equal(401))
	g.Expect(p.ApproveDevice(dev.str("user_code"), "")).NotTo(gomega.Succeed())
	g.Expect(authorizePushed(p, id, par).status).To(gomega.Equal(400))
	_, err := p.AddClient(Client{ID: id, Secret: sec, AuthMethods: []string{"client_secret_post"}, GrantTypes: []string{"authorization_code", "refresh_token"}, Scopes: []string{"openid", "read"}, RedirectURIs: []string{testCallback}})
	g.Expect(err).To(gomega.Succeed())
	r := ask(p, sent{form: url.Values{"grant_type": {"authorization_code"}, "code": {code2}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier}, "client_id": {id}, "client_secret": {sec}}})
	g.Expect(outcome(r)).To(gomega.Equal("400 invalid_grant"))
	r = ask(p, sent{form: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tok.str("refresh_token")}, "client_id": {id}, "client_secret": {sec}}})
	g.Expect(outcome(r)).To(gomega.Equal("400 invalid_grant"))
}

// What is issued while its client is being deleted does not outlive the client
// (RFC 7592 §2.3).
func TestDeletionWhileIssuing(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, openRegistration...)
	a := register(p, "token_endpoint_auth_method", "client_secret_post")
	id := a.str("client_id")
	// A seam stands between the acceptance of a request and what is issued for it.
	p.ext.seams.token = []tokenSeam{func(*exchange, *Client, form, *tokenSet) *refusal {
		g.Expect(configured(p, http.MethodDelete, a, nil).status).To(gomega.Equal(204))
		return nil
	}}
	got := ask(p, sent{form: cc("client_id", id, "client_secret", a.str("client_secret"))})
	if token := got.str("access_token"); token != "" {
		g.Expect(p.Lineage(token)[0].State).To(gomega.Equal(Revoked))
	}
	g.Expect(p.Tokens(func(k Token) bool { return k.Client == id && k.State == Live })).To(gomega.BeEmpty())
}

// A client that makes room for newer ones is gone with all it had, as one that is
// deleted (RFC 7592 §2.3).
func TestRegisteredClientsMakeRoom(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t, append(openRegistration, WithRequestLimit(1, 1))...)
	a := register(p)
	c, _ := p.Client(a.str("client_id"))
	token := ask(p, sent{form: cc(), basic: c.ID}).str("access_token")
	g.Expect(token).NotTo(gomega.BeEmpty())
	for range maxRegistered {
		register(p)
	}
	_, there := p.Client(c.ID)
	g.Expect(there).To(gomega.BeFalse())
	g.Expect(p.Lineage(token)[0].State).To(gomega.Equal(Revoked))
}
