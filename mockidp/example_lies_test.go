package mockidp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/authassay/authassay/mockidp"
)

// A provider that lies once: does the code under test notice?
func ExampleProvider_Lie() {
	t := &exampleT{} // in a test: t *testing.T
	defer t.end()
	idp := mockidp.Start(t)
	client, _ := idp.Client(mockidp.ClientConfidential)

	h := idp.LieFor(t, "token-type-missing", mockidp.ForClient(client.ID), mockidp.Times(1))
	for range 2 {
		kind, err := fetchToken(idp.HTTPClient(), idp.Issuer()+"/token", client.ID, client.Secret)
		fmt.Printf("%q %v, told %d times\n", kind, err, h.Count())
	}
	for _, l := range mockidp.Lies() {
		if l.Name == h.Name() {
			fmt.Println(l.Clause, "-", l.Client)
		}
	}
	// Output:
	// "" <nil>, told 1 times
	// "Bearer" <nil>, told 1 times
	// RFC 6749 §5.1 - Refuse the answer; token_type is required.
}

// The next answer is chosen by the test; the one after is the provider's own.
// When a scripted answer is never asked for, the test fails.
func ExampleProvider_Script() {
	t := &exampleT{}
	defer t.end()
	idp := mockidp.Start(t)
	client, _ := idp.Client(mockidp.ClientBasic)

	idp.ScriptFor(t, mockidp.Reply{
		Endpoint: "token", Match: mockidp.Match{Client: client.ID},
		Error: "invalid_scope", ErrorDescription: "not today",
	})
	idp.ScriptFor(t, mockidp.Reply{Endpoint: "jwks", Status: http.StatusServiceUnavailable})
	for range 2 {
		fmt.Println(fetchToken(idp.HTTPClient(), idp.Issuer()+"/token", client.ID, client.Secret))
	}
	// Output:
	//  400 Bad Request: invalid_scope
	// Bearer <nil>
	// mockidp: the scripted reply for jwks was taken 0 times of 1
}

// A provider that cannot be reached for a while, and is the same afterwards.
func ExampleProvider_Down() {
	idp, err := mockidp.New()
	if err != nil {
		panic(err)
	}
	defer func() { _ = idp.Close() }()
	fetch := func() {
		resp, err := idp.HTTPClient().Get(idp.Issuer() + "/jwks")
		if err != nil {
			fmt.Println("cannot be reached")
			return
		}
		_ = resp.Body.Close()
		fmt.Println(resp.Status)
	}
	fetch()
	idp.Down()
	fetch()
	idp.Up()
	fetch()
	// Output:
	// 200 OK
	// cannot be reached
	// 200 OK
}

// What did the code under test send? Take waits for it.
func ExampleProvider_Take() {
	t := &exampleT{}
	defer t.end()
	idp := mockidp.Start(t)
	client, _ := idp.Client(mockidp.ClientBasic)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	go func() { _, _ = fetchToken(idp.HTTPClient(), idp.Issuer()+"/token", client.ID, client.Secret) }()
	r, err := idp.Take(ctx, mockidp.Filter{Endpoint: "token"})
	fmt.Printf("%s from %s: %s %v\n", r.Method, r.Client, r.Body, err)

	cancel()
	_, err = idp.Take(ctx, mockidp.Filter{Endpoint: "revoke"})
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// POST from basic-client: grant_type=client_credentials <nil>
	// true
}

// Why was this refused?
func ExampleProvider_Why() {
	t := &exampleT{}
	defer t.end()
	idp := mockidp.Start(t)
	resp, err := idp.HTTPClient().PostForm(idp.Issuer()+"/token", map[string][]string{"grant_type": {"client_credentials"}})
	if err != nil {
		panic(err)
	}
	defer func() { _ = resp.Body.Close() }()
	why, err := idp.Why(resp.Header.Get("X-Request-Id"))
	fmt.Printf("%s (%s): expected %s, got %s; %v\n", why.Rule, why.Clause, why.Expected, why.Got, err)
	// Output:
	// client-authentication-required (RFC 6749 §4.4.2): expected client credentials or client_id, got neither; <nil>
}
