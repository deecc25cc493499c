package mockidp

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// A request is recorded as it was sent, with what became of it.
func TestRecord(t *testing.T) {
	g := gomega.NewWithT(t)
	clock := NewManualClock(testTime)
	p := newProvider(t, WithClock(clock))
	const body = "scope=a+b&grant_type=client_credentials&scope=%7e"
	a := ask(p, sent{path: pathToken + "?x=%20y", basic: ClientBasic, raw: body, header: http.Header{"X-Two": {"a", "b"}}})
	g.Expect(outcome(a)).To(gomega.Equal("400 invalid_request"))
	clock.Advance(time.Minute)
	ask(p, get(pathJWKS))

	all := p.Requests()
	g.Expect(all).To(gomega.HaveLen(2))
	first := all[0]
	g.Expect(first.ID).To(gomega.Equal(a.header.Get("X-Request-Id")))
	g.Expect(first.Time).To(gomega.Equal(testTime))
	g.Expect(first.Method + " " + first.URL + " " + first.Host).To(gomega.Equal("POST /token?x=%20y idp.test"))
	g.Expect(string(first.Body)).To(gomega.Equal(body), "raw: order, repetition and escapes as sent")
	g.Expect(first.BodyIncomplete).To(gomega.BeFalse())
	g.Expect(first.Header["X-Two"]).To(gomega.Equal([]string{"a", "b"}))
	g.Expect(first.Header.Get("Authorization")).To(gomega.HavePrefix("Basic "))
	g.Expect(first.Status).To(gomega.Equal(400))
	g.Expect(first.Error).To(gomega.Equal(errInvalidRequest))
	g.Expect(first.Refused).To(gomega.Equal(ruleParametersUnrepeated))
	g.Expect(first.Reached).To(gomega.ContainElements(ruleParametersUnrepeated, ruleTokenErrorNoStore))
	g.Expect(all[1].Time).To(gomega.Equal(testTime.Add(time.Minute)))
	g.Expect(all[1].Refused).To(gomega.BeEmpty())
	g.Expect(all[1].ID).NotTo(gomega.Equal(first.ID))

	// What is given out is the caller's own.
	all[0].Body[0], all[0].Verdicts[0].Rule = 'X', "changed"
	all[0].Header.Set("X-Two", "changed")
	again := p.Requests()[0]
	g.Expect(string(again.Body)).To(gomega.Equal(body))
	g.Expect(again.Header["X-Two"]).To(gomega.Equal([]string{"a", "b"}))
	g.Expect(again.Verdicts[0].Rule).NotTo(gomega.Equal("changed"))

	ask(p, sent{raw: strings.Repeat("x", maxBody+5)})
	g.Expect(p.Requests()[2].Body).To(gomega.HaveLen(maxBody))
	g.Expect(p.Requests()[2].BodyIncomplete).To(gomega.BeTrue())
}

// Every rule about the request that applies gives its verdict, in every mode.
func TestVerdicts(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	brief := func() string {
		var out []string
		all := p.Requests()
		for _, v := range all[len(all)-1].Verdicts {
			g.Expect(v.Request).To(gomega.Equal(all[len(all)-1].ID))
			g.Expect(v.Clause).To(gomega.HavePrefix("RFC "))
			switch {
			case v.Pass:
				g.Expect(v.Expected + v.Got).To(gomega.BeEmpty())
				g.Expect(v.Refused).To(gomega.BeFalse())
			default:
				g.Expect(v.Expected).NotTo(gomega.BeEmpty())
				g.Expect(v.Got).NotTo(gomega.BeEmpty())
				out = append(out, fmt.Sprintf("%s:%v:%v", v.Rule, v.Mode, v.Refused))
			}
		}
		return strings.Join(out, " ")
	}
	ask(p, happy)
	g.Expect(brief()).To(gomega.BeEmpty())
	var names []string
	for _, v := range p.Verdicts() {
		names = append(names, v.Rule)
	}
	g.Expect(names).To(gomega.Equal([]string{
		ruleTokenPostOnly, ruleParametersUnrepeated, ruleSingleClientAuthentication, ruleClientSecretVerified,
		ruleConfidentialClientAuthenticates, ruleClientAuthenticationRequired,
		ruleGrantTypeRequired, ruleGrantTypeExact, ruleGrantTypeKnown, ruleClientGrantRegistered,
	}))

	s := sent{header: basicOf(ClientConfidential, "wrong"), form: url.Values{"grant_type": {"Client_Credentials"}, "scope": {"admin"}}}
	ask(p, s)
	g.Expect(brief()).To(gomega.Equal("client-secret-verified:enforce:true"))
	g.Expect(p.SetRule(ruleClientSecretVerified, Warn)).To(gomega.Succeed())
	ask(p, s)
	g.Expect(brief()).To(gomega.Equal("client-secret-verified:warn:false grant-type-exact:enforce:true"))
	g.Expect(p.SetRule(ruleGrantTypeExact, Off)).To(gomega.Succeed())
	g.Expect(p.SetRule(ruleScopeKnown, Warn)).To(gomega.Succeed())
	g.Expect(outcome(ask(p, s))).To(gomega.Equal("200 token"))
	g.Expect(brief()).To(gomega.Equal("client-secret-verified:warn:false grant-type-exact:off:false scope-known:warn:false"))
	g.Expect(p.Requests()[3].Refused).To(gomega.BeEmpty())

	// No verdict repeats what the client sent.
	for _, v := range p.Verdicts() {
		g.Expect(v.Expected + v.Got).NotTo(gomega.ContainSubstring("wrong"))
		g.Expect(v.Expected + v.Got).NotTo(gomega.ContainSubstring("admin"))
	}
}

