package mockidp

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Reply is a scripted answer, see [Provider.Script]: which requests it is for,
// and what is answered.
type Reply struct {
	// Endpoint is the endpoint that it is for, as in [AtEndpoint]; empty for any.
	Endpoint string
	// Match are the requests that it is for.
	Match Match
	// Times is for how many requests: 0 stands for one, and -1 for all.
	Times int
	// Optional says that it is no fault of a test when no request comes.
	Optional bool

	// What is answered in place of the provider, which then does nothing of what
	// it was asked for. Status is 200 unless given, or 400 for an Error.
	// Header is set in the answer whatever it is.
	Status int
	Header http.Header
	// Body is the raw body, JSON a value to be sent as JSON, Error an OAuth
	// error code with its description; one of the three at most. An Error for
	// "authorize" goes to the client by the browser, in place of what the user
	// granted.
	Body                    []byte
	JSON                    any
	Error, ErrorDescription string

	// What is changed in the provider's own answer. A nil value removes.
	// Members are members of the JSON object, or parameters of the authorization
	// response when the endpoint is "authorize".
	Members map[string]any
	// IDToken and AccessToken are claims of the tokens.
	IDToken, AccessToken map[string]any

	// Delay holds the answer back, see the function [Delay]; Drop closes the
	// connection without it.
	Delay time.Duration
	Drop  bool

	text []byte // of JSON
}

// Script queues a reply. Of the replies in the queue the first that matches a
// request is taken, until it has been taken as often as it says. A reply that is
// not Optional and was not taken as often is unmet: [Start] fails the test for
// it, and [Provider.Unmet] tells. It goes before lies and conditions, which hold
// all the same.
func (p *Provider) Script(r Reply) (*Handle, error) {
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("mockidp: Script: %w", err)
	}
	r.keepOwn()
	h := &Handle{name: r.describe(), script: &r, reach: reach{match: r.Match, times: max(r.Times, 1)}}
	if r.Endpoint != "" {
		h.reach.endpoints = []string{r.Endpoint}
	}
	if r.Times < 0 {
		h.reach.times = 0
	}
	return p.pranks.add(h), nil
}

// ScriptFor is [Provider.Script] for one test: the reply ends with it, and the
// test fails when it was not taken as often as it says.
func (p *Provider) ScriptFor(t TB, r Reply) *Handle {
	t.Helper()
	h, err := p.Script(r)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(func() { h.settle(t) })
	return h
}

// settle ends a reply, and fails the test when it is unmet: once, whichever of
// the provider and the reply ends first.
func (h *Handle) settle(t TB) {
	t.Helper()
	if unmet := h.unmet(); unmet != "" {
		t.Errorf("mockidp: %s", unmet)
	}
	h.Stop()
}

// Unmet says of each scripted reply that is due what is missing; a stopped one
// is not due.
func (p *Provider) Unmet() []string {
	var out []string
	for _, h := range p.pranks.inForce() {
		if s := h.unmet(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (h *Handle) unmet() string {
	h.pranks.mu.Lock()
	defer h.pranks.mu.Unlock()
	due := max(h.reach.times, 1)
	if h.script == nil || h.script.Optional || h.stopped || h.count >= due {
		return ""
	}
	return fmt.Sprintf("the scripted %s was taken %d times of %d", h.name, h.count, due)
}

// keepOwn copies what the caller could change later.
func (r *Reply) keepOwn() {
	r.Header, r.Body = r.Header.Clone(), slices.Clone(r.Body)
	r.Match.Param, r.Match.Header = maps.Clone(r.Match.Param), maps.Clone(r.Match.Header)
	r.Members, r.IDToken, r.AccessToken = maps.Clone(r.Members), maps.Clone(r.IDToken), maps.Clone(r.AccessToken)
	if r.JSON != nil {
		r.text, _ = json.Marshal(r.JSON) // it has been checked
	}
}

// check says what is wrong with a reply.
func (r *Reply) check() error {
	if r.Endpoint != "" {
		if err := checkEndpoint(r.Endpoint); err != nil {
			return err
		}
	}
	bodies := count(r.Body != nil) + count(r.JSON != nil) + count(r.Error != "")
	changes := len(r.Members) + len(r.IDToken) + len(r.AccessToken)
	switch {
	case r.Status != 0 && (r.Status < 200 || r.Status > 599):
		return fmt.Errorf("status %d is not a final one; use 200 to 599", r.Status)
	case bodies > 1:
		return errors.New("of Body, JSON and Error there is more than one; use one")
	case r.ErrorDescription != "" && r.Error == "":
		return errors.New("there is an ErrorDescription and no Error")
	case r.Times < -1:
		return fmt.Errorf("the number of Times is %d; use a number of requests, 0 for one, or -1 for all", r.Times)
	case r.Delay < 0:
		return fmt.Errorf("a delay of %v is less than none", r.Delay)
	case r.replaces() && changes > 0:
		return errors.New("the fields Members, IDToken and AccessToken change the provider's own answer, which Status, Body, JSON and Error replace")
	case bodies+changes+len(r.Header) == 0 && r.Status == 0 && r.Delay == 0 && !r.Drop:
		return errors.New("the reply changes nothing; give a status, a body, an error, members, claims, a header, a delay or a drop")
	}
	for what, value := range map[string]any{"JSON": r.JSON, "Members": r.Members, "IDToken": r.IDToken, "AccessToken": r.AccessToken} {
		if _, err := json.Marshal(value); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

func (r *Reply) describe() string {
	s := "reply"
	if r.Endpoint != "" {
		s += " for " + r.Endpoint
	}
	if r.Match.Client != "" {
		s += fmt.Sprintf(", client %q", r.Match.Client)
	}
	if r.Match.User != "" {
		s += fmt.Sprintf(", user %q", r.Match.User)
	}
	// Names alone: a value may be a secret.
	if names := slices.Sorted(maps.Keys(r.Match.Param)); len(names) > 0 {
		s += ", parameters " + strings.Join(names, " ")
	}
	return s
}
