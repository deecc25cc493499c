package reports

import (
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"
)

const (
	sarifSchema = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"
	homePage    = "https://github.com/authassay/authassay"
)

// WriteSARIF writes the report in SARIF 2.1.0, which code scanning reads: a run
// for each target, a rule for each check, a result for each check that fails
// (level error) or warns (level warning), with the exchange that shows it.
// A known failure is a result with a suppression. Checks that could not be
// judged, and what concerns the run as a whole, are notifications of the tool's
// execution; a known failure that passes is one of its configuration, since the
// target is not what is wrong. What holds and what did not run leave nothing.
//
// Where a result lies is the target, as a logical location. Code scanning
// refuses a file with any result that has no place in a file, and takes only
// relative ones, so the target also stands as "authassay/" and its name, where
// no file is. The fingerprints depend on the names of target and check alone.
// The error is that of the writer.
func WriteSARIF(w io.Writer, r Report) error {
	if r.Outcome == nil {
		decided := Decide(r, DecideOptions{})
		r.Outcome = &decided
	}
	log := sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{}}
	segments := targetSegments(r.Targets)
	for i := range r.Targets {
		log.Runs = append(log.Runs, sarifOf(&r, &r.Targets[i], segments[i]))
	}
	if len(r.Targets) == 0 {
		run := sarifRun{Results: []sarifResult{}}
		run.describe(&r, "none")
		log.Runs = append(log.Runs, run)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(log)
}

// sarifOf is the run of one target.
func sarifOf(r *Report, t *TargetReport, segment string) sarifRun {
	run := sarifRun{Results: []sarifResult{}}
	run.describe(r, segment)
	for name, value := range map[string]string{"target": t.Name, "issuer": t.Issuer, "targetVersion": t.Version, "policy": t.Policy} {
		if value != "" {
			run.Properties[name] = flat(value)
		}
	}
	place := sarifPlace(t, segment)
	index, rules, seen := indexExchanges(t), map[string]int{}, map[string]int{}
	for i := range t.Results {
		res := &t.Results[i]
		id := caseName(res)
		rule, have := rules[id]
		if !have {
			rule = len(rules)
			rules[id] = rule
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(res))
		}
		seen[id]++
		inv := &run.Invocations[0]
		switch {
		case res.UnexpectedPass != "":
			inv.Configuration = append(inv.Configuration, sarifNotice(res, rule, place,
				"passes, but the known-failing file lists it: remove its entry. Reason given there: "+flat(res.UnexpectedPass)))
		case res.Verdict == Error:
			inv.Execution = append(inv.Execution, sarifNotice(res, rule, place, "could not be judged: "+headline(res)))
		case res.Verdict == Fail, res.Verdict == Warn:
			out := sarifResultOf(res, index)
			out.RuleIndex, out.Locations = rule, place
			out.Fingerprint = fingerprints(t.Name, id, seen[id])
			run.Results = append(run.Results, out)
		}
	}
	return run
}

// describe fills in what concerns the run as a whole.
func (run *sarifRun) describe(r *Report, segment string) {
	driver := sarifDriver{Name: first(flat(r.Tool.Name), "authassay"), Version: flat(r.Tool.Version), InformationURI: homePage, Rules: []sarifRule{}}
	driver.SemanticVersion = semantic.FindString(strings.TrimPrefix(driver.Version, "v"))
	run.Tool.Driver = driver
	// Code scanning takes what stands before the last slash for the category,
	// in which the results of one upload replace those of the one before.
	run.Automation.ID = "authassay/" + segment + "/" + r.RunID
	inv := sarifInvocation{
		ExitCode: r.Outcome.Code, ExitCodeDescription: flat(r.Outcome.Sentence),
		ExecutionSuccessful: r.Outcome.Code == ExitOK || r.Outcome.Code == ExitFail,
	}
	if !r.Started.IsZero() {
		const form = "2006-01-02T15:04:05.000Z"
		inv.StartTimeUTC = r.Started.UTC().Format(form)
		inv.EndTimeUTC = r.Started.Add(time.Duration(max(r.DurationMS, 0)) * time.Millisecond).UTC().Format(form)
	}
	for _, reason := range r.Outcome.RunReasons {
		inv.Execution = append(inv.Execution, sarifNotification{Message: sarifText(reason), Level: "error"})
	}
	run.Invocations = []sarifInvocation{inv}
	run.Properties = map[string]any{"runId": r.RunID, "strict": r.Strict}
	if r.Seed != "" {
		run.Properties["seed"] = r.Seed
	}
	if len(r.Notes) > 0 {
		notes := make([]string, len(r.Notes))
		for i, n := range r.Notes {
			notes[i] = flat(n)
		}
		run.Properties["notes"] = notes
	}
}

// semantic is a version that its field may hold (semver.org).
var semantic = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// sarifPlace is the target as a location.
func sarifPlace(t *TargetReport, segment string) []sarifLocation {
	return []sarifLocation{{
		Physical: sarifPhysical{Artifact: sarifArtifact{URI: "authassay/" + url.PathEscape(segment)}, Region: sarifRegion{StartLine: 1}},
		Logical:  []sarifLogical{{Name: first(flat(t.Name), "unnamed target"), Full: flat(t.Issuer), Kind: "resource"}},
	}}
}

// sarifResultOf is a check that fails or warns.
func sarifResultOf(r *Result, index exchangeIndex) sarifResult {
	out := sarifResult{
		RuleID: caseName(r), Kind: "fail", Level: "error", Message: sarifText(sarifStory(r)), Suppression: []sarifSuppression{},
		Properties: map[string]any{"clauses": flatAll(r.Clauses), "level": flat(r.Level), "role": flat(r.Role), "area": flat(r.Area)},
	}
	if r.Verdict == Warn {
		out.Level = "warning"
	}
	if r.Raised {
		out.Properties["raised"] = true
	}
	if r.Verdict == Fail && r.KnownFailing != "" {
		why := flat(r.KnownFailing)
		if r.KnownFailingLink != "" {
			why += " (" + flat(r.KnownFailingLink) + ")"
		}
		out.Suppression = []sarifSuppression{{Kind: "external", Justification: why}}
	}
	if e := deciding(r, index); e != nil {
		out.WebRequest, out.WebResponse = sarifExchange(e)
		out.Properties["exchange"] = e.Number
	}
	return out
}

// sarifNotice is what a check says of the run rather than of the target.
func sarifNotice(r *Result, rule int, place []sarifLocation, text string) sarifNotification {
	return sarifNotification{
		Message: sarifText(caseName(r) + " " + text), Level: "error", Locations: place,
		AssociatedRule: &sarifRuleRef{ID: caseName(r), Index: rule},
	}
}

// deciding is the exchange that shows what is wrong: that of the first finding
// that has one, or the last of the check.
func deciding(r *Result, index exchangeIndex) *Exchange {
	for _, f := range r.Findings {
		if e := index[f.Exchange]; e != nil {
			return e
		}
	}
	if n := len(r.Exchanges); n > 0 {
		return index[r.Exchanges[n-1]]
	}
	return nil
}