// The record is bounded by number and by size; the oldest go first.
func TestRecordIsBounded(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRequestLimit(3, 1<<20))
	for i := range 10 {
		ask(p, get(fmt.Sprint("/", i)))
	}
	var urls []string
	for _, r := range p.Requests() {
		urls = append(urls, r.URL)
	}
	g.Expect(urls).To(gomega.Equal([]string{"/7", "/8", "/9"}))
	g.Expect(p.Dropped()).To(gomega.Equal(7))

	p = newProvider(t, WithRequestLimit(1000, 10_000))
	for range 100 {
		ask(p, sent{raw: strings.Repeat("x", 2_000)})
	}
	g.Expect(len(p.Requests())).To(gomega.BeNumerically("~", 3, 1))
	g.Expect(len(p.Requests()) + p.Dropped()).To(gomega.Equal(100))
	g.Expect(p.record.size).To(gomega.BeNumerically("<=", 10_000))
	ask(p, sent{raw: strings.Repeat("x", 20_000)})
	g.Expect(p.Requests()).To(gomega.BeEmpty(), "a request larger than the whole record")
	g.Expect(p.record.size).To(gomega.BeZero())
	ask(p, get("/"))
	g.Expect(p.Requests()).To(gomega.HaveLen(1))

	p = newProvider(t, WithRequestLimit(0, 0))
	ask(p, get("/"))
	g.Expect(p.Requests()).To(gomega.BeEmpty())
	g.Expect(p.Verdicts()).To(gomega.BeEmpty())
	g.Expect(p.Dropped()).To(gomega.Equal(1))
}

// Hits are sorted, name each point once, and can be forgotten.
func TestHits(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	g.Expect(p.Hits()).To(gomega.BeEmpty())
	ask(p, get("/nowhere"))
	g.Expect(p.Hits()).To(gomega.Equal([]string{varChunkedBodies}))
	ask(p, happy)
	ask(p, happy)
	first := p.Hits()
	g.Expect(first).To(gomega.ContainElements(ruleTokenNoStore, ruleTokenTypePresent, varTokenTypeLowercase))
	g.Expect(first).NotTo(gomega.ContainElement(ruleClientSecretVerified), "a right secret does not reach the rule about wrong ones")
	for i := 1; i < len(first); i++ {
		g.Expect(first[i-1] < first[i]).To(gomega.BeTrue())
	}
	p.ResetHits()
	g.Expect(p.Hits()).To(gomega.BeEmpty())
	g.Expect(p.Requests()).To(gomega.HaveLen(3), "the record stays")
}

// No name is consulted that the catalogues do not have.
func TestConsultedNamesExist(t *testing.T) {
	g := gomega.NewWithT(t)
	known := map[string]bool{}
	for _, r := range Rules() {
		known[r.Name] = true
	}
	for _, v := range Variances() {
		known[v.Name] = true
	}
	for _, c := range faultCases {
		p := newProvider(t, c.opts...)
		ask(p, c.send)
		for _, name := range p.Hits() {
			g.Expect(known[name]).To(gomega.BeTrue(), name)
		}
		for _, v := range p.Verdicts() {
			g.Expect(known[v.Rule]).To(gomega.BeTrue(), v.Rule)
			rule, err := ruleByName(v.Rule)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(rule.Kind).To(gomega.Equal(KindRequest), v.Rule)
		}
	}
}
