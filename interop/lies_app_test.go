package interop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authassay/authassay/mockidp"
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// goApp is an application made of golang.org/x/oauth2 and go-oidc as their
// documentation shows it: it compares state and nonce and calls
// VerifyAccessToken, and knows nothing of RFC 9207, which neither library does.
type goApp struct {
	idp    *mockidp.Provider
	client *http.Client
}

func newGoApp(idp *mockidp.Provider) *goApp {
	// The application's client follows redirects, as the default one does.
	return &goApp{idp: idp, client: &http.Client{Transport: idp.HTTPClient().Transport, Timeout: 20 * time.Second}}
}

// by says who refused: one of the libraries, or a check that they leave to the
// application.
func by(who string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", who, err)
}

// login logs in and uses the access token at userinfo. It gives who refused and
// why, or nil when the application is content.
func (a *goApp) login(ctx context.Context) (err error) {
	ctx = oidc.ClientContext(ctx, a.client)
	provider, err := oidc.NewProvider(ctx, a.idp.Issuer())
	if err != nil {
		return by("go-oidc", err)
	}
	registered, _ := a.idp.Client(mockidp.ClientWeb)
	config := oauth2.Config{
		ClientID: registered.ID, ClientSecret: registered.Secret, Endpoint: provider.Endpoint(),
		RedirectURL: registered.RedirectURIs[0], Scopes: []string{oidc.ScopeOpenID, "read", "write"},
	}
	// Left to find out how to authenticate, x/oauth2 sends a request whose answer
	// it could not read a second time, and reports the second answer.
	config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	verifier := oauth2.GenerateVerifier()
	const state, nonce = "the state", "the nonce"
	answer, err := a.browse(ctx, config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce)))
	switch {
	case err != nil:
		return by("browser", err)
	case answer.Get("state") != state: // Get gives the first of several
		return errors.New("application: state")
	case answer.Get("error") != "":
		return errors.New("application: error " + answer.Get("error"))
	}
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return by("x/oauth2", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return errors.New("application: no id_token")
	}
	idToken, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return by("go-oidc", err)
	}
	if idToken.Nonce != nonce {
		return errors.New("application: nonce")
	}
	if idToken.AccessTokenHash != "" {
		if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
			return by("go-oidc", err)
		}
	}
	if !token.Valid() {
		return errors.New("x/oauth2: the token is not valid")
	}
	info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
	if err != nil {
		return by("go-oidc", err)
	}
	if info.Subject != idToken.Subject {
		return errors.New("application: sub of userinfo")
	}
	return nil
}

// browse is the user's browser: it brings back the authorization response.
func (a *goApp) browse(ctx context.Context, target string) (url.Values, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	resp, err := a.idp.HTTPClient().Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	back, err := resp.Location()
	if err != nil {
		return nil, fmt.Errorf("status %d: %w", resp.StatusCode, err)
	}
	return back.Query(), nil
}

// resource is a resource server that verifies access tokens with go-oidc, as many
// do. It is given the token of a login that looks at nothing.
func (a *goApp) resource(ctx context.Context) error {
	ctx = oidc.ClientContext(ctx, a.client)
	provider, err := oidc.NewProvider(ctx, a.idp.Issuer())
	if err != nil {
		return by("go-oidc", err)
	}
	registered, _ := a.idp.Client(mockidp.ClientWeb)
	config := oauth2.Config{
		ClientID: registered.ID, ClientSecret: registered.Secret, Endpoint: provider.Endpoint(),
		RedirectURL: registered.RedirectURIs[0], Scopes: []string{"read"},
	}
	verifier := oauth2.GenerateVerifier()
	answer, err := a.browse(ctx, config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
	if err != nil {
		return by("browser", err)
	}
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return by("x/oauth2", err)
	}
	_, err = provider.Verifier(&oidc.Config{ClientID: a.idp.Issuer() + "/resource"}).Verify(ctx, token.AccessToken)
	return by("go-oidc", err)
}

// inject is an attacker who puts a stolen code into a session of their own, where
// the verifier is another. It gives nil when that works.
func (a *goApp) inject(ctx context.Context) error {
	ctx = oidc.ClientContext(ctx, a.client)
	registered, _ := a.idp.Client(mockidp.ClientWeb)
	config := oauth2.Config{
		ClientID: registered.ID, ClientSecret: registered.Secret, RedirectURL: registered.RedirectURIs[0],
		Endpoint: oauth2.Endpoint{AuthURL: a.idp.Issuer() + "/authorize", TokenURL: a.idp.Issuer() + "/token"},
	}
	answer, err := a.browse(ctx, config.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	if err != nil {
		return by("browser", err)
	}
	_, err = config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	return by("x/oauth2", err)
}

// introspect is a resource server that asks whether a made-up token is active.
// Neither library has a client for introspection.
func (a *goApp) introspect(ctx context.Context) error {
	registered, _ := a.idp.Client(mockidp.ClientWeb)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.idp.Issuer()+"/introspect", strings.NewReader("token=made-up"))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(registered.ID, registered.Secret)
	resp, err := a.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	var doc struct {
		Active bool `json:"active"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		return err
	}
	if !doc.Active {
		return errors.New("application: the token is not active")
	}
	return nil
}
