package check

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Secrets that are words: "password", "alice", "1234". Somebody chose them for a
// test server, and a report holds them by chance as well: as the name of a
// field, of a user, of a grant type. Hunted down everywhere they would leave a
// report that nobody can read, so the rule is this.
//
// A secret that is no word is looked for in everything that is kept, in every
// spelling. A word is hidden
//
//   - where secrets stand: in the header, the field, the member, the cookie;
//   - where it is all there is to a value that the run sends, whatever the field
//     is called, unless the field is one of those whose values are public, such
//     as grant_type=password;
//   - where it may be an echo: as a whole word, in what the target answers from
//     the moment on at which a step has sent it, and in what is said of the
//     checks that this step belongs to. Only where it stands as the name of a
//     field does it stay there, if fields are called so;
//   - encoded (base64, hex) everywhere, since that is no word any more.
//
// Elsewhere it stays, and nobody can tell from it that it is a secret.

// isWord tells whether a report may hold a text by chance: one of less than
// longEnough bytes that is letters alone, in small, capital or with a capital
// first; digits alone, as a port, a year or a number of seconds; or a term of the
// documents.
func isWord(s string) bool {
	if terms[strings.ToLower(s)] {
		return true
	}
	if len(s) >= longEnough {
		return false
	}
	letters, digits, capitals := 0, 0, 0
	for i, c := range s {
		switch {
		case unicode.IsDigit(c):
			digits++
		case unicode.IsLetter(c):
			letters++
			if unicode.IsUpper(c) && i > 0 {
				capitals++
			}
		default:
			return false
		}
	}
	if letters > 0 && digits > 0 {
		return false
	}
	if letters == 0 {
		return digits < 8
	}
	first, _ := firstRune(s)
	return capitals == 0 || unicode.IsUpper(first) && capitals == letters-1
}

func firstRune(s string) (rune, bool) {
	for _, c := range s {
		return c, true
	}
	return 0, false
}

// terms are words of the documents that a test does not see as such: longer than
// most, or made of letters and digits or signs.
var terms = set(
	"authorization", "authorization_code", "authorization-code", "authorization-server", "access_token", "access-token", "refresh_token", "refresh-token",
	"id_token", "client_id", "client-id", "client_secret", "client-secret", "client_credentials", "client-credentials", "client_assertion",
	"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "code_verifier", "code_challenge", "device_code", "user_code",
	"redirect_uri", "grant_type", "response_type", "token_type", "token_endpoint", "form_post", "invalid_client", "invalid_grant", "invalid_request",
	"application", "application/json", "administrator", "authentication", "authenticate", "configuration", "registration", "introspection", "confidential",
	"oauth2", "oauth21", "http", "http1", "http2", "https", "base64", "utf-8", "utf8", "sha256", "sha-256", "s256", "rs256", "rs384", "rs512", "ps256", "es256",
	"es384", "es512", "hs256", "p-256", "p256", "rfc6749",
)

// publicFields are those of whose values no one makes a secret, and which have a
// word for a value.
var publicFields = set("grant_type", "response_type", "response_mode", "scope", "client_id", "username", "login_hint", "prompt", "display",
	"token_type_hint", "code_challenge_method", "client_assertion_type", "subject_token_type", "requested_token_type", "actor_token_type")

// carried are the words that the steps of a run have sent.
type carried struct {
	mu sync.Mutex
	// by the name of the check or shared step, and by the number of an exchange:
	// those that were sent up to it.
	steps     map[string][]string
	exchanges map[int][]string
}

// add notes that a step sends a word.
func (c *carried) add(step, word string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.steps == nil {
		c.steps, c.exchanges = map[string][]string{}, map[int][]string{}
	}
	if !slices.Contains(c.steps[step], word) {
		c.steps[step] = append(slices.Clone(c.steps[step]), word)
	}
}

// until are the words that a step has sent when the answer of one of its
// exchanges is there.
func (c *carried) until(step string, number int) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	words := c.steps[step]
	if len(words) > 0 {
		c.exchanges[number] = words
	}
	return words
}

// with are the words that were sent up to any of the exchanges.
func (c *carried) with(exchanges ...int) (words []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range exchanges {
		for _, w := range c.exchanges[n] {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	return words
}

// echo hides words that were sent where they may be an echo of that.
func (r *Redactor) echo(s string, words []string) string {
	if len(words) == 0 {
		return s
	}
	return r.hideWords(s, words, func(i, end int) bool {
		return secretParameter(s[i:end]) && isName(s, i, end)
	})
}

// standing hides known words where they are all there is to a value that is
// sent, and tells found of each.
func (r *Redactor) standing(s string, found func(word string)) string {
	r.mu.Lock()
	words := make([]string, 0, len(r.words))
	for w := range r.words {
		words = append(words, w)
	}
	r.mu.Unlock()
	if len(words) == 0 {
		return s
	}
	return r.hideWords(s, words, func(i, end int) bool {
		if !isValue(s, i, end) {
			return true
		}
		found(s[i:end])
		return false
	})
}

// hideWords puts marks in the place of whole words, but for those to be kept.
func (r *Redactor) hideWords(s string, words []string, keep func(i, end int) bool) string {
	var f finder
	by := make(map[string]string, len(words))
	for _, w := range words {
		f.add(w)
		by[w] = r.mark(w)
	}
	f.whole, f.keep = true, keep
	return f.replace(s, by)
}

// isName tells whether a word stands as the name of a field: "password=",
// "password":, name="password".
func isName(s string, i, end int) bool {
	after, before := s[end:], s[:i]
	if strings.HasPrefix(after, "=") {
		return true
	}
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(after, `\`), `"`); ok && strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), ":") {
		return true
	}
	before = strings.ToLower(strings.TrimRight(before, `"'\`))
	for _, attribute := range []string{"name=", "type=", "id=", "for=", "autocomplete="} {
		if strings.HasSuffix(before, attribute) {
			return true
		}
	}
	return false
}

// isValue tells whether a word is the whole value of a parameter, of a member
// or of all of a text, and the name before it is not that of a public one.
func isValue(s string, i, end int) bool {
	if end < len(s) && strings.IndexByte("&;,\"'\\ }]\r\n\t#", s[end]) < 0 {
		return false
	}
	if i == 0 {
		return end == len(s)
	}
	before := strings.TrimRight(s[:i], `"'\`)
	quoted := len(before) < i
	if quoted {
		before = strings.TrimRight(before, " \t\r\n")
	}
	member := strings.HasSuffix(before, ":") && quoted
	if !member && !strings.HasSuffix(before, "=") {
		return false
	}
	name := strings.TrimRight(before[:len(before)-1], " \"'\\\t\r\n")
	at := strings.LastIndexFunc(name, func(c rune) bool {
		return c != '_' && c != '-' && c != '.' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	return !publicFields[strings.ToLower(name[at+1:])]
}
