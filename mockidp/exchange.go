package mockidp

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// maxBody is how much of a request body is read. A token request is a few
// hundred bytes; a megabyte is the limit at which the provider stops listening.
const maxBody = 1 << 20

// exchange is one request on its way to its answer: what came in, the settings
// that hold for it, and what has been found out about it.
type exchange struct {
	p        *Provider
	r        *http.Request
	set      *settings
	id       *identity
	rec      Request // goes into the record
	body     []byte
	bodyErr  error // why body is not the whole body
	consults []string
	pranked  pranked // what it was told to do wrong
}

// reply is an answer before it is sent. Endpoints return one and never write to
// the connection, so that what stands between them and the client can look at
// it, change it, hold it back or send it in pieces.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// endpoint answers the requests for one path.
type endpoint func(*exchange) *reply

// middleware wraps the whole provider: it can answer in its place, or change
// the reply.
type middleware func(endpoint) endpoint

// transmitter sends a reply. It is the last step and the only one that touches
// the connection.
type transmitter func(http.ResponseWriter, *exchange, *reply)

// keeps reports whether a promise of the provider's (a rule of KindResponse) is
// to be kept. Asking marks the fault point as reached.
func (x *exchange) keeps(rule string) bool {
	x.reached(rule)
	return x.set.modes[rule] == Enforce
}

// varies reports whether a variance is on. Asking marks it as reached.
func (x *exchange) varies(name string) bool {
	x.reached(name)
	return x.set.variances[name]
}

// breaks gives the verdict of a rule of KindRequest on this request and reports
// whether the request is to be refused for it. Expected and got go into the
// record: they say what was wrong and never hold a credential.
func (x *exchange) breaks(rule string, obeyed bool, expected, got string) bool {
	mode := x.set.modes[rule]
	v := Verdict{Request: x.rec.ID, Rule: rule, Clause: clauseOf[rule], Pass: obeyed, Mode: mode}
	if !obeyed {
		x.reached(rule)
		v.Expected, v.Got = expected, got
		v.Refused = mode == Enforce
	}
	x.rec.Verdicts = append(x.rec.Verdicts, v)
	if v.Refused && x.rec.Refused == "" {
		x.rec.Refused = rule
	}
	return v.Refused
}

var clauseOf = func() map[string]string {
	m := make(map[string]string, len(ruleCatalog))
	for _, r := range ruleCatalog {
		m[r.Name] = r.Clause
	}
	return m
}()

func (x *exchange) reached(name string) {
	if !slices.Contains(x.consults, name) {
		x.consults = append(x.consults, name)
	}
}

// issuer is the issuer identifier as this answer shall state it.
func (x *exchange) issuer() string { return x.id.issuerOf(x.varies(varIssuerTrailingSlash)) }

var errBodyTooLarge = errors.New("the body is longer than a megabyte")

// readBody reads the body up to maxBody.
func (x *exchange) readBody(w http.ResponseWriter) {
	if x.r.Body == nil {
		return
	}
	var tooLarge *http.MaxBytesError
	x.body, x.bodyErr = io.ReadAll(http.MaxBytesReader(w, x.r.Body, maxBody))
	if errors.As(x.bodyErr, &tooLarge) {
		x.bodyErr = errBodyTooLarge
	}
}

// text is a plain text reply, for people and for paths that have no format of
// their own.
func text(status int, s string) *reply {
	h := http.Header{}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	return &reply{status: status, header: h, body: []byte(s + "\n")}
}

// page is an HTML reply that can do nothing: no script, no frame, no resource.
func page(status int, title, paragraph string) *reply {
	h := http.Header{}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	return &reply{status: status, header: h, body: []byte("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
		title + "</title></head><body><h1>" + title + "</h1><p>" + paragraph + "</p></body></html>\n")}
}

// transmit sends the reply as it is.
func transmit(w http.ResponseWriter, x *exchange, rep *reply) {
	for name, values := range rep.header {
		w.Header()[name] = values
	}
	if len(rep.body) < 2 || !x.set.variances[varChunkedBodies] {
		w.Header().Set("Content-Length", strconv.Itoa(len(rep.body)))
		w.WriteHeader(rep.status)
		_, _ = w.Write(rep.body) // an error means that the client has gone
		return
	}
	// Without a Content-Length and with a flush between the pieces, HTTP/1.1
	// sends one chunk for each.
	w.WriteHeader(rep.status)
	half := len(rep.body) / 2
	for _, piece := range [][]byte{rep.body[:half], rep.body[half:]} {
		_, _ = w.Write(piece)
		_ = http.NewResponseController(w).Flush() // likewise
	}
}
