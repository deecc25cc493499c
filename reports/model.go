// Package reports holds the result model of a run and its writers. Everything
// a reader of a run can learn is in a Report; every writer is a pure function
// of it. The package imports nothing else of this project, so that a report
// can be read back, merged and rewritten without the engine that made it.
package reports

import "time"

// SchemaVersion is the version of the JSON form of Report. It changes when a
// reader of an older version would misread a newer document.
const SchemaVersion = 1

// Report is what one run of authassay found, for every target it assayed.
type Report struct {
	SchemaVersion int       `json:"schemaVersion"`
	RunID         string    `json:"runId"`
	Tool          Tool      `json:"tool"`
	Started       time.Time `json:"started"`
	// Duration is the wall time of the whole run in milliseconds.
	DurationMS int64 `json:"durationMs"`
	// Seed reproduces what the run invented (scopes, client identifiers,
	// parameters); it is printed so that a run can be repeated.
	Seed string `json:"seed"`
	// Strict tells that warnings count as failures.
	Strict bool `json:"strict"`
	// Stopped says why the run ended before every check was judged; empty
	// when it ran to its end.
	Stopped Stop `json:"stopped,omitempty"`
	// Shard says which part of the checks the report is about; nil when it is
	// about all that were selected.
	Shard *Shard `json:"shard,omitempty"`
	// Notes are remarks on the run as a whole, for example that a secret was
	// given on the command line.
	Notes []string `json:"notes,omitempty"`
	// Outcome is what Decide made of the run, kept so that every report names
	// the same exit code for the same reasons; nil until it was decided.
	Outcome *Outcome       `json:"outcome,omitempty"`
	Targets []TargetReport `json:"targets"`
}

// Tool says which build of authassay made the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Go      string `json:"go,omitempty"`
}

// Stop is the reason why a run ended early.
type Stop string

// The reasons why a run ends early. The exit code depends on them.
const (
	StopNone      Stop = ""
	StopInterrupt Stop = "SIGINT"
	StopTerminate Stop = "SIGTERM"
	StopHangup    Stop = "SIGHUP"
	StopDeadline  Stop = "deadline"
	// StopUnfinished marks the report that is written before a run starts and
	// stays when the run is killed before it can write its own.
	StopUnfinished Stop = "unfinished"
)

// TargetReport is what the run found at one target.
type TargetReport struct {
	Name   string `json:"name"`
	Issuer string `json:"issuer,omitempty"`
	// Version of the target's software as its target file states it.
	Version string   `json:"version,omitempty"`
	Policy  string   `json:"policy"`
	Roles   []string `json:"roles"`
	// Own tells that the server was started for the run and ended with it, so
	// that its address says nothing beyond.
	Own bool `json:"own,omitempty"`
	// Unreachable is the reason why nothing could be asked of the target.
	Unreachable string `json:"unreachable,omitempty"`
	// Lost is the reason why the run at this target ended early: it stopped
	// answering.
	Lost string `json:"lost,omitempty"`
	// Left are the things that the run made at the target and could not remove.
	Left []string `json:"left,omitempty"`
	// Logins counts how often a user logged in.
	Logins int `json:"logins,omitempty"`
	// WaitedMS is the time that checks spent waiting, in milliseconds: for
	// something to expire, or because the target limits the rate of requests.
	WaitedMS  int64      `json:"waitedMs,omitempty"`
	Results   []Result   `json:"results"`
	Exchanges []Exchange `json:"exchanges,omitempty"`
}

// Verdict is the outcome of one check.
type Verdict string

// The verdicts. Error means that nothing can be said about the target, and is
// never a pass. NotRun means that the target lacks what the check needs, or
// that the run ended first.
const (
	Pass   Verdict = "pass"
	Fail   Verdict = "fail"
	Warn   Verdict = "warn"
	Info   Verdict = "info"
	Error  Verdict = "error"
	NotRun Verdict = "not run"
)

// Decided tells whether the verdict says something about the target.
func (v Verdict) Decided() bool {
	return v == Pass || v == Fail || v == Warn || v == Info
}

