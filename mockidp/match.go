package mockidp

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Match picks requests. Every field that is not empty must fit; the zero value
// fits all.
type Match struct {
	// Client is the client identifier: of the credentials, the client_id
	// parameter, or the client that the token presented was issued to.
	Client string
	// User is the subject that the request is about: of the user named by the
	// parameter username or login_hint, or of the code or token presented.
	User string
	// Scope is one scope token that the scope parameter must hold.
	Scope string
	// Param are parameters of the query or of a form in the body, by name. The
	// value "*" stands for any value, and "" says that the parameter is not
	// there.
	Param map[string]string
	// Header are header fields, in the same way.
	Header map[string]string
	// Func has the last word, when it is set. It gets the request as far as it
	// is known before it is answered.
	Func func(Request) bool
}

// fits reports whether an exchange matches.
func (m *Match) fits(x *exchange) bool {
	if m.Client != "" && m.Client != x.who() || m.User != "" && m.User != x.userHint() {
		return false
	}
	if len(m.Param) > 0 || m.Scope != "" {
		params := x.parameters()
		if m.Scope != "" && !slices.ContainsFunc(params["scope"], func(s string) bool {
			return slices.Contains(strings.Fields(s), m.Scope)
		}) {
			return false
		}
		for name, want := range m.Param {
			if !fitsValue(want, params[name]) {
				return false
			}
		}
	}
	for name, want := range m.Header {
		if !fitsValue(want, x.r.Header.Values(name)) {
			return false
		}
	}
	return m.Func == nil || m.Func(x.rec.clone())
}

func fitsValue(want string, got []string) bool {
	switch want {
	case "":
		return len(got) == 0
	case "*":
		return len(got) > 0
	}
	return slices.Contains(got, want)
}

// parameters are those of the query and of a form in the body, as far as they
// can be read: a request that is malformed can still be told from others.
func (x *exchange) parameters() url.Values {
	if x.pranked.request != nil {
		return url.Values(x.pranked.request.params)
	}
	params, _ := url.ParseQuery(x.r.URL.RawQuery) // what can be read is there beside the error
	if isForm(x.r.Header) {
		inBody, _ := url.ParseQuery(string(x.body))
		for name, values := range inBody {
			params[name] = append(params[name], values...)
		}
	}
	return params
}

// who is the client that a request is from, as far as it is known, or says it is
// from, before anything has been verified.
func (x *exchange) who() string {
	if x.pranked.client != nil {
		return x.pranked.client.ID
	}
	if header := x.r.Header.Get("Authorization"); isBasic(header) {
		if cred, malformed := parseBasic(header); malformed == "" {
			if decoded, malformed := cred.formDecoded(); malformed == "" {
				return decoded.id
			}
			return cred.id
		}
	}
	params := x.parameters()
	if id := params.Get("client_id"); id != "" {
		return id
	}
	if assertion := params.Get("client_assertion"); assertion != "" {
		return claimOf(assertion, "sub")
	}
	if t := x.tokenInHand(); t != nil {
		return t.grant.client
	}
	return ""
}

// userHint is the user that a request is about: the one that was found, or the
// one it names, or whose token it presents.
func (x *exchange) userHint() string {
	name := x.parameters().Get("username")
	if name == "" {
		name = x.parameters().Get("login_hint")
	}
	if user := x.p.users.find(name); user != nil {
		return user.Subject
	}
	if t := x.tokenInHand(); t != nil {
		return t.grant.subject
	}
	return name
}

// tokenInHand is the code or token that a request presents, or nil.
func (x *exchange) tokenInHand() *issued {
	params := x.parameters()
	for _, value := range []string{x.bearer(), params.Get("code"), params.Get("refresh_token"), params.Get("token"), params.Get("access_token")} {
		if value == "" {
			continue
		}
		if t := x.p.grants.find(value); t != nil {
			return t
		}
	}
	return nil
}

// bearer is the token of the Authorization header, empty without one.
func (x *exchange) bearer() string {
	scheme, token, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(token, " ")
}

// claimOf reads a claim that is a string from a JWT, whose signature it does not
// look at. It is empty when there is none.
func claimOf(token, name string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	octets, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims map[string]any
	if json.Unmarshal(octets, &claims) != nil {
		return ""
	}
	value, _ := claims[name].(string)
	return value
}
