package mockidp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"
	"go.uber.org/goleak"
)

// Whatever is wrong with the options is an error that says what, where and what
// would be right.
func TestWrongOptions(t *testing.T) {
	for want, opts := range map[string][]Option{
		`no rule "metadata-server"; did you mean "metadata-served"?`: {WithRuleOff("metadata-server")},
		`no rule "zzz"`: {WithRuleOff("zzz")},
		`no variance "json_escape"; did you mean "json-escapes"?`:          {WithVariance("json_escape")},
		`cannot be on together with access-token-opaque`:                   {WithVariance(varTokenOpaque, varTokenSpaces)},
		`not an http or https URL`:                                         {WithIssuer("ftp://x")},
		`the issuer is empty`:                                              {WithIssuer("")},
		`missing protocol scheme`:                                          {WithIssuer(":")},
		`an issuer has none (RFC 8414 §2)`:                                 {WithIssuer("https://x/?a=b")},
		`issuer path "/a//b"`:                                              {WithIssuer("https://x/a//b")},
		`issuer path "tenant"`:                                             {WithPath("tenant")},
		`issuer path "/../x"`:                                              {WithPath("/../x")},
		`exclude each other`:                                               {WithIssuer("https://x"), WithPath("/y")},
		`the clock is nil`:                                                 {WithClock(nil)},
		`signing algorithm "HS256" is not one of`:                          {WithSigningAlg("HS256")},
		`the set is empty`:                                                 {WithKeys(nil)},
		`make one with NewKeySet`:                                          {WithKeys(&KeySet{})},
		`a limit is 0 or more`:                                             {WithRequestLimit(-1, 0)},
		`the identifier (ID) is empty`:                                     {WithClients(Client{})},
		`client "a": the identifier is given twice`:                        {WithClients(Client{ID: "a"}, Client{ID: "a"})},
		`a public client has no secret`:                                    {WithClients(Client{ID: "a", Public: true, Secret: "s"})},
		`a public client authenticates by "none" alone`:                    {WithClients(Client{ID: "a", Public: true, AuthMethods: []string{ClientSecretPost}})},
		`for confidential clients only`:                                    {WithClients(Client{ID: "a", Public: true, GrantTypes: []string{"client_credentials"}})},
		`authentication method "none" is none`:                             {WithClients(Client{ID: "a", AuthMethods: []string{"none"}})},
		`AuthMethods is empty`:                                             {WithClients(Client{ID: "a", AuthMethods: []string{}})},
		`grant type "telepathy" is not served`:                             {WithClients(Client{ID: "a", GrantTypes: []string{"telepathy"}})},
		`did you mean "password"?`:                                         {WithClients(Client{ID: "a", GrantTypes: []string{"passwort"}})},
		`response type "code code" is not served`:                          {WithClients(Client{ID: "a", ResponseTypes: []string{"code code"}})},
		`access token format "JWT" is neither`:                             {WithClients(Client{ID: "a", AccessTokenFormat: "JWT"})},
		`post-logout redirect URI "/out" is not`:                           {WithClients(Client{ID: "a", PostLogoutRedirectURIs: []string{"/out"}})},
		`resource "a" is not an absolute URI`:                              {WithClients(Client{ID: "a", Resources: []string{"a"}})},
		`refresh grace -1s is negative`:                                    {WithClients(Client{ID: "a", RefreshGrace: -time.Second})},
		`a user has no Subject`:                                            {WithUsers(User{Username: "a"})},
		`user "é": the subject is not`:                                     {WithUsers(User{Subject: "é"})},
		`the name "a" is another user's`:                                   {WithUsers(User{Subject: "a"}, User{Subject: "b", Username: "a"})},
		`"a b" is not a scope`:                                             {WithClients(Client{ID: "a", Scopes: []string{"a b"}})},
		`default scope "x" is not one of its Scopes`:                       {WithClients(Client{ID: "a", DefaultScopes: []string{"x"}})},
		`redirect URI "/cb" is not an absolute URI`:                        {WithClients(Client{ID: "a", RedirectURIs: []string{"/cb"}})},
		`redirect URI "https://x/#f" is not an absolute URI`:               {WithClients(Client{ID: "a", RedirectURIs: []string{"https://x/#f"}})},
		`token lifetime 1ms is too short`:                                  {WithClients(Client{ID: "a", TokenLifetime: time.Millisecond})},
		`client "a": signing algorithm "ES265" is not one of`:              {WithClients(Client{ID: "a", SigningAlg: "ES265"})},
		`holds a control character`:                                        {WithClients(Client{ID: "a\n"})},
		`Secret holds a control character or is not UTF-8`:                 {WithClients(Client{ID: "a", Secret: "\xff"})},
		`mockidp: WithSigningAlg: signing algorithm "es256" is not one of`: {WithSigningAlg("es256")},
	} {
		_, err := New(opts...)
		gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring(want)))
		gomega.NewWithT(t).Expect(err.Error()).To(gomega.HavePrefix("mockidp: "))
	}
}

