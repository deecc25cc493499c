package mockidp

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzProvider has the default clients, whose secrets no fuzzer finds by chance.
func fuzzProvider(t testing.TB, opts ...Option) *Provider {
	p, err := New(append([]Option{WithKeys(testKeys()), WithRequestLimit(1, 1<<20)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// FuzzTokenRequest sends anything to the token endpoint. Whatever it is, the
// answer is an OAuth error that keeps to its form: no panic, no server error, no
// token without credentials, no echo of what came in.
func FuzzTokenRequest(f *testing.F) {
	for _, body := range []string{
		"", "grant_type=client_credentials", "grant_type=client_credentials&scope=read",
		"grant_type=%63lient_credentials&grant_type=x", "a=%zz", "%=%", "=&=&&;", "client_id=a&client_secret=b",
		"client_assertion=a.b.c&client_assertion_type=x", "scope=\"", "x=%ff", "grant_type=\x00", "&&&&", "grant_type",
		"client_id=public-client&grant_type=client_credentials", `{"grant_type":"client_credentials"}`,
	} {
		for _, auth := range []string{"", "Basic", "Basic YTpi", "Bearer x"} {
			f.Add("POST", "application/x-www-form-urlencoded", auth, "", body)
		}
	}
	f.Add("GET", "", "", "grant_type=client_credentials", "")
	f.Add("POST", "multipart/form-data; boundary=x", "", "", "--x--")
	f.Add("POST", "application/x-www-form-urlencoded; charset=\"", "", "%", "grant_type=client_credentials")
	strict := fuzzProvider(f)
	rough := fuzzProvider(f, WithVariance(varUnknownMembers, varJSONEscapes, varGrantTypeBeforeAuth, varDuplicatesAfterAuth, varScopeNarrowed),
		WithRuleOff(ruleTokenPostOnly, ruleBasicFormDecoded, ruleParametersUnrepeated, ruleGrantTypeExact, ruleGrantTypeKnown, ruleGrantTypeRequired, ruleSingleClientAuthentication))
	f.Fuzz(func(t *testing.T, method, contentType, auth, query, body string) {
		for _, p := range []*Provider{strict, rough} {
			r := httptest.NewRequest(http.MethodPost, "https://idp.test/token", strings.NewReader(body))
			r.Method, r.URL.RawQuery = method, query
			r.Header.Set("Content-Type", contentType)
			if auth != "" {
				r.Header.Set("Authorization", auth)
			}
			w := httptest.NewRecorder()
			p.Handler().ServeHTTP(w, r)
			if w.Code < 400 || w.Code >= 500 {
				t.Fatalf("status %d", w.Code)
			}
			if !strings.Contains(w.Header().Get("Cache-Control"), "no-store") {
				t.Fatal("may be cached")
			}
			if w.Code == 401 && w.Header().Get("WWW-Authenticate") == "" || w.Code == 405 && w.Header().Get("Allow") == "" {
				t.Fatalf("status %d without the header that belongs to it", w.Code)
			}
			var doc struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
				Token       string `json:"access_token"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
				t.Fatalf("not JSON: %v", err)
			}
			if doc.Error == "" || doc.Token != "" {
				t.Fatalf("not an error: %s", w.Body)
			}
			for _, c := range []byte(doc.Description) {
				if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
					t.Fatalf("character %q in the description", c)
				}
			}
		}
	})
}

// FuzzBasicHeader parses any Authorization header, and finds again any
// credentials that were encoded by the rules.
func FuzzBasicHeader(f *testing.F) {
	for _, s := range [][3]string{
		{"Basic", "a", "b"}, {"Basic YTpi", "a:b", "%"}, {"basic  YTpi", "£€", " +&"}, {"Basic !", "", ""},
		{"Basic YTpiYw", "a", ""}, {"Basic OnM=", "", "s"}, {"BASIC\tYTpi", "\x00", "\xff"}, {"Bearer a", "%41", "%"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, header, id, secret string) {
		if cred, malformed := parseBasic(header); malformed == "" {
			if decoded, malformed := cred.formDecoded(); malformed == "" && (!utf8.ValidString(decoded.id) || !utf8.ValidString(decoded.secret)) {
				t.Fatal("credentials that are not UTF-8 were accepted")
			}
		} else if cred != (credentials{}) {
			t.Fatal("malformed credentials were given out")
		}
		if !utf8.ValidString(id) || !utf8.ValidString(secret) {
			return
		}
		cred, malformed := parseBasic(basicValue(id, secret))
		if malformed != "" {
			t.Fatal(malformed)
		}
		cred, malformed = cred.formDecoded()
		if malformed != "" || cred != (credentials{id, secret}) {
			t.Fatalf("%q became %q (%s)", credentials{id, secret}, cred, malformed)
		}
	})
}

// FuzzAuthorize sends any query to the authorization endpoint: the browser goes
// to the registered URI or nowhere.
func FuzzAuthorize(f *testing.F) {
	none := "response_type=none&client_id=" + ClientConfidential
	for _, q := range []string{"", none, none + "&state=%0d%0aX:y", none + "&redirect_uri=//evil", none + "&scope=%22", "%", none + "&state=" + url.QueryEscape("£\"<")} {
		f.Add(q)
	}
	p := fuzzProvider(f)
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "https://idp.test/authorize", nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, r)
		location := w.Header().Get("Location")
		switch {
		case w.Code == http.StatusBadRequest && location == "":
		case w.Code == http.StatusOK && location == "" && strings.Contains(w.Body.String(), `action="`+testCallback+`"`): // form_post
		case w.Code == http.StatusSeeOther && (location == testCallback || strings.HasPrefix(location, testCallback+"?") || strings.HasPrefix(location, testCallback+"#")):
			if strings.ContainsAny(location, "\r\n\" ") {
				t.Fatalf("characters in Location: %q", location)
			}
		default:
			t.Fatalf("%d to %q", w.Code, location)
		}
	})
}
