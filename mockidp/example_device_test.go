package mockidp_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/authassay/authassay/mockidp"
)

// A device polls until its user has allowed it. The clock is frozen and moved by
// hand, so that the wait takes no time.
func ExampleProvider_DevicePolls() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()

	clock := mockidp.NewManualClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	idp := mockidp.Start(t, mockidp.WithClock(clock), mockidp.WithClients(mockidp.Client{
		ID: "television", Public: true, GrantTypes: []string{mockidp.GrantDeviceCode}, Scopes: []string{"read"},
	}))
	idp.DevicePolls(1) // pending once, then allowed

	post := func(path string, form url.Values) (doc map[string]any) {
		form.Set("client_id", "television")
		resp, err := idp.HTTPClient().PostForm(idp.Issuer()+path, form)
		if err != nil {
			t.Fatalf("%v", err)
		}
		defer func() { _ = resp.Body.Close() }()
		if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
			t.Fatalf("%v", err)
		}
		return doc
	}
	device := post("/device_authorization", url.Values{})
	poll := url.Values{"grant_type": {mockidp.GrantDeviceCode}, "device_code": {device["device_code"].(string)}}
	fmt.Println(post("/token", poll)["error"])
	fmt.Println(post("/token", poll)["error"]) // at once: too early
	clock.Advance(10 * time.Second)
	fmt.Println(post("/token", poll)["token_type"])
	// Output:
	// authorization_pending
	// slow_down
	// Bearer
}
