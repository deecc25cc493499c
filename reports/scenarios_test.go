package reports

import (
	"strings"
	"time"
)

// scenarios are the kinds of run that every writer has to serve. They are
// functions, so that no test sees what another changed.
var scenarios = map[string]func() Report{
	"green":            greenRun,
	"red":              redRun,
	"warnings":         warningRun,
	"strict":           strictRun,
	"not-run":          notRunRun,
	"inconclusive":     inconclusiveRun,
	"interrupted":      interruptedRun,
	"deadline":         deadlineRun,
	"unreachable":      unreachableRun,
	"same-trouble":     sameTroubleRun,
	"lost":             lostRun,
	"nothing-selected": nothingSelectedRun,
	"unfinished":       unfinishedRun,
	"known-failures":   knownFailuresRun,
	"unexpected-pass":  unexpectedPassRun,
	"several-targets":  severalTargetsRun,
	"shard":            shardRun,
	"hostile":          hostileRun,
}

const asRole = "authorization-server"

func scenario(name string) Report {
	r := scenarios[name]()
	outcome := Decide(r, DecideOptions{})
	r.Outcome = &outcome
	return r
}

func run(targets ...TargetReport) Report {
	return Report{
		SchemaVersion: SchemaVersion,
		RunID:         "RUN2B7",
		Tool:          Tool{Name: "authassay", Version: "v0.1.0", Go: "go1.26"},
		Started:       time.Date(2026, 1, 2, 15, 4, 5, 678e6, time.FixedZone("CET", 3600)),
		DurationMS:    2345,
		Seed:          "5eed",
		Targets:       targets,
	}
}

func mock(results ...Result) TargetReport {
	return TargetReport{
		Name: "mock", Issuer: "http://127.0.0.1:9090", Version: "mockidp", Policy: "bcp",
		Roles: []string{asRole}, Results: results, Exchanges: tokenExchanges(),
	}
}

func result(id, area, level, clause string, v Verdict) Result {
	return Result{
		ID: id, Area: area, Role: asRole, Title: "What " + id + " asks of the server",
		Clauses: []string{clause}, Level: level, Verdict: v, DurationMS: 12,
	}
}

func passes() []Result {
	return []Result{
		result("meta-wellknown-200", "meta", "MUST", "RFC 8414 §3", Pass),
		result("meta-issuer-identical", "meta", "MUST", "RFC 8414 §3.3", Pass),
		result("cc-happy", "cc", "MUST", "RFC 6749 §4.4", Pass),
	}
}

func failing() Result {
	r := result("cc-no-auth", "cc", "MUST", "RFC 6749 §4.4.2", Fail)
	r.Title = "The token endpoint refuses a confidential client that sends no credentials"
	r.Message = "a token was issued without client authentication"
	r.Step = "without credentials"
	r.Expected = "401 with the error invalid_client, and no token"
	r.Got = "200 with an access token"
	r.Exchanges = []int{1, 2}
	r.Findings = []Finding{
		{Verdict: Fail, Message: r.Message, Step: r.Step, Expected: r.Expected, Got: r.Got, Exchange: 2},
		{Verdict: Fail, Message: "the answer may be cached", Expected: "Cache-Control: no-store", Got: "no Cache-Control", Exchange: 2},
	}
	return r
}

func warning() Result {
	r := result("tok-unknown-grant", "tok", "prose", "RFC 6749 §5.2", Warn)
	r.Message = "the refusal carries another error code"
	r.Expected = "unsupported_grant_type"
	r.Got = "invalid_request"
	r.Exchanges = []int{2}
	return r
}

func informational() Result {
	r := result("meta-response-types", "meta", "MAY", "RFC 8414 §2", Info)
	r.Message = "no response types are listed"
	r.Observations = []Observation{{Name: "response types", Value: "none"}}
	return r
}

func erring() Result {
	r := result("ca-basic", "ca", "MUST", "RFC 6749 §2.3.1", Error)
	r.Message = "the control request failed: connection refused"
	r.Step = "control"
	r.Exchanges = []int{3}
	return r
}

