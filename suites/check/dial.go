package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/authassay/authassay/reports"
)

// connectTimeout bounds the opening of a connection. Who does not answer within
// it, most likely drops what comes to the port.
const connectTimeout = 5 * time.Second

// ErrNoConnection is what Dial gives when no connection came about.
var ErrNoConnection = errors.New("no connection")

// NeedConnection is met when the run can open connections of its own to the
// target: it is reached over the network, and no proxy stands between.
var NeedConnection = Need{
	Name: "a connection of its own to the target, without a proxy between",
	Hint: "run where no proxy is needed; a target inside the process has no connections to look at",
	Met: func(t *T) bool {
		u, err := url.Parse(t.Target().Issuer)
		return err == nil && t.direct(u)
	},
}

// direct tells whether a URL is reached by a connection to its own host.
func (t *T) direct(u *url.URL) bool {
	tr, ok := t.run.client.rt.(*http.Transport)
	if t.run.cfg.Transport != nil || !ok {
		return false
	}
	proxy, err := tr.Proxy(&http.Request{URL: u})
	return err == nil && proxy == nil
}

// Talk uses a connection. What it sent and what came, in words and without
// secrets, goes into the record; the error says why nothing usable came.
type Talk func(c net.Conn) (sent, got string, err error)

// Dial opens a TCP connection to "host:port", which must be a host that the run
// may contact, lets talk use it, and closes it. It is for what lies below HTTP,
// and is recorded like an exchange; observers are not shown it. The error is that
// of talk, or wraps ErrNoConnection. When the check's own time is up it ends.
func (t *T) Dial(step, purpose, address string, talk Talk) error {
	ex := reports.Exchange{Number: t.run.nextExchange(), Check: t.name, Step: step, Purpose: purpose}
	began := time.Now()
	sent, got, err := t.talk(address, talk)
	ex.StartedMS, ex.DurationMS = began.Sub(t.run.began).Milliseconds(), time.Since(began).Milliseconds()
	red := t.run.redactor
	ex.Request = reports.Message{Method: "CONNECTION", URL: red.URL("tcp://" + address), Proto: "TCP", Body: red.Text(sent)}
	if got != "" {
		ex.Response = &reports.Message{Proto: "TCP", Body: red.Text(got)}
	}
	if err != nil {
		ex.Error = red.Text(networkError(err))
	}
	t.run.keep(ex)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || err != nil && t.ctx.Err() != nil {
		panic(ended{})
	}
	t.step, t.last = step, ex.Number
	t.exchanges = append(t.exchanges, ex.Number)
	return err
}

func (t *T) talk(address string, talk Talk) (sent, got string, err error) {
	u := &url.URL{Scheme: "https", Host: address}
	g := t.run.client.guard
	if err := g.mayAsk(u); err != nil {
		return "", "", err
	}
	if !t.direct(u) {
		return "", "", fmt.Errorf("%w to %s: it would have to go through a proxy, or the target is inside the process", ErrNoConnection, address)
	}
	ctx, cancel := context.WithTimeoutCause(t.ctx, t.run.client.timeout, errRequestTimeout(t.run.client.timeout))
	defer cancel()
	connecting, stop := context.WithTimeout(ctx, connectTimeout)
	conn, err := g.dial(connecting, "tcp", address)
	stop()
	if err != nil {
		if isHostRefusal(err) {
			return "", "", err
		}
		return "", "", fmt.Errorf("%w to %s: %s", ErrNoConnection, address, networkError(err))
	}
	defer conn.Close()
	// Closing it ends whatever waits for it.
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if sent, got, err = talk(conn); err != nil {
		err = explainTimeout(ctx, err)
	}
	return sent, got, err
}
