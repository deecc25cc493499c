package mockidp

import (
	"net/http"
	"slices"
)

// userinfo answers with claims about the user of an access token (OpenID Connect
// Core §5.3).
func (x *exchange) userinfo() *reply {
	t, bad := x.presentedToken()
	if bad != nil {
		return x.bearerRefused(bad)
	}
	openid := slices.Contains(t.scopes, "openid") && t.grant.user != nil
	if x.breaks(ruleUserinfoScope, openid, "a token with the scope openid", "a token without it") {
		return x.bearerRefused(&bearerError{
			status: http.StatusForbidden, code: errInsufficientScope, description: "the access token does not have the scope openid", scope: "openid",
		})
	}
	claims := t.grant.scopedClaims(t.scopes)
	if x.keeps(ruleUserinfoSub) {
		claims["sub"] = t.grant.subject
	}
	x.setClaims(claims, InUserinfo, t.grant, t.scopes)
	return x.document("userinfo", x.p.registry.find(t.grant.client), claims)
}

// document is a successful JSON answer that holds what no cache is to keep.
func (x *exchange) document(endpoint string, c *Client, doc object) *reply {
	d := &outDocument{endpoint: endpoint, client: c, status: http.StatusOK, doc: doc}
	x.outgoingDocument(d)
	if x.varies(varUnknownMembers) {
		d.doc["mockidp_extension"] = object{"levels": []int{1, 2, 3}, "nothing": nil}
	}
	rep := x.json(d.status, d.doc)
	x.noStore(rep)
	return rep
}
