package mockidp

// Rules of the JWK Set: RFC 7517 and RFC 7518. All the keys that these rules
// add when off are additional ones: the keys that sign stay published, so that
// each fault shows in one place.
const (
	ruleJWKSServed        = "jwks-served"
	ruleJWKSKeysArray     = "jwks-keys-array"
	ruleJWKSKeyParameters = "jwks-key-parameters"
	ruleJWKSBase64URL     = "jwks-base64url"
	ruleJWKSPublicOnly    = "jwks-public-only"
	ruleJWKSNoSymmetric   = "jwks-no-symmetric"
	ruleJWKSRSASize       = "jwks-rsa-size"
	ruleJWKSECOnCurve     = "jwks-ec-on-curve"
	ruleJWKSECAlgCurve    = "jwks-ec-alg-curve"
)

var jwksRules = []Rule{{
	Name: ruleJWKSServed, Clause: "RFC 8414 §2", Kind: KindResponse,
	Text: "jwks_uri answers with a JWK Set.",
	Off:  "jwks_uri answers 200 with an HTML page.",
}, {
	Name: ruleJWKSKeysArray, Clause: "RFC 7517 §5.1", Kind: KindResponse,
	Text: "The JWK Set holds the keys that sign.",
	Off:  "The keys array is empty.",
}, {
	Name: ruleJWKSKeyParameters, Clause: "RFC 7518 §6.3.1", Kind: KindResponse,
	Text: "Every key has the members that its type requires.",
	Off:  "An RSA key without e is published as well.",
}, {
	Name: ruleJWKSBase64URL, Clause: "RFC 7518 §6.2.1.2", Kind: KindResponse,
	Text: "Key values are base64url without padding.",
	Off:  "All key values are in plain Base64 with padding.",
}, {
	Name: ruleJWKSPublicOnly, Clause: "RFC 7517 §9.2", Kind: KindResponse,
	Text: "No private key material is published.",
	Off:  "The EC signing key is published with its private value d.",
}, {
	Name: ruleJWKSNoSymmetric, Clause: "RFC 7517 §9.2", Kind: KindResponse,
	Text: "No symmetric key is published.",
	Off:  "A symmetric key (kty oct) is published as well.",
}, {
	Name: ruleJWKSRSASize, Clause: "RFC 7518 §3.3", Kind: KindResponse,
	Text: "RSA signing keys have 2048 bits or more.",
	Off:  "An RSA signing key of 1024 bits is published as well.",
}, {
	Name: ruleJWKSECOnCurve, Clause: "RFC 7518 §6.2.1", Kind: KindResponse,
	Text: "The point of every EC key lies on its curve.",
	Off:  "A P-256 key whose point is not on the curve is published as well.",
}, {
	Name: ruleJWKSECAlgCurve, Clause: "RFC 7518 §3.4", Kind: KindResponse,
	Text: "The curve of an EC key fits its alg.",
	Off:  "A P-384 key that names ES256 as its alg is published as well.",
}}
