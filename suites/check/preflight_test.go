package check_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// deadURL is a loopback URL at which nobody listens.
func deadURL(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	defer l.Close()
	return "http://" + l.Addr().String()
}

// serveTLS starts a server with a certificate that nobody trusts.
func serveTLS(t *testing.T) (*httptest.Server, *target.Target) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(nothing))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, &target.Target{Name: "t", Issuer: s.URL}
}

func asks(id string) *check.Check { return active(id, func(t *check.T) { get(t, "/") }) }

func TestADeadTargetIsOneMessage(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := &target.Target{Name: "t", Issuer: deadURL(t)}
	rep := assay(t, check.Config{Target: tg}, asks("x-a"), active("x-b", func(*check.T) {}), noTeapot())
	g.Expect(verdicts(rep)).To(gomega.Equal("x-a=error x-b=error x-no-teapot=not run"))
	g.Expect(rep.Unreachable).To(gomega.Equal("no connection to " +
		strings.TrimPrefix(tg.Issuer, "http://") + ": connect: connection refused"))
	g.Expect(rep.Results[0].Message).To(gomega.Equal("the target cannot be reached: " + rep.Unreachable))
	g.Expect(rep.Exchanges).To(gomega.BeEmpty())
}

func TestOneURLOfSeveralIsEnough(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := serve(t, nothing)
	alive := tg.Issuer
	tg.Issuer, tg.Endpoints.Token = deadURL(t), alive
	rep := assay(t, check.Config{Target: tg}, active("x-a", func(t *check.T) {
		t.Do("token", "token", &check.Request{URL: tg.Endpoints.Token})
	}))
	g.Expect(verdicts(rep)).To(gomega.Equal("x-a=pass"))
	g.Expect(rep.Unreachable).To(gomega.BeEmpty())
}

func TestTheTargetIsLookedForOnceAtEachHost(t *testing.T) {
	g := gomega.NewWithT(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	g.Expect(err).ToNot(gomega.HaveOccurred())
	defer l.Close()
	var connections atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = c.Close()
		}
	}()
	// TLS fails here, at the one connection that is made for three URLs.
	u := "https://" + l.Addr().String()
	tg := &target.Target{Name: "t", Issuer: u, Endpoints: target.Endpoints{Token: u + "/token", JWKS: u + "/jwks"}}
	var checks []*check.Check
	for i := range 10 {
		checks = append(checks, active(fmt.Sprintf("x-%d", i), func(*check.T) {}))
	}
	rep := assay(t, check.Config{Target: tg}, checks...)
	g.Expect(rep.Unreachable).To(gomega.BeElementOf("the connection was closed without an answer", "the connection was reset"))
	g.Expect(connections.Load()).To(gomega.BeEquivalentTo(1))
}

func TestACertificateThatIsNotTrusted(t *testing.T) {
	g := gomega.NewWithT(t)
	_, tg := serveTLS(t)
	rep := assay(t, check.Config{Target: tg}, asks("x-a"))
	g.Expect(rep.Unreachable).To(gomega.HavePrefix("the certificate is not trusted: "))
	g.Expect(rep.Unreachable).To(gomega.HaveSuffix("(see tls.ca_file in the target file, or --ca-file)"))
	g.Expect(verdicts(rep)).To(gomega.Equal("x-a=error"))
}

func TestACertificateThatTheUserTrusts(t *testing.T) {
	g := gomega.NewWithT(t)
	s, tg := serveTLS(t)
	tg.TLS.Insecure = true
	g.Expect(verdicts(assay(t, check.Config{Target: tg}, asks("x-a")))).To(gomega.Equal("x-a=pass"))

	tg.TLS = target.TLS{CAFile: filepath.Join(t.TempDir(), "ca.pem")}
	pemBytes := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	g.Expect(os.WriteFile(tg.TLS.CAFile, pemBytes, 0o600)).To(gomega.Succeed())
	g.Expect(verdicts(assay(t, check.Config{Target: tg}, asks("x-a")))).To(gomega.Equal("x-a=pass"))
}

func TestARunThatCannotBe(t *testing.T) {
	g := gomega.NewWithT(t)
	_, err := check.NewRun(check.Config{})
	g.Expect(err).To(gomega.MatchError("no target to assay"))
	_, err = check.NewRun(check.Config{Target: &target.Target{Issuer: "https://idp.test", TLS: target.TLS{CAFile: "/nowhere.pem"}}})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("there is no such file")))
}

// A server that speaks plain HTTP where TLS is expected, and the other way
// round, is said to be what it is.
func TestTheWrongProtocol(t *testing.T) {
	g := gomega.NewWithT(t)
	tg := serve(t, nothing)
	tg.Issuer = strings.Replace(tg.Issuer, "http:", "https:", 1)
	g.Expect(assay(t, check.Config{Target: tg}, asks("x-a")).Unreachable).To(gomega.Equal("the server does not speak TLS there; is it http, and not https?"))
	_, secure := serveTLS(t)
	secure.Issuer = strings.Replace(secure.Issuer, "https:", "http:", 1)
	rep := assay(t, check.Config{Target: secure}, active("x-a", func(t *check.T) { t.Expect(get(t, "/").Status).To(gomega.Equal(400)) }))
	g.Expect(rep.Results[0].Verdict).To(gomega.Equal(reports.Pass), "a server that answers is reached")
}

// A handshake that hangs is cut off like a request that hangs.
func TestAHandshakeThatHangs(t *testing.T) {
	g := gomega.NewWithT(t)
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel, and nobody reads
	g.Expect(err).ToNot(gomega.HaveOccurred())
	defer l.Close()
	tg := &target.Target{Name: "t", Issuer: "https://" + l.Addr().String()}
	rep := assay(t, check.Config{Target: tg, Timeout: 50 * time.Millisecond}, asks("x-a"))
	g.Expect(rep.Unreachable).To(gomega.Equal("no complete answer within 50ms"))
}
