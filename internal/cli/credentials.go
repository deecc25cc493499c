package cli

import (
	"path/filepath"
	"slices"

	"github.com/authassay/authassay/fixtures/target"
)

// The environment variables that a client and a user are taken from where the
// flags name none.
const (
	EnvClientID     = "AUTHASSAY_CLIENT_ID"
	EnvClientSecret = "AUTHASSAY_CLIENT_SECRET"
	EnvUsername     = "AUTHASSAY_USERNAME"
	EnvPassword     = "AUTHASSAY_PASSWORD"
)

// credentials are a client and a user that were given beside the target.
type credentials struct {
	client, user login
	// redirectURI of the client; where it is empty, nothing is assumed.
	redirectURI string
}

// login is who somebody is and what proves it.
type login struct {
	name, secret string
	// shown tells that the secret was on the command line.
	shown bool
}

// loginNames say how the parts of a login are called.
type loginNames struct {
	nameFlag, secretFlag, nameEnv, secretEnv string
	whose, without                           string // for hints
}

// findCredentials takes client and user from the flags or else the environment,
// each part by itself.
func findCredentials(o *RunOptions, env func(string) (string, bool)) (c credentials, err error) {
	if c.client, err = findLogin(o.ClientID, o.ClientSecret, env, loginNames{
		"--client-id", "--client-secret", EnvClientID, EnvClientSecret,
		"say whose secret it is", "unset it for a client without a secret",
	}); err != nil {
		return c, err
	}
	if c.user, err = findLogin(o.Username, o.Password, env, loginNames{
		"--username", "--password", EnvUsername, EnvPassword,
		"say whose password it is", "unset it for a user without a password",
	}); err != nil {
		return c, err
	}
	if c.redirectURI = o.RedirectURI; c.redirectURI != "" && c.client.name == "" {
		return c, &UsageError{"--redirect-uri without --client-id", "say which client is registered with it"}
	}
	return c, nil
}

func findLogin(name, secret string, env func(string) (string, bool), names loginNames) (login, error) {
	l := login{name, secret, secret != ""}
	if l.name == "" {
		l.name, _ = env(names.nameEnv)
	}
	empty := false
	if l.secret == "" {
		var set bool
		l.secret, set = env(names.secretEnv)
		empty = set && l.secret == ""
	}
	switch {
	case l.name == "" && l.shown:
		return l, &UsageError{names.secretFlag + " without " + names.nameFlag, names.whose}
	case l.name == "" && l.secret != "":
		return l, &UsageError{names.secretEnv + " is set, and " + names.nameEnv + " is not", names.whose}
	case l.name != "" && empty:
		// So a pipeline passes on a secret that it does not have.
		return l, &UsageError{names.secretEnv + " is set but empty", names.without}
	}
	return l, nil
}

// register adds client and user to those of the target.
func (c credentials) register(t *target.Target) {
	c.registerClient(t)
	c.registerUser(t)
}

// registerClient adds the client before those of the target, or gives the one of
// that identifier the secret and, before its own, the redirect URI.
func (c credentials) registerClient(t *target.Target) {
	if c.client.name == "" {
		return
	}
	t.Clients = slices.Clone(t.Clients)
	i := slices.IndexFunc(t.Clients, func(have target.Client) bool { return have.ID == c.client.name })
	if i < 0 {
		i = 0
		t.Clients = slices.Insert(t.Clients, 0, target.Client{ID: c.client.name})
	}
	if c.client.secret != "" {
		t.Clients[i].Secret = c.client.secret
	}
	if c.redirectURI != "" {
		others := slices.DeleteFunc(slices.Clone(t.Clients[i].RedirectURIs), func(u string) bool { return u == c.redirectURI })
		t.Clients[i].RedirectURIs = append([]string{c.redirectURI}, others...)
	}
}

// registerUser makes the user the first of the target: whom a check takes that
// does not care. One of that name keeps the password where none is given.
func (c credentials) registerUser(t *target.Target) {
	if c.user.name == "" {
		return
	}
	u := target.User{Name: c.user.name, Password: c.user.secret}
	users := slices.Clone(t.Users)
	if i := slices.IndexFunc(users, func(have target.User) bool { return have.Name == u.Name }); i >= 0 {
		if u.Password == "" {
			u.Password = users[i].Password
		}
		users = slices.Delete(users, i, i+1)
	}
	t.Users = slices.Insert(users, 0, u)
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