// Result is the outcome of one check at one target, with what explains it.
type Result struct {
	ID    string `json:"id"`
	Area  string `json:"area"`
	Role  string `json:"role"`
	Title string `json:"title"`
	// Clauses the check rests on, for example "RFC 6749 §5.2".
	Clauses []string `json:"clauses"`
	// Level is the requirement word of the clause: MUST, SHOULD, prose …
	Level string `json:"level"`
	// Binds says whom the clause binds when that is not the target.
	Binds string `json:"binds,omitempty"`
	// Sent says what the check sends, Judged how it reads the answers; both are
	// for people.
	Sent    string  `json:"sent,omitempty"`
	Judged  string  `json:"judged,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Observer marks a check that sends nothing and judges what others sent.
	Observer bool `json:"observer,omitempty"`
	// Strict tells that the verdict was raised from warn to fail by --strict.
	Raised bool `json:"raised,omitempty"`
	// KnownFailing is the reason given in the known-failing file, when the
	// verdict is excused by it.
	KnownFailing string `json:"knownFailing,omitempty"`
	// KnownFailingLink is the link or source line of that entry, if it has one.
	KnownFailingLink string `json:"knownFailingLink,omitempty"`
	// KnownFailingExpires is the last day on which that entry holds, as 2027-01-31,
	// if it has one.
	KnownFailingExpires string `json:"knownFailingExpires,omitempty"`
	// KnownFailingVersion is the version of the target that entry is for, if it
	// names one.
	KnownFailingVersion string `json:"knownFailingVersion,omitempty"`
	// UnexpectedPass is the reason given in the known-failing file for a check
	// that holds after all; the entry is out of date and the run fails.
	UnexpectedPass string `json:"unexpectedPass,omitempty"`
	// Message is one line: what is wrong, or why nothing was decided.
	Message string `json:"message,omitempty"`
	// Step names the request that was judged: "control", "without credentials".
	Step     string `json:"step,omitempty"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// Need is what the target would have to offer, or the user to add, for a
	// check that did not run.
	Need string `json:"need,omitempty"`
	// Hint says what to do about it.
	Hint string `json:"hint,omitempty"`
	// Adds are the flags of the command line that would let the check run; empty
	// where none would.
	Adds []string `json:"adds,omitempty"`
	// Findings are all deviations, the first of them repeated in Message.
	Findings []Finding `json:"findings,omitempty"`
	// Observations are facts recorded without judging them.
	Observations []Observation `json:"observations,omitempty"`
	// Proves are the faults that are proven to turn the check red.
	Proves     []string `json:"proves,omitempty"`
	DurationMS int64    `json:"durationMs"`
	// Exchanges are the numbers of the exchanges that belong to the check, in
	// the order they were made.
	Exchanges []int `json:"exchanges,omitempty"`
}

// Finding is one deviation that a check saw.
type Finding struct {
	Verdict  Verdict `json:"verdict"`
	Message  string  `json:"message"`
	Step     string  `json:"step,omitempty"`
	Expected string  `json:"expected,omitempty"`
	Got      string  `json:"got,omitempty"`
	// Exchange is the number of the exchange that shows it; 0 for none.
	Exchange int `json:"exchange,omitempty"`
}

// Observation is a fact that was recorded and not judged.
type Observation struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Exchange is one HTTP request and its answer, already redacted.
type Exchange struct {
	// Number counts from 1 within a target.
	Number int    `json:"number"`
	Check  string `json:"check,omitempty"`
	Step   string `json:"step,omitempty"`
	// Purpose is what the endpoint is: "metadata", "jwks", "token".
	Purpose string `json:"purpose,omitempty"`
	// Started is the time since the run began, in milliseconds.
	StartedMS  int64    `json:"startedMs"`
	DurationMS int64    `json:"durationMs"`
	Request    Message  `json:"request"`
	Response   *Message `json:"response,omitempty"`
	// Error says why there is no (whole) answer: refused, timed out, cut off.
	Error string `json:"error,omitempty"`
	// Judged are the findings of observers on this exchange, kept with it so
	// that a filter, a shard or a parallel process cannot change a verdict.
	Judged []Judgement `json:"judged,omitempty"`
}

// Message is one side of an exchange. Request lines use Method and URL,
// answers use Status.
type Message struct {
	Method string   `json:"method,omitempty"`
	URL    string   `json:"url,omitempty"`
	Status int      `json:"status,omitempty"`
	Proto  string   `json:"proto,omitempty"`
	Header []Header `json:"header,omitempty"`
	Body   string   `json:"body,omitempty"`
	// BodyBytes is the number of bytes received or sent, before redaction and
	// before the body was shortened for the report.
	BodyBytes int64 `json:"bodyBytes,omitempty"`
	// Shortened tells that Body holds only a part.
	Shortened bool `json:"shortened,omitempty"`
}

// Header is one header field line; repeated names stay repeated.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Judgement is what one observer says about one exchange.
type Judgement struct {
	Check string `json:"check"`
	// OK tells that the observer's clause applied and held.
	OK       bool   `json:"ok"`
	Message  string `json:"message,omitempty"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// Safe marks a deviation that harmed nobody (see the verdict table).
	Safe bool `json:"safe,omitempty"`
}
