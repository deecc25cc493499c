package mockidp

// Rules on redirect URIs: RFC 6749 §3.1.2 and §4.1.2.1, RFC 8252 §7 and §8.4,
// RFC 9700 §2.1, §2.6 and §4.1.3. Each of those on the comparison, switched off,
// is one way in which servers have compared too little.
const (
	ruleUnknownClientPage     = "unknown-client-not-redirected"
	ruleWrongRedirectPage     = "redirect-uri-wrong-not-redirected"
	ruleRedirectURIPresent    = "redirect-uri-present"
	ruleRedirectURIAbsolute   = "redirect-uri-absolute"
	ruleRedirectURIFragment   = "redirect-uri-no-fragment"
	ruleRedirectURIQuery      = "redirect-uri-query-compared"
	ruleRedirectURICase       = "redirect-uri-case-compared"
	ruleRedirectURIPath       = "redirect-uri-path-literal"
	ruleRedirectURIScheme     = "redirect-uri-scheme-compared"
	ruleRedirectURIPort       = "redirect-uri-port-compared"
	ruleRedirectURIHost       = "redirect-uri-host-whole"
	ruleRedirectURIAuthority  = "redirect-uri-authority-whole"
	ruleLoopbackPortAlone     = "loopback-port-alone-free"
	ruleLoopbackPortFree      = "loopback-port-free"
	ruleRedirectURISecure     = "redirect-uri-http-local"
	rulePrivateSchemeOffered  = "private-use-scheme-offered"
	rulePrivateSchemeReversed = "private-use-scheme-period"
	ruleRedirectQueryRetained = "redirect-uri-query-retained"
)

var redirectRules = []Rule{{
	Name: ruleUnknownClientPage, Clause: "RFC 6749 §4.1.2.1", Kind: KindResponse,
	Text: "A request whose client_id is missing or not known is answered with a page.",
	Off:  "The browser is sent to its redirect_uri with an error.",
}, {
	Name: ruleWrongRedirectPage, Clause: "RFC 6749 §3.1.2.4", Kind: KindResponse,
	Text: "A request whose redirect_uri is refused is answered with a page.",
	Off:  "The browser is sent to that redirect_uri with an error.",
}, {
	Name: ruleRedirectURIPresent, Clause: "RFC 6749 §3.1.2.3", Kind: KindRequest,
	Text: "A client that has registered several redirect URIs says which.",
	Off:  "Where it does not, the browser is sent to the first.",
}, {
	Name: ruleRedirectURIAbsolute, Clause: "RFC 6749 §3.1.2", Kind: KindRequest,
	Text: "redirect_uri is absolute.",
	Off:  "It may lack the scheme, or scheme and host, and goes into the answer as it is.",
}, {
	Name: ruleRedirectURIFragment, Clause: "RFC 6749 §3.1.2", Kind: KindRequest,
	Text: "redirect_uri has no fragment.",
	Off:  "A fragment is not compared, and stays in the answer.",
}, {
	Name: ruleRedirectURIQuery, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "The query of redirect_uri is the registered one.",
	Off:  "It is not compared.",
}, {
	Name: ruleRedirectURICase, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "redirect_uri has capital and small letters where the registered one has them.",
	Off:  "They are taken for the same.",
}, {
	Name: ruleRedirectURIPath, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "The path of redirect_uri is compared as it stands.",
	Off:  "It is compared without percent-encoding and dot segments, and used with them.",
}, {
	Name: ruleRedirectURIScheme, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "The scheme of redirect_uri is the registered one.",
	Off:  "It is not compared.",
}, {
	Name: ruleRedirectURIPort, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "The port of redirect_uri is the registered one, but for a native client's loopback URI (RFC 8252 §7.3).",
	Off:  "It is not compared, whatever the host.",
}, {
	Name: ruleRedirectURIHost, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "The host of redirect_uri is the registered one and not longer at its beginning.",
	Off:  "Any host that ends with the registered one is accepted.",
}, {
	Name: ruleRedirectURIAuthority, Clause: "RFC 9700 §4.1.3", Kind: KindRequest,
	Text: "The authority of redirect_uri is the registered one and not longer at its end.",
	Off:  "Any that begins with the registered one is accepted: a host with more labels, or the registered host as user information before another.",
}, {
	Name: ruleLoopbackPortAlone, Clause: "RFC 8252 §8.4", Kind: KindRequest,
	Text: "Nothing but the port of a native client's loopback redirect URI differs from the registered one.",
	Off:  "A native client that has registered one may use any http URI on that address.",
}, {
	Name: ruleLoopbackPortFree, Clause: "RFC 8252 §7.3", Kind: KindResponse,
	Text: "A native client's loopback redirect URI is accepted with any port.",
	Off:  "The port has to be the registered one.",
}, {
	Name: ruleRedirectURISecure, Clause: "RFC 9700 §2.6", Kind: KindRequest,
	Text: "A redirect URI with http is on the local machine.",
	Off:  "http is used for any host.",
}, {
	Name: rulePrivateSchemeOffered, Clause: "RFC 8252 §7.1", Kind: KindResponse,
	Text: "A redirect URI may have a scheme of an application.",
	Off:  "Only http and https are used.",
}, {
	Name: rulePrivateSchemeReversed, Clause: "RFC 8252 §8.4", Kind: KindRequest,
	Text: "The scheme of an application has a period, as a domain name backwards does.",
	Off:  "Any scheme is used.",
}, {
	Name: ruleRedirectQueryRetained, Clause: "RFC 6749 §3.1.2", Kind: KindResponse,
	Text: "The query of the redirect URI is kept when the answer is added to it.",
	Off:  "The answer takes its place.",
}}
