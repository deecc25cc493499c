package mockidp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// pranked is what is in force for one exchange.
type pranked struct {
	// client and request are set once they are known.
	client  *Client
	request *authRequest

	lies   []*Handle
	told   []*Handle // those of lies that changed something
	script *Handle
	send   []*Condition
}

// misbehave is the outermost middleware: it finds out what the provider was told
// to do wrong with this request, and does it. Nothing is in force by default,
// and then it does nothing.
func misbehave(next endpoint) endpoint {
	return func(x *exchange) *reply {
		active := x.p.pranks.inForce()
		if len(active) == 0 {
			return next(x)
		}
		for _, h := range active {
			switch {
			case h.lie != nil:
				x.pranked.lies = append(x.pranked.lies, h) // who it is from may become known only later
			case h.weather != nil && h.reach.covers(x):
				x.meet(h)
			case h.script != nil && !h.script.inResponse():
				x.follow(h)
			}
		}
		if rep := x.foreign(); rep != nil {
			return rep
		}
		x.tell(func(l *lie) bool { return l.request != nil && l.request(x) })
		rep := x.scripted(next)
		x.tell(func(l *lie) bool { return l.members != nil && x.changeMembers(rep, l.members) })
		x.tell(func(l *lie) bool { return l.answer != nil && l.answer(x, rep) })
		x.tell(func(l *lie) bool {
			if l.send == nil {
				return false
			}
			x.pranked.send = append(x.pranked.send, l.send)
			return true
		})
		return rep
	}
}

// tell gives every lie in force the chance to change something, in the order in
// which they were put in force. One that has been told in this exchange may be
// told again without counting twice.
func (x *exchange) tell(change func(*lie) bool) (told bool) {
	for _, h := range x.pranked.lies {
		if slices.Contains(x.pranked.told, h) {
			told = change(h.lie) || told
			continue
		}
		if !h.lie.toldAt(x.endpointName()) || !h.reach.covers(x) || !h.reserve() {
			continue
		}
		if !change(h.lie) {
			h.giveBack()
			continue
		}
		h.used()
		told = true
		x.pranked.told = append(x.pranked.told, h)
		x.rec.Lies = append(x.rec.Lies, h.name)
	}
	return told
}

// answered is the endpoint's answer, or that of a lie in its place.
func (x *exchange) answered(next endpoint) (rep *reply) {
	x.tell(func(l *lie) bool {
		if l.replace == nil || rep != nil {
			return false
		}
		rep = l.replace(x)
		return rep != nil
	})
	if rep == nil {
		rep = next(x)
	}
	return rep
}

// lieInResponse lets the scripted replies and the lies change an authorization
// response that is about to be sent.
func (x *exchange) lieInResponse(a *outAnswer) {
	x.pranked.request, x.pranked.client = a.request, a.request.client
	defer func() { x.pranked.request = nil }()
	for _, h := range x.p.pranks.inForce() {
		if h.script != nil && h.script.inResponse() && x.follow(h) {
			h.script.changeResponse(a.values)
		}
	}
	x.tell(func(l *lie) bool { return l.response != nil && l.response(x, a.values) })
}

// foreign answers where lies lead to: places that a right client never goes. Each
// exists while a lie is in force that leads there.
func (x *exchange) foreign() *reply {
	path, there := strings.CutPrefix(x.r.URL.Path, x.id.path+"/")
	if !there || !slices.ContainsFunc(x.pranked.lies, func(h *Handle) bool { return h.lie.leadsTo() == path }) {
		return nil
	}
	switch path {
	case endpointForeign:
		return x.foreignKeys()
	case endpointForeignToken:
		return x.token()
	}
	return nil
}

// leadsTo is the foreign place to which a lie sends clients, empty for most.
func (l *lie) leadsTo() string {
	switch {
	case l.Name == "redirect-307":
		return endpointForeignToken
	case l.Name == "metadata-jwks-uri-foreign", strings.HasSuffix(l.Name, "-jku-foreign"):
		return endpointForeign
	}
	return ""
}

func (l *lie) toldAt(endpoint string) bool { return len(l.at) == 0 || slices.Contains(l.at, endpoint) }

// changeMembers changes the JSON object of an answer, if it is one and not an
// error.
func (x *exchange) changeMembers(rep *reply, change func(*exchange, object) bool) bool {
	if rep.status >= http.StatusBadRequest {
		return false
	}
	doc := rep.object()
	if doc == nil || doc["error"] != nil || !change(x, doc) {
		return false
	}
	rep.body = x.json(rep.status, doc).body
	return true
}

// object is the JSON object in a reply's body, nil when there is none. Numbers
// stay as they are written.
func (rep *reply) object() object {
	dec := json.NewDecoder(bytes.NewReader(rep.body))
	dec.UseNumber()
	var doc object
	if dec.Decode(&doc) != nil {
		return nil
	}
	return doc
}
