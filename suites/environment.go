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
// those of the client too.
const (
	EnvTarget       = "AUTHASSAY_TARGET"
	EnvClientID     = "AUTHASSAY_CLIENT_ID"
	EnvClientSecret = "AUTHASSAY_CLIENT_SECRET"
)

// FromEnvironment provides the target that AUTHASSAY_TARGET names: an issuer
// URL, a target file, or a bundled target; the bundled mock identity provider
// when it names none. AUTHASSAY_CLIENT_ID and AUTHASSAY_CLIENT_SECRET add a
// client.
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
		t.Clients = append([]target.Client{{ID: id, Secret: os.Getenv(EnvClientSecret)}}, t.Clients...)
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
