package reports

import (
	"fmt"
	"strings"
)

// junitKind is the child element by which readers of JUnit files tell a
// verdict; a case that passed has none.
type junitKind string

const (
	kindPassed  junitKind = ""
	kindFailure junitKind = "failure"
	kindError   junitKind = "error"
	kindSkipped junitKind = "skipped"
)

const (
	// maxFindings is how many deviations of one check a text report lists.
	maxFindings = 10
	// maxMessage is how long the attribute "message" may grow, in bytes.
	maxMessage = 500
	// maxFieldText is how much of expected and got is told, in bytes.
	maxFieldText = 8 << 10
)

// kindOf decides where readers find the verdict of a result.
//
// A known failure is skipped. It must not be red, and must not vanish among
// the cases that pass either: of those GitLab shows no text at all, and
// Jenkins cuts their system-out to 500 characters at each end. Both list and
// count skipped cases, Jenkins with the attribute "message", GitLab with the
// element's text. pytest reports an expected failure in the same way.
//
// A listed check that holds is a failure, because it fails the run.
func kindOf(r *Result) junitKind {
	switch {
	case r.Verdict == Error:
		return kindError
	case r.UnexpectedPass != "", r.Verdict == Fail && r.KnownFailing == "":
		return kindFailure
	case r.Verdict == Fail, !r.Verdict.Decided():
		return kindSkipped
	default:
		return kindPassed
	}
}

func caseName(r *Result) string { return first(flat(r.ID), "unnamed") }

func writeCase(x *xmlWriter, s *junitSuite, r *Result) {
	attributes := []string{"name", caseName(r), "classname", s.class, "time", seconds(r.DurationMS)}
	kind := kindOf(r)
	if kind == kindPassed && r.Verdict == Pass {
		x.empty("testcase", attributes...)
		return
	}
	x.open("testcase", attributes...)
	switch {
	case kind == kindFailure && r.UnexpectedPass != "":
		message := "passes, but the known-failing file lists it: remove its entry"
		x.text("failure", message+"\n\n"+"reason given there: "+flat(r.UnexpectedPass)+"\n\n"+details(r, s.index, true),
			"type", "KNOWN-FAILING", "message", message)
	case kind == kindFailure:
		x.text("failure", details(r, s.index, true),
			"type", clip(first(flat(r.Level), "FAIL"), maxMessage), "message", headline(r))
	case kind == kindError:
		x.text("error", details(r, s.index, true), "type", "not decided", "message", headline(r))
	case kind == kindSkipped && r.Verdict == Fail:
		// The reason is what a reader needs; the failure itself follows.
		reason := "known failure: " + flat(r.KnownFailing)
		if r.KnownFailingLink != "" {
			reason += " (" + flat(r.KnownFailingLink) + ")"
		}
		x.text("skipped", reason+"\n\n"+details(r, s.index, true), "type", "known-failing", "message", clip(reason, maxMessage))
	case kind == kindSkipped:
		need := clip(needOf(r), maxMessage)
		x.text("skipped", need, "type", "not-run", "message", need)
	default:
		// Jenkins keeps 500 characters at each end: the verdict stands first.
		word := strings.ToUpper(flat(string(r.Verdict)))
		x.text("system-out", word+": "+headline(r)+"\n\n"+details(r, s.index, r.Verdict == Warn))
	}
	x.close("testcase")
}

// writeRunCase is the case for what no single check shows.
func writeRunCase(x *xmlWriter, r *Report) {
	var b strings.Builder
	b.WriteString(visible(r.Outcome.Sentence) + "\n")
	for _, reason := range r.Outcome.RunReasons {
		if strings.Contains(r.Outcome.Sentence, reason) {
			continue
		}
		b.WriteString("- " + flat(reason) + "\n")
	}
	x.open("testcase", "name", "outcome", "classname", runClass, "time", seconds(r.DurationMS))
	x.text("error", b.String(), "type", "not decided", "message", flatTo(r.Outcome.Sentence, maxMessage))
	x.close("testcase")
}

// headline is what is wrong, on one line.
func headline(r *Result) string {
	message := r.Message
	if strings.TrimSpace(message) == "" && len(r.Findings) > 0 {
		message = r.Findings[0].Message
	}
	return clip(oneLine(first(message, r.Title, r.ID)), maxMessage)
}

// needOf is why a check did not run.
func needOf(r *Result) string {
	return first(flat(r.Need), flat(r.Message), "not run")
}

// details explains a result to someone who has nothing but this text: title,
// clause, expected, got, further deviations and the exchanges.
func details(r *Result, index exchangeIndex, exchanges bool) string {
	var b strings.Builder
	line := func(label, value string) {
		if strings.TrimSpace(value) == "" {
			return
		}
		value, cut := shorten(value, maxFieldText)
		if cut {
			value += "..."
		}
		value = strings.TrimSpace(visible(value))
		fmt.Fprintf(&b, "%-9s %s\n", label, strings.ReplaceAll(value, "\n", "\n          "))
	}
	fmt.Fprintf(&b, "%s: %s\n", caseName(r), flat(r.Title))
	line("clause:", clauseOf(r))
	if what := headline(r); r.Message != "" {
		line("message:", r.Message)
	} else if what != oneLine(r.Title) {
		line("message:", what)
	}
	line("step:", r.Step)
	line("expected:", r.Expected)
	line("got:", r.Got)
	line("hint:", r.Hint)
	if r.Raised {
		b.WriteString("A warning by itself; --strict makes it a failure.\n")
	}
	writeFindings(&b, r)
	for _, o := range r.Observations {
		line("observed:", flat(o.Name)+" = "+flat(o.Value))
	}
	if exchanges {
		picked, left := index.of(r)
		for _, e := range picked {
			b.WriteByte('\n')
			writeExchange(&b, e)
		}
		if left > 0 {
			fmt.Fprintf(&b, "\n%s in report.json\n", plural(left, "more exchange", "more exchanges"))
		}
	}
	fmt.Fprintf(&b, "\nWhat is sent and how it is judged: authassay explain %s\n", caseName(r))
	return b.String()
}

// writeFindings lists the deviations after the first, which is in the message.
func writeFindings(b *strings.Builder, r *Result) {
	for i, f := range r.Findings {
		if i == 0 && strings.TrimSpace(f.Message) == strings.TrimSpace(r.Message) {
			continue
		}
		if i == maxFindings {
			fmt.Fprintf(b, "%s in report.json\n", plural(len(r.Findings)-i, "more deviation", "more deviations"))
			return
		}
		fmt.Fprintf(b, "also:     %s", flatTo(f.Message, maxMessage))
		if f.Expected != "" || f.Got != "" {
			fmt.Fprintf(b, " (expected %s, got %s)", flatTo(f.Expected, maxMessage), flatTo(f.Got, maxMessage))
		}
		if f.Exchange != 0 {
			fmt.Fprintf(b, ", exchange %d", f.Exchange)
		}
		b.WriteByte('\n')
	}
}

// clauseOf names the clause, its requirement word and whom it binds.
func clauseOf(r *Result) string {
	clause := flat(strings.Join(r.Clauses, ", "))
	if level := flat(r.Level); level != "" {
		clause = strings.TrimSpace(clause + " (" + level + ")")
	}
	if r.Binds != "" {
		clause += ", binds the " + flat(r.Binds)
	}
	return clause
}
