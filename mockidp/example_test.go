package mockidp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authassay/authassay/mockidp"
)

// exampleT stands for the *testing.T of a test, which examples do not have.
type exampleT struct{ cleanups []func() }

func (t *exampleT) Helper()                   {}
func (t *exampleT) Cleanup(f func())          { t.cleanups = append(t.cleanups, f) }
func (t *exampleT) Errorf(s string, a ...any) { fmt.Printf(s+"\n", a...) }
func (t *exampleT) Fatalf(s string, a ...any) { panic(fmt.Sprintf(s, a...)) }
func (t *exampleT) Logf(s string, a ...any)   { fmt.Printf(s+"\n", a...) }
func (t *exampleT) end() {
	for _, f := range t.cleanups {
		f()
	}
}

// fetchToken is the code under test: it asks a token endpoint for a token.
func fetchToken(c *http.Client, endpoint, id, secret string) (string, error) {
	r, err := http.NewRequest(http.MethodPost, endpoint, strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	resp, err := c.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var doc struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
		Error string `json:"error"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		return "", err
	}
	if doc.Error != "" {
		return "", fmt.Errorf("%s: %s", resp.Status, doc.Error)
	}
	return doc.Type, nil
}

// A provider for one test: it runs on a port of its own and closes with the test.
func ExampleStart() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()

	idp := mockidp.Start(t)
	client, _ := idp.Client(mockidp.ClientConfidential)

	fmt.Println(fetchToken(http.DefaultClient, idp.Issuer()+"/token", client.ID, client.Secret))
	fmt.Println(fetchToken(http.DefaultClient, idp.Issuer()+"/token", client.ID, "not the secret"))
	for _, v := range idp.Verdicts() {
		if !v.Pass {
			fmt.Printf("%s (%s): expected %s, got %s\n", v.Rule, v.Clause, v.Expected, v.Got)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// Bearer <nil>
	//  401 Unauthorized: invalid_client
	// client-secret-verified (RFC 6749 §4.4.2): expected the client's secret, got another
}

// A provider that misbehaves in one respect, reached without a port.
func ExampleProvider_SetRule() {
	idp, err := mockidp.New(mockidp.WithIssuer("https://login.example/tenant-1"))
	if err != nil {
		panic(err)
	}
	defer func() { _ = idp.Close() }()
	client, _ := idp.Client(mockidp.ClientBasic)

	if err := idp.SetRule("token-type-present", mockidp.Off); err != nil {
		panic(err)
	}
	kind, err := fetchToken(idp.HTTPClient(), idp.Issuer()+"/token", client.ID, client.Secret)
	fmt.Printf("%q %v\n", kind, err)
	fmt.Println(idp.SetRule("token-type-presents", mockidp.Off))
	// Output:
	// "" <nil>
	// mockidp: there is no rule "token-type-presents"; did you mean "token-type-present"?
}

// Time stands where the test puts it.
func ExampleManualClock() {
	clock := mockidp.NewManualClock(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC))
	idp, err := mockidp.New(mockidp.WithClock(clock))
	if err != nil {
		panic(err)
	}
	defer func() { _ = idp.Close() }()
	client, _ := idp.Client(mockidp.ClientBasic)
	for range 2 {
		if _, err := fetchToken(idp.HTTPClient(), idp.Issuer()+"/token", client.ID, client.Secret); err != nil {
			panic(err)
		}
		clock.Advance(time.Hour)
	}
	for _, r := range idp.Requests() {
		fmt.Println(r.Time.Format(time.TimeOnly), r.Method, r.URL, r.Status)
	}
	// Output:
	// 12:00:00 POST /token 200
	// 13:00:00 POST /token 200
}
