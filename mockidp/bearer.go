package mockidp

import (
	"net/http"
	"strings"
)

// bearerError refuses a request for a protected resource (RFC 6750 §3.1).
type bearerError struct {
	status      int
	code        string // empty where the request has no authentication at all
	description string
	scope       string
}

// bearerRefused is the answer: the challenge tells what is wrong (RFC 6750 §3).
func (x *exchange) bearerRefused(bad *bearerError) *reply {
	x.rec.Error = bad.code
	var rep *reply
	challenge := `Bearer realm="mockidp"`
	if bad.code == "" {
		// §3.1: where nothing was sent, nothing is said.
		rep = text(bad.status, "unauthorized")
	} else {
		challenge += `, error="` + bad.code + `", error_description="` + bad.description + `"`
		rep = x.json(bad.status, object{"error": bad.code, "error_description": bad.description})
	}
	if bad.scope != "" {
		challenge += `, scope="` + bad.scope + `"`
	}
	if x.keeps(ruleBearerChallenge) {
		rep.header.Set("Www-Authenticate", challenge)
	}
	x.noStore(rep)
	return rep
}

// bearerToken finds the access token of a request: in the Authorization header,
// or in the body of a form (RFC 6750 §2.1, §2.2). In the query it is not looked
// for (§2.3, RFC 9700 §4.3.2).
func (x *exchange) bearerToken() (string, *bearerError) {
	invalid := func(description string) *bearerError {
		return &bearerError{status: http.StatusBadRequest, code: errInvalidRequest, description: description}
	}
	var inHeader, inBody string
	if headers := x.r.Header["Authorization"]; len(headers) > 1 {
		return "", invalid("there is more than one Authorization header")
	} else if len(headers) == 1 {
		scheme, token, _ := strings.Cut(headers[0], " ")
		if strings.EqualFold(scheme, "Bearer") {
			if inHeader = strings.TrimLeft(token, " "); inHeader == "" {
				return "", invalid("the Authorization header has no token")
			}
		}
	}
	if x.r.Method == http.MethodPost && isForm(x.r.Header) {
		if x.bodyErr != nil {
			return "", invalid("the body broke off or is too long")
		}
		f, malformed := parseForm(string(x.body))
		if malformed != "" {
			return "", invalid(malformed)
		}
		if len(f["access_token"]) > 1 {
			return "", invalid("access_token is sent more than once")
		}
		inBody = f.get("access_token")
	}
	// The query counts as a method all the same (§2).
	inQuery := x.r.URL.Query().Get("access_token") != ""
	if x.breaks(ruleBearerSingleMethod, count(inHeader != "")+count(inBody != "")+count(inQuery) <= 1, "one method", "several of header, body and query") {
		return "", invalid("the access token is sent by more than one method")
	}
	if inHeader != "" {
		return inHeader, nil
	}
	if inBody == "" {
		return "", &bearerError{status: http.StatusUnauthorized}
	}
	return inBody, nil
}

// presentedToken finds the access token that a request presents, and refuses one that
// is not good.
func (x *exchange) presentedToken() (*issued, *bearerError) {
	value, bad := x.bearerToken()
	if bad != nil {
		return nil, bad
	}
	invalid := func(description string) *bearerError {
		return &bearerError{status: http.StatusUnauthorized, code: errInvalidToken, description: description}
	}
	now := x.p.clock.Now()
	t := x.p.grants.find(value, KindAccessToken)
	if t == nil {
		return nil, invalid("the access token is not known")
	}
	if x.breaks(ruleAccessTokenUnexpired, !t.expired(now), "an access token that has not expired", "an expired one") {
		return nil, invalid("the access token has expired")
	}
	if x.breaks(ruleAccessTokenUnrevoked, !x.p.grants.revokedNow(t), "an access token that is not revoked", "a revoked one") {
		return nil, invalid("the access token has been revoked")
	}
	x.p.grants.touch(t, now)
	return t, nil
}
