package check_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// serveRaw starts a server that speaks for itself: talk gets every connection,
// and closes it by returning.
func serveRaw(t *testing.T, talk func(conn net.Conn, in *bufio.Reader)) *target.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn, bufio.NewReader(conn))
			}()
		}
	}()
	return &target.Target{Name: "t", Issuer: "http://" + l.Addr().String()}
}

// saying answers every request with the same bytes, and closes.
func saying(answer string) func(net.Conn, *bufio.Reader) {
	return func(conn net.Conn, in *bufio.Reader) {
		if r, err := http.ReadRequest(in); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(conn, answer)
		}
	}
}

func TestABodyIsBounded(t *testing.T) {
	for _, size := range []int64{0, 1, check.MaxBody - 1, check.MaxBody, check.MaxBody + 1, 100 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			g := gomega.NewWithT(t)
			block := bytes.Repeat([]byte("a"), 64<<10)
			tg := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for left := size; left > 0; left -= int64(len(block)) {
					_, _ = w.Write(block[:min(left, int64(len(block)))])
				}
			})
			rep := assay(t, check.Config{Target: tg, Timeout: patience}, active("x-one", func(t *check.T) {
				r, err := t.Try("GET /", "page", &check.Request{URL: t.Target().Issuer + "/"})
				t.Expect(err).NotTo(gomega.HaveOccurred())
				t.Expect(r.BodyBytes).To(gomega.Equal(size))
				t.Expect(len(r.Body)).To(gomega.BeEquivalentTo(min(size, check.MaxBody)))
				t.Expect(r.Complete()).To(gomega.Equal(size <= check.MaxBody))
			}))
			g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Pass), rep.Results[0].Message)
			stored := rep.Exchanges[0].Response
			g.Expect(stored.BodyBytes).To(gomega.Equal(size))
			g.Expect(len(stored.Body)).To(gomega.BeNumerically("<=", 17<<10))
			g.Expect(stored.Shortened).To(gomega.Equal(size > 16<<10))
		})
	}
}

func TestAnOversizedAnswerDecidesNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, check.MaxBody+1)) })
	rep := assay(t, check.Config{Target: tg, Timeout: patience}, active("x-one", func(t *check.T) { get(t, "/") }))
	g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Error))
	g.Expect(rep.Results[0].Message).To(gomega.ContainSubstring("the answer has 4194305 bytes, of which 4194304 are looked at"))
}

func TestAnAnswerIsJudgedAsItWasSent(t *testing.T) {
	g := gomega.NewWithT(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(`{"access_token":"abc"}`))
	_ = w.Close()
	tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header()["X-Twice"] = []string{"a", "b"}
		w.Header().Set("X-Accepts", fmt.Sprint(r.Header["Accept-Encoding"]))
		_, _ = w.Write(packed.Bytes())
	})
	rep := assay(t, check.Config{Target: tg}, active("x-one", func(t *check.T) {
		r := get(t, "/")
		t.Expect(r.Body).To(gomega.Equal(packed.Bytes()), "gzip stays gzip")
		t.Expect(r.Header.Get("Content-Encoding")).To(gomega.Equal("gzip"))
		t.Expect(r.Header.Get("X-Accepts")).To(gomega.Equal("[]"), "and nobody asked for it")
		t.Expect(r.Header["X-Twice"]).To(gomega.Equal([]string{"a", "b"}))
		t.Expect(r.Proto).To(gomega.Equal("HTTP/1.1"))
	}))
	g.Expect(rep.Results[0].Message).To(gomega.BeEmpty())
	g.Expect(rep.Exchanges[0].Response.Body).To(gomega.Equal(fmt.Sprintf("[%d bytes that are no text]", packed.Len())))
}

func TestARequestGoesOutAsItStands(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s|%s|%s|%s|%s|%s|%s", r.Method, r.RequestURI, r.Host, r.UserAgent(), r.Header.Get("Content-Type"),
			r.Header["Idempotency-Key"], r.Header.Get("Cookie"), body)
	})
	res := one(t, check.Config{Target: tg, Agent: "agent/1"}, func(t *check.T) {
		is := func(want string, r *check.Request) {
			t.Expect(string(t.Do("x", "x", r).Body)).To(gomega.Equal(want))
		}
		host := strings.TrimPrefix(tg.Issuer, "http://")
		is("GET /a%20b?c=d&c|"+host+"|agent/1||[]||", &check.Request{URL: tg.Issuer + "/a%20b?c=d&c#fragment"})
		is("POST /|"+host+"|mine|x/y|[]|a=b|=&=;", &check.Request{
			Method: "POST", URL: tg.Issuer + "/", Body: []byte("=&=;"),
			Header: http.Header{"Content-Type": {"x/y"}, "User-Agent": {"mine"}, "Cookie": {"a=b"}},
		})
		is("PURGE /|other.example|agent/1||[key]||", &check.Request{
			Method: "PURGE", URL: tg.Issuer + "/", Header: http.Header{"Host": {"other.example"}, "Idempotency-Key": {"key"}},
		})
	})
	g.Expect(res.Message).To(gomega.BeEmpty())
}

