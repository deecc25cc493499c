package mockidp

import (
	"fmt"
	"net/http"
	"strings"
)

// Reason is why a request was answered as it was, see [Provider.Why].
type Reason struct {
	// Request is the id of the request, and Endpoint, Status and Error what it
	// came to.
	Request, Endpoint string
	Status            int
	Error             string
	// Rule and Clause name the rule for which the request was refused. They are
	// empty when it was not refused, or for no rule that can be switched off.
	Rule, Clause string
	// Expected and Got say what was wrong, without a credential.
	Expected, Got string
	// Description is the error_description of the answer.
	Description string
	// Tolerated are the rules that the request broke and that were not enforced.
	Tolerated []Verdict
	// Lies and Conditions are those that changed the answer, and Scripted says
	// which scripted reply did.
	Lies, Conditions []string
	Scripted         string
}

// String is one line for people.
func (r Reason) String() string {
	s := fmt.Sprintf("request %s at %s was answered %d", r.Request, r.Endpoint, r.Status)
	if r.Error != "" {
		s += " " + r.Error
	}
	switch {
	case r.Rule != "":
		s += fmt.Sprintf(": %s (%s) expects %s, got %s", r.Rule, r.Clause, r.Expected, r.Got)
	case r.Description != "":
		s += ": " + r.Description
	}
	for _, v := range r.Tolerated {
		s += fmt.Sprintf("; a strict server would have refused it for %s (%s), which expects %s, got %s", v.Rule, v.Clause, v.Expected, v.Got)
	}
	for _, lie := range r.Lies {
		s += "; the lie " + lie + " was told"
	}
	for _, c := range r.Conditions {
		s += "; sent with " + c
	}
	if r.Scripted != "" {
		s += "; it was the scripted " + r.Scripted
	}
	return s
}

// Why explains the answer to a request, by the id that the header X-Request-Id
// of the answer carries. An id that is not in the record, or no longer, is an
// error.
func (p *Provider) Why(requestID string) (Reason, error) {
	r, found := p.record.find(requestID)
	if !found {
		return Reason{}, fmt.Errorf("mockidp: no request %q is in the record, which has dropped %d; the id is in the X-Request-Id header of the answer", requestID, p.Dropped())
	}
	out := Reason{
		Request: r.ID, Endpoint: r.Endpoint, Status: r.Status, Error: r.Error, Description: r.Description,
		Rule: r.Refused, Lies: r.Lies, Conditions: r.Conditions, Scripted: r.Scripted,
	}
	for _, v := range r.Verdicts {
		switch {
		case v.Refused && v.Rule == r.Refused && out.Clause == "":
			out.Clause, out.Expected, out.Got = v.Clause, v.Expected, v.Got
		case !v.Pass && !v.Refused:
			out.Tolerated = append(out.Tolerated, v)
		}
	}
	return out, nil
}

// explain is the outermost middleware: it notes in the record who was answered
// what, and shows the variance seed.
func explain(next endpoint) endpoint {
	return func(x *exchange) *reply {
		rep := next(x)
		x.rec.Endpoint, x.rec.Client = endpointOf(x.id, x.r.URL.Path), x.who()
		if x.rec.Error != "" {
			x.rec.Description = descriptionOf(rep)
		}
		if seed := x.p.varianceSeed; seed != "" {
			rep.header.Set(seedHeader, seed)
		}
		return rep
	}
}

// descriptionOf is the error_description of an answer, in JSON or in the URL that
// the browser is sent to.
func descriptionOf(rep *reply) string {
	if location := rep.header.Get("Location"); location != "" {
		_, fragment, _ := strings.Cut(location, "#")
		_, query, _ := strings.Cut(strings.TrimSuffix(location, "#"+fragment), "?")
		for _, part := range []string{query, fragment} {
			if f, malformed := parseForm(part); malformed == "" && f.get("error_description") != "" {
				return f.get("error_description")
			}
		}
		return ""
	}
	if rep.status < http.StatusBadRequest {
		return ""
	}
	description, _ := rep.object()["error_description"].(string)
	return description
}
