package cli

import (
	"path/filepath"
	"slices"

	"github.com/authassay/authassay/fixtures/target"
)

// The environment variables that a client is taken from where the flags name
// none.
const (
	EnvClientID     = "AUTHASSAY_CLIENT_ID"
	EnvClientSecret = "AUTHASSAY_CLIENT_SECRET"
)

// credentials are a client that was given beside the target.
type credentials struct {
	id, secret string
	// flags tells that at least one of them was on the command line,
	// secretShown that the secret was.
	flags, secretShown bool
}

// findCredentials takes a client from the flags or else the environment, each
// part by itself.
func findCredentials(o *RunOptions, env func(string) (string, bool)) (credentials, error) {
	c := credentials{id: o.ClientID, secret: o.ClientSecret}
	c.flags, c.secretShown = c.id != "" || c.secret != "", c.secret != ""
	if c.id == "" {
		c.id, _ = env(EnvClientID)
	}
	emptySecret := false
	if c.secret == "" {
		var set bool
		c.secret, set = env(EnvClientSecret)
		emptySecret = set && c.secret == ""
	}
	switch {
	case c.id == "" && c.secretShown:
		return c, &UsageError{"--client-secret without --client-id", "say whose secret it is"}
	case c.id == "" && c.secret != "":
		return c, &UsageError{EnvClientSecret + " is set, and " + EnvClientID + " is not", "say whose secret it is"}
	case c.id != "" && emptySecret:
		// So a pipeline passes on a secret that it does not have.
		return c, &UsageError{EnvClientSecret + " is set but empty", "unset it for a client without a secret"}
	}
	return c, nil
}

// register adds the client to those of the target, before them, or gives the
// one of that identifier the secret.
func (c credentials) register(t *target.Target) {
	if c.id == "" {
		return
	}
	i := slices.IndexFunc(t.Clients, func(have target.Client) bool { return have.ID == c.id })
	if i < 0 {
		t.Clients = slices.Insert(slices.Clone(t.Clients), 0, target.Client{ID: c.id, Secret: c.secret})
		return
	}
	if c.secret != "" {
		t.Clients = slices.Clone(t.Clients)
		t.Clients[i].Secret = c.secret
	}
}

// adjust applies the flags that change a described target.
func adjust(t *target.Target, o *RunOptions, c credentials) error {
	c.register(t)
	if o.Policy != "" {
		t.Policy = target.Policy(o.Policy)
	}
	if o.Insecure {
		t.TLS.Insecure = true
	}
	if o.CAFile != "" {
		// A path in the file is relative to the file; this one is not.
		path, err := filepath.Abs(o.CAFile)
		if err != nil {
			return Usage("--ca-file %q: %v", o.CAFile, err)
		}
		t.TLS.CAFile = path
		if _, err := t.CertPool(); err != nil {
			return Usage("--ca-file: %v", err)
		}
	}
	if err := t.Validate(); err != nil {
		return Usage("the target cannot be used as the command line changes it:\n%v", err)
	}
	return nil
}

// onlyForOthers refuses flags that say something about a server that a bundled
// target does not leave open.
func onlyForOthers(o *RunOptions) error {
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"--client-id", o.ClientID != ""}, {"--client-secret", o.ClientSecret != ""},
		{"--ca-file", o.CAFile != ""}, {"--insecure", o.Insecure},
	} {
		if f.given {
			return &UsageError{f.name + " is for a server of yours, and this run starts its own",
				"name the server: authassay run https://id.example.com " + f.name + " …"}
		}
	}
	return nil
}
