package mockidp

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// extendedConfig is what the options say about what goes beyond RFC 6749.
type extendedConfig struct {
	jwksHosts     []string
	jwksTransport http.RoundTripper
	registration  *Registration

	requirePushed  bool
	pushedLifetime time.Duration
	deviceLifetime time.Duration
	deviceInterval time.Duration
	trusted        []trustedIssuer
}

// extended is what the endpoints and grants beyond RFC 6749 keep.
type extended struct {
	assertions *shelf[struct{}] // the jti of assertions that were used
	keys       *keyFetcher

	registration *Registration // nil: clients cannot register themselves
	givenScopes  []string      // of the clients the provider was made with

	counter        atomic.Uint64 // for what can be guessed when a rule is off
	requirePushed  bool
	pushedLifetime time.Duration
	pushed         *shelf[*pushedRequest]

	devices *devices
	trusted []trustedIssuer
	seams   seams
}

const (
	// maxAssertions bounds the memory of used assertions.
	maxAssertions = 10_000
	// maxKeptBytes bounds what is kept of the parameters of requests that were
	// pushed, and of those of devices. At the bound the oldest make room.
	maxKeptBytes = 16 << 20
)

func newExtended(c extendedConfig, reg *registry) *extended {
	e := &extended{
		assertions:     newShelf[struct{}](maxAssertions),
		keys:           newKeyFetcher(c.jwksHosts, c.jwksTransport),
		registration:   c.registration,
		givenScopes:    reg.scopes(),
		requirePushed:  c.requirePushed,
		pushedLifetime: c.pushedLifetime,
		pushed:         newShelf[*pushedRequest](maxPushed).weighing(maxKeptBytes, func(r *pushedRequest) int { return r.params.size() }),
		devices:        newDevices(c),
		trusted:        c.trusted,
	}
	if e.pushedLifetime == 0 {
		e.pushedLifetime = defaultPushedLifetime
	}
	return e
}

// extendedRoute finds the endpoint of a path, or nil.
func (x *exchange) extendedRoute(path string) endpoint {
	path, below := strings.CutPrefix(path, x.id.path)
	if !below {
		return nil
	}
	if x.p.ext.registration != nil {
		if path == pathRegister {
			return func(x *exchange) *reply { return x.only((*exchange).register, http.MethodPost) }
		}
		if id, below := strings.CutPrefix(path, pathRegister+"/"); below {
			return func(x *exchange) *reply {
				return x.only(func(x *exchange) *reply { return x.manage(id) }, http.MethodGet, http.MethodPut, http.MethodDelete)
			}
		}
	}
	switch {
	case path == pathPushed && x.p.servesPushed():
		return func(x *exchange) *reply { return x.only((*exchange).push, http.MethodPost) }
	case path == pathDeviceAuthorization && x.p.grantOffered(GrantDeviceCode):
		return func(x *exchange) *reply { return x.only((*exchange).authorizeDevice, http.MethodPost) }
	case path == pathDevice && x.p.grantOffered(GrantDeviceCode):
		return func(x *exchange) *reply {
			return x.only((*exchange).devicePage, http.MethodGet, http.MethodHead, http.MethodPost)
		}
	}
	return nil
}

// extendMetadata adds to the metadata what goes beyond RFC 6749, as far as it is
// served (RFC 8414 §2).
func (x *exchange) extendMetadata(doc object) {
	if x.p.ext.registration != nil {
		doc["registration_endpoint"] = x.id.endpoint(pathRegister)
		doc["token_endpoint_auth_methods_supported"] = slices.Clone(registrableMethods)
		doc["revocation_endpoint_auth_methods_supported"] = slices.Clone(registrableMethods)
		doc["introspection_endpoint_auth_methods_supported"] = slices.DeleteFunc(slices.Clone(registrableMethods), func(m string) bool { return m == AuthMethodNone })
		doc["scopes_supported"] = slices.Compact(slices.Sorted(slices.Values(append(x.p.registry.scopes(), x.p.ext.registration.Scopes...))))
	}
	if x.p.servesPushed() {
		doc["pushed_authorization_request_endpoint"] = x.id.endpoint(pathPushed)
		if x.p.ext.requirePushed {
			doc["require_pushed_authorization_requests"] = true
		}
	}
	if x.p.grantOffered(GrantDeviceCode) {
		doc["device_authorization_endpoint"] = x.id.endpoint(pathDeviceAuthorization)
	}
	x.assertionMetadata(doc)
}

// assertionMetadata names the algorithms of assertions for each endpoint whose
// authentication methods have some (RFC 8414 §2).
func (x *exchange) assertionMetadata(doc object) {
	algs := x.p.registry.assertionAlgs()
	if x.p.ext.registration != nil {
		algs = slices.Concat(hmacAlgs, keyAlgs)
	}
	for _, endpoint := range []string{"token", "introspection", "revocation"} {
		methods, _ := doc[endpoint+"_endpoint_auth_methods_supported"].([]string)
		if !slices.Contains(methods, ClientSecretJWT) && !slices.Contains(methods, PrivateKeyJWT) {
			continue
		}
		list := slices.Clone(algs)
		if !x.keeps(ruleMetadataAuthAlgsSigned) {
			list = append(list, "none")
		}
		if x.keeps(ruleMetadataAuthAlgs) {
			doc[endpoint+"_endpoint_auth_signing_alg_values_supported"] = list
		}
	}
}

// extendedRules are the rules of what goes beyond RFC 6749.
var extendedRules = slices.Concat(assertionRuleList, registrationRules, managementRules,
	pushedRules, deviceRules, exchangeRules, grantAssertionRuleList)
