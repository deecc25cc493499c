package authserver

import (
	"crypto"
	"net/http"
	"slices"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// signerOf is the private key of a client, read once in a run; nil for a client
// that has none. One that cannot be read ends the check.
func signerOf(t *check.T, c target.Client) crypto.Signer {
	if c.Key == nil && c.KeyFile == "" {
		return nil
	}
	return check.Shared(t, "key of "+c.ID, func(t *check.T) crypto.Signer {
		key, err := c.PrivateKey()
		t.Require(err).To(succeed(), "the key of a client cannot be used")
		return key
	})
}

// keyClients are the clients that authenticate with a key; macClients those that
// do so with a MAC; both may use the client credentials grant.
func keyClients(t *check.T) []target.Client {
	return slices.DeleteFunc(assertingClients(t), func(c target.Client) bool { return assertionMethod(t, c) != oauth.PrivateKeyJWT })
}

func macClients(t *check.T) []target.Client {
	return slices.DeleteFunc(assertingClients(t), func(c target.Client) bool { return assertionMethod(t, c) != oauth.ClientSecretJWT })
}

func assertingClients(t *check.T) []target.Client {
	var out []target.Client
	for _, c := range clients(t) {
		if assertionMethod(t, c) != "" && c.MayUse(grantClientCredentials) {
			out = append(out, c)
		}
	}
	return out
}

// assertionMethod is the method by which a client makes assertions; empty for
// one that does not. What the target file says of its methods decides, else that
// it has a key.
func assertionMethod(t *check.T, c target.Client) string {
	m := c.Methods()
	switch {
	case signerOf(t, c) != nil && (len(m) == 0 || slices.Contains(m, oauth.PrivateKeyJWT)):
		return oauth.PrivateKeyJWT
	case c.Secret != "" && slices.Contains(m, oauth.ClientSecretJWT):
		return oauth.ClientSecretJWT
	}
	return ""
}

var needKeyClient = check.Need{
	Name:    "a client that authenticates by private_key_jwt and may use the client credentials grant",
	Hint:    "list one with auth: private_key_jwt and key_file in a target file",
	Met:     func(t *check.T) bool { return len(keyClients(t)) > 0 },
	Instead: byRegisteringKey,
}

var needMACClient = check.Need{
	Name: "a client that authenticates by client_secret_jwt and may use the client credentials grant",
	Hint: "list one with secret and auth: client_secret_jwt in a target file",
	Met:  func(t *check.T) bool { return len(macClients(t)) > 0 },
}

// forAssertion are the needs of the checks of private_key_jwt.
var forAssertion = []check.Need{needTokenEndpoint, needKeyClient}

// clockAhead is by how much the clock of the target is ahead of ours: it holds
// assertions to its own. The Date of an answer tells (RFC 9110 §6.6.1), a second
// late at most. Where the clock can be moved, another check may have done so.
func clockAhead(t *check.T) time.Duration {
	ask := func(t *check.T) time.Duration {
		r := &oauth.TokenRequest{Endpoint: tokenEndpoint(t)}
		answer := t.Do("what time is it at the target", "token", r.Add("grant_type", grantClientCredentials).HTTP())
		date, err := http.ParseTime(answer.Header.Get("Date"))
		if err != nil {
			return 0
		}
		return time.Until(date)
	}
	c := t.Target().Clock
	if c.Move != nil || c.Advance.Get+c.Advance.Post+c.Advance.Put+c.Advance.Patch+c.Advance.Delete != "" {
		return ask(t)
	}
	return check.Shared(t, "the clock of the target", ask)
}
