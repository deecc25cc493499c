package mockidp

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// anonymousClient is the client_id of tokens for a request that named no client,
// which only a provider gives whose rule client-authentication-required is off.
const anonymousClient = "anonymous"

// failedAuthentication is the answer to credentials that are not right. It is
// the same for an unknown client and for a wrong secret, so that it tells no one
// which identifiers exist.
func failedAuthentication() *refusal {
	return refuse(errInvalidClient, "client authentication failed")
}

// unknownClient is the same answer for a client that does not exist.
func (x *exchange) unknownClient() *refusal {
	if !x.keeps(ruleUnknownClientAlike) {
		return refuse(errInvalidClient, "the client is not known")
	}
	return failedAuthentication()
}

// authenticate finds out which client sent the request (RFC 6749 §2.3, §3.2.1).
func (x *exchange) authenticate(f form) (*Client, *refusal) {
	headers := x.r.Header["Authorization"]
	if len(headers) > 0 && isBasic(headers[0]) && !x.keeps(ruleBasicSupported) {
		headers = nil
	}
	inBody := credentials{f.get("client_id"), f.get("client_secret")}
	if inBody.secret != "" && !x.keeps(rulePostSupported) {
		inBody.secret = ""
	}
	hasAssertion := f.get("client_assertion") != ""
	if len(headers) == 0 && inBody.secret == "" && !hasAssertion {
		inBody = x.credentialsInURI(inBody)
	}

	methods := len(headers) + count(inBody.secret != "") + count(hasAssertion)
	if x.breaks(ruleSingleClientAuthentication, methods <= 1, "one authentication method", "several") {
		return nil, refuse(errInvalidRequest, "the request uses more than one way to authenticate the client")
	}
	switch {
	case len(headers) > 0:
		return x.authenticateByHeader(headers[0], inBody.id)
	case hasAssertion:
		return x.authenticateByAssertion(f)
	case inBody.secret != "" && inBody.id == "":
		return nil, refuse(errInvalidRequest, "client_secret is there and client_id is missing")
	case inBody.secret != "":
		return x.authenticateBySecret(inBody, ClientSecretPost)
	}
	if c := x.ownerOfCode(f); c != nil && !x.breaks(ruleCodeClientID, inBody.id != "", "client_id", "none") && inBody.id == "" {
		return c, nil
	}
	if x.breaks(ruleClientAuthenticationRequired, inBody.id != "", "client credentials or client_id", "neither") {
		return nil, refuse(errInvalidClient, "the request names no client")
	}
	if inBody.id == "" {
		return &Client{
			ID: anonymousClient, GrantTypes: []string{grantClientCredentials}, Scopes: x.p.registry.scopes(),
			DefaultScopes: x.p.registry.scopes(), TokenLifetime: defaultTokenLifetime, SigningAlg: x.p.alg,
		}, nil
	}
	client := x.p.registry.find(inBody.id)
	if client == nil {
		return nil, x.unknownClient()
	}
	if !client.Public && x.breaks(ruleConfidentialClientAuthenticates, false, "client authentication", "client_id alone") {
		return nil, failedAuthentication()
	}
	return client, nil
}

// ownerOfCode is the public client that a code was issued to, when the request
// redeems one; nil for any other request.
func (x *exchange) ownerOfCode(f form) *Client {
	if f.get("grant_type") != GrantAuthorizationCode {
		return nil
	}
	t := x.p.grants.find(f.get("code"), KindCode)
	if t == nil {
		return nil
	}
	if c := x.p.registry.find(t.grant.client); c != nil && c.Public {
		return c
	}
	return nil
}

// credentialsInURI looks for credentials in the query of the URL, where none are
// taken from (RFC 6749 §2.3.1), and gives those of the body back.
func (x *exchange) credentialsInURI(inBody credentials) credentials {
	query, malformed := parseForm(x.r.URL.RawQuery)
	if malformed != "" || query.get("client_secret") == "" || x.r.Method != http.MethodPost || x.keeps(ruleCredentialsInURI) {
		return inBody
	}
	return credentials{query.get("client_id"), query.get("client_secret")}
}

// authenticateByHeader takes the client from an Authorization header. A
// client_id in the body may repeat who it is (RFC 6749 §3.2.1) but not differ.
func (x *exchange) authenticateByHeader(header, bodyID string) (*Client, *refusal) {
	scheme, _, _ := strings.Cut(header, " ")
	if !isBasic(header) || scheme != "Basic" && !x.keeps(ruleBasicSchemeCase) {
		return nil, refuse(errInvalidClient, "the authentication scheme is not supported; Basic is")
	}
	cred, bad := x.headerCredentials(header)
	if bad != nil {
		return nil, bad
	}
	client, bad := x.authenticateBySecret(cred, ClientSecretBasic)
	if bad != nil {
		return nil, bad
	}
	same := bodyID == "" || bodyID == cred.id
	if bodyID != "" && x.breaks(ruleBasicClientID, same, "the client of the Authorization header", "another client_id") {
		return nil, refuse(errInvalidRequest, "client_id in the body is not the client of the Authorization header")
	}
	if other := x.p.registry.find(bodyID); !same && other != nil {
		return other, nil
	}
	return client, nil
}

