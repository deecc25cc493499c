package reports

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	// markForm is what stands in place of a secret in everything stored.
	markForm = regexp.MustCompile(`\[redacted #[0-9a-f]+\]`)
	// secretField is a form field whose value is one secret and nothing else.
	secretField = regexp.MustCompile(`^[^=\[\]]+=\[redacted #[0-9a-f]+\]$`)

	afterParameter = regexp.MustCompile(`([A-Za-z0-9_.-]{1,64})=$`)
	afterMember    = regexp.MustCompile(`"([A-Za-z0-9_.-]{1,64})"\s*:\s*"?$`)
	afterUser      = regexp.MustCompile(`://[^/?#@:]*:$`)
)

// secretNames are the shell variables of one command line.
type secretNames struct {
	variables []CurlVariable // in the order in which they come up
}

// word makes variables of the secrets in a text. What the text before one does
// not name gets the name hint.
func (s *secretNames) word(text, hint string) shellWord {
	var w shellWord
	done := 0
	for _, at := range markForm.FindAllStringIndex(text, -1) {
		before := text[:at[0]]
		if at[0] > done {
			w = append(w, shellPiece{text: text[done:at[0]]})
		}
		w = append(w, shellPiece{name: s.variable(text[at[0]:at[1]], first(placeName(before), hint, "SECRET"))})
		done = at[1]
	}
	if done < len(text) || w == nil {
		w = append(w, shellPiece{text: text[done:]})
	}
	return w
}

// placeName reads from the text before a secret what it is called there.
func placeName(before string) string {
	before = before[max(0, len(before)-200):]
	for _, place := range []*regexp.Regexp{afterParameter, afterMember} {
		if m := place.FindStringSubmatch(before); m != nil {
			return m[1]
		}
	}
	if afterUser.MatchString(before) {
		return "PASSWORD"
	}
	return ""
}

// headerHint names the secret of a header field.
func headerHint(h Header) string {
	if !strings.EqualFold(h.Name, "Authorization") {
		return h.Name
	}
	switch scheme, _, _ := strings.Cut(h.Value, " "); strings.ToLower(scheme) {
	case "bearer", "dpop":
		return "ACCESS_TOKEN"
	case "basic":
		return "BASIC_CREDENTIALS"
	}
	return "CREDENTIALS"
}

// taken are variables that mean something to the shell or to programs.
var taken = []string{
	"PATH", "HOME", "IFS", "ENV", "PWD", "OLDPWD", "SHELL", "TERM", "USER", "LOGNAME", "LANG", "TMPDIR", "CDPATH",
	"PS1", "PS2", "PS4", "OPTIND", "OPTARG", "OPTERR", "PPID", "LINENO", "UID", "EUID", "RANDOM", "SECONDS",
	"MAIL", "MAILPATH", "MAILCHECK", "EDITOR", "VISUAL", "HOSTNAME", "BASH_ENV", "NETRC",
}

// variable is the name for the secret behind a mark.
func (s *secretNames) variable(mark, hint string) string {
	for _, v := range s.variables {
		if v.Mark == mark {
			return v.Name
		}
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		}
		return '_'
	}, hint)
	if strings.Trim(name, "_") == "" {
		name = "SECRET"
	}
	if name[0] >= '0' && name[0] <= '9' || slices.Contains(taken, name) ||
		strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "LD_") || strings.HasSuffix(name, "_PROXY") {
		name = "SECRET_" + name
	}
	n := name
	for i := 2; slices.ContainsFunc(s.variables, func(v CurlVariable) bool { return v.Name == n }); i++ {
		n = name + "_" + strconv.Itoa(i)
	}
	s.variables = append(s.variables, CurlVariable{n, mark})
	return n
}
