package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

const (
	// maxAnnotations is how many annotations of one kind GitHub shows of a step.
	maxAnnotations = 10
	// maxAnnotationText is how much of one text an annotation tells, in bytes.
	maxAnnotationText = 2 << 10
)

// WriteAnnotations writes the report as workflow commands of GitHub Actions,
// which the runner reads from the output of a step and shows as annotations: an
// error for the run where no single check shows what is wrong, for each check
// that fails and each trouble that left checks without a verdict, and a warning
// for each check that warns. GitHub shows ten of a kind, so the tenth says how
// many there are more. A report without any gives nothing. The error is that
// of the writer.
func WriteAnnotations(w io.Writer, r Report) error {
	if r.Outcome == nil {
		decided := Decide(r, DecideOptions{})
		r.Outcome = &decided
	}
	var errors, warnings []annotation
	if len(r.Outcome.RunReasons) > 0 {
		errors = append(errors, annotation{"authassay", r.Outcome.Sentence})
	}
	for i := range r.Targets {
		at := ""
		if len(r.Targets) > 1 {
			at = " at " + flat(r.Targets[i].Name)
		}
		e, w := annotate(&r.Targets[i], at)
		errors, warnings = append(errors, e...), append(warnings, w...)
	}
	b := bufio.NewWriter(w)
	writeAnnotations(b, "error", errors)
	writeAnnotations(b, "warning", warnings)
	return b.Flush()
}

// annotation is one, before it is escaped.
type annotation struct{ title, message string }

func annotate(t *TargetReport, at string) (errors, warnings []annotation) {
	met := map[string][]string{}
	for i := range t.Results {
		if r := &t.Results[i]; troubled(t, r) {
			met[headline(r)] = append(met[headline(r)], caseName(r))
		}
	}
	told := map[string]bool{}
	for i := range t.Results {
		r := &t.Results[i]
		what := headline(r)
		title := strings.TrimSpace(caseName(r) + at + ": " + clauseOf(r))
		text := strings.TrimSuffix(what+"\n"+annotated("expected", r.Expected)+annotated("got", r.Got), "\n")
		switch {
		case r.UnexpectedPass != "":
			errors = append(errors, annotation{title, "passes, but the known-failing file lists it: remove its entry"})
		case kindOf(r) == kindFailure:
			errors = append(errors, annotation{title, text})
		case troubled(t, r) && len(met[what]) == 1:
			errors = append(errors, annotation{title, "could not be judged: " + what})
		case troubled(t, r) && !told[what]:
			told[what] = true
			errors = append(errors, annotation{fmt.Sprintf("%d checks could not be judged%s", len(met[what]), at), what})
		case r.Verdict == Warn:
			warnings = append(warnings, annotation{title, text})
		}
	}
	return errors, warnings
}

// annotated is a line of an annotation; nothing where there is no text.
func annotated(label, text string) string {
	if text = flatTo(text, maxAnnotationText); text == "" {
		return ""
	}
	return label + ": " + text + "\n"
}

func writeAnnotations(w io.Writer, kind string, all []annotation) {
	if more := len(all) - maxAnnotations; more > 0 {
		all = append(all[:maxAnnotations-1:maxAnnotations-1], annotation{"authassay", fmt.Sprintf("%d more like these; the reports show all", more+1)})
	}
	for _, a := range all {
		// The writer keeps its first error for Flush.
		_, _ = fmt.Fprintf(w, "::%s title=%s::%s\n", kind,
			commandProperty.Replace(flatTo(a.title, maxMessage)), commandData.Replace(visible(a.message)))
	}
}

// What the runner takes for the end of a line, and in a property for the end of
// the property too, is escaped; it decodes these and nothing else.
var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