func needing(id string) Result {
	r := result(id, "ca", "MUST", "RFC 6749 §2.3.1", NotRun)
	r.Need, r.Hint, r.DurationMS = "a confidential client", "add --client-id and --client-secret", 0
	r.Adds = []string{"--client-id", "--client-secret"}
	return r
}

func stopped(id string, stop Stop) Result {
	r := result(id, "tok", "MUST", "RFC 6749 §3.2", NotRun)
	r.Message, r.DurationMS = "the run was stopped by "+string(stop), 0
	return r
}

func tokenExchanges() []Exchange {
	post := func(n int, step string, status int, body string) Exchange {
		return Exchange{
			Number: n, Check: "cc-no-auth", Step: step, StartedMS: 100, DurationMS: 7,
			Request: Message{
				Method: "POST", URL: "http://127.0.0.1:9090/token", Proto: "HTTP/1.1",
				Header: []Header{{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "Basic [redacted #a1b2]"}},
				Body:   "grant_type=client_credentials&scope=read", BodyBytes: 40,
			},
			Response: &Message{
				Status: status, Proto: "HTTP/1.1",
				Header: []Header{{"Content-Type", "application/json"}}, Body: body, BodyBytes: int64(len(body)),
			},
		}
	}
	refused := post(3, "control", 0, "")
	refused.Response, refused.Error = nil, "dial tcp 127.0.0.1:9090: connection refused"
	return []Exchange{
		post(1, "control", 200, "{\r\n  \"access_token\": \"[redacted #c3d4]\",\r\n  \"token_type\": \"Bearer\"\r\n}"),
		post(2, "without credentials", 200, `{"access_token":"[redacted #e5f6]"}`),
		refused,
	}
}

func greenRun() Report   { return run(mock(passes()...)) }
func redRun() Report     { return run(mock(append(passes(), failing(), warning(), informational())...)) }
func warningRun() Report { return run(mock(append(passes(), warning(), informational())...)) }
func notRunRun() Report {
	return run(mock(append(passes(), needing("ca-basic"), needing("ca-post"), needing("ca-wrong-secret"))...))
}
func inconclusiveRun() Report { return run(mock(append(passes(), erring())...)) }

func strictRun() Report {
	raised := warning()
	raised.Verdict, raised.Raised = Fail, true
	r := run(mock(append(passes(), raised)...))
	r.Strict = true
	return r
}

func interruptedRun() Report {
	r := run(mock(append(passes(), failing(), stopped("tok-no-store", StopTerminate), stopped("tok-post-only", StopTerminate))...))
	r.Stopped = StopTerminate
	return r
}

func deadlineRun() Report {
	r := run(mock(append(passes(), stopped("tok-no-store", StopDeadline))...))
	r.Stopped = StopDeadline
	return r
}

func unreachableRun() Report {
	t := mock()
	t.Exchanges, t.Unreachable = nil, "dial tcp 127.0.0.1:9090: connection refused"
	t.Results = afflicted("the target cannot be reached: " + t.Unreachable)
	return run(t)
}

// lostRun met a target that went away in mid-run, with something of the run's
// still there.
func lostRun() Report {
	t := mock(append(passes(), afflicted("control: no complete answer within 10s")...)...)
	t.Lost = "the target stopped answering: 6 requests in a row, the last: no complete answer within 10s"
	t.Left = []string{"client 4711: no complete answer within 10s"}
	t.Logins, t.WaitedMS = 3, 12_340
	return run(t)
}

// sameTroubleRun has many checks that met one trouble, and one that met another.
func sameTroubleRun() Report {
	other := result("jwks-fetch", "jwks", "MUST", "RFC 7517 §5", Error)
	other.Message = "the JWK Set answered 503"
	return run(mock(append(append(passes(), afflicted("control: no complete answer within 10s")...), other)...))
}

// afflicted are ten checks that could not be judged for one reason.
func afflicted(why string) []Result {
	var out []Result
	for _, id := range []string{"cc-happy", "cc-no-auth", "ca-basic", "ca-none", "ca-post", "ca-wrong-secret", "tok-no-store", "tok-missing-grant", "tok-post-only", "tok-error-shape"} {
		area, _, _ := strings.Cut(id, "-")
		r := result(id, area, "MUST", "RFC 6749 §5.2", Error)
		r.Message = why
		out = append(out, r)
	}
	return out
}

