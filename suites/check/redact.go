package check

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"sync"
)

// Redactor takes secrets out of what is stored. It knows them by where they
// stand (a header, a form field, a JSON member) and remembers each value it
// met, so that it also finds them where nobody expected them. In place of a
// secret stands a short keyed hash: equal secrets of one run look equal.
//
// Stored copies are made with what is known at the time and swept with Text
// when the run ends and every secret has been met.
type Redactor struct {
	key []byte
	mu  sync.Mutex
	// known maps each spelling of a secret to the text that replaces it.
	known map[string]string
	// words are the secrets that are words; see redact_words.go.
	words map[string]bool
	find  finder
}

// NewRedactor makes a redactor that already knows some secrets.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{key: make([]byte, 16), known: map[string]string{}, words: map[string]bool{}}
	rand.Read(r.key)
	for _, s := range secrets {
		r.Learn(s)
	}
	return r
}

// minLearn is the length below which a value is too common a word to be
// looked for in running text; where it stands as a secret it is still removed.
const minLearn = 4

// markForm is what stands in place of a secret.
var markForm = regexp.MustCompile(`^\[redacted #[0-9a-f]{8}\]$`)

const (
	markStart  = "[redacted #"
	markLength = len(markStart) + 9 // the hash and a bracket
)

// mark is what stands in place of a secret, in whatever spelling it came.
func (r *Redactor) mark(secret string) string {
	r.mu.Lock()
	m := r.known[secret]
	r.mu.Unlock()
	if m != "" {
		return m
	}
	return r.hash(secret)
}

func (r *Redactor) hash(secret string) string {
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(secret))
	return markStart + hex.EncodeToString(mac.Sum(nil)[:4]) + "]"
}

// Learn remembers a secret, in every spelling in which it may turn up. One that
// is a word is looked for only where it may be the secret: see redact_words.go.
func (r *Redactor) Learn(secret string) {
	if len(secret) < minLearn || markForm.MatchString(secret) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[secret]; ok {
		return
	}
	m := r.hash(secret)
	for _, s := range spellings(secret) {
		if _, ok := r.known[s]; ok || len(s) < minLearn {
			continue
		}
		r.known[s] = m
		if isWord(s) {
			r.words[s] = true
			continue
		}
		r.find.add(s)
	}
}

// hide learns a secret and gives what stands in its place.
func (r *Redactor) hide(secret string) string {
	if secret == "" || markForm.MatchString(secret) {
		return secret
	}
	r.Learn(secret)
	return r.mark(secret)
}

// conceal is hide for values that the target chose and that stand where a
// secret may stand, but need not be one: a cookie "seen=true", a member
// "password" that says "required". They are hidden, and looked for elsewhere
// only when they are no word, which would make a report unreadable.
func (r *Redactor) conceal(value string) string {
	digits := strings.ContainsAny(value, "0123456789")
	if len(value) >= longEnough || digits && len(value) >= 6 {
		return r.hide(value)
	}
	if value == "" || markForm.MatchString(value) {
		return value
	}
	return r.mark(value)
}

// Text removes every known secret and everything that looks like a JWT from
// running text.
func (r *Redactor) Text(s string) string {
	s = r.jwts(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.find.replace(s, r.known)
}

// withoutTail drops the end of a text when it may be the beginning of a known
// secret: of any length in a text that was cut off here, and of tailLength
// bytes in one that came as it is, since servers cut off too what they repeat.
func (r *Redactor) withoutTail(s string, cut bool) string {
	least := tailLength
	if cut {
		least = minLearn
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.find.dropTail(s, least)
}

// tailLength is how much of a secret at the end of a text is no coincidence.
const tailLength = 8

// jwts removes and learns everything that looks like a JWT: the parts of the
// compact form (RFC 7515 §3.1: three, RFC 7516 §3.1: five), the first of which
// is a JSON object.
func (r *Redactor) jwts(s string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		if s[i] != 'e' || !jsonHeader(s[i:]) {
			i++
			continue
		}
		var ends []int
		for j := i - 1; len(ends) < 5 && j < len(s) && (j < i || s[j] == '.'); {
			for j++; j < len(s) && (wordByte(s[j]) || s[j] == '-'); j++ {
			}
			ends = append(ends, j)
		}
		switch {
		case len(ends) < 3:
			i = ends[0] // nothing that begins in this part has more of them
			continue
		case len(ends) < 5 || ends[4] == ends[3]+1:
			ends = ends[:3] // a full stop, or the like, comes after
		}
		end := ends[len(ends)-1]
		out.WriteString(s[done:i])
		out.WriteString(r.hide(s[i:end]))
		i, done = end, end
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// jsonHeader tells whether base64url text begins as a JSON object does.
func jsonHeader(s string) bool {
	const begin = 8
	if len(s) < begin {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(s[:begin])
	if err != nil || b[0] != '{' {
		return false
	}
	inside := strings.TrimLeft(string(b[1:]), " \t\r\n")
	return inside == "" || inside[0] == '"'
}
