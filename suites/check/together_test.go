package check_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// posts are n requests with bodies of their own.
func posts(t *check.T, n int) []*check.Request {
	out := make([]*check.Request, n)
	for i := range out {
		out[i] = &check.Request{Method: http.MethodPost, URL: t.Target().Issuer, Body: []byte(fmt.Sprint("body ", i))}
	}
	return out
}

// watched counts the headers that were written, and notes whether a body was
// before all of them.
type watched struct {
	want    int64
	headers atomic.Int64
	early   atomic.Bool
}

func (w *watched) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	return &watchedConn{conn, w}, err
}

type watchedConn struct {
	net.Conn
	by *watched
}

func (c *watchedConn) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("POST ")) {
		c.by.headers.Add(1)
	}
	if bytes.Contains(p, []byte("body ")) && c.by.headers.Load() < c.by.want {
		c.by.early.Store(true)
	}
	return c.Conn.Write(p)
}

// Before the first body goes out every request has its connection and has sent
// its header, and they are at the server all at once.
func TestTogether(t *testing.T) {
	g := gomega.NewWithT(t)
	const n = 5
	var began atomic.Int64
	all := make(chan struct{})
	tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if began.Add(1) == n {
			close(all)
		}
		<-all
		_, _ = w.Write(body)
	})
	w := &watched{want: n}
	transport := &http.Transport{DialContext: w.dial}
	t.Cleanup(transport.CloseIdleConnections)
	r := one(t, check.Config{Target: tg, Transport: transport}, func(t *check.T) {
		for i, a := range t.Together("at once", "page", posts(t, n)...) {
			t.Require(a.Err).To(gomega.Succeed())
			t.Expect(string(a.Response.Body)).To(gomega.Equal(fmt.Sprint("body ", i)))
		}
	})
	g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), r.Message)
	g.Expect(r.Exchanges).To(gomega.HaveLen(n))
	g.Expect(w.headers.Load()).To(gomega.BeEquivalentTo(n))
	g.Expect(w.early.Load()).To(gomega.BeFalse(), "a body went out before the header of every request")
}

// One that does not get as far as its body keeps nobody waiting, and what it ended
// in is said.
func TestTogetherWithOneThatFails(t *testing.T) {
	g := gomega.NewWithT(t)
	var n atomic.Int64
	began := time.Now()
	r := one(t, check.Config{Target: anywhere(), Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if n.Add(1) == 2 {
			return nil, errors.New("no connection today")
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
	})}, func(t *check.T) {
		failed := 0
		for _, a := range t.Together("at once", "page", posts(t, 4)...) {
			if a.Err != nil {
				failed++
				t.Expect(a.Err).To(gomega.MatchError(gomega.ContainSubstring("no connection today")))
			} else {
				t.Expect(string(a.Response.Body)).To(gomega.HavePrefix("body "))
			}
		}
		t.Expect(failed).To(gomega.Equal(1))
	})
	g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), r.Message)
	g.Expect(time.Since(began)).To(gomega.BeNumerically("<", patience))
}

// A transport that takes one request at a time is not waited for for ever.
func TestTogetherOneAtATime(t *testing.T) {
	g := gomega.NewWithT(t)
	turn := make(chan struct{}, 1)
	r := one(t, check.Config{Target: anywhere(), Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		turn <- struct{}{}
		defer func() { <-turn }()
		_, err := io.ReadAll(r.Body)
		return &http.Response{StatusCode: 200, Body: http.NoBody}, err
	})}, func(t *check.T) {
		for _, a := range t.Together("at once", "page", posts(t, 3)...) {
			t.Expect(a.Err).To(gomega.Succeed())
		}
	})
	g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), r.Message)
}

// A check whose time is up ends, also while it waits.
func TestTogetherEndsInTime(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	r := one(t, check.Config{Target: tg, Timeout: 200 * time.Millisecond}, func(t *check.T) {
		t.Together("at once", "page", posts(t, 3)...)
	})
	g.Expect(r.Verdict).To(gomega.Equal(reports.Error))
	g.Expect(r.Message).To(gomega.ContainSubstring("no verdict within"))
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