func TestSettings(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleErrorJSON), WithVariance(varJSONEscapes))
	modes := func() string {
		var out []string
		for _, r := range p.Rules() {
			if r.Mode != Enforce {
				out = append(out, r.Name+"="+r.Mode.String())
			}
		}
		for _, v := range p.Variances() {
			if v.On {
				out = append(out, v.Name)
			}
		}
		return strings.Join(out, " ")
	}
	g.Expect(modes()).To(gomega.Equal("error-json=off json-escapes"))
	g.Expect(p.SetRule(ruleScopeKnown, Warn)).To(gomega.Succeed())
	g.Expect(p.SetRule(ruleErrorJSON, Enforce)).To(gomega.Succeed())
	g.Expect(p.SetVariance(varJSONEscapes, false)).To(gomega.Succeed())
	g.Expect(p.SetVariance(varChallengeLines, true)).To(gomega.Succeed())
	g.Expect(modes()).To(gomega.Equal("scope-known=warn challenge-lines"))

	g.Expect(p.SetRule("scope-knwon", Off)).To(gomega.MatchError(gomega.ContainSubstring(`did you mean "scope-known"?`)))
	g.Expect(p.SetRule(ruleErrorJSON, Warn)).To(gomega.MatchError(gomega.ContainSubstring("use Enforce or Off")))
	g.Expect(p.SetRule(ruleErrorJSON, Mode(7))).To(gomega.MatchError(gomega.ContainSubstring("Mode(7) is not a mode")))
	g.Expect(p.SetVariance("challenge", true)).To(gomega.HaveOccurred())
	g.Expect(p.SetVariance(varChallengeSeveral, true)).To(gomega.MatchError(gomega.ContainSubstring("challenge-lines; switch that off first")))
	g.Expect(p.SetVariance(varChallengeLines, true)).To(gomega.Succeed(), "on already")
	g.Expect(modes()).To(gomega.Equal("scope-known=warn challenge-lines"), "an error changes nothing")

	for _, m := range []Mode{Enforce, Warn, Off} {
		g.Expect(ParseMode(m.String())).To(gomega.Equal(m))
	}
	_, err := ParseMode("on")
	g.Expect(err).To(gomega.HaveOccurred())
	g.Expect(KindRequest.String() + " " + KindResponse.String()).To(gomega.Equal("request response"))
}

func TestDefaultClients(t *testing.T) {
	g := gomega.NewWithT(t)
	a, b := newFull(t), newFull(t)
	g.Expect(a.Clients()).To(gomega.HaveLen(len(DefaultClients())))
	for _, c := range a.Clients() {
		other, ok := b.Client(c.ID)
		g.Expect(ok).To(gomega.BeTrue())
		if c.Public {
			g.Expect(c.Secret).To(gomega.BeEmpty())
			continue
		}
		g.Expect(len(c.Secret)).To(gomega.BeNumerically(">=", 52))
		g.Expect(other.Secret).NotTo(gomega.Equal(c.Secret), "random in every provider")
	}
	encoded, _ := a.Client(ClientEncoded)
	for _, s := range []string{encoded.ID, encoded.Secret} {
		for _, c := range ":%+ &" {
			g.Expect(s).To(gomega.ContainSubstring(string(c)))
		}
	}
	g.Expect(encoded.ID + encoded.Secret).To(gomega.MatchRegexp(`^[ -~]+$`))
	unicode, _ := a.Client(ClientUnicode)
	g.Expect(unicode.Secret).To(gomega.ContainSubstring("£€"))
	basic, _ := a.Client(ClientBasic)
	g.Expect(basic.Secret).To(gomega.MatchRegexp(`^[a-z2-7]{52}$`))
	_, ok := a.Client("nobody")
	g.Expect(ok).To(gomega.BeFalse())
	basic.Scopes[0] = "changed"
	again, _ := a.Client(ClientBasic)
	g.Expect(again.Scopes[0]).To(gomega.Equal("read"))
}

