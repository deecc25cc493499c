package mockidp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// maxJWT bounds a JWT that a client sends. Signed ones are a few kilobytes.
const maxJWT = 64 << 10

// maxNesting bounds how deep the JSON of a request is nested.
const maxNesting = 32

var (
	errNotJSONObject = errors.New("not a JSON object")
	errRepeatedName  = errors.New("a member name is there twice")
	errNested        = errors.New("nested too deep")
)

// parseObject reads a JSON object strictly: UTF-8, nothing after it, every
// member name once (RFC 7515 §4 and RFC 7519 §4 leave a reader the choice between
// refusing repeated names and taking the last; refusing is what hides nothing).
// Numbers are json.Number.
func parseObject(text []byte) (map[string]any, error) {
	if !utf8.Valid(text) {
		return nil, errNotJSONObject
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	value, err := parseValue(dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotJSONObject
	}
	doc, ok := value.(map[string]any)
	if !ok {
		return nil, errNotJSONObject
	}
	return doc, nil
}

func parseValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, errNested
	}
	token, err := dec.Token()
	if err != nil {
		return nil, errNotJSONObject
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			value, err := parseValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := dec.Token()
		return list, err
	case json.Delim('{'):
		doc := map[string]any{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, errNotJSONObject
			}
			key, _ := name.(string) // the decoder lets nothing else through
			if _, repeated := doc[key]; repeated {
				return nil, errRepeatedName
			}
			if doc[key], err = parseValue(dec, depth+1); err != nil {
				return nil, err
			}
		}
		_, err := dec.Token()
		return doc, err
	}
	return token, nil
}

// jwtToken is a JWT as a client sent it, taken apart and not yet believed.
type jwtToken struct {
	header, claims map[string]any
	signed         []byte // what the signature is over
	signature      []byte
}

// parseJWT takes a JWT in the compact serialisation of a JWS apart (RFC 7519
// §7.2). The second result says what is malformed, without any of it.
func parseJWT(raw string) (*jwtToken, string) {
	if len(raw) > maxJWT {
		return nil, "the JWT is too long"
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return nil, "not a JWT of three parts"
	}
	var octets [3][]byte
	for i, part := range parts {
		var err error
		if octets[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil || strings.ContainsAny(part, "\r\n") {
			return nil, "a part of the JWT is not base64url"
		}
	}
	t := &jwtToken{signed: []byte(parts[0] + "." + parts[1]), signature: octets[2]}
	var err error
	if t.header, err = parseObject(octets[0]); err != nil {
		return nil, "the JOSE header is " + err.Error()
	}
	if t.claims, err = parseObject(octets[1]); err != nil {
		return nil, "the JWT claims set is " + err.Error()
	}
	if _, ok := t.header["alg"].(string); !ok {
		return nil, "the JOSE header has no alg"
	}
	if _, ok := t.header["kid"].(string); !ok && has(t.header, "kid") {
		return nil, "the kid of the JOSE header is not a string"
	}
	for _, name := range []string{"iss", "sub", "jti"} {
		if _, ok := t.claims[name].(string); !ok && has(t.claims, name) {
			return nil, "the claim " + name + " is not a string"
		}
	}
	for _, name := range []string{"exp", "nbf", "iat"} {
		if _, ok := t.time(name); !ok && has(t.claims, name) {
			return nil, "the claim " + name + " is not a number of seconds"
		}
	}
	if _, ok := stringOrList(t.claims["aud"]); !ok && has(t.claims, "aud") {
		return nil, "the claim aud is neither a string nor a list of strings"
	}
	return t, ""
}

// has reports whether a member is there, be it null.
func has(doc map[string]any, name string) bool {
	_, there := doc[name]
	return there
}

func (t *jwtToken) alg() string { s, _ := t.header["alg"].(string); return s }
func (t *jwtToken) kid() string { s, _ := t.header["kid"].(string); return s }

// str is a claim that is a string, empty when it is not there.
func (t *jwtToken) str(name string) string { s, _ := t.claims[name].(string); return s }

// audience lists the values of aud.
func (t *jwtToken) audience() []string {
	list, _ := stringOrList(t.claims["aud"])
	return list
}

// time is a claim that is a NumericDate (RFC 7519 §2), which may have a fraction.
func (t *jwtToken) time(name string) (time.Time, bool) {
	number, ok := t.claims[name].(json.Number)
	if !ok || len(number) > 64 {
		return time.Time{}, false
	}
	seconds, err := number.Float64()
	if err != nil || math.Abs(seconds) > 1<<40 {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)), true
}

// typ is the media type of the header's typ, in lower case and without the
// prefix that RFC 7515 §4.1.9 lets a sender leave out.
func (t *jwtToken) typ() string {
	s, _ := t.header["typ"].(string)
	return strings.TrimPrefix(strings.ToLower(s), "application/")
}

// stringOrList reads a value that is one string or a list of them.
func stringOrList(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case []any:
		out := make([]string, len(v))
		for i, element := range v {
			s, ok := element.(string)
			if !ok {
				return nil, false
			}
			out[i] = s
		}
		return out, true
	}
	return nil, false
}
