package mockidp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/authassay/authassay/mockidp"
)

const exampleCallback = "https://client.example/callback"

// postForm is the client's side of a token request.
func postForm(idp *mockidp.Provider, endpoint string, form url.Values) map[string]any {
	client, _ := idp.Client(mockidp.ClientWeb)
	form.Set("client_id", client.ID)
	form.Set("client_secret", client.Secret)
	resp, err := idp.HTTPClient().PostForm(idp.Issuer()+endpoint, form)
	if err != nil {
		panic(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc := map[string]any{"status": resp.StatusCode}
	_ = json.NewDecoder(resp.Body).Decode(&doc) // an error shows in the example
	return doc
}

// signIn goes through the code flow as a user.
func signIn(idp *mockidp.Provider, user string) (code string, tokens map[string]any) {
	landing, err := idp.Drive(context.Background(), idp.Issuer()+"/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {mockidp.ClientWeb}, "scope": {"openid email"}, "redirect_uri": {exampleCallback}, "tenant": {"blue"}, "login_hint": {user},
	}.Encode(), mockidp.DriveOptions{})
	if err != nil {
		panic(err)
	}
	code = landing.Parameters.Get("code")
	return code, redeemCode(idp, code)
}

func redeemCode(idp *mockidp.Provider, code string) map[string]any {
	return postForm(idp, "/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {exampleCallback}})
}

// Lineage: a client that redeems its code twice loses all that the code gave, and
// the test can see what became of each token.
func ExampleProvider_Family() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t)

	code, _ := signIn(idp, mockidp.UserAlice)
	fmt.Println(redeemCode(idp, code)["error"])
	for _, token := range idp.Family(code) {
		fmt.Println(token.Kind, token.State, token.Replays)
	}
	fmt.Println(len(idp.LiveTokens()), "live:", idp.Family(code)[0].RevokedFor)
	// Output:
	// invalid_grant
	// code revoked 1
	// access_token revoked 0
	// id_token revoked 0
	// refresh_token revoked 0
	// 0 live: its authorization code was redeemed twice
}

// Claims for one place, one user, one parameter of the request; they stay when
// the tokens are refreshed.
func ExampleWithClaims() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t, mockidp.WithClaims(
		mockidp.ClaimRule{Claims: map[string]any{"roles": []string{"reader"}}},
		mockidp.ClaimRule{
			In: []mockidp.ClaimTarget{mockidp.InUserinfo}, User: mockidp.UserBob, Parameters: map[string]string{"tenant": "blue"},
			Claims: map[string]any{"roles": []string{"admin"}, "email_verified": nil},
		}))

	_, tokens := signIn(idp, mockidp.UserBob)
	tokens = postForm(idp, "/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}})
	r, _ := http.NewRequest(http.MethodGet, idp.Issuer()+"/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+tokens["access_token"].(string))
	resp, err := idp.HTTPClient().Do(r)
	if err != nil {
		panic(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var claims map[string]any
	fmt.Println(json.NewDecoder(resp.Body).Decode(&claims), claims)

	token := postForm(idp, "/introspect", url.Values{"token": {tokens["access_token"].(string)}})
	fmt.Println(token["active"], token["username"], token["roles"])
	// Output:
	// <nil> map[email:bob@example.com roles:[admin] sub:bob]
	// true bob [reader]
}
