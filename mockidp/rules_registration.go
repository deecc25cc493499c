package mockidp

// Rules of dynamic client registration: RFC 7591.
const (
	ruleRegistrationToken         = "registration-token-verified"
	ruleRegistrationJSON          = "registration-json"
	ruleRegistrationTypes         = "registration-metadata-types"
	ruleRegistrationURIs          = "registration-page-uris"
	ruleRegistrationUnknown       = "registration-unknown-ignored"
	ruleRegistrationAuthMethod    = "registration-auth-method-known"
	ruleRegistrationGrants        = "registration-grant-types-known"
	ruleRegistrationResponses     = "registration-response-types-known"
	ruleRegistrationConsistent    = "registration-types-consistent"
	ruleRegistrationRedirects     = "registration-redirect-uris-required"
	ruleRegistrationRedirectValid = "registration-redirect-uri-valid"
	ruleRegistrationRedirectSafe  = "registration-redirect-uri-secure"
	ruleRegistrationScope         = "registration-scope-known"
	ruleRegistrationKeys          = "registration-jwks-exclusive"
	ruleRegistrationKeysValid     = "registration-jwks-valid"
	ruleRegistrationCreated       = "registration-created-201"
	ruleRegistrationReturned      = "registration-metadata-returned"
	ruleRegistrationSecret        = "registration-secret-unpredictable"
	ruleRegistrationSecretExpiry  = "registration-secret-expiry"
	ruleRegistrationNoStore       = "registration-no-store"
)

var registrationRules = []Rule{{
	Name: ruleRegistrationToken, Clause: "RFC 7591 §3", Kind: KindRequest,
	Text: "Where registration needs an initial access token, the request has it as its bearer token.",
	Off:  "Anyone may register.",
}, {
	Name: ruleRegistrationJSON, Clause: "RFC 7591 §3.1", Kind: KindRequest,
	Text: "A registration or update request has the media type application/json.",
	Off:  "The body is read as JSON whatever its media type.",
}, {
	Name: ruleRegistrationTypes, Clause: "RFC 7591 §2", Kind: KindRequest,
	Text: "Each client metadata value has the JSON type that is defined for it.",
	Off:  "A value of another type counts as left out.",
}, {
	Name: ruleRegistrationURIs, Clause: "RFC 7591 §2", Kind: KindRequest,
	Text: "client_uri, logo_uri, tos_uri and policy_uri are URLs of web pages.",
	Off:  "Any text is registered.",
}, {
	Name: ruleRegistrationUnknown, Clause: "RFC 7591 §2", Kind: KindResponse,
	Text: "Client metadata that is not understood is ignored.",
	Off:  "A registration request with such metadata is refused.",
}, {
	Name: ruleRegistrationAuthMethod, Clause: "RFC 7591 §3.2.2", Kind: KindRequest,
	Text: "token_endpoint_auth_method is one that is supported.",
	Off:  "Any other is registered as client_secret_basic.",
}, {
	Name: ruleRegistrationGrants, Clause: "RFC 7591 §3.2.2", Kind: KindRequest,
	Text: "Every grant type is one that clients may register for.",
	Off:  "Other grant types are left out.",
}, {
	Name: ruleRegistrationResponses, Clause: "RFC 7591 §3.2.2", Kind: KindRequest,
	Text: "Every response type is one that is defined.",
	Off:  "Other response types are left out.",
}, {
	Name: ruleRegistrationConsistent, Clause: "RFC 7591 §2.1", Kind: KindRequest,
	Text: "response_types and grant_types go together.",
	Off:  "They are registered as they are.",
}, {
	Name: ruleRegistrationRedirects, Clause: "RFC 7591 §2", Kind: KindRequest,
	Text: "A client that uses redirects registers redirect_uris.",
	Off:  "It is registered without.",
}, {
	Name: ruleRegistrationRedirectValid, Clause: "RFC 7591 §3.2.2", Kind: KindRequest,
	Text: "Each redirect URI is an absolute URI without fragment; else the error is invalid_redirect_uri.",
	Off:  "Any text is registered.",
}, {
	Name: ruleRegistrationRedirectSafe, Clause: "RFC 7591 §5", Kind: KindRequest,
	Text: "Each redirect URI is https, http on the local machine, or has a scheme of an application, which is a domain name backwards (RFC 8252 §7.1).",
	Off:  "http on any host is registered, and any scheme, also those that browsers keep to themselves.",
}, {
	Name: ruleRegistrationScope, Clause: "RFC 7591 §3.2.2", Kind: KindRequest,
	Text: "Every scope is one that clients may register for.",
	Off:  "Any scope is registered.",
}, {
	Name: ruleRegistrationKeys, Clause: "RFC 7591 §2", Kind: KindRequest,
	Text: "jwks and jwks_uri are not both there.",
	Off:  "jwks counts and jwks_uri is ignored.",
}, {
	Name: ruleRegistrationKeysValid, Clause: "RFC 7591 §2", Kind: KindRequest,
	Text: "jwks is a valid JWK Set of public keys.",
	Off:  "One that is not counts as left out.",
}, {
	Name: ruleRegistrationCreated, Clause: "RFC 7591 §3.2.1", Kind: KindResponse,
	Text: "A registration is answered 201.",
	Off:  "It is answered 200.",
}, {
	Name: ruleRegistrationReturned, Clause: "RFC 7591 §3.2.1", Kind: KindResponse,
	Text: "The client information has all that is registered, also what the provider filled in.",
	Off:  "It has the identifier, the secret and how to manage the registration, and no metadata.",
}, {
	Name: ruleRegistrationSecret, Clause: "RFC 6749 §10.10", Kind: KindResponse,
	Text: "A client's secret cannot be guessed.",
	Off:  "It is the client identifier with -secret appended.",
}, {
	Name: ruleRegistrationSecretExpiry, Clause: "RFC 7591 §3.2.1", Kind: KindResponse,
	Text: "A secret comes with client_secret_expires_at.",
	Off:  "The member is missing.",
}, {
	Name: ruleRegistrationNoStore, Clause: "RFC 7591 §3.2.1", Kind: KindResponse,
	Text: "Client information has Cache-Control: no-store and Pragma: no-cache.",
	Off:  "It has neither.",
}}

