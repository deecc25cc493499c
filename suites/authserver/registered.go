package authserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// clients are those of the target file, and where the user allowed it those that
// the run registers for the needs that the file leaves open (RFC 7591).
func clients(t *check.T) []target.Client {
	own := t.Target().Clients
	if !check.NeedRegister.Met(t) || registrationEndpoint(t) == "" {
		return own
	}
	return append(slices.Clone(own), check.Shared(t, "registered clients", registerMissing)...)
}

// byRegistering and byRegisteringKey are the simpler way to supply a client, where
// the target lets anybody register one: missingKinds makes up for it.
func byRegistering(t *check.T) string {
	if check.NeedRegister.Met(t) || registrationEndpoint(t) == "" {
		return ""
	}
	return check.NeedRegister.Hint
}

func byRegisteringKey(t *check.T) string {
	if !slices.Contains(offered(t), privateKeyJWT) {
		return ""
	}
	return byRegistering(t)
}

// missingKinds are the kinds of clients that checks need and the file does not
// have.
func missingKinds(t *check.T, own []target.Client) []map[string]any {
	code := []string{grantAuthorizationCode, grantRefreshToken}
	confidential, public, machine, key := 0, 0, 0, 0
	for _, c := range own {
		if c.Secret != "" && mayUseCredentials(t, c) {
			machine++
		}
		if slices.Contains(c.Methods(), privateKeyJWT) {
			key++
		}
		if len(c.RedirectURIs) > 0 && c.MayUse(grantAuthorizationCode) {
			if c.Confidential() {
				confidential++
			} else {
				public++
			}
		}
	}
	kind := func(name, method string, grants []string, uris ...string) map[string]any {
		m := map[string]any{"client_name": "authassay " + name, "token_endpoint_auth_method": method, "grant_types": grants, "response_types": []string{}}
		if len(uris) > 0 {
			m["redirect_uris"], m["response_types"] = uris, []string{"code"}
		}
		return m
	}
	var out []map[string]any
	if confidential == 0 {
		out = append(out, kind("first client", oauth.ClientSecretBasic, code, "https://one.%.example/callback"))
	}
	if confidential < 2 {
		out = append(out, kind("second client", oauth.ClientSecretBasic, code, "https://two.%.example/callback", "https://two.%.example/other"))
	}
	if public == 0 {
		out = append(out, kind("public client", oauth.NoneMethod, code, "https://public.%.example/callback"))
	}
	if machine == 0 {
		out = append(out, kind("service", oauth.ClientSecretBasic, []string{grantClientCredentials}))
	}
	if key == 0 {
		out = append(out, kind("service with a key", privateKeyJWT, []string{grantClientCredentials}))
	}
	return out
}

// registerMissing registers the clients that the file lacks. A kind that the
// target refuses is one that the checks do without.
func registerMissing(t *check.T) []target.Client {
	var out []target.Client
	place := "authassay-" + t.Random(12)
	for _, m := range missingKinds(t, t.Target().Clients) {
		method := m["token_endpoint_auth_method"].(string)
		var key *ecdsa.PrivateKey
		if method == privateKeyJWT {
			if !slices.Contains(offered(t), method) {
				continue
			}
			var err error
			if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
				t.Inconclusive("no key could be made: %v", err)
			}
			m["jwks"] = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: place, Algorithm: "ES256", Use: "sig"}}}
			m["token_endpoint_auth_signing_alg"] = "ES256"
		}
		if uris, ok := m["redirect_uris"].([]string); ok {
			for i, u := range uris {
				uris[i] = strings.ReplaceAll(u, "%", place)
			}
		}
		if scopes := registrableScopes(t, method, m["redirect_uris"] != nil); scopes != "" {
			m["scope"] = scopes
		}
		name := m["client_name"].(string)
		r, resp := register(t, "register "+name, m)
		if r == nil {
			t.Record("not registered: "+name, oauth.Describe(resp))
			continue
		}
		c := r.client()
		if key != nil {
			c.Key, c.KeyID, c.KeyAlg = key, place, "ES256"
		}
		out = append(out, c)
	}
	return out
}

