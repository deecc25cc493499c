package mockidp

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Condition is something wrong between the client and the provider. The
// functions beside this type make them, and [Provider.Condition] puts them in
// force. What is sent is right but for that.
type Condition struct {
	name           string
	err            error
	delay          time.Duration
	drop, reset    bool
	half           bool
	bytesPerSecond int
	padding        int // octets of a member that follows the right ones
}

// Delay holds an answer back. Time is that of the machine, or of the bubble
// inside testing/synctest, where it takes none; the provider's clock has no part
// in it.
func Delay(d time.Duration) Condition {
	c := Condition{name: fmt.Sprintf("delay of %v", d), delay: d}
	if d <= 0 {
		c.err = fmt.Errorf("Delay(%v): a delay is longer than 0", d)
	}
	return c
}

// Drop closes the connection without an answer. The request has been carried
// out, so that what it was to do has happened.
func Drop() Condition { return Condition{name: "drop", drop: true} }

// Reset breaks the connection off without an answer: on a port with a reset
// (RST), in memory by closing it. The request has been carried out.
func Reset() Condition { return Condition{name: "reset", reset: true} }

// SlowDrip sends the body at a number of bytes a second, one piece each second,
// in the time of [Delay]. The header is sent at once.
func SlowDrip(bytesPerSecond int) Condition {
	c := Condition{name: fmt.Sprintf("drip of %d bytes a second", bytesPerSecond), bytesPerSecond: bytesPerSecond}
	if bytesPerSecond < 1 {
		c.err = fmt.Errorf("SlowDrip(%d): at least one byte a second", bytesPerSecond)
	}
	return c
}

// HalfBody sends the header, with the length of all, and half of the body, and
// then closes the connection.
func HalfBody() Condition { return Condition{name: "half body", half: true} }

// Condition puts a condition in force from the next request on, for all answers
// or for those that the scopes leave. Several add up: delays one after the
// other, and of those that exclude each other the first.
func (p *Provider) Condition(c Condition, scopes ...Scope) (*Handle, error) {
	if c.name == "" {
		return nil, fmt.Errorf("mockidp: Condition: the condition is empty; make one with Delay, Drop, Reset, SlowDrip or HalfBody")
	}
	if c.err != nil {
		return nil, fmt.Errorf("mockidp: %w", c.err)
	}
	r, err := p.newReach(scopes)
	if err != nil {
		return nil, fmt.Errorf("mockidp: condition %s: %w", c.name, err)
	}
	return p.pranks.add(&Handle{name: c.name, reach: r, weather: &c}), nil
}

// ConditionFor is [Provider.Condition] for one test: it ends with it, and what is
// wrong with the call fails it.
func (p *Provider) ConditionFor(t TB, c Condition, scopes ...Scope) *Handle {
	t.Helper()
	h, err := p.Condition(c, scopes...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(h.Stop)
	return h
}

// meet takes a condition for this exchange.
func (x *exchange) meet(h *Handle) {
	if h.reserve() {
		h.used()
		x.pranked.send = append(x.pranked.send, h.weather)
		x.rec.Conditions = append(x.rec.Conditions, h.name)
	}
}

// transmitUnder sends a reply under the conditions that hold for it.
func transmitUnder(w http.ResponseWriter, x *exchange, rep *reply) {
	sum := Condition{}
	for _, c := range x.pranked.send {
		sum.delay += c.delay
		sum.drop, sum.reset, sum.half = sum.drop || c.drop, sum.reset || c.reset, sum.half || c.half
		sum.bytesPerSecond = max(sum.bytesPerSecond, c.bytesPerSecond)
		sum.padding = max(sum.padding, c.padding)
	}
	if !x.pause(sum.delay) {
		panic(http.ErrAbortHandler) // who waited has gone, or the provider closes
	}
	switch {
	case sum.drop:
		x.cut(func(c net.Conn) { _ = c.Close() })
	case sum.reset:
		x.cut(resetConn)
	case sum.half:
		sendHalf(w, rep)
	case sum.padding > 0:
		sendPadded(w, rep, sum.padding)
	case sum.bytesPerSecond > 0:
		x.drip(w, rep, sum.bytesPerSecond)
	default:
		transmit(w, x, rep)
	}
}

// pause waits, and reports whether it is worth going on.
func (x *exchange) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.r.Context().Done():
	case <-x.p.pranks.ending:
	}
	return false
}

// connKey is where the context of a request holds its connection.
type connKey struct{}

func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// cut ends the connection of a request, all streams of it with HTTP/2, and the
// request. A server of the caller's own gives no connection and closes it itself.
func (x *exchange) cut(end func(net.Conn)) {
	if conn, ok := x.r.Context().Value(connKey{}).(net.Conn); ok {
		end(conn)
	}
	panic(http.ErrAbortHandler) // net/http closes what is left and logs nothing
}

// resetConn breaks a connection off. A zero linger makes the close of a TCP
// connection a reset.
func resetConn(conn net.Conn) {
	if tcp, ok := underlying(conn).(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // an error means that it is closed already
		conn = tcp
	}
	_ = conn.Close()
}

// underlying is the connection at the bottom, below TLS.
func underlying(conn net.Conn) net.Conn {
	for {
		wrapped, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn
		}
		conn = wrapped.NetConn()
	}
}

func sendHeader(w http.ResponseWriter, rep *reply) {
	for name, values := range rep.header {
		w.Header()[name] = values
	}
}

func sendHalf(w http.ResponseWriter, rep *reply) {
	sendHeader(w, rep)
	w.Header().Set("Content-Length", fmt.Sprint(len(rep.body)))
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.body[:len(rep.body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// sendPadded puts a long member at the end of a JSON object.
func sendPadded(w http.ResponseWriter, rep *reply, size int) {
	sendHeader(w, rep)
	w.WriteHeader(rep.status)
	body := strings.TrimRight(string(rep.body), " \t\r\n")
	body, isObject := strings.CutSuffix(body, "}")
	if _, err := w.Write([]byte(body)); err != nil || !isObject {
		return
	}
	_, _ = w.Write([]byte(`,"mockidp_padding":"`))
	for piece := slices.Repeat([]byte("x"), 1<<16); size > 0; size -= len(piece) {
		if _, err := w.Write(piece[:min(size, len(piece))]); err != nil {
			return // the client has had enough, as it should
		}
	}
	_, _ = w.Write([]byte(`"}`))
}

// drip sends the body in pieces, one each second.
func (x *exchange) drip(w http.ResponseWriter, rep *reply, bytesPerSecond int) {
	sendHeader(w, rep)
	w.Header().Set("Content-Length", fmt.Sprint(len(rep.body)))
	w.WriteHeader(rep.status)
	flush := http.NewResponseController(w).Flush
	_ = flush()
	for piece := range slices.Chunk(rep.body, bytesPerSecond) {
		if !x.pause(time.Second) {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(piece); err != nil {
			return
		}
		_ = flush()
	}
}