// Listening gives the issuer its address, once; closing is idempotent and leaves
// nothing behind.
func TestLifecycle(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	g := gomega.NewWithT(t)
	p, err := New(WithPath("/tenant-1"), WithSigningAlg("RS256"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(p.Addr()).To(gomega.BeEmpty())
	g.Expect(p.Issuer()).To(gomega.Equal("https://idp.test/tenant-1"))
	g.Expect(p.Listen("127.0.0.1:0")).To(gomega.Succeed())
	g.Expect(p.Issuer()).To(gomega.Equal("http://" + p.Addr() + "/tenant-1"))
	g.Expect(p.Listen("127.0.0.1:0")).To(gomega.MatchError(gomega.ContainSubstring("listens on")))
	g.Expect(outcome(over(t, p.HTTPClient(), happy.build(p)))).To(gomega.Equal("200 token"))
	g.Expect(outcome(over(t, &http.Client{Transport: p.Transport()}, happy.build(p)))).To(gomega.Equal("200 token"))
	idle, err := net.Dial("tcp", p.Addr()) // a connection that says nothing does not hold up the end
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = idle.Close() }()

	begin := time.Now()
	g.Expect(p.Close()).To(gomega.Succeed())
	g.Expect(time.Since(begin)).To(gomega.BeNumerically("<", closeGrace))
	g.Expect(p.Close()).To(gomega.Succeed())
	g.Expect(p.Listen("127.0.0.1:0")).To(gomega.MatchError(gomega.ContainSubstring("closed")))
	r := happy.build(p)
	r.RequestURI = ""
	_, err = (&http.Client{Transport: p.Transport()}).Do(r)
	g.Expect(err).To(gomega.HaveOccurred())

	unused, err := New()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(unused.Close()).To(gomega.Succeed())
	r = get(pathJWKS).build(unused)
	r.RequestURI = ""
	_, err = unused.HTTPClient().Do(r)
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("closed")))

	taken := Start(t)
	p, err = New()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(p.Listen(taken.Addr())).To(gomega.MatchError(gomega.ContainSubstring("address already in use")))
	g.Expect(p.Close()).To(gomega.Succeed())
	g.Expect(taken.Close()).To(gomega.Succeed())
}

func TestReachable(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(reachable(&net.TCPAddr{IP: net.IPv6unspecified, Port: 9})).To(gomega.Equal("127.0.0.1:9"))
	g.Expect(reachable(&net.TCPAddr{IP: net.IPv6loopback, Port: 9})).To(gomega.Equal("[::1]:9"))
}

// A request under way gets its answer when the provider closes; one that never
// ends is cut off after the grace time.
func TestCloseIsGraceful(t *testing.T) {
	g := gomega.NewWithT(t)
	p := Start(t, WithKeys(testKeys()))
	arrived, release := make(chan struct{}), make(chan struct{})
	p.middleware = append(p.middleware, func(next endpoint) endpoint {
		return func(x *exchange) *reply {
			close(arrived)
			<-release
			return next(x)
		}
	})
	answers := make(chan answer)
	go func() { answers <- over(t, p.HTTPClient(), happy.build(p)) }()
	<-arrived
	closed := make(chan error)
	go func() { closed <- p.Close() }()
	g.Consistently(closed, "50ms").ShouldNot(gomega.Receive())
	close(release)
	g.Expect(outcome(<-answers)).To(gomega.Equal("200 token"))
	g.Expect(<-closed).To(gomega.Succeed())

	p = Start(t, WithKeys(testKeys()))
	conn, err := net.Dial("tcp", p.Addr())
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Eventually(func() int { return p.servers[0].count(http.StateActive) }).Should(gomega.Equal(1))
	g.Expect(p.Close()).To(gomega.MatchError(errCutOff))
	last := p.Requests()[0]
	g.Expect(string(last.Body)).To(gomega.Equal("half"))
	g.Expect(last.BodyIncomplete).To(gomega.BeTrue())
}

// recorder is a TB that remembers.
type recorder struct {
	fatal, errors, logs []string
	cleanups            []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(f string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(f, args...))
}
func (r *recorder) Fatalf(f string, args ...any) { r.fatal = append(r.fatal, fmt.Sprintf(f, args...)) }
func (r *recorder) Logf(f string, args ...any)   { r.logs = append(r.logs, fmt.Sprintf(f, args...)) }

func TestStartReportsToTheTest(t *testing.T) {
	g := gomega.NewWithT(t)
	r := &recorder{}
	g.Expect(Start(r, WithRuleOff("nonsense"))).To(gomega.BeNil())
	g.Expect(r.fatal).To(gomega.HaveLen(1))
	g.Expect(r.cleanups).To(gomega.BeEmpty())

	r = &recorder{}
	p := Start(r)
	g.Expect(p.Addr()).To(gomega.HavePrefix("127.0.0.1:"))
	g.Expect(r.cleanups).To(gomega.HaveLen(1))
	r.cleanups[0]()
	g.Expect(p.closed).To(gomega.BeTrue())
	g.Expect(append(r.fatal, r.errors...)).To(gomega.BeEmpty())
}

