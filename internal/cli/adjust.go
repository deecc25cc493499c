package cli

import (
	"path/filepath"

	"github.com/authassay/authassay/fixtures/target"
)

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
		{"--client-id", o.ClientID != ""}, {"--client-secret", o.ClientSecret != ""}, {"--redirect-uri", o.RedirectURI != ""},
		{"--username", o.Username != ""}, {"--password", o.Password != ""},
		{"--ca-file", o.CAFile != ""}, {"--insecure", o.Insecure},
	} {
		if f.given {
			return &UsageError{f.name + " is for a server of yours, and this run starts its own",
				"name the server: authassay run https://id.example.com " + f.name + " …"}
		}
	}
	return nil
}
