package authserver

import (
	"net/url"
	"slices"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

func succeed() types.GomegaMatcher { return gomega.Succeed() }

// Grant names (RFC 6749, and RFC 7591 §2 for the list that metadata uses).
const grantClientCredentials = "client_credentials"

var needMetadata = check.Need{
	Name: "a metadata document at a well-known location",
	Hint: "the target publishes none; name its endpoints in a target file (authassay init writes one)",
	Met:  func(t *check.T) bool { return len(discover(t).published()) > 0 },
}

var needPath = check.Need{
	Name: "an issuer with a path",
	Hint: "only an issuer such as https://host/tenant shows where the well-known string goes",
	Met:  func(t *check.T) bool { return discover(t).path != "" },
}

var needJWKS = check.Need{
	Name: "the URL of a JWK Set",
	Hint: "the metadata names no jwks_uri; if the target has a JWK Set, name it under endpoints.jwks in the target file",
	Met:  func(t *check.T) bool { return jwksURL(t) != "" },
}

var needTokenEndpoint = check.Need{
	Name: "a token endpoint",
	Hint: "the metadata names none; name it under endpoints.token in the target file",
	Met:  func(t *check.T) bool { return tokenEndpoint(t) != "" },
}

var needConfidential = check.Need{
	Name:    "a confidential client that may use the client credentials grant",
	Hint:    "add --client-id and --client-secret, or list the client in a target file",
	Met:     func(t *check.T) bool { return len(confidential(t)) > 0 },
	Instead: byRegistering,
}

var needBasicClient = check.Need{
	Name:    "a confidential client that may use client_secret_basic",
	Hint:    "list one in a target file",
	Met:     func(t *check.T) bool { return pick(t, oauth.ClientSecretBasic) != nil },
	Instead: byRegistering,
}

var needPostClient = check.Need{
	Name: "a confidential client that may use client_secret_post",
	Hint: "list one in a target file, or let the metadata advertise client_secret_post",
	Met:  func(t *check.T) bool { return pick(t, oauth.ClientSecretPost) != nil },
}

var needReserved = check.Need{
	Name: "a confidential client whose identifier or secret holds characters that form-encoding changes",
	Hint: `list one whose secret holds ":", "%", "+", a space or a letter beyond ASCII`,
	Met:  func(t *check.T) bool { return reserved(t) != nil },
}

// forGrant are the needs of every check that uses the client credentials
// grant as its control.
var forGrant = []check.Need{needTokenEndpoint, needConfidential}

// tokenEndpoint is the URL of the token endpoint: the target file's, or else
// the one of the metadata.
func tokenEndpoint(t *check.T) string {
	return endpoint(t, t.Target().Endpoints.Token, "token_endpoint")
}

// jwksURL is the URL of the JWK Set, likewise.
func jwksURL(t *check.T) string { return endpoint(t, t.Target().Endpoints.JWKS, "jwks_uri") }

func endpoint(t *check.T, fromFile, member string) string {
	if fromFile != "" {
		return fromFile
	}
	d := discover(t).chosen
	if d == nil {
		return ""
	}
	u, err := url.Parse(d.text(member))
	if err != nil || u.Host == "" {
		return "" // what is wrong with it, meta-endpoints-https says
	}
	return u.String()
}

// confidential are the clients that authenticate with their secret itself and may
// use the client credentials grant, as far as the target file says.
func confidential(t *check.T) []target.Client {
	var out []target.Client
	for _, c := range clients(t) {
		if sendsSecret(c) && mayUseCredentials(t, c) {
			out = append(out, c)
		}
	}
	return out
}

// sendsSecret tells whether a client authenticates by sending its secret (RFC 6749
// §2.3.1), and not by what it makes with it, or with a key.
func sendsSecret(c target.Client) bool {
	return c.Secret != "" && (len(c.Methods()) == 0 || len(secretMethods(c)) > 0)
}

// secretMethods are those of a client's methods by which it does.
func secretMethods(c target.Client) []string {
	return slices.DeleteFunc(c.Methods(), func(m string) bool { return m != oauth.ClientSecretBasic && m != oauth.ClientSecretPost })
}

// pick finds a client that may use an authentication method: one whose target
// file says so, or else one that nothing is said of when the metadata offers
// the method.
func pick(t *check.T, method string) *target.Client {
	var open *target.Client
	for _, c := range confidential(t) {
		if slices.Contains(c.Methods(), method) {
			return &c
		}
		if len(c.Methods()) == 0 && open == nil {
			open = &c
		}
	}
	if open != nil && slices.Contains(offered(t), method) {
		return open
	}
	return nil
}

// offered are the client authentication methods of the token endpoint by the
// metadata. Without metadata, or without the member, it is Basic: RFC 8414 §2
// has it as the default, and RFC 6749 §2.3.1 has every server support it.
func offered(t *check.T) []string {
	d := discover(t).chosen
	if d == nil {
		return []string{oauth.ClientSecretBasic}
	}
	methods, _, ok := d.list("token_endpoint_auth_methods_supported")
	if !ok {
		return []string{oauth.ClientSecretBasic}
	}
	return methods
}

// reserved finds a client with credentials that form-encoding changes and that
// may use Basic.
func reserved(t *check.T) *target.Client {
	for _, c := range confidential(t) {
		if !oauth.EncodingMatters(c.ID, c.Secret) {
			continue
		}
		if m := c.Methods(); len(m) == 0 || slices.Contains(m, oauth.ClientSecretBasic) {
			return &c
		}
	}
	return nil
}

func beEmpty() types.GomegaMatcher { return gomega.BeEmpty() }
func beZero() types.GomegaMatcher  { return gomega.BeZero() }

// errorCode is the error code of an answer.
func errorCode(r *check.Response) string { return oauth.Read(r).Error() }