// What a server may do wrong with an answer: each is trouble with a name, none
// is a verdict on the target, and none hangs.
func TestAnswersThatAreNone(t *testing.T) {
	bomb := "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Bomb: "+strings.Repeat("b", 1000)+"\r\n", 2000) + "\r\n"
	for name, row := range map[string]struct {
		talk func(net.Conn, *bufio.Reader)
		want string
	}{
		"closed at once":    {func(net.Conn, *bufio.Reader) {}, "(?:closed without an answer|was reset)"},
		"closed when asked": {saying(""), "the connection was closed without an answer"},
		"garbage":           {saying("SSH-2.0-OpenSSH_9.6\r\n"), "malformed HTTP"},
		"a garbage status":  {saying("HTTP/1.1 abc OK\r\n\r\n"), "malformed HTTP status code"},
		"a garbage header":  {saying("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), "malformed MIME header"},
		"a header bomb":     {saying(bomb), "headers exceeded 1048576 bytes"},
		"half a header":     {saying("HTTP/1.1 200 OK\r\nContent-Ty"), "malformed MIME header"},
		"half a body":       {saying("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), "the answer broke off after 4 bytes: the connection was closed before its end"},
		"half a chunk":      {saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"), "the answer broke off after 4 bytes"},
		"a bad chunk":       {saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf"), "the answer broke off after 0 bytes: invalid byte in chunk length"},
		"a bad length":      {saying("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"), "bad Content-Length"},
		"two lengths":       {saying("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "multiple Content-Length"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			rep := assay(t, check.Config{Target: serveRaw(t, row.talk), Timeout: patience}, asks("x-one"))
			g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Error))
			g.Expect(rep.Results[0].Message).To(gomega.MatchRegexp(`^GET /: .*` + row.want))
			g.Expect(rep.Exchanges[0].Error).ToNot(gomega.BeEmpty())
			g.Expect(rep.Exchanges[0].Response != nil).To(gomega.Equal(strings.Contains(row.want, "broke off")), "what came of the answer is kept")
		})
	}
}

func TestAnswersThatNeverEnd(t *testing.T) {
	drip := func(head, drop string) func(net.Conn, *bufio.Reader) {
		return func(conn net.Conn, in *bufio.Reader) {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			_, err := io.WriteString(conn, head)
			for tick := time.NewTicker(2 * time.Millisecond); err == nil; <-tick.C {
				_, err = io.WriteString(conn, drop)
			}
		}
	}
	const limit = 200 * time.Millisecond
	for name, talk := range map[string]func(net.Conn, *bufio.Reader){
		"silence":             drip("", ""),
		"a drip of header":    drip("HTTP/1.1 200 OK\r\nX: ", "a"),
		"a drip of body":      drip("HTTP/1.1 200 OK\r\n\r\n", "a"),
		"a drip of chunks":    drip("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
		"a body withheld":     drip("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", ""),
		"a switched protocol": drip("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", ""),
		"continue for ever":   drip("HTTP/1.1 100 Continue\r\n\r\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			began := time.Now()
			rep := assay(t, check.Config{Target: serveRaw(t, talk), Timeout: limit}, asks("x-one"))
			g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Error))
			g.Expect(rep.Results[0].Message).To(gomega.ContainSubstring(limit.String()), "and the limit is named")
			g.Expect(time.Since(began)).To(gomega.BeNumerically("<", patience))
			g.Expect(rep.Exchanges).To(gomega.HaveLen(1))
			g.Expect(rep.Exchanges[0].Error).To(gomega.MatchRegexp("no complete answer within 200ms|no verdict within the 200ms a check may take"))
		})
	}
}

func TestOldAndBareAnswers(t *testing.T) {
	for name, row := range map[string]struct{ answer, body, proto string }{
		"HTTP/1.0":           {"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold", "old", "HTTP/1.0"},
		"no reason":          {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "ok", "HTTP/1.1"},
		"bare line feeds":    {"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok", "HTTP/1.1"},
		"no length":          {"HTTP/1.1 200 OK\r\n\r\nto the end", "to the end", "HTTP/1.1"},
		"continue first":     {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", "HTTP/1.1"},
		"more than promised": {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok and more", "ok", "HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			res := one(t, check.Config{Target: serveRaw(t, saying(row.answer))}, func(t *check.T) {
				r := get(t, "/")
				t.Expect(r.Status).To(gomega.Equal(200))
				t.Expect(string(r.Body)).To(gomega.Equal(row.body))
				t.Expect(r.Proto).To(gomega.Equal(row.proto))
			})
			gomega.NewWithT(t).Expect(res.Message).To(gomega.BeEmpty())
		})
	}
}

func TestURLsThatCannotBeAsked(t *testing.T) {
	for _, u := range []string{"", "/relative", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1:port/", "ftp://127.0.0.1/", "http://127.0.0.1/%zz", "\x00", "http://[::1"} {
		t.Run(u, func(t *testing.T) {
			g := gomega.NewWithT(t)
			tg := serve(t, nothing)
			rep := assay(t, check.Config{Target: tg}, active("x-one", func(t *check.T) { t.Do("x", "x", &check.Request{URL: u}) }))
			g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Error))
			g.Expect(rep.Results[0].Message).To(gomega.HavePrefix("x: "), "and the check itself does not break")
		})
	}
}
