package useragent

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// listener takes the answers that a person's browser brings to redirect URIs on
// loopback.
type listener struct {
	w        *Walk
	arrivals chan *Landing
	servers  []*http.Server
	refusal  string
}

// maxAnswer bounds the body of an answer.
const maxAnswer = 1 << 20

// listen opens what can be opened of the redirect URI and what is watched.
// Another address may stand for that of the redirect URI.
func listen(w *Walk, instead string) *listener {
	l := &listener{w: w, arrivals: make(chan *Landing, 1)}
	var seen []string
	for i, uri := range append([]string{w.RedirectURI}, w.Watch...) {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "http" || !loopback(u.Hostname()) {
			if i == 0 {
				l.refusal = "the redirect URI does not lead to loopback by http"
			}
			continue
		}
		addr := u.Host
		if u.Port() == "" {
			addr = net.JoinHostPort(u.Hostname(), "80")
		}
		if slices.Contains(seen, addr) {
			continue
		}
		seen = append(seen, addr)
		at := addr
		if i == 0 && instead != "" {
			at = instead
		}
		if !loopback(at) {
			l.refusal = at + " is no loopback address"
			continue
		}
		sock, err := net.Listen("tcp", at)
		if err != nil {
			if i == 0 {
				l.refusal = "the address of the redirect URI cannot be listened at: " + err.Error()
			}
			continue
		}
		s := &http.Server{Handler: l.handler("http://" + u.Host), ReadTimeout: 10 * time.Second, ReadHeaderTimeout: 10 * time.Second}
		l.servers = append(l.servers, s)
		go func() { _ = s.Serve(sock) }() // ends when the server is closed
	}
	return l
}

func (l *listener) open() bool { return len(l.servers) > 0 }

func (l *listener) why() string { return firstOf(l.refusal, "no redirect URI leads to loopback") }

func (l *listener) close() {
	for _, s := range l.servers {
		_ = s.Close()
	}
}

// fragmentField is the name under which the page of the listener sends what
// stands behind the # of its address.
const fragmentField = "authassay_fragment"

// fragmentPage brings the part of an address that no browser sends.
const fragmentPage = `<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>authassay</title>
<form method="post"><input type="hidden" name="` + fragmentField + `"><noscript>This page needs JavaScript.</noscript></form>
<script>document.forms[0].elements[0].value = location.hash.slice(1) || " "; document.forms[0].submit()</script>`

// handler takes the answers at an origin.
func (l *listener) handler(at string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Cache-Control", "no-store")
		rw.Header().Set("Referrer-Policy", "no-referrer")
		body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxAnswer))
		if err != nil {
			return
		}
		form, _ := url.ParseQuery(string(body))
		to := at + r.URL.RequestURI()
		if form.Has(fragmentField) {
			if f := strings.TrimSpace(form.Get(fragmentField)); f != "" {
				to += "#" + f
			}
			form = nil
		} else if r.Method == http.MethodGet && !answers(r.URL.Query()) {
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(rw, fragmentPage)
			return
		}
		landing := l.w.land(to, ViaPerson, 0)
		if landing == nil {
			landing = &Landing{Raw: to, To: Elsewhere, Via: ViaPerson}
			landing.read()
		}
		if len(form) > 0 {
			landing.Mode, landing.Form, landing.RawForm = ModeFormPost, form, string(body)
		}
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, "The answer has been taken. This window can be closed.\n")
		select {
		case l.arrivals <- landing:
		default: // the first one counts
		}
	})
}
