// Package ginkgo shows authassay inside a Ginkgo suite of one's own: the
// catalogue hangs beside other specs, and obeys the same filters.
package ginkgo

import (
	"net/http"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/suites"
)

func TestServer(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "our server")
}

// The catalogue, against a server that is started when the first spec runs.
var _ = suites.Register("authassay", func() (*target.Target, func(), error) {
	server, err := mockidp.New(mockidp.WithClients(mockidp.Client{ID: "service", Scopes: []string{"read"}}))
	if err != nil {
		return nil, nil, err
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		return nil, nil, err
	}
	client, _ := server.Client("service")
	tg := suites.Issuer(server.Issuer())
	tg.Clients = []target.Client{{ID: client.ID, Secret: client.Secret}}
	return tg, func() { _ = server.Close() }, nil
})

// And a spec of our own beside it.
var _ = ginkgo.Describe("our server", func() {
	ginkgo.It("publishes its keys", func() {
		server := mockidp.Start(ginkgo.GinkgoTB())
		resp, err := server.HTTPClient().Get(server.Issuer() + "/.well-known/openid-configuration")
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		defer resp.Body.Close()
		gomega.Expect(resp.StatusCode).To(gomega.Equal(http.StatusOK))
	})
})
