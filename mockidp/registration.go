package mockidp

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// pathRegister is the client registration endpoint; the client configuration
// endpoint of a client is below it.
const pathRegister = "/register"

// Error codes of RFC 7591 §3.2.2 and RFC 6750 §3.1.
const (
	errInvalidRedirectURI = "invalid_redirect_uri"
	errInvalidMetadata    = "invalid_client_metadata"
)

// maxRegistered bounds the clients that registered themselves. Beyond it the
// oldest of them goes.
const maxRegistered = 1000

// maxMetadata bounds the metadata of a client, in bytes.
const maxMetadata = 64 << 10

// Registration says how clients may register themselves, see [WithRegistration].
type Registration struct {
	// InitialAccessToken is the bearer token that a registration needs (RFC 7591
	// §3). Empty means that registration is open.
	InitialAccessToken string
	// GrantTypes are the grants a client may ask for. Nil means all that this
	// package has; they are then all served and advertised.
	GrantTypes []string
	// Scopes are the scopes a client may ask for, and gets when it asks for none.
	// Nil means those of the clients given to the provider.
	Scopes []string
}

// WithRegistration lets clients register themselves (RFC 7591) and read, update
// and delete their registration (RFC 7592). Without it there is no registration
// endpoint. Software statements are ignored, as RFC 7591 §3.1.1 allows.
func WithRegistration(r Registration) Option {
	return func(c *config) error {
		r := r // an option may be used several times, by several goroutines
		r.GrantTypes, r.Scopes = slices.Clone(r.GrantTypes), slices.Clone(r.Scopes)
		for _, g := range r.GrantTypes {
			if !slices.Contains(knownGrants(), g) {
				return fmt.Errorf("mockidp: WithRegistration: there is no grant type %q%s", g, suggestion(g, knownGrants()))
			}
		}
		for _, s := range r.Scopes {
			if !isScopeToken(s) {
				return fmt.Errorf("mockidp: WithRegistration: %q is not a scope (RFC 6749 §3.3)", s)
			}
		}
		c.ext.registration = &r
		return nil
	}
}

// registration is what is kept of a client that registered itself.
type registration struct {
	token    string // the registration access token, which every answer repeats
	issuedAt time.Time
	metadata object // what is registered and means nothing to the provider
}

// grants are the grants that a client may register for.
func (r *Registration) grants() []string {
	if r.GrantTypes != nil {
		return r.GrantTypes
	}
	return knownGrants()
}

// mayRegisterFor reports whether clients can register for a grant.
func (p *Provider) mayRegisterFor(grant string) bool {
	return p.ext.registration != nil && slices.Contains(p.ext.registration.grants(), grant)
}

// mayRegisterForResponse is the same for a response type.
func (p *Provider) mayRegisterForResponse(responseType string) bool {
	return p.ext.registration != nil && slices.Contains(responseTypesOf(p.ext.registration.grants()), responseType)
}

// registrableMethods are the authentication methods that a client can register
// for, which with registration are all.
var registrableMethods = []string{ClientSecretBasic, ClientSecretPost, ClientSecretJWT, PrivateKeyJWT, AuthMethodNone}

// register answers at the client registration endpoint (RFC 7591 §3).
func (x *exchange) register() *reply {
	if rep := x.initialAccess(); rep != nil {
		return rep
	}
	doc, rep := x.registrationBody()
	if rep != nil {
		return rep
	}
	c, bad := x.readClient(doc, nil)
	if bad != nil {
		return x.registrationRefused(bad)
	}
	c.registration.token = randomWord()
	c.registration.issuedAt = x.p.clock.Now()
	evicted, err := x.p.registry.add(c, maxRegistered)
	if err != nil {
		return x.registrationRefused(refuse(errInvalidMetadata, "the client could not be registered"))
	}
	if evicted != "" {
		x.p.forgetClient(evicted, "the client made room for newer ones")
	}
	status := http.StatusCreated
	if !x.keeps(ruleRegistrationCreated) {
		status = http.StatusOK
	}
	return x.clientInformation(status, c)
}

