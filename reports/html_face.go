package reports

import "strings"

// face is how a result is shown: its word, its class, and the heading of the
// group it stands in. Faces are in the order in which a reader needs them.
type face struct {
	Key, Word, Heading, Option string
	Count                      int
	Anchor                     string // of the group of these results
}

const (
	faceFail = iota
	faceUnexpected
	faceError
	faceKnown
	faceWarn
	faceInfo
	faceNotRun
	facePass
)

var faces = [...]face{
	faceFail:       {"fail", wordFail, "Broken requirements", "fail", 0, ""},
	faceUnexpected: {"unexpected", "UNEXPECTED PASS", "Listed as known failing, and they hold", "unexpected pass", 0, ""},
	faceError:      {"error", wordError, "Could not be judged", "error", 0, ""},
	faceKnown:      {"known", wordKnown, "Known failures", "known", 0, ""},
	faceWarn:       {"warn", wordWarn, "Warnings", "warn", 0, ""},
	faceInfo:       {"info", wordInfo, "For information", "info", 0, ""},
	faceNotRun:     {"not-run", wordNotRun, "Not run", "not run", 0, ""},
	facePass:       {"pass", wordPass, "Requirements that hold", "pass", 0, ""},
}

func faceOf(r *Result) int {
	switch {
	case r.UnexpectedPass != "":
		return faceUnexpected
	case r.Verdict == Fail && r.KnownFailing != "":
		return faceKnown
	}
	switch r.Verdict {
	case Pass:
		return facePass
	case Fail:
		return faceFail
	case Warn:
		return faceWarn
	case Info:
		return faceInfo
	case Error:
		return faceError
	}
	return faceNotRun
}

// headlineOf is the one line by which a reader tells a result from the others.
func headlineOf(r *Result) string {
	switch faceOf(r) {
	case faceUnexpected:
		return "passes, but the known-failing file lists it"
	case faceNotRun:
		if r.Need != "" {
			return "needs " + line(r.Need, maxMessage)
		}
		return first(line(r.Message, maxMessage), "not run")
	case facePass:
		return first(line(r.Title, maxMessage), nameOf(r))
	}
	message := r.Message
	if strings.TrimSpace(message) == "" && len(r.Findings) > 0 {
		message = r.Findings[0].Message
	}
	return oneLine(clip(first(message, r.Title, r.ID), maxMessage))
}