func nothingSelectedRun() Report { t := mock(); t.Exchanges = nil; return run(t) }
func unfinishedRun() Report      { r := run(); r.Stopped = StopUnfinished; return r }

func knownFailuresRun() Report {
	r := run(mock(append(passes(), failing())...))
	k := KnownFailing{Path: "known-failing.yaml", Entries: []KnownFailure{
		{Check: "cc-no-auth", Verdict: Fail, Reason: "mended upstream, not released yet", Link: "https://example.org/issues/7", Line: 3},
		{Check: "jwks-fetch", Verdict: Fail, Reason: "the key set is not published", Line: 6},
	}}
	k.Apply(&r)
	return r
}

// shardRun is the second of three parts of a run with a known-failing file.
func shardRun() Report {
	r := run(mock(append(passes(), failing())...))
	k := KnownFailing{Path: "known-failing.yaml", Entries: []KnownFailure{
		{Check: "cc-no-auth", Verdict: Fail, Reason: "mended upstream, not released yet", Version: "mockidp", Expires: "2027-01-31", Line: 3},
		{Check: "jwks-fetch", Verdict: Fail, Reason: "the key set is not published", Line: 6},
	}}
	r.Shard = &Shard{Index: 2, Count: 3, Areas: []string{"cc", "meta"}, Skip: []string{"cc-no-*"}, MinDecided: 20, KnownFailing: &k}
	k.Apply(&r)
	return r
}

func unexpectedPassRun() Report {
	r := run(mock(passes()...))
	k := KnownFailing{Path: "known-failing.yaml", Entries: []KnownFailure{
		{Check: "cc-happy", Verdict: Fail, Reason: "broken since release 2.1", Line: 3},
	}}
	k.Apply(&r)
	return r
}

func severalTargetsRun() Report {
	// Two names that become one when their dots and colons are replaced.
	a, b, c := mock(append(passes(), failing())...), mock(passes()...), mock(append(passes(), needing("ca-basic"))...)
	a.Name, b.Name, c.Name = "as.example.org:8443", "as-example/org:8443", "as.example/org:8443"
	c.Unreachable = ""
	return run(a, b, c)
}

// hostileText is what a server may put wherever it is quoted.
const hostileText = "esc \x1b[2J\x1b]0;title\x07 bell \x00 nul \x9b csi \xff\xfe bad utf-8 ]]> <b>&amp;\" '" +
	" bidi \u202egnp.exe\u202c zero\u200bwidth nonchar \ufffe\uffff c1 \u0085\u009b sep \u2028 cr \rX \U000e0041 emoji \U0001f600"

func hostileRun() Report {
	bad := failing()
	bad.Message, bad.Expected, bad.Got = hostileText+"\nsecond line", hostileText, strings.Repeat("long ", 200)+hostileText
	bad.Findings = nil
	twin := bad // the same id once more, which GitLab would drop
	skipped := needing("ca-basic")
	skipped.Need, skipped.Hint = hostileText, hostileText
	odd := result("tok.odd]]>\x1bid", "a.b", "MUST", hostileText, Warn)
	odd.Title, odd.Level = hostileText, hostileText
	same := result("tok-odd", "a:b", "MUST", "RFC 6749 §5.2", Error)
	t := mock(append(passes(), bad, twin, skipped, odd, same)...)
	t.Name, t.Issuer = "evil.example]]>\x1b[31m", "http://evil.example/"+hostileText
	body := strings.Repeat("0123456789abcde\n", 300)
	t.Exchanges[1].Response.Body, t.Exchanges[1].Response.BodyBytes = hostileText+body, 1<<20
	t.Exchanges[1].Response.Shortened = true
	t.Exchanges[1].Response.Header = []Header{{"X-Evil", hostileText}, {"X-Long", strings.Repeat("x", 5000)}}
	r := run(t)
	r.Notes = []string{hostileText}
	return r
}
