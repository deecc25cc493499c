// Package useragent gets the resource owner through a login: it plays the
// browser from an authorization request to the redirect that answers it. It
// finds and fills forms by itself, or follows the steps of a target file, or
// drives a real browser, or waits for a person. It fetches no redirect URI: it
// stops there and reads the answer off the redirect.
package useragent

import (
	"context"
	"net/url"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// Driver is a way to get through a login.
type Driver interface {
	// Walk sends an authorization request and goes on until the browser is sent
	// to the client, or to another URL that the walk watches for, or can go no
	// further. An error is one of the network, or a walk that cannot be made.
	Walk(s *Session, w Walk) (*Outcome, error)
}

// Walk is one way through the front channel.
type Walk struct {
	// Step names the walk in the report: "control", "another redirect URI".
	Step string
	// Request is the authorization request.
	Request *check.Request
	// RedirectURI is where the walk is to end: the one of the request, or the
	// registered one where the request leaves it out.
	RedirectURI string
	// Watch are further URIs at which an arrival is noticed: redirect URIs that
	// must not be used. A walk ends at any of them. One without a path
	// ("https://host") stands for every URL of that origin.
	Watch []string
	// User is who logs in where a page asks.
	User target.User
	// Deny refuses on the page that asks for consent.
	Deny bool
	// Context bounds the walk where it waits for something else than an answer: a
	// person, a browser, the first login of another walk. Without it nothing does.
	Context context.Context
	// Send makes one exchange, without following redirects. It is called by the
	// goroutine of Walk. The purpose is PurposeAuthorization for the address of the
	// request, and PurposeLogin for whatever the walk meets besides.
	Send func(step, purpose string, r *check.Request) (*check.Response, error)
}

// Outcome is where a walk ended. Exactly one of Landing and Page is set.
type Outcome struct {
	// Landing is set when the browser was sent to the redirect URI, or to one
	// that is watched for.
	Landing *Landing
	// Page is set when the walk ended at a page of the server that sends the
	// browser nowhere.
	Page *Page
	// Stuck says why a page could not be got past, and what was looked for:
	// a login that was refused, a form that nothing fits. Empty when the page
	// asks for nothing: then it is an answer.
	Stuck string
	// Responses are all answers of the walk, in order.
	Responses []*check.Response
	// Actions are what the user did on the way: "logged in", "approved",
	// "denied".
	Actions []string
}

// Last is the answer at which the walk ended.
func (o *Outcome) Last() *check.Response { return o.Responses[len(o.Responses)-1] }

// Logins is how often the user logged in on the way.
func (o *Outcome) Logins() (n int) {
	for _, a := range o.Actions {
		if a == LoggedIn {
			n++
		}
	}
	return n
}

// Did tells whether the user did something on the way.
func (o *Outcome) Did(action string) bool {
	for _, a := range o.Actions {
		if a == action {
			return true
		}
	}
	return false
}

// The actions.
const (
	LoggedIn = "logged in"
	Approved = "approved"
	Denied   = "denied"
)

// The purposes of the exchanges of a walk.
const (
	PurposeAuthorization = "authorization"
	PurposeLogin         = "login"
)

// The ways in which an answer reaches the client.
const (
	ModeQuery    = "query"
	ModeFragment = "fragment"
	ModeFormPost = "form_post"
)

// Landing is the navigation that ends at the client.
type Landing struct {
	// URI is the address without the parameters of the answer as far as they can
	// be told apart: the address as sent, without fragment.
	URI string
	// To is the entry of Walk.Watch that was reached; empty for the redirect URI,
	// and Elsewhere for a host that is neither and that the run may not contact.
	To string
	// Via says how the browser gets there: ViaRedirect, ViaForm, ViaMeta, ViaScript,
	// ViaLink, ViaPerson.
	Via string
	// Pressed tells that the user has to press a button first: what the page says
	// stands between the server and the client.
	Pressed bool
	// Mode is where the parameters stand.
	Mode string
	// Query, Fragment and Form are the parameters of the three places. Those of
	// the redirect URI itself are among Query.
	Query, Fragment, Form url.Values
	// Raw is the address as the server wrote it, and RawForm the body that a form
	// would send.
	Raw, RawForm string
	// Status is the HTTP status of the answer.
	Status int
}

// Elsewhere is the Landing.To of a navigation that leads to a host that is not
// the server's, and that nobody watches for.
const Elsewhere = "elsewhere"

// Params are the parameters of the answer, wherever they stand: those of Mode.
func (l *Landing) Params() url.Values {
	switch l.Mode {
	case ModeFragment:
		return l.Fragment
	case ModeFormPost:
		return l.Form
	}
	return l.Query
}

// Get is the first value of a parameter of the answer.
func (l *Landing) Get(name string) string { return l.Params().Get(name) }

// Page is a page that was shown to the user.
type Page struct {
	URL    string
	Status int
	// HTML tells whether the answer is a page at all.
	HTML bool
	// Title and Text are what it says, without markup, shortened.
	Title, Text string
	// Forms tells how many forms it has, Password whether one asks for a password.
	Forms    int
	Password bool
}
