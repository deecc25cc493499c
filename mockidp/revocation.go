package mockidp

import "net/http"

// revokeEndpoint ends a token at the wish of its client (RFC 7009 §2). The hint
// about the sort of token is not needed: tokens are found without.
func (x *exchange) revokeEndpoint() *reply {
	f, caller, rep := x.tokenForm()
	if rep != nil {
		return rep
	}
	if f.get("token") == "" {
		return x.refused(refuse(errInvalidRequest, "token is missing"))
	}
	t := x.p.grants.find(f.get("token"), KindAccessToken, KindRefreshToken)
	if t == nil {
		// §2.2: what the client wanted, that the token be invalid, is the case.
		if !x.keeps(ruleRevocationUnknownOK) {
			return x.refused(refuse(errInvalidRequest, "the token is not known"))
		}
		return x.revoked()
	}
	if x.breaks(ruleRevocationClientBound, t.grant.client == caller.ID, "a token of the client", "a token of another client") {
		return x.refused(refuse(errInvalidGrant, "the token was issued to another client"))
	}
	now := x.p.clock.Now()
	switch {
	case !x.keeps(ruleRevocationEffective):
	case t.kind == KindRefreshToken && x.keeps(ruleRevocationFamily):
		x.p.grants.revokeGrant(t.grant, now, "the client revoked its refresh token")
	default:
		x.p.grants.revoke(t, now, "revoked by the client")
	}
	return x.revoked()
}

// revoked is the answer, whose body is ignored (RFC 7009 §2.2).
func (x *exchange) revoked() *reply {
	rep := &reply{status: http.StatusOK, header: http.Header{}}
	x.noStore(rep)
	return rep
}
