package suites

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/fixtures/target"
)

// The environment variables that FromEnvironment reads. The command line reads
// those of the client and of the user too, and has a flag for the redirect URI.
const (
	EnvTarget       = "AUTHASSAY_TARGET"
	EnvClientID     = "AUTHASSAY_CLIENT_ID"
	EnvClientSecret = "AUTHASSAY_CLIENT_SECRET"
	EnvRedirectURI  = "AUTHASSAY_REDIRECT_URI"
	EnvUsername     = "AUTHASSAY_USERNAME"
	EnvPassword     = "AUTHASSAY_PASSWORD"
)

// FromEnvironment provides the target that AUTHASSAY_TARGET names: an issuer
// URL, a target file, or a bundled target; the bundled mock identity provider
// when it names none. AUTHASSAY_CLIENT_ID, AUTHASSAY_CLIENT_SECRET and
// AUTHASSAY_REDIRECT_URI add a client, AUTHASSAY_USERNAME and AUTHASSAY_PASSWORD a
// user; each comes before those of the file.
func FromEnvironment() (*target.Target, func(), error) {
	name := os.Getenv(EnvTarget)
	switch {
	case name == "":
		return bundled.Start(bundled.Mock)
	case slices.Contains(bundled.Names(), name):
		return bundled.Start(name)
	}
	var t *target.Target
	var err error
	if strings.Contains(name, "://") {
		t, err = target.FromURL(name)
	} else {
		t, err = target.Load(name, os.LookupEnv)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", EnvTarget, err)
	}
	if id := os.Getenv(EnvClientID); id != "" {
		c := target.Client{ID: id, Secret: os.Getenv(EnvClientSecret)}
		if uri := os.Getenv(EnvRedirectURI); uri != "" {
			c.RedirectURIs = []string{uri}
		}
		t.Clients = append([]target.Client{c}, t.Clients...)
	}
	if name := os.Getenv(EnvUsername); name != "" {
		t.Users = append([]target.User{{Name: name, Password: os.Getenv(EnvPassword)}}, t.Users...)
	}
	return t, func() {}, nil
}

// Issuer describes a server by its issuer URL alone; metadata does the rest.
// It panics when the URL is none, as regexp.MustCompile does: it stands in
// tests, with a constant.
func Issuer(url string) *target.Target {
	t, err := target.FromURL(url)
	if err != nil {
		panic(err)
	}
	return t
}
