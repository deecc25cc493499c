package cli

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
)

func TestFlagsGoBeforeTheEnvironment(t *testing.T) {
	g := gomega.NewWithT(t)
	env := func(name string) (string, bool) {
		v, ok := map[string]string{
			EnvClientID: "env-id", EnvClientSecret: "env-secret", EnvUsername: "env-user", EnvPassword: "env-password",
		}[name]
		return v, ok
	}
	c, err := findCredentials(&RunOptions{}, env)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(c).To(gomega.Equal(credentials{
		client: login{"env-id", "env-secret", false}, user: login{"env-user", "env-password", false},
	}))
	c, err = findCredentials(&RunOptions{ClientID: "id", Password: "password", RedirectURI: "app:/"}, env)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(c).To(gomega.Equal(credentials{
		client: login{"id", "env-secret", false}, user: login{"env-user", "password", true}, redirectURI: "app:/",
	}))
	c, err = findCredentials(&RunOptions{}, func(string) (string, bool) { return "", false })
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(c).To(gomega.Equal(credentials{}))
}

// A client and a user of the command line are tried first; one of the same name
// keeps the rest of what the file says.
func TestRegister(t *testing.T) {
	described := func() *target.Target {
		return &target.Target{
			Clients: []target.Client{{ID: "a", Secret: "sa", Scopes: []string{"read"}}, {ID: "b", Secret: "sb", RedirectURIs: []string{"app:/1", "app:/2"}}},
			Users:   []target.User{{Name: "alice", Password: "pa"}, {Name: "bob", Password: "pb"}},
		}
	}
	for name, test := range map[string]struct {
		given credentials
		want  func(*target.Target)
	}{
		"nothing":              {credentials{}, func(*target.Target) {}},
		"a client of the file": {credentials{client: login{name: "b"}}, func(*target.Target) {}},
		"its secret":           {credentials{client: login{name: "b", secret: "new"}}, func(t *target.Target) { t.Clients[1].Secret = "new" }},
		"its redirect URI": {credentials{client: login{name: "b"}, redirectURI: "app:/2"}, func(t *target.Target) {
			t.Clients[1].RedirectURIs = []string{"app:/2", "app:/1"}
		}},
		"another client": {credentials{client: login{name: "c"}, redirectURI: "app:/3"}, func(t *target.Target) {
			t.Clients = append([]target.Client{{ID: "c", RedirectURIs: []string{"app:/3"}}}, t.Clients...)
		}},
		"another client, nothing assumed": {credentials{client: login{name: "c", secret: "sc"}}, func(t *target.Target) {
			t.Clients = append([]target.Client{{ID: "c", Secret: "sc"}}, t.Clients...)
		}},
		"a user of the file": {credentials{user: login{name: "bob"}}, func(t *target.Target) {
			t.Users = []target.User{{Name: "bob", Password: "pb"}, {Name: "alice", Password: "pa"}}
		}},
		"their password": {credentials{user: login{name: "alice", secret: "new"}}, func(t *target.Target) { t.Users[0].Password = "new" }},
		"another user": {credentials{user: login{name: "carol", secret: "pc"}}, func(t *target.Target) {
			t.Users = append([]target.User{{Name: "carol", Password: "pc"}}, t.Users...)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			base, want := described(), described()
			got := *base
			test.given.register(&got)
			test.want(want)
			g.Expect(&got).To(gomega.Equal(want))
			g.Expect(base).To(gomega.Equal(described()), "the description that was read stays as it is")
		})
	}
}
