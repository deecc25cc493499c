package mockidp

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

func init() { maps.Copy(faultCases, registrationFaultCases) }

// registering shows what comes of a registration.
func registering(more ...any) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return registered(register(p, more...)) }
}

// registered says whether there is a client and else which error.
func registered(a answer) string {
	if a.str("client_id") != "" {
		return fmt.Sprint(a.status, " client")
	}
	return fmt.Sprint(a.status, " ", a.str("error"))
}

func refusedRegistration(code string, more ...any) faultCase {
	return faultCase{opts: openRegistration, flow: registering(more...), strict: "400 " + code, off: "201 client"}
}

// of shows one thing about the answer to a registration.
func ofRegistration(see func(answer) string, more ...any) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string { return see(register(p, more...)) }
}

// managing registers a client and shows what comes of a request about it.
func managing(method string, make func(a answer) any, see func(answer) string) func(*testing.T, *Provider) string {
	return func(_ *testing.T, p *Provider) string {
		a := register(p)
		return see(configured(p, method, a, make(a)))
	}
}

func updating(more ...any) func(answer) any {
	return func(a answer) any { return webMetadata(append([]any{"client_id", a.str("client_id")}, more...)...) }
}

var registrationFaultCases = map[string]faultCase{
	ruleRegistrationToken: {opts: []Option{WithRegistration(Registration{InitialAccessToken: "initial"})}, flow: registering(),
		strict: "401 ", off: "201 client"},
	ruleRegistrationJSON: {opts: openRegistration, strict: "400 invalid_client_metadata", off: "201 client", flow: func(_ *testing.T, p *Provider) string {
		return registered(ask(p, sent{path: pathRegister, raw: `{"redirect_uris":["https://client.example/cb"]}`}))
	}},
	ruleRegistrationTypes:         refusedRegistration("invalid_client_metadata", "client_name", 1),
	ruleRegistrationURIs:          refusedRegistration("invalid_client_metadata", "tos_uri", "none"),
	ruleRegistrationUnknown:       {opts: openRegistration, flow: registering("example_extension", "x"), strict: "201 client", off: "400 invalid_client_metadata"},
	ruleRegistrationAuthMethod:    refusedRegistration("invalid_client_metadata", "token_endpoint_auth_method", "tls_client_auth"),
	ruleRegistrationGrants:        refusedRegistration("invalid_client_metadata", "grant_types", []string{"authorization_code", "urn:example:grant"}),
	ruleRegistrationResponses:     refusedRegistration("invalid_client_metadata", "response_types", []string{"code", "magic"}),
	ruleRegistrationConsistent:    refusedRegistration("invalid_client_metadata", "response_types", []string{"token"}),
	ruleRegistrationRedirects:     refusedRegistration("invalid_redirect_uri", "redirect_uris", nil),
	ruleRegistrationRedirectValid: refusedRegistration("invalid_redirect_uri", "redirect_uris", []string{testCallback + "#fragment"}),
	ruleRegistrationRedirectSafe:  refusedRegistration("invalid_redirect_uri", "redirect_uris", []string{"http://client.example/cb"}),
	ruleRegistrationScope:         refusedRegistration("invalid_client_metadata", "scope", "admin"),
	ruleRegistrationKeys:          refusedRegistration("invalid_client_metadata", "jwks", publicSet("ES256"), "jwks_uri", "https://client.example/jwks"),
	ruleRegistrationKeysValid:     refusedRegistration("invalid_client_metadata", "jwks", map[string]any{"keys": "none"}),
	ruleRegistrationCreated:       {opts: openRegistration, flow: registering(), strict: "201 client", off: "200 client"},
	ruleRegistrationReturned:      {opts: openRegistration, flow: ofRegistration(presence("redirect_uris")), strict: "true", off: "false"},
	ruleRegistrationSecret: {opts: openRegistration, strict: "false", off: "true", flow: ofRegistration(func(a answer) string {
		return fmt.Sprint(strings.Contains(a.str("client_secret"), a.str("client_id")))
	})},
	ruleRegistrationSecretExpiry: {opts: openRegistration, flow: ofRegistration(member("client_secret_expires_at")), strict: "0", off: "absent"},
	ruleRegistrationNoStore:      {opts: openRegistration, flow: ofRegistration(cacheHeaders), strict: "no-store/no-cache", off: "/"},

	ruleManagementURI: {opts: openRegistration, flow: ofRegistration(presence("registration_client_uri")), strict: "true", off: "false"},
	ruleManagementToken: {opts: openRegistration, strict: "401", off: "200", flow: func(_ *testing.T, p *Provider) string {
		return status(jsonTo(p, http.MethodGet, pathRegister+"/"+register(p).str("client_id"), "", nil))
	}},
	ruleManagementTokenOwn: {opts: openRegistration, strict: "401", off: "200", flow: func(_ *testing.T, p *Provider) string {
		other := register(p).str("registration_access_token")
		return status(jsonTo(p, http.MethodGet, pathRegister+"/"+register(p).str("client_id"), other, nil))
	}},
	ruleManagementClientID: {opts: openRegistration, flow: managing(http.MethodPut, func(answer) any { return webMetadata("client_id", "another") }, registered),
		strict: "400 invalid_client_metadata", off: "200 client"},
	ruleManagementSecret: {opts: openRegistration, strict: `400 absent`, off: `200 "chosen"`,
		flow: managing(http.MethodPut, updating("client_secret", "chosen"), func(a answer) string { return status(a) + " " + member("client_secret")(a) })},
	ruleManagementMembers: {opts: openRegistration, flow: managing(http.MethodPut, updating("client_id_issued_at", 1), registered),
		strict: "400 invalid_client_metadata", off: "200 client"},
	ruleManagementReplaces: {opts: openRegistration, flow: managing(http.MethodPut, updating("client_name", nil), member("client_name")),
		strict: "absent", off: `"Test"`},
	ruleManagementDelete204: {opts: openRegistration, flow: managing(http.MethodDelete, func(answer) any { return nil }, status), strict: "204", off: "200"},
	ruleManagementDeletes: {opts: openRegistration, strict: "401", off: "200", flow: func(_ *testing.T, p *Provider) string {
		a := register(p)
		configured(p, http.MethodDelete, a, nil)
		return status(configured(p, http.MethodGet, a, nil))
	}},
	ruleManagementRevokes: {opts: openRegistration, strict: "revoked", off: "live", flow: func(_ *testing.T, p *Provider) string {
		a := register(p)
		token := ask(p, sent{basic: a.str("client_id"), form: cc()}).str("access_token")
		configured(p, http.MethodDelete, a, nil)
		return string(p.Lineage(token)[0].State)
	}},
}
