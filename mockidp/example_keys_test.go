package mockidp_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/authassay/authassay/mockidp"
)

// header gives the header of a token.
func header(token string) string {
	text, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	return string(text)
}

// Tokens for a resource server under test, without a flow: one that it is to
// accept, and some that it must refuse.
func ExampleProvider_MintAccessToken() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t)

	good, _ := idp.MintAccessToken(mockidp.ClientConfidential, mockidp.UserAlice, mockidp.MintOptions{
		Claims: map[string]any{"groups": []string{"admins"}},
	})
	expired, _ := idp.MintAccessToken(mockidp.ClientConfidential, mockidp.UserAlice, mockidp.MintOptions{
		Claims: map[string]any{"exp": idp.Clock().Now().Add(-time.Minute).Unix()},
	})
	fmt.Println(good != "", expired != "")
	for _, f := range mockidp.Forgeries()[:2] {
		bad, _ := idp.MintAccessToken(mockidp.ClientConfidential, mockidp.UserAlice, mockidp.MintOptions{
			Header: map[string]any{"kid": nil}, Forgery: f.Name,
		})
		fmt.Println(f.Text, header(bad))
	}
	// Output:
	// true true
	// alg is none and the signature is empty. {"alg":"none","typ":"at+jwt"}
	// alg is None and the signature is empty. {"alg":"None","typ":"at+jwt"}
}

// A rotation: the old key stays published until it is revoked.
func ExampleProvider_RotateKey() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t)

	show := func(when string) {
		fmt.Print(when)
		for _, k := range idp.Keys() {
			if k.Alg == "ES256" {
				fmt.Printf(" %s (published: %t)", k.State, k.Published)
			}
		}
		fmt.Println()
	}
	show("at first:")
	old := idp.Keys()[0]
	if _, err := idp.RotateKey("ES256"); err != nil {
		panic(err)
	}
	show("rotated:")
	if err := idp.RevokeKey(old.ID); err != nil {
		panic(err)
	}
	show("revoked:")
	// Output:
	// at first: signing (published: true)
	// rotated: retired (published: true) signing (published: true)
	// revoked: revoked (published: false) signing (published: true)
}

// An https issuer, and what the code under test does when its certificate has
// expired.
func ExampleWithTLS() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t, mockidp.WithTLS())
	client := idp.HTTPClient() // trusts the provider's CA; for another client see CertPool

	fetch := func() {
		resp, err := client.Get(idp.Issuer() + "/jwks")
		if err != nil {
			fmt.Println(strings.Contains(err.Error(), "expired"))
			return
		}
		_ = resp.Body.Close()
		fmt.Println(resp.Proto, resp.Status)
	}
	fetch()
	if err := idp.SetCertificate(mockidp.CertificateExpired); err != nil {
		panic(err)
	}
	fetch()
	// Output:
	// HTTP/2.0 200 OK
	// true
}

// A provider whose clock is five minutes ahead, as real ones' are.
func ExampleProvider_Clock() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t, mockidp.WithClock(mockidp.NewManualClock(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))))

	date := func() string {
		resp, err := http.Get(idp.Issuer() + "/jwks")
		if err != nil {
			return err.Error()
		}
		_ = resp.Body.Close()
		return resp.Header.Get("Date")
	}
	fmt.Println(date())
	idp.Clock().Skew(5 * time.Minute)
	fmt.Println(date())
	idp.Clock().Advance(24 * time.Hour)
	fmt.Println(date())
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// Wed, 02 Jan 2030 03:04:05 GMT
	// Wed, 02 Jan 2030 03:09:05 GMT
	// Thu, 03 Jan 2030 03:09:05 GMT
}