// headerCredentials reads the credentials of a Basic header.
func (x *exchange) headerCredentials(header string) (credentials, *refusal) {
	malformed := func(why string) (credentials, *refusal) {
		if x.varies(varMalformedBasic400) {
			return credentials{}, refuse(errInvalidRequest, why)
		}
		return credentials{}, refuse(errInvalidClient, why)
	}
	cred, why := parseBasic(header)
	if why == noColon && !x.breaks(ruleClientSecretRequired, false, "a password", "none") {
		cred.id, why = basicUserPass(header) // all of it
	}
	if why != "" {
		return malformed(why)
	}
	// Where decoding changes nothing there is nothing to get wrong.
	if decoded, why := cred.formDecoded(); decoded != cred && x.keeps(ruleBasicFormDecoded) {
		if why != "" {
			return malformed(why)
		}
		cred = decoded
	}
	return cred, nil
}

// authenticateBySecret checks a secret that came by a method.
func (x *exchange) authenticateBySecret(cred credentials, method string) (*Client, *refusal) {
	client := x.p.registry.find(cred.id)
	if client == nil {
		return nil, x.unknownClient()
	}
	if client.Public && cred.secret != "" {
		if x.breaks(rulePublicUnauthenticated, false, "no secret", "a secret") {
			return nil, failedAuthentication()
		}
		trusted := *client
		trusted.GrantTypes = append(slices.Clone(client.GrantTypes), grantClientCredentials)
		return &trusted, nil
	}
	// RFC 7591 §2: a client is registered for its methods. A public client has
	// no secret, so a secret cannot authenticate it.
	if !client.mayUse(method) {
		return nil, failedAuthentication()
	}
	if cred.secret == "" {
		if x.breaks(ruleClientSecretRequired, false, "a password", "none") {
			return nil, failedAuthentication()
		}
	} else if x.breaks(ruleClientSecretVerified, client.secretIs(cred.secret), "the client's secret", "another") {
		return nil, failedAuthentication()
	}
	x.breaks(ruleConfidentialClientAuthenticates, true, "", "")
	x.breaks(ruleClientAuthenticationRequired, true, "", "")
	return client, nil
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// attemptedHeader reports whether the client tried to authenticate by the
// Authorization header, which obliges the answer to be a 401 with a challenge
// (RFC 6749 §5.2).
func attemptedHeader(r *http.Request) bool { return len(r.Header["Authorization"]) > 0 }

// credentials are a client identifier and a secret as a client presented them.
type credentials struct{ id, secret string }

// isBasic reports whether the value of an Authorization header uses the scheme
// Basic. Scheme names are case-insensitive (RFC 9110 §11.1).
func isBasic(header string) bool {
	scheme, _, _ := strings.Cut(header, " ")
	return strings.EqualFold(scheme, "Basic")
}

// noColon is what parseBasic says of credentials without a colon.
const noColon = "Basic credentials without a colon"

// parseBasic reads Basic credentials (RFC 7617 §2): Base64 of identifier, colon,
// secret. The first colon separates, because the form encoding that RFC 6749
// §2.3.1 adds leaves no colon in an identifier. The result is not yet
// form-decoded. The second result says what is malformed, without any of it.
func parseBasic(header string) (credentials, string) {
	userPass, malformed := basicUserPass(header)
	if malformed != "" {
		return credentials{}, malformed
	}
	id, secret, found := strings.Cut(userPass, ":")
	if !found {
		return credentials{}, noColon
	}
	return credentials{id, secret}, ""
}

// basicUserPass takes the Base64 off.
func basicUserPass(header string) (userPass, malformed string) {
	_, token, _ := strings.Cut(header, " ")
	token = strings.TrimLeft(token, " ")
	if token == "" {
		return "", "Basic without credentials"
	}
	octets, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil {
		return "", "Basic credentials that are not Base64"
	}
	return string(octets), ""
}

// formDecoded undoes the application/x-www-form-urlencoded encoding of both
// parts (RFC 6749 §2.3.1, App. B).
func (c credentials) formDecoded() (credentials, string) {
	id, err := url.QueryUnescape(c.id)
	if err == nil {
		c.secret, err = url.QueryUnescape(c.secret)
	}
	if err != nil {
		return credentials{}, "Basic credentials that are not form-urlencoded"
	}
	c.id = id
	if !utf8.ValidString(c.id) || !utf8.ValidString(c.secret) {
		return credentials{}, "Basic credentials that are not UTF-8"
	}
	return c, ""
}
