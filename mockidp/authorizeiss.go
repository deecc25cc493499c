package mockidp

import "net/url"

// nameIssuer says in an authorization response whose it is (RFC 9207 §2).
func (x *exchange) nameIssuer(a *outAnswer) {
	if x.varies(varIssAbsent) || !x.keeps(ruleAuthorizationIss) {
		return
	}
	if a.values.Has("error") && !x.keeps(ruleIssErrors) || a.mode != modeQuery && !x.keeps(ruleIssModes) {
		return
	}
	iss := x.issuer()
	if !x.keeps(ruleIssIdentical) {
		iss += "/"
	}
	if !x.keeps(ruleIssForm) {
		iss += "?v=1"
	}
	if !x.keeps(ruleIssEncoded) {
		iss = url.QueryEscape(iss)
	}
	a.values.Set("iss", iss)
	if !x.keeps(ruleIssOnce) {
		a.values.Add("iss", iss)
	}
}

// issMetadata says in the metadata whether answers have iss (RFC 9207 §3).
func (x *exchange) issMetadata(doc object) {
	const flag = "authorization_response_iss_parameter_supported"
	switch {
	case x.varies(varIssAbsent), !x.keeps(ruleMetadataIssFlag): // left out it means false
	case !x.keeps(ruleMetadataIssBoolean):
		doc[flag] = "true"
	default:
		doc[flag] = true
	}
}
