// Package gotest shows authassay inside go test: the server under test is
// started by the test, and assayed clause by clause.
package gotest

import (
	"testing"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/suites"
)

// TestConformance assays a server. Here it is a mock identity provider; yours
// is whatever your own code starts.
func TestConformance(t *testing.T) {
	server := mockidp.Start(t, mockidp.WithClients(mockidp.Client{ID: "service", Scopes: []string{"read"}}))
	client, _ := server.Client("service")

	tg := suites.Issuer(server.Issuer())
	tg.Clients = []target.Client{{ID: client.ID, Secret: client.Secret, Scopes: []string{"read"}}}

	suites.Test(t, tg, suites.ReportDir(t.TempDir()))
}

// TestClientAuthentication assays one area, under another policy.
func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	server := mockidp.Start(t, mockidp.WithClients(mockidp.Client{ID: "service", Scopes: []string{"read"}}))
	client, _ := server.Client("service")

	tg := suites.Issuer(server.Issuer())
	tg.Policy = target.PolicyOAuth21
	tg.Clients = []target.Client{{ID: client.ID, Secret: client.Secret}}

	suites.Test(t, tg, suites.Areas("ca"), suites.Strict())
}
