package mockidp

import (
	"fmt"
	"slices"
)

// Variance is behaviour that the specifications allow and that is uncommon.
// A client or a check that fails under a variance asks for more than the
// specifications promise.
type Variance struct {
	// Name is the stable name, in words joined by hyphens.
	Name string
	// Clause is the section that allows it.
	Clause string
	// Text is what the provider does when the variance is on.
	Text string
	// Group, when not empty, names variances that exclude each other.
	Group string
	// On says whether the variance is on in the provider that was asked. In the
	// catalogue returned by the function [Variances] it is always false.
	On bool
}

const (
	varTokenTypeLowercase         = "token-type-lowercase"
	varUnknownMembers             = "unknown-members"
	varUnknownKeyType             = "jwks-unknown-key-type"
	varOptionalKeyMembers         = "jwks-optional-members-absent"
	varJWKSMediaType              = "jwks-media-type"
	varInvalidClient400           = "invalid-client-400"
	varScopeNarrowed              = "scope-narrowed"
	varScopeOmitted               = "scope-omitted-when-same"
	varAuthorizationScopeRequired = "authorization-scope-required"
	varExpiresInAbsent            = "expires-in-absent"
	varTokenOpaque                = "access-token-opaque"
	varTokenSpaces                = "access-token-spaces"
	varContentTypeCharset         = "content-type-charset"
	varContentTypeCase            = "content-type-case"
	varJSONEscapes                = "json-escapes"
	varMetadataOpenIDOnly         = "metadata-openid-only"
	varMetadataOAuthOnly          = "metadata-oauth-only"
	varIssuerTrailingSlash        = "issuer-trailing-slash"
	varTokenEndpointQuery         = "token-endpoint-query"
	varDuplicatesAfterAuth        = "duplicates-after-authentication"
	varGrantTypeBeforeAuth        = "grant-type-before-authentication"
	varWrongMethod400             = "wrong-method-400"
	varWrongMethod404             = "wrong-method-404"
	varCacheDirectives            = "cache-control-directives"
	varCacheCase                  = "cache-control-case"
	varCacheLines                 = "cache-control-lines"
	varChallengeSeveral           = "challenge-several"
	varChallengeLines             = "challenge-lines"
	varChallengeSchemeCase        = "challenge-scheme-case"
	varErrorDescriptionLong       = "error-description-long"
	varErrorDescriptionNone       = "error-description-absent"
	varChunkedBodies              = "chunked-bodies"
	varMemberOrder                = "member-order"
	varLongValues                 = "long-values"

	varCodeSpentByRefusal     = "code-spent-by-refusal"
	varMissingVerifierRequest = "verifier-missing-invalid-request"
	varPKCEAlways             = "pkce-required-always"

	groupAccessToken       = "access token"
	groupMediaType         = "media type"
	groupMetadata          = "metadata"
	groupWrongMethod       = "wrong method"
	groupCacheControl      = "cache control"
	groupChallenge         = "challenge"
	groupErrorDescription  = "error description"
	varErrorPage200        = "authorization-error-page-200"
	varRedirectFragment    = "redirect-fragment-closed"
	varScopeRequired       = "client-credentials-scope-required"
	varMalformedBasic400   = "basic-malformed-400"
	varAssertionAudToken   = "assertion-audience-token-endpoint"
	varAssertionAudIssuer  = "assertion-audience-issuer"
	varAssertionSkew       = "assertion-clock-skew"
	groupAssertionAudience = "assertion audience"
)

// tokenEndpointQuery is the query component of the token endpoint under
// varTokenEndpointQuery.
const tokenEndpointQuery = "tenant=default"

var varianceCatalog = slices.Concat(generalVariances, grantVariances)