// registrableScopes are the scopes to register for: what the metadata names, but
// for those that ask for a user where there is none.
func registrableScopes(t *check.T, method string, user bool) string {
	d := discover(t).chosen
	if d == nil {
		return ""
	}
	all, _, _ := d.list("scopes_supported")
	var kept []string
	for _, s := range all {
		if len(kept) < 10 && (user || s != "openid" && s != "offline_access" && s != "profile" && s != "email" && s != "address" && s != "phone") {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, " ")
}

// registration is what a target answered to a client that registered itself
// (RFC 7591 §3.2.1).
type registration struct {
	ID           string   `json:"client_id"`
	Secret       string   `json:"client_secret"`
	Method       string   `json:"token_endpoint_auth_method"`
	Grants       []string `json:"grant_types"`
	RedirectURIs []string `json:"redirect_uris"`
	Scope        string   `json:"scope"`
	// ManagementURL and ManagementToken are those of RFC 7592 §3.
	ManagementURL   string `json:"registration_client_uri"`
	ManagementToken string `json:"registration_access_token"`
	// asked is what was asked for, for what the answer leaves out.
	asked map[string]any
}

// register registers a client and sees to it that it is removed when the run
// ends. It gives nil where the target refuses. NeedRegister must be met.
func register(t *check.T, step string, metadata map[string]any) (*registration, *check.Response) {
	body, err := json.Marshal(metadata)
	t.Require(err).To(succeed(), "the client metadata cannot be encoded")
	r := &registration{asked: metadata}
	resp := t.Do(step, "registration", &check.Request{Method: http.MethodPost, URL: registrationEndpoint(t), Body: body,
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}},
		Made:   func(resp *check.Response, err error) { r.made(t, resp, err) }})
	if r.ID == "" {
		return nil, resp
	}
	return r, resp
}

// made reads the answer, and sees to it that the client is removed.
func (r *registration) made(t *check.T, resp *check.Response, err error) {
	name, _ := r.asked["client_name"].(string)
	switch {
	case err != nil && check.NeverSent(err):
		return
	case err != nil:
		t.AtEnd(fmt.Sprintf("%q, if it was registered", name), func(t *check.T) { t.Inconclusive("no answer came to its registration") })
		return
	case resp.Status < 200 || resp.Status > 299:
		return
	}
	var read registration
	if json.Unmarshal(resp.Body, &read) != nil || read.ID == "" {
		if resp.Status == http.StatusCreated {
			t.AtEnd(fmt.Sprintf("%q, if it was registered", name), func(t *check.T) { t.Inconclusive("the answer (201) has no client_id") })
		}
		return
	}
	read.asked = r.asked
	*r = read
	for _, secret := range []string{r.Secret, r.ManagementToken} {
		if secret != "" {
			t.Learn(secret)
		}
	}
	t.AtEnd("client "+r.ID, r.remove)
}

// remove deletes the client (RFC 7592 §2.3).
func (r *registration) remove(t *check.T) {
	if !r.manageable(t) {
		t.Inconclusive("the target names no place at which it could be removed (RFC 7592)")
	}
	resp := t.Do("remove client "+r.ID, "registration management", r.manage(http.MethodDelete, nil))
	switch {
	case resp.Status >= 200 && resp.Status < 300, resp.Status == http.StatusNotFound, resp.Status == http.StatusGone:
	case resp.Status == http.StatusUnauthorized: // RFC 7592 §2.3: gone already
	default:
		t.Inconclusive("the target answered %d to its removal", resp.Status)
	}
}

// manageable tells whether the registration can be managed: the place it names
// is at the server that was asked.
func (r *registration) manageable(t *check.T) bool {
	at, err := url.Parse(r.ManagementURL)
	endpoint, err2 := url.Parse(registrationEndpoint(t))
	return err == nil && err2 == nil && r.ManagementToken != "" && at.Host == endpoint.Host && at.Scheme == endpoint.Scheme
}

// manage is a request to the client configuration endpoint.
func (r *registration) manage(method string, body []byte) *check.Request {
	out := &check.Request{Method: method, URL: r.ManagementURL, Body: body,
		Header: http.Header{"Authorization": {"Bearer " + r.ManagementToken}, "Accept": {"application/json"}}}
	if body != nil {
		out.Header.Set("Content-Type", "application/json")
	}
	return out
}

// client is the registration as a target file would have it: what the answer
// says, or else what was asked for.
func (r *registration) client() target.Client {
	c := target.Client{ID: r.ID, Secret: r.Secret, Auth: r.Method, Grants: r.Grants, RedirectURIs: r.RedirectURIs, Scopes: strings.Fields(r.Scope)}
	if c.Auth == "" {
		c.Auth, _ = r.asked["token_endpoint_auth_method"].(string)
	}
	if len(c.Grants) == 0 {
		c.Grants, _ = r.asked["grant_types"].([]string)
	}
	if len(c.RedirectURIs) == 0 {
		c.RedirectURIs, _ = r.asked["redirect_uris"].([]string)
	}
	if scope, ok := r.asked["scope"].(string); ok && len(c.Scopes) == 0 {
		c.Scopes = strings.Fields(scope)
	}
	if c.Auth == oauth.NoneMethod {
		c.Secret = "" // some servers give one all the same
	}
	return c
}

// privateKeyJWT is the method of RFC 7523 §2.2 with a key.
const privateKeyJWT = target.AuthPrivateKeyJWT
