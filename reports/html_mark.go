package reports

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// markers know which parts of an exchange the findings on it speak of: the
// status, header fields, members of JSON, parameters. They are read from the
// words of the findings, since nothing else says what decided.
type markers struct {
	decides bool            // a finding names the exchange
	answer  map[string]bool // words of what was expected and got
	step    map[string]bool // words of the step, which names what was changed
	text    string

	status   bool
	redirect bool
	absent   []string // header fields that were expected and are not there
}

var (
	word       = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9_]|[1-5][0-9]{2}\b`)
	hyphenated = regexp.MustCompile(`\b(?:WWW|[A-Z][A-Za-z]*)(?:-[A-Z][A-Za-z]+)+\b`)
	member     = regexp.MustCompile(`"([^"\\\n]{3,64})"[ \t]*:[ \t]*("(?:[^"\\\n]|\\.)*"|[^\s,{}\[\]"]+)?`)
	parameter  = regexp.MustCompile(`(?:^|[?&#])([^=&?#\s]+)=?[^&#\s]*`)
)

func markersOf(r *Result, e *Exchange) *markers {
	k := &markers{answer: map[string]bool{}, step: map[string]bool{}}
	take := func(step string, texts ...string) {
		k.decides = true
		for _, t := range texts {
			t, _ = shorten(t, maxValueText)
			k.text += t + "\n"
			for _, w := range word.FindAllString(t, -1) {
				k.answer[w] = true
			}
		}
		for _, w := range word.FindAllString(step, -1) {
			k.step[w] = true
		}
		if len(texts) > 1 {
			k.missing(e, texts[1])
		}
	}
	for _, f := range r.Findings {
		if f.Exchange == e.Number {
			take(f.Step, f.Message, f.Expected, f.Got)
		}
	}
	if len(r.Findings) == 0 && r.Verdict != Pass && e.Number == decisiveExchange(r) {
		take(r.Step, r.Message, r.Expected, r.Got)
	}
	if !k.decides {
		return k
	}
	k.redirect = strings.Contains(k.text, "redirect")
	if e.Response != nil {
		k.status = k.answer[strconv.Itoa(e.Response.Status)] || k.answer["status"] || !k.marksAnswer(e.Response)
	}
	return k
}

// missing notes the header fields that a finding expected and the answer lacks.
func (k *markers) missing(e *Exchange, expected string) {
	if e.Response == nil {
		return
	}
	for _, at := range hyphenated.FindAllStringIndex(expected, -1) {
		name := expected[at[0]:at[1]]
		before := strings.TrimRight(expected[:at[0]], " ")
		if strings.HasSuffix(before, "no") || strings.HasSuffix(before, "without") || slices.Contains(k.absent, name) {
			continue
		}
		if !slices.ContainsFunc(e.Response.Header, func(h Header) bool { return strings.EqualFold(h.Name, name) }) {
			k.absent = append(k.absent, name)
		}
	}
}

// marksAnswer tells whether anything but the status of an answer is marked.
func (k *markers) marksAnswer(m *Message) bool {
	if len(k.absent) > 0 || slices.ContainsFunc(m.Header, func(h Header) bool { return k.responseField(h.Name) }) {
		return true
	}
	body, _ := shorten(m.Body, maxPageBody)
	return slices.ContainsFunc(k.members(body), func(p htmlPart) bool { return p.Mark })
}

// responseField tells whether the findings speak of a header field of the answer.
// A name without a hyphen may be a word ("date"): it counts as it is spelled.
func (k *markers) responseField(name string) bool {
	if !k.decides {
		return false
	}
	if strings.EqualFold(name, "Location") && k.redirect {
		return true
	}
	return named(k.answer, name)
}

func (k *markers) requestField(name string) bool { return k.decides && named(k.step, name) }

func named(words map[string]bool, name string) bool {
	if words[name] {
		return true
	}
	if !strings.Contains(name, "-") {
		return false
	}
	for w := range words {
		if strings.EqualFold(w, name) {
			return true
		}
	}
	return false
}

// method marks the method of a request that was made with another one.
func (k *markers) method(m string) []htmlPart { return []htmlPart{{Text: m, Mark: k.step[m]}} }

// members marks the members of JSON that the findings speak of.
// "access token" in a finding speaks of access_token.
func (k *markers) members(text string) []htmlPart {
	return marked(text, member, func(name string) bool {
		return k.answer[name] || strings.Contains(name, "_") && strings.Contains(k.text, strings.ReplaceAll(name, "_", " "))
	})
}

// requestBody marks what the step names in a form or in JSON.
func (k *markers) requestBody(text string) []htmlPart {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return marked(text, member, func(name string) bool { return k.step[name] })
	}
	return k.parameters(text)
}

// parameters marks those that the step names, and in a finding about a redirect
// the redirect URI that was asked for.
func (k *markers) parameters(text string) []htmlPart {
	return marked(text, parameter, func(name string) bool { return k.step[name] || k.redirect && name == "redirect_uri" })
}

// marked cuts text into parts: what the form finds is marked when its name, the
// first group, is meant.
func marked(text string, form *regexp.Regexp, meant func(name string) bool) []htmlPart {
	var out []htmlPart
	done := 0
	for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
		if !meant(text[at[2]:at[3]]) {
			continue
		}
		from, to := at[0], at[1]
		if form == parameter {
			from = at[2]
		}
		if from > done {
			out = append(out, htmlPart{Text: text[done:from]})
		}
		out = append(out, htmlPart{Text: text[from:to], Mark: true})
		done = to
	}
	if done < len(text) {
		out = append(out, htmlPart{Text: text[done:]})
	}
	return out
}
