package mockidp_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/authassay/authassay/mockidp"
)

// The front channel without a browser: a user logs in on a page, agrees on
// another, and the redirect to the client is what the test gets.
func ExampleProvider_Drive() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t, mockidp.WithLogin(mockidp.LoginPassword), mockidp.WithConsent(mockidp.ConsentAsked))
	request := idp.Issuer() + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {mockidp.ClientWeb}, "scope": {"openid"}, "state": {"xyz"},
		"redirect_uri": {"https://client.example/callback"},
	}.Encode()

	landing, err := idp.Drive(context.Background(), request, mockidp.DriveOptions{User: mockidp.UserBob})
	if err != nil {
		panic(err)
	}
	fmt.Println(landing.Pages, landing.URL.Host, landing.Parameters.Get("state"), landing.Parameters.Has("code"))

	landing, err = idp.Drive(context.Background(), request, mockidp.DriveOptions{Deny: true})
	fmt.Println(landing.Parameters.Get("error"), err)

	var stopped *mockidp.DriveError
	_, err = idp.Drive(context.Background(), request, mockidp.DriveOptions{Password: "wrong"})
	if errors.As(err, &stopped) {
		fmt.Println(stopped.Title+":", stopped.Message)
	}
	// Output:
	// [Sign in Allow access?] client.example xyz true
	// access_denied <nil>
	// Sign in: The user name or the password is wrong.
}
