package mockidp

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// tokenAnswer is the successful answer (RFC 6749 §5.1).
func (x *exchange) tokenAnswer(c *Client, set *tokenSet, access, refresh, idToken string) *reply {
	doc := object{}
	if x.keeps(ruleTokenClientCredentials) {
		doc["access_token"] = access
	}
	if x.keeps(ruleTokenTypePresent) {
		doc["token_type"] = "Bearer"
		if x.varies(varTokenTypeLowercase) {
			doc["token_type"] = "bearer"
		}
		if !x.keeps(ruleTokenTypeRegistered) {
			doc["token_type"] = "BearerToken"
		}
	}
	if !x.varies(varExpiresInAbsent) {
		lifetime := set.lifetime
		if lifetime == 0 {
			lifetime = c.TokenLifetime
		}
		doc["expires_in"] = lifetimeSeconds(lifetime)
		if !x.keeps(ruleExpiresInNumber) {
			doc["expires_in"] = strconv.FormatInt(lifetimeSeconds(lifetime), 10)
		}
	}
	if len(set.scope.scopes) > 0 && !set.scope.silent {
		doc["scope"] = joinScope(set.scope.scopes)
	}
	if refresh != "" {
		doc["refresh_token"] = refresh
	}
	if set.grant.kind == GrantClientCredentials && !x.keeps(ruleClientCredentialsNoRefresh) {
		doc["refresh_token"] = randomWord()
	}
	if idToken != "" {
		doc["id_token"] = idToken
	}
	for name, value := range set.members {
		doc[name] = value
	}
	if x.varies(varUnknownMembers) {
		doc["mockidp_extension"] = object{"levels": []int{1, 2, 3}, "nothing": nil}
	}
	d := &outDocument{endpoint: "token", client: c, status: http.StatusOK, doc: doc}
	x.outgoingDocument(d)
	rep := x.json(d.status, d.doc)
	if !x.keeps(ruleTokenJSON) {
		rep = asForm(d.status, d.doc)
	}
	if x.keeps(ruleTokenNoStore) {
		x.noStore(rep)
		if !x.keeps(ruleTokenPragma) {
			rep.header.Del("Pragma")
		}
	}
	return rep
}

// asForm is a token answer as application/x-www-form-urlencoded.
func asForm(status int, doc object) *reply {
	values := url.Values{}
	for name, value := range doc {
		values.Set(name, fmt.Sprint(value))
	}
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	return &reply{status: status, header: h, body: []byte(values.Encode())}
}

// noStore keeps an answer out of caches. Pragma is for caches that know no
// Cache-Control; RFC 6749 §5.1 asks for both.
func (x *exchange) noStore(rep *reply) {
	rep.header.Set("Pragma", "no-cache")
	switch {
	case x.varies(varCacheDirectives):
		rep.header.Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	case x.varies(varCacheCase):
		rep.header.Set("Cache-Control", "No-Store")
	case x.varies(varCacheLines):
		rep.header["Cache-Control"] = []string{"private", "no-store"}
	default:
		rep.header.Set("Cache-Control", "no-store")
	}
}
