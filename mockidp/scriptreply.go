package mockidp

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// replaces reports whether the provider's own answer is not wanted.
func (r *Reply) replaces() bool {
	return r.Status != 0 || r.Body != nil || r.JSON != nil || r.Error != ""
}

// inResponse reports whether the reply is for the authorization response, which
// may come after a login page.
func (r *Reply) inResponse() bool {
	return r.Endpoint == "authorize" && r.Body == nil && r.JSON == nil && r.Status == 0 && (r.Error != "" || r.Members != nil)
}

// follow takes a scripted reply for this exchange, if it is the first that fits.
func (x *exchange) follow(h *Handle) bool {
	if x.pranked.script != nil || !h.reach.covers(x) || !h.reserve() {
		return false
	}
	h.used()
	x.pranked.script, x.rec.Scripted = h, h.name
	if r := h.script; r.Delay > 0 || r.Drop {
		x.pranked.send = append(x.pranked.send, &Condition{delay: r.Delay, drop: r.Drop})
	}
	return true
}

// scripted gives the scripted answer, or that of the endpoint with the scripted
// changes.
func (x *exchange) scripted(next endpoint) *reply {
	if x.pranked.script == nil {
		rep := x.answered(next)
		if h := x.pranked.script; h != nil { // taken for the authorization response
			h.script.putHeader(rep)
		}
		return rep
	}
	r := x.pranked.script.script
	var rep *reply
	if r.replaces() {
		rep = r.reply(x)
	} else {
		rep = x.answered(next)
		x.changeMembers(rep, func(_ *exchange, doc object) bool { return change(doc, r.Members) })
	}
	r.putHeader(rep)
	return rep
}

func (r *Reply) putHeader(rep *reply) {
	for name, values := range r.Header {
		rep.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
}

// reply makes the answer that replaces the provider's own.
func (r *Reply) reply(x *exchange) *reply {
	status := r.Status
	switch {
	case r.Error != "":
		x.rec.Error = r.Error
		doc := object{"error": r.Error}
		if r.ErrorDescription != "" {
			doc["error_description"] = r.ErrorDescription
		}
		if status == 0 {
			status = http.StatusBadRequest
		}
		rep := x.json(status, doc)
		x.noStore(rep)
		return rep
	case r.JSON != nil:
		return &reply{status: max(status, http.StatusOK), body: slices.Clone(r.text), header: http.Header{"Content-Type": {"application/json"}}}
	case r.Body != nil:
		return &reply{status: max(status, http.StatusOK), body: slices.Clone(r.Body), header: http.Header{}}
	}
	return text(status, http.StatusText(status))
}

// changeResponse changes an authorization response.
func (r *Reply) changeResponse(answer url.Values) {
	if r.Error != "" {
		for _, name := range []string{"code", "access_token", "id_token", "token_type", "expires_in", "scope", "session_state"} {
			answer.Del(name)
		}
		answer.Set("error", r.Error)
		if answer.Del("error_description"); r.ErrorDescription != "" {
			answer.Set("error_description", r.ErrorDescription)
		}
	}
	for name, value := range r.Members {
		if answer.Del(name); value != nil {
			answer.Set(name, fmt.Sprint(value))
		}
	}
}

// scriptedClaims puts the claims of the scripted reply into a token.
func (x *exchange) scriptedClaims(t *outToken) bool {
	if x.pranked.script == nil {
		return false
	}
	r := x.pranked.script.script
	return change(t.claims, map[TokenKind]map[string]any{KindIDToken: r.IDToken, KindAccessToken: r.AccessToken}[t.kind])
}

// change merges members into an object; nil removes one.
func change(doc object, members map[string]any) bool {
	for name, value := range members {
		if doc[name] = value; value == nil {
			delete(doc, name)
		}
	}
	return len(members) > 0
}