var generalVariances = []Variance{
	{Name: varTokenTypeLowercase, Clause: "RFC 6749 §5.1", Text: "token_type is written bearer; its value is case-insensitive."},
	{Name: varUnknownMembers, Clause: "RFC 6749 §5.1", Text: "Token answers, errors, metadata, the JWK Set and its keys hold members that no client knows."},
	{Name: varUnknownKeyType, Clause: "RFC 7517 §5", Text: "The JWK Set holds a key of the unknown type XYZ, in first place."},
	{Name: varOptionalKeyMembers, Clause: "RFC 7517 §4.2", Text: "The keys have neither use nor alg."},
	{Name: varJWKSMediaType, Clause: "RFC 7517 §8.5.1", Text: "The JWK Set has the media type application/jwk-set+json."},
	{Name: varInvalidClient400, Clause: "RFC 6749 §5.2", Text: "invalid_client is answered 400 unless the request had an Authorization header."},
	{Name: varScopeNarrowed, Clause: "RFC 6749 §3.3", Text: "A scope that the client may not have is dropped and the answer states what was granted; when nothing is left, the default scopes are granted."},
	{Name: varScopeOmitted, Clause: "RFC 6749 §5.1", Text: "The answer states the scope only when it differs from the scope asked for."},
	{Name: varAuthorizationScopeRequired, Clause: "RFC 6749 §3.3", Text: "An authorization request without scope is refused as invalid_scope."},
	{Name: varExpiresInAbsent, Clause: "RFC 6749 §5.1", Text: "The answer has no expires_in."},
	{Name: varTokenOpaque, Clause: "RFC 6750 §2.1", Group: groupAccessToken, Text: "Access tokens are opaque and use every character of b64token: . - _ ~ + / and = at the end."},
	{Name: varTokenSpaces, Clause: "RFC 6749 App. A.12", Group: groupAccessToken, Text: "Access tokens are opaque and hold spaces and semicolons, as VSCHAR allows."},
	{Name: varContentTypeCharset, Clause: "RFC 6749 §5.1", Group: groupMediaType, Text: "JSON is sent as application/json;charset=UTF-8."},
	{Name: varContentTypeCase, Clause: "RFC 9110 §8.3.1", Group: groupMediaType, Text: "JSON is sent as Application/JSON; Charset=\"utf-8\"."},
	{Name: varJSONEscapes, Clause: "RFC 8259 §7", Text: "JSON is indented, and characters of strings and member names are written as escapes."},
	{Name: varMetadataOpenIDOnly, Clause: "OpenID Connect Discovery §4", Group: groupMetadata, Text: "Only the OpenID discovery document exists, at the appended location."},
	{Name: varMetadataOAuthOnly, Clause: "RFC 8414 §3", Group: groupMetadata, Text: "Only the RFC 8414 document exists."},
	{Name: varIssuerTrailingSlash, Clause: "RFC 8414 §3.1", Text: "The issuer identifier ends in a slash."},
	{Name: varTokenEndpointQuery, Clause: "RFC 6749 §3.2", Text: "The token endpoint has a query component, ?" + tokenEndpointQuery + ", and is not found without it."},
	{Name: varDuplicatesAfterAuth, Clause: "RFC 6749 §5.2", Text: "Repeated parameters are looked for after client authentication, not before."},
	{Name: varGrantTypeBeforeAuth, Clause: "RFC 6749 §5.2", Text: "grant_type is looked at before client authentication, not after."},
	{Name: varWrongMethod400, Clause: "RFC 9110 §15.5.1", Group: groupWrongMethod, Text: "A method that the endpoint does not serve is answered 400, not 405."},
	{Name: varWrongMethod404, Clause: "RFC 9110 §15.5.5", Group: groupWrongMethod, Text: "A method that the endpoint does not serve is answered 404, not 405."},
	{Name: varCacheDirectives, Clause: "RFC 9111 §5.2", Group: groupCacheControl, Text: "Cache-Control: no-cache, no-store, max-age=0, must-revalidate in place of no-store alone."},
	{Name: varCacheCase, Clause: "RFC 9111 §5.2", Group: groupCacheControl, Text: "Cache-Control: No-Store in place of no-store; directives are case-insensitive."},
	{Name: varCacheLines, Clause: "RFC 9110 §5.2", Group: groupCacheControl, Text: "Two Cache-Control lines, private and no-store."},
	{Name: varChallengeSeveral, Clause: "RFC 9110 §11.6.1", Group: groupChallenge, Text: "One WWW-Authenticate line with several challenges, Basic not the first."},
	{Name: varChallengeLines, Clause: "RFC 9110 §11.6.1", Group: groupChallenge, Text: "Two WWW-Authenticate lines, Basic in the second."},
	{Name: varChallengeSchemeCase, Clause: "RFC 9110 §11.1", Group: groupChallenge, Text: "The challenge is written basic REALM=…; both names are case-insensitive."},
	{Name: varErrorDescriptionLong, Clause: "RFC 6749 §5.2", Group: groupErrorDescription, Text: "Errors have an error_description of two thousand characters and an error_uri."},
	{Name: varErrorDescriptionNone, Clause: "RFC 6749 §5.2", Group: groupErrorDescription, Text: "Errors have no error_description."},
	{Name: varChunkedBodies, Clause: "RFC 9110 §6.4", Text: "Answers have no Content-Length and arrive in several chunks."},
	{Name: varMemberOrder, Clause: "RFC 8259 §4", Text: "The members of JSON answers stand in another order: that of the variance seed, or backwards."},
	{Name: varScopeRequired, Clause: "RFC 6749 §3.3", Text: "A client credentials request without scope is refused as invalid_scope: there is no default."},
	{Name: varMalformedBasic400, Clause: "RFC 6749 §5.2", Text: "Basic credentials that are malformed are answered 400 invalid_request."},
	{Name: varAssertionAudToken, Clause: "RFC 7523 §3", Group: groupAssertionAudience, Text: "The audience of a client's assertion is the token endpoint, and nothing else."},
	{Name: varAssertionAudIssuer, Clause: "RFC 7523 §3", Group: groupAssertionAudience, Text: "The audience of a client's assertion is the issuer identifier, and nothing else."},
	{Name: varAssertionSkew, Clause: "RFC 7523 §3", Text: "The clocks of clients may be five minutes off when the exp and nbf of their assertions are looked at."},
	{Name: varLongValues, Clause: "RFC 6749 App. A.12", Text: "JWTs hold a claim of three thousand characters and are as long as that makes them."},
	{Name: varCodeSpentByRefusal, Clause: "RFC 6749 §10.5", Text: "A token request that is refused uses up the code it presents, if the client is known."},
	{Name: varMissingVerifierRequest, Clause: "RFC 7636 §4.5", Text: "A missing code_verifier is invalid_request, not invalid_grant."},
	{Name: varPKCEAlways, Clause: "RFC 9700 §2.1.1", Text: "Every client has to use PKCE."},
	{Name: varErrorPage200, Clause: "RFC 6749 §4.1.2.1", Text: "The page that tells the user what is wrong with an authorization request has the status 200, not 400."},
	{Name: varRedirectFragment, Clause: "RFC 9700 §4.1.3", Text: "A redirect to the client whose answer is in the query ends in #_, so that browsers attach no other fragment."},
}

// Variances lists every variance in a stable order.
func Variances() []Variance { return slices.Clone(varianceCatalog) }

// varianceByName finds a variance. An unknown name is an error that suggests
// the nearest known one.
func varianceByName(name string) (Variance, error) {
	names := make([]string, len(varianceCatalog))
	for i, v := range varianceCatalog {
		if v.Name == name {
			return v, nil
		}
		names[i] = v.Name
	}
	return Variance{}, fmt.Errorf("mockidp: there is no variance %q%s", name, suggestion(name, names))
}