// initialAccess asks for the initial access token, where one is needed.
func (x *exchange) initialAccess() *reply {
	want := x.p.ext.registration.InitialAccessToken
	if want == "" {
		return nil
	}
	got, given := bearerOf(x.r.Header)
	if x.breaks(ruleRegistrationToken, given && sameSecret(got, want), "the initial access token", describeBearer(given)) {
		return x.registrationUnauthorized(given)
	}
	return nil
}

// registrationBody reads the JSON object of a request (RFC 7591 §3.1).
func (x *exchange) registrationBody() (map[string]any, *reply) {
	switch x.bodyErr {
	case nil:
	case errBodyTooLarge:
		return nil, x.registrationError(http.StatusRequestEntityTooLarge, refuse(errInvalidMetadata, "the body is longer than a megabyte"))
	default:
		return nil, x.registrationRefused(refuse(errInvalidMetadata, "the body broke off"))
	}
	mediaType, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if x.breaks(ruleRegistrationJSON, err == nil && mediaType == "application/json", "application/json", "another media type") {
		return nil, x.registrationRefused(refuse(errInvalidMetadata, "the Content-Type is not application/json"))
	}
	if len(x.body) > maxMetadata {
		return nil, x.registrationRefused(refuse(errInvalidMetadata, "the client metadata are longer than 64 kB"))
	}
	doc, err := parseObject(x.body)
	if err != nil {
		return nil, x.registrationRefused(refuse(errInvalidMetadata, "the body is "+err.Error()))
	}
	return doc, nil
}

func (x *exchange) registrationRefused(bad *refusal) *reply {
	return x.registrationError(http.StatusBadRequest, bad)
}

// registrationError is the error answer of RFC 7591 §3.2.2.
func (x *exchange) registrationError(status int, bad *refusal) *reply {
	x.rec.Error = bad.code
	rep := x.json(status, object{"error": bad.code, "error_description": bad.description})
	x.noStore(rep)
	return rep
}

// registrationUnauthorized refuses a request without the right bearer token
// (RFC 6750 §3). One that brought none is not told of an error (§3.1).
func (x *exchange) registrationUnauthorized(given bool) *reply {
	if !given {
		return x.bearerRefused(&bearerError{status: http.StatusUnauthorized})
	}
	return x.bearerRefused(&bearerError{status: http.StatusUnauthorized, code: errInvalidToken, description: "the token is not the right one"})
}

// clientInformation is the client information response (RFC 7591 §3.2.1, RFC 7592
// §3).
func (x *exchange) clientInformation(status int, c *Client) *reply {
	doc := object{"client_id": c.ID}
	if x.keeps(ruleRegistrationReturned) {
		for name, value := range c.registration.metadata {
			doc[name] = value
		}
		for name, value := range c.metadata() {
			doc[name] = value
		}
		doc["client_id_issued_at"] = c.registration.issuedAt.Unix()
	}
	if c.Secret != "" {
		doc["client_secret"] = c.Secret
		if x.keeps(ruleRegistrationSecretExpiry) {
			doc["client_secret_expires_at"] = 0
		}
	}
	if x.keeps(ruleManagementURI) {
		doc["registration_client_uri"] = x.id.endpoint(pathRegister + "/" + c.ID)
		doc["registration_access_token"] = c.registration.token
	}
	rep := x.json(status, doc)
	if x.keeps(ruleRegistrationNoStore) {
		x.noStore(rep)
	}
	return rep
}

// bearerOf takes the bearer token from the Authorization header (RFC 6750 §2.1).
func bearerOf(h http.Header) (token string, given bool) {
	values := h["Authorization"]
	if len(values) != 1 {
		return "", false
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	return strings.TrimLeft(token, " "), strings.EqualFold(scheme, "Bearer")
}

func describeBearer(given bool) string {
	if given {
		return "another bearer token"
	}
	return "no bearer token"
}
