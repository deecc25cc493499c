package authserver_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
)

// visit is a request on its way to the mock identity provider.
type visit struct {
	r    *http.Request
	path string // of the endpoint: "/token", "/authorize"
	form url.Values
	// next lets the provider answer; it may be called again.
	next func() *http.Response
}

// twist changes what the mock identity provider answers, into what some other
// server would; nil: the provider answers.
type twist func(v *visit) *http.Response

// oddly is a transport that has a twist. One visit is looked at after the other.
type oddly struct {
	to   http.RoundTripper
	do   twist
	turn sync.Mutex
}

func (o *oddly) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	v := &visit{r: r, path: r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]}
	v.form, _ = url.ParseQuery(string(body))
	var failed error
	v.next = func() *http.Response {
		again := r.Clone(r.Context())
		again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		if len(v.form) > 0 {
			text := v.form.Encode()
			again.Body, again.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
		resp, err := o.to.RoundTrip(again)
		if err != nil {
			failed = err
			return &http.Response{Body: http.NoBody}
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(raw))
		return resp
	}
	o.turn.Lock()
	defer o.turn.Unlock()
	resp := (*http.Response)(nil)
	if o.do != nil {
		resp = o.do(v)
	}
	if resp == nil {
		resp = v.next()
	}
	return resp, failed
}

// answer is what another server says.
func answer(status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {contentType}, "Cache-Control": {"no-store"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

func answerJSON(status int, members map[string]any) *http.Response {
	text, _ := json.Marshal(members)
	return answer(status, "application/json", string(text))
}

func answerToken(scope ...string) *http.Response {
	m := map[string]any{"access_token": "token-canary-" + rand.Text(), "token_type": "Bearer"}
	if len(scope) > 0 {
		m["scope"] = scope[0]
	}
	return answerJSON(http.StatusOK, m)
}

func refusal(code string) *http.Response {
	return answerJSON(http.StatusBadRequest, map[string]any{"error": code})
}

// sentTo is the answer of an authorization endpoint that sends the browser to a
// redirect URI.
func sentTo(uri string, params url.Values) *http.Response {
	sep := "?"
	if strings.Contains(uri, "?") {
		sep = "&"
	}
	r := answer(http.StatusFound, "text/plain", "")
	r.Header.Set("Location", uri+sep+params.Encode())
	return r
}

// asks tells whether a visit is to the token endpoint, with a grant.
func (v *visit) asks(grant string) bool {
	return v.path == "/token" && v.form.Get("grant_type") == grant
}

// odd is the mock identity provider with something about it that is not as
// usual, and what a check must say.
type odd struct {
	do      twist
	opts    []mockidp.Option
	tg      func(*target.Target)
	id      string
	verdict reports.Verdict
	// say is a part of what the result says.
	say string
}

func off(rules ...string) []mockidp.Option { return []mockidp.Option{mockidp.WithRuleOff(rules...)} }

func varied(names ...string) []mockidp.Option {
	return []mockidp.Option{mockidp.WithVariance(names...)}
}

// policy makes other documents bind.
func policy(p target.Policy) func(*target.Target) {
	return func(tg *target.Target) { tg.Policy = p }
}

// clientNamed leaves one client in the target, and changes it.
func clientNamed(id string, change func(*target.Client)) func(*target.Target) {
	return func(tg *target.Target) {
		tg.Clients = slices.DeleteFunc(slices.Clone(tg.Clients), func(c target.Client) bool { return c.ID != id })
		if change != nil {
			change(&tg.Clients[0])
		}
	}
}

func (o odd) run(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	r := o.assay(t, o.id)[o.id]
	g.Expect(r.Verdict).To(gomega.Equal(o.verdict), say(r))
	g.Expect(say(r)).To(gomega.ContainSubstring(o.say))
}

// assay runs checks, one after the other, and gives their results.
func (o odd) assay(t *testing.T, ids ...string) map[string]reports.Result {
	t.Helper()
	g := gomega.NewWithT(t)
	p, err := mockidp.New(append(append(bundled.MockOptions(), mockidp.WithKeys(sharedKeys())), o.opts...)...)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	t.Cleanup(func() { _ = p.Close() })
	tg, err := bundled.Describe(p)
	g.Expect(err).ToNot(gomega.HaveOccurred())
	if o.tg != nil {
		o.tg(tg)
	}
	c := areas(t)
	_, unknown := c.Unknown(check.Selection{Checks: ids})
	g.Expect(unknown).To(gomega.BeEmpty())
	run, err := check.NewRun(check.Config{Target: tg, Observers: c.Observers(), Timeout: patience, Workers: 1, Transport: &oddly{to: p.Transport(), do: o.do}})
	g.Expect(err).ToNot(gomega.HaveOccurred())
	for _, ch := range c.Select(check.Selection{Checks: ids}, nil) {
		run.Start(ch)
	}
	out := map[string]reports.Result{}
	for _, r := range run.Finish().Results {
		out[r.ID] = r
	}
	return out
}

var sharedKeys = sync.OnceValue(mockidp.NewKeySet)

// rewritten changes the members of a JSON answer; any other stays.
func rewritten(r *http.Response, change func(map[string]any)) *http.Response {
	raw, _ := io.ReadAll(r.Body)
	var m map[string]any
	if json.Unmarshal(raw, &m) == nil {
		change(m)
		raw, _ = json.Marshal(m)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	r.Header.Del("Content-Length")
	return r
}

// uuids is a server whose codes are random UUIDs.
func uuids() twist {
	real := map[string]string{}
	return func(v *visit) *http.Response {
		switch {
		case v.path == "/authorize":
			r := v.next()
			at, err := url.Parse(r.Header.Get("Location"))
			if err != nil || !at.Query().Has("code") {
				return r
			}
			var b [16]byte
			_, _ = rand.Read(b[:])
			b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
			id := fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
			q := at.Query()
			real[id] = q.Get("code")
			q.Set("code", id)
			at.RawQuery = q.Encode()
			r.Header.Set("Location", at.String())
			return r
		case v.asks("authorization_code"):
			v.form.Set("code", real[v.form.Get("code")])
		}
		return nil
	}
}
