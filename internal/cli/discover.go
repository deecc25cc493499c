package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// discovered is what the metadata of a server says of it.
type discovered struct {
	draft target.Draft
	// from is the URL of the document.
	from string
	// remarks are what a person should know about it.
	remarks []string
}

// place is a URL at which the metadata may be, and what was there.
type place struct {
	url     string
	members oauth.Answer
	// why it is not metadata; empty when it is.
	why string
}

// discover reads the metadata by the engine, so that the bounds of a run hold:
// time, size, redirects, and the hosts that may be asked.
func discover(t *target.Target, timeout time.Duration) (*discovered, error) {
	places := make(chan []place, 1)
	read := &check.Check{
		ID: "init-metadata", Level: check.Information,
		Title:   "The metadata of the server can be read.",
		Clauses: []string{"RFC 8414 §3"},
		Sent:    "GET of each well-known URL that can be built from the issuer.",
		Judged:  "A JSON object with the issuer at one of them.",
		Proves:  []string{"metadata-served"},
		Run: func(ct *check.T) {
			var seen []place
			urls, _, err := oauth.MetadataURLs(t.Issuer)
			ct.Require(err).To(gomega.Succeed(), "the issuer is not a URL")
			for _, u := range urls {
				seen = append(seen, ask(ct, u))
			}
			places <- seen
		},
	}
	if _, err := check.NewCatalog(&check.Area{ID: "init", Title: "Reading the metadata", Checks: []*check.Check{read}}); err != nil {
		return nil, failed("%w", err)
	}
	run, err := check.NewRun(check.Config{Target: t, Timeout: timeout})
	if err != nil {
		return nil, Usage("%v", err)
	}
	result := run.Start(read).Wait()
	run.Finish()
	select {
	case seen := <-places:
		return choose(t, seen)
	default:
	}
	if result.Verdict == reports.Error {
		return nil, failed("no metadata could be read from %s: %s", t.Issuer, result.Message)
	}
	return nil, failed("no metadata could be read from %s", t.Issuer)
}

// ask reads one URL. Redirects are followed: HTTP clients do.
func ask(t *check.T, address string) place {
	p := place{url: address}
	resp, err := t.Try("metadata", "metadata", &check.Request{
		URL: address, Header: http.Header{"Accept": {"application/json"}}, Follow: 5,
	})
	switch {
	case err != nil:
		p.why = err.Error()
	case resp.Status != http.StatusOK:
		p.why = fmt.Sprintf("status %d", resp.Status)
	default:
		p.members = oauth.Read(resp)
		if p.why = p.members.NotJSON; p.why == "" {
			if _, ok := p.members.String("issuer"); !ok {
				p.why = "a JSON object without the member issuer, which metadata must have (RFC 8414 §2)"
			}
		}
	}
	return p
}

// choose takes the first document that names the issuer rightly.
func choose(t *target.Target, places []place) (*discovered, error) {
	var none strings.Builder
	other := ""
	for _, p := range places {
		if p.why != "" {
			fmt.Fprintf(&none, "\n  %s: %s", p.url, quoteless(p.why))
			continue
		}
		issuer, _ := p.members.String("issuer")
		if strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(t.Issuer, "/") {
			return describe(t, p, issuer), nil
		}
		if other == "" {
			other = issuer
		}
		fmt.Fprintf(&none, "\n  %s: names the issuer %s", p.url, Quote(issuer))
	}
	if other != "" {
		hint := ""
		if _, err := target.FromURL(other); err == nil {
			hint = "\nIf that is the server you mean: authassay init " + shellWord(other)
		}
		return nil, failed("the metadata is that of another issuer, and must not be used for this one (RFC 8414 §3.3):%s%s", none.String(), hint)
	}
	return nil, failed("no metadata found for %s:%s\nIs this the issuer identifier? A server without metadata needs a target file written by hand; \"authassay targets show mock\" is an example.", t.Issuer, none.String())
}

// describe makes the draft of a target file from a document. Members of the
// wrong type are left out, with a remark.
func describe(t *target.Target, p place, issuer string) *discovered {
	d := &discovered{from: p.url, draft: target.Draft{Issuer: issuer}}
	if issuer != t.Issuer {
		d.remarks = append(d.remarks, fmt.Sprintf("the server calls itself %s; the file says so too, since the comparison is exact (RFC 8414 §3.3)", Quote(issuer)))
	}
	text := func(name string) string {
		s, ok := p.members.String(name)
		if !ok && p.members.Has(name) {
			d.remarks = append(d.remarks, "the metadata has "+name+", but not as a string; it is left out")
		}
		return s
	}
	list := func(name string) []string {
		raw, ok := p.members.Members[name]
		if !ok {
			return nil
		}
		var items []string
		if err := json.Unmarshal(raw, &items); err != nil {
			d.remarks = append(d.remarks, "the metadata has "+name+", but not as a list of strings; it is left out")
			return nil
		}
		return items
	}
	d.draft.AuthorizationEndpoint = text("authorization_endpoint")
	d.draft.TokenEndpoint, d.draft.JWKSURI = text("token_endpoint"), text("jwks_uri")
	d.draft.GrantTypes = list("grant_types_supported")
	d.draft.AuthMethods = list("token_endpoint_auth_methods_supported")
	d.draft.Scopes = list("scopes_supported")
	return d
}

// quoteless makes a text that a server had a part in fit for a terminal.
func quoteless(s string) string {
	q := Quote(s)
	return q[1 : len(q)-1]
}
