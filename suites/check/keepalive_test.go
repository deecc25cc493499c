package check_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

const kept = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func post(t *check.T, step string) *check.Response {
	return t.Do(step, "x", &check.Request{Method: "POST", URL: t.Target().Issuer, Body: []byte("a=b")})
}

// A server may close an idle connection at any time, also at the very moment
// when the next request is on its way. What the client sees then says nothing
// about the target, and the request is sent once more.
func TestAConnectionThatIsClosedWhileIdle(t *testing.T) {
	g := gomega.NewWithT(t)
	var connections, requests, closed atomic.Int32
	// It answers the first request of a connection without saying that it will
	// close, reads the second one and closes: the race, made certain.
	tg := serveRaw(t, func(conn net.Conn, in *bufio.Reader) {
		connections.Add(1)
		for i := range 2 {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			body, _ := io.ReadAll(r.Body)
			requests.Add(1)
			if i == 1 {
				closed.Add(1)
				return
			}
			if string(body) == "a=b" {
				_, _ = io.WriteString(conn, kept)
			}
		}
	})
	rep := assay(t, check.Config{Target: tg}, active("x-one", func(t *check.T) {
		for i := range 5 {
			t.Expect(string(post(t, fmt.Sprint("post ", i)).Body)).To(gomega.Equal("ok"))
		}
	}))
	g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Pass), rep.Results[0].Message)
	g.Expect(closed.Load()).To(gomega.BeNumerically(">=", 1), "it did happen")
	g.Expect(requests.Load()).To(gomega.Equal(5 + closed.Load()))
	g.Expect(rep.Exchanges).To(gomega.HaveLen(5))
}

// The usual case: closed right after the answer, without a word.
func TestAServerThatClosesAfterEachAnswer(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := serveRaw(t, saying(kept))
	var checks []*check.Check
	for i := range 8 {
		checks = append(checks, active(fmt.Sprintf("x-%d", i), func(t *check.T) {
			for i := range 25 {
				post(t, fmt.Sprint(i))
			}
		}))
	}
	rep := assay(t, check.Config{Target: tg, Workers: 4}, checks...)
	for _, r := range rep.Results {
		g.Expect(r.Verdict).To(gomega.Equal(reports.Pass), r.Message)
	}
	g.Expect(rep.Exchanges).To(gomega.HaveLen(200))
}

// A connection that was opened for the request and closed without an answer is
// the server's doing; it is not asked a second time.
func TestAFreshConnectionIsNotTriedAgain(t *testing.T) {
	g := gomega.NewWithT(t)
	var requests atomic.Int32
	tg := serveRaw(t, func(_ net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			requests.Add(1)
		}
	})
	rep := assay(t, check.Config{Target: tg}, active("x-one", func(t *check.T) { post(t, "post") }))
	g.Expect(rep.Results[0].Message).To(gomega.Equal("post: the connection was closed without an answer"))
	g.Expect(requests.Load()).To(gomega.BeEquivalentTo(1))
}

// An answer that began is not asked for again, on whatever connection.
func TestAnAnswerThatBeganIsNotAskedForAgain(t *testing.T) {
	g := gomega.NewWithT(t)
	var requests atomic.Int32
	tg := serveRaw(t, func(conn net.Conn, in *bufio.Reader) {
		for _, answer := range []string{kept, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"} {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			requests.Add(1)
			_, _ = io.WriteString(conn, answer)
		}
	})
	rep := assay(t, check.Config{Target: tg}, active("x-one", func(t *check.T) { post(t, "first"); post(t, "second") }))
	g.Expect(rep.Results[0].Message).To(gomega.Equal("second: the answer broke off after 4 bytes: the connection was closed before its end"))
	g.Expect(requests.Load()).To(gomega.BeEquivalentTo(2))
}

// Connections are kept for as many workers as there are: a run does not open
// one for each request.
func TestConnectionsAreReused(t *testing.T) {
	g := gomega.NewWithT(t)
	var connections atomic.Int32
	tg := serveRaw(t, func(conn net.Conn, in *bufio.Reader) {
		connections.Add(1)
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(conn, kept)
		}
	})
	rep := assay(t, check.Config{Target: tg, Workers: 1}, active("x-one", func(t *check.T) {
		for i := range 50 {
			post(t, fmt.Sprint(i))
		}
	}))
	g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Pass))
	g.Expect(connections.Load()).To(gomega.BeNumerically("<=", 3)) // one to look, one to ask
}