// Many clients at once, while rules change and the record is read.
func TestParallelUse(t *testing.T) {
	g := gomega.NewWithT(t)
	p := Start(t, WithKeys(testKeys()), WithRequestLimit(20, 1<<20))
	c := p.HTTPClient()
	var wg sync.WaitGroup
	tokens := make(chan string, 400)
	for range 8 {
		wg.Go(func() {
			for range 40 {
				a := over(t, c, happy.build(p))
				tokens <- a.str("access_token")
				over(t, c, get(pathJWKS).build(p))
			}
		})
	}
	wg.Go(func() {
		for i := range 200 {
			_ = p.SetRule(ruleClientSecretVerified, Mode(i%3))
			_ = p.SetVariance(varUnknownMembers, i%2 == 0)
			p.Requests()
			p.Verdicts()
			p.Hits()
			p.Rules()
			p.Variances()
			p.Clients()
		}
	})
	wg.Wait()
	close(tokens)
	seen := map[string]bool{}
	for token := range tokens {
		g.Expect(token).NotTo(gomega.BeEmpty())
		g.Expect(seen[token]).To(gomega.BeFalse())
		seen[token] = true
	}
	g.Expect(seen).To(gomega.HaveLen(320))
	g.Expect(p.Requests()).To(gomega.HaveLen(20))
	g.Expect(p.Dropped()).To(gomega.Equal(620))
}

// In a bubble of testing/synctest time stands still unless everyone waits: the
// provider works there in memory, and an hour passes at once.
func TestSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gomega.NewWithT(t)
		p, err := New()
		g.Expect(err).NotTo(gomega.HaveOccurred())
		c := p.HTTPClient()
		_, first := verified(t, p, over(t, c, happy.build(p)).str("access_token"))
		time.Sleep(time.Hour)
		_, second := verified(t, p, over(t, c, happy.build(p)).str("access_token"))
		g.Expect(second["iat"]).To(gomega.BeEquivalentTo(first["exp"]))
		g.Expect(p.Close()).To(gomega.Succeed())
	})
}

// The seam for what disturbs the transport: a middleware answers in place of the
// provider, a transmitter sends otherwise; both are recorded.
func TestSeams(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	order := ""
	for _, name := range []string{"a", "b"} {
		p.middleware = append(p.middleware, func(next endpoint) endpoint {
			return func(x *exchange) *reply {
				order += name
				rep := next(x)
				rep.status = http.StatusTeapot
				return rep
			}
		})
	}
	sentBody := ""
	p.transmit = func(w http.ResponseWriter, x *exchange, rep *reply) {
		sentBody = string(rep.body)
		transmit(w, x, rep)
	}
	a := ask(p, happy)
	g.Expect(a.status).To(gomega.Equal(http.StatusTeapot))
	g.Expect(a.body).To(gomega.Equal(sentBody))
	g.Expect(order).To(gomega.Equal("ab"), "the first is the outermost")
	g.Expect(p.Requests()[0].Status).To(gomega.Equal(http.StatusTeapot))
}

// The RSA key of a set is made in the background and waited for by those who
// need it only.
func TestKeySet(t *testing.T) {
	g := gomega.NewWithT(t)
	keys := NewKeySet()
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	// Whether the key is there by now is open; ES256 is, in any case.
	key, err := keys.slots[algES256].wait(gone)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(key).NotTo(gomega.BeNil())
	g.Expect(keys.Ready(context.Background())).To(gomega.Succeed())
	g.Expect(keys.started()).To(gomega.Equal([]string{"ES256", "EdDSA", "RS256"}))

	slow := newKeySet()
	slow.slots[algRS256].once.Do(func() { slow.slots[algRS256].running = true }) // and never done
	g.Expect(slow.Ready(gone)).To(gomega.MatchError(context.Canceled))
	p := newProvider(t, WithKeys(slow), WithClients(Client{ID: "rsa", SigningAlg: "RS256"}, Client{ID: "ec"}))
	g.Expect(outcome(ask(p, sent{basic: "ec", form: cc()}))).To(gomega.Equal("200 token"))
	for _, s := range []sent{{basic: "rsa", form: cc()}, get(pathJWKS)} {
		a := serve(p, s.build(p).WithContext(gone))
		g.Expect(a.status).To(gomega.Equal(http.StatusServiceUnavailable))
		g.Expect(a.body).To(gomega.ContainSubstring("not ready"))
	}
}
