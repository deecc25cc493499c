package useragent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// Person is somebody who logs in with a browser of their own, one walk at a time.
type Person struct {
	// Show tells the person what to do. Required.
	Show func(Errand)
	// Listen is the address at which the answer is taken, for redirect URIs that
	// lead to loopback by http; default: host and port of the redirect URI. It is
	// of use where something forwards to another port. Only loopback is listened at.
	Listen string
	// In brings a line for each walk whose answer cannot be listened for: the
	// address at which the browser ended, or an empty line for a page that says it
	// goes no further. Without it such a walk waits until its time is up.
	In io.Reader

	once  sync.Once
	turn  chan struct{}
	lines chan string
}

// Errand is what a person is asked to do.
type Errand struct {
	// Step names the walk.
	Step string
	// URL to open in a browser.
	URL string
	// User to log in as; empty where any will do.
	User string
	// Deny asks to refuse on the page of consent.
	Deny bool
	// Listens tells that the answer is taken without further ado, Pastes that the
	// address at which the browser ended can be typed in.
	Listens, Pastes bool
}

// String is the errand in words. The URL stands on a line of its own.
func (e Errand) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: open this address in a private window", e.Step)
	if e.User != "" {
		fmt.Fprintf(&b, ", log in as %s", e.User)
	}
	if e.Deny {
		b.WriteString(", and refuse what the client asks for")
	} else {
		b.WriteString(", and allow what the client asks for")
	}
	fmt.Fprintf(&b, "\n  %s\n", e.URL)
	switch {
	case e.Listens && e.Pastes:
		b.WriteString("The answer is taken when the browser comes back. Should it end at a page of the server, press Enter.\n")
	case e.Listens:
		b.WriteString("The answer is taken when the browser comes back.\n")
	case e.Pastes:
		b.WriteString("Then paste the address at which the browser ended; only Enter when it is a page of the server.\n")
	}
	return b.String()
}

func (p *Person) start() {
	p.once.Do(func() {
		p.turn = make(chan struct{}, 1)
		p.turn <- struct{}{}
		p.lines = make(chan string)
		if p.In == nil {
			return
		}
		go func() { // ends with the reader
			defer close(p.lines)
			in := bufio.NewScanner(p.In)
			in.Buffer(nil, 1<<20) // an address with a whole answer in it
			for in.Scan() {
				p.lines <- strings.TrimSpace(in.Text())
			}
		}()
	})
}

// visitor is the driver that waits for a person.
type visitor struct {
	t *target.Target
	p *Person
}

// Walk implements Driver. What the person's browser remembers is its own: the
// session is neither used nor changed.
func (v *visitor) Walk(_ *Session, w Walk) (*Outcome, error) {
	b := newPilot(v.t, w)
	if len(w.Request.Body) > 0 {
		return b.stop(&document{url: w.Request.URL}, "a person opens an address, and this authorization request is a POST"), nil
	}
	ctx := b.context()
	v.p.start()
	select { // one errand at a time
	case <-v.p.turn:
		defer func() { v.p.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	here := listen(&w, v.p.Listen)
	defer here.close()
	e := Errand{Step: w.Step, URL: w.Request.URL, User: w.User.Name, Deny: w.Deny, Listens: here.open(), Pastes: v.p.In != nil}
	if !e.Listens && !e.Pastes {
		return b.stop(&document{url: w.Request.URL}, "nobody could take the answer: "+here.why()+", and there is no input to paste an address into"), nil
	}
	v.p.Show(e)
	lines := v.p.lines
	for {
		select {
		case l := <-here.arrivals:
			v.brought(b, l)
			return b.o, nil
		case line, ok := <-lines:
			switch {
			case !ok && e.Listens:
				lines = nil // only the listener is left
			case !ok:
				return nil, errors.New("the input ended before an address was pasted")
			case line != "" && !strings.Contains(line, ":"):
				v.p.Show(e) // that was no address
			default:
				return v.typed(b, line), nil
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("nobody came back from the login: %w", context.Cause(ctx))
		}
	}
}

// typed reads what the person typed.
func (v *visitor) typed(b *pilot, line string) *Outcome {
	if line == "" {
		line = b.w.Request.URL
	}
	if l := b.ground.end(line, ViaPerson, 0); l != nil {
		v.brought(b, l)
		return b.o
	}
	b.o.Page = &Page{URL: line, Text: "a page of the server, as a person says who saw it"}
	b.o.Responses = []*check.Response{{URL: line, Header: http.Header{}}}
	return b.o
}

// brought notes an answer, and what the person must have done for it.
func (v *visitor) brought(b *pilot, l *Landing) {
	b.o.Landing = l
	b.o.Responses = []*check.Response{{URL: l.URI, Header: http.Header{}}}
	switch {
	case l.Get("error") == "access_denied" && b.w.Deny:
		b.did(LoggedIn)
		b.did(Denied)
	case l.Get("error") == "":
		b.did(LoggedIn)
	}
}