// Rules of the client configuration endpoint: RFC 7592.
const (
	ruleManagementURI       = "registration-management-offered"
	ruleManagementToken     = "management-token-verified"
	ruleManagementTokenOwn  = "management-token-own"
	ruleManagementClientID  = "management-client-id-same"
	ruleManagementSecret    = "management-secret-unchanged"
	ruleManagementMembers   = "management-members-refused"
	ruleManagementReplaces  = "management-update-replaces"
	ruleManagementDelete204 = "management-delete-204"
	ruleManagementDeletes   = "management-delete-invalidates"
	ruleManagementRevokes   = "management-delete-revokes"
)

var managementRules = []Rule{{
	Name: ruleManagementURI, Clause: "RFC 7592 §3", Kind: KindResponse,
	Text: "Client information has registration_client_uri and registration_access_token.",
	Off:  "It has neither.",
}, {
	Name: ruleManagementToken, Clause: "RFC 7592 §2.1", Kind: KindRequest,
	Text: "A request about a registration has a registration access token.",
	Off:  "Anyone may read, change and delete a registration.",
}, {
	Name: ruleManagementTokenOwn, Clause: "RFC 7592 §1.2", Kind: KindRequest,
	Text: "The registration access token is of the client that the request is about.",
	Off:  "The token of any client will do.",
}, {
	Name: ruleManagementClientID, Clause: "RFC 7592 §2.2", Kind: KindRequest,
	Text: "An update has the client_id, which is the client's own.",
	Off:  "client_id is not looked at, and never changes.",
}, {
	Name: ruleManagementSecret, Clause: "RFC 7592 §2.2", Kind: KindRequest,
	Text: "A client_secret in an update is the one that was issued.",
	Off:  "The client sets its secret.",
}, {
	Name: ruleManagementMembers, Clause: "RFC 7592 §2.2", Kind: KindRequest,
	Text: "An update has none of registration_access_token, registration_client_uri, client_secret_expires_at and client_id_issued_at.",
	Off:  "They are ignored.",
}, {
	Name: ruleManagementReplaces, Clause: "RFC 7592 §2.2", Kind: KindResponse,
	Text: "An update replaces the metadata: what it leaves out is gone.",
	Off:  "What it leaves out stays as it was.",
}, {
	Name: ruleManagementDelete204, Clause: "RFC 7592 §2.3", Kind: KindResponse,
	Text: "A deletion is answered 204.",
	Off:  "It is answered 200 with a JSON object.",
}, {
	Name: ruleManagementDeletes, Clause: "RFC 7592 §2.3", Kind: KindResponse,
	Text: "A client that was deleted cannot be used any more, nor can its registration access token.",
	Off:  "The deletion is answered and the client stays.",
}, {
	Name: ruleManagementRevokes, Clause: "RFC 7592 §2.3", Kind: KindResponse,
	Text: "The grants and tokens of a client that was deleted are revoked.",
	Off:  "They live on.",
}}
