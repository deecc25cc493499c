package check

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"sort"
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
	// long finds the spellings that are too long to be a word by chance, short
	// finds the others, and only as whole words, so that the secret "secret"
	// does not eat the name client_secret. Both are built when needed.
	long  *strings.Replacer
	short *regexp.Regexp
}

// NewRedactor makes a redactor that already knows some secrets.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{key: make([]byte, 16), known: map[string]string{}}
	rand.Read(r.key)
	for _, s := range secrets {
		r.Learn(s)
	}
	return r
}

// minLearn is the length below which a value is too common a word to be
// looked for in running text; where it stands as a secret it is still removed.
const minLearn = 4

// mark is what stands in place of a secret.
func (r *Redactor) mark(secret string) string {
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(secret))
	return "[redacted #" + hex.EncodeToString(mac.Sum(nil)[:3]) + "]"
}

// Learn remembers a secret, in every spelling in which it may turn up.
func (r *Redactor) Learn(secret string) {
	if len(secret) < minLearn {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[secret]; ok {
		return
	}
	m := r.mark(secret)
	quoted, _ := json.Marshal(secret)
	for _, s := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
		url.QueryEscape(url.QueryEscape(secret)),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	} {
		r.known[s] = m
	}
	r.long, r.short = nil, nil
}

// longEnough is the length from which a value is no word of any language.
const longEnough = 12

var wordChar = regexp.MustCompile(`^\w$`)

// build makes the finders, the longest spelling first. The lock is held.
func (r *Redactor) build() {
	if r.long != nil {
		return
	}
	keys := make([]string, 0, len(r.known))
	for k := range r.known {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if len(keys[i]) != len(keys[j]) {
			return len(keys[i]) > len(keys[j])
		}
		return keys[i] < keys[j]
	})
	var pairs, words []string
	for _, k := range keys {
		if len(k) >= longEnough {
			pairs = append(pairs, k, r.known[k])
			continue
		}
		q := regexp.QuoteMeta(k)
		if wordChar.MatchString(k[:1]) {
			q = `\b` + q
		}
		if wordChar.MatchString(k[len(k)-1:]) {
			q += `\b`
		}
		words = append(words, q)
	}
	r.long = strings.NewReplacer(pairs...)
	if len(words) > 0 {
		r.short = regexp.MustCompile(strings.Join(words, "|"))
	}
}

var jwtPattern = regexp.MustCompile(`\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,3}`)

// Text removes every known secret and everything that looks like a JWT from
// running text.
func (r *Redactor) Text(s string) string {
	s = r.jwts(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.build()
	s = r.long.Replace(s)
	if r.short != nil {
		s = r.short.ReplaceAllStringFunc(s, func(m string) string { return r.known[m] })
	}
	return s
}

// jwts removes and learns everything that looks like a JWT.
func (r *Redactor) jwts(s string) string {
	return jwtPattern.ReplaceAllStringFunc(s, r.hide)
}

// hide learns a secret and gives what stands in its place.
func (r *Redactor) hide(secret string) string {
	if secret == "" || strings.HasPrefix(secret, "[redacted #") {
		return secret
	}
	r.Learn(secret)
	return r.mark(secret)
}
