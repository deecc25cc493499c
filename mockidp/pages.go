package mockidp

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed pages
var pageFiles embed.FS

// submitScript sends the form of a form_post answer. It takes submit from the
// prototype, because a field of that name would hide the form's own.
const submitScript = `HTMLFormElement.prototype.submit.call(document.forms[0]);`

// pageSet is the templates with what their Content-Security-Policy names.
type pageSet struct {
	templates          *template.Template
	style              template.CSS
	styleSum, submitJS string
}

// pages are read at their first use, so that a provider without pages starts
// without them.
var pages = sync.OnceValue(func() *pageSet {
	style, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		panic(err) // embedded: it is there or the package does not build
	}
	return &pageSet{
		templates: template.Must(template.ParseFS(pageFiles, "pages/*.html")),
		style:     template.CSS(style),
		styleSum:  sourceHash(string(style)), submitJS: sourceHash(submitScript),
	}
})

// sourceHash is the source expression of CSP that allows one inline element.
func sourceHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// pageView is what the templates show. Everything in it is escaped for the place
// where it stands.
type pageView struct {
	Title, Message, Error string
	Style                 template.CSS
	Client, User          string
	// Of pages with a form:
	Action, Interaction, Token string
	Hint                       string
	Users                      []userView
	Scopes                     []scopeView
	Switch                     bool
	// Of the form_post page:
	Target template.URL
	Fields []fieldView
	Script template.JS
}

type userView struct {
	Username, Name, Detail string
	Hinted                 bool
}

type scopeView struct{ Name, Text string }

type fieldView struct{ Name, Value string }

// render makes a page. formAction are the sources of CSP's form-action besides
// 'self', script is a hash for script-src or empty. raw are values of the view
// that came with the request, which a page under ruleInputEscaped never shows
// unescaped.
func (x *exchange) render(status int, name string, view pageView, formAction []string, script string, raw ...string) *reply {
	set := pages()
	view.Style = set.style
	var body bytes.Buffer
	if err := set.templates.ExecuteTemplate(&body, name, view); err != nil {
		return text(http.StatusInternalServerError, "the page cannot be shown")
	}
	out := body.Bytes()
	for _, s := range raw {
		if escaped := escapedInput(s); escaped != s && !x.keeps(ruleInputEscaped) {
			out = bytes.ReplaceAll(out, []byte(escaped), []byte(s))
		}
	}
	rep := &reply{status: status, header: http.Header{}, body: out}
	rep.header.Set("Content-Type", "text/html; charset=utf-8")
	x.guardPage(rep, formAction, script)
	return rep
}

// escapedInput is how the templates write a value of the request.
func escapedInput(s string) string {
	return strings.ReplaceAll(template.HTMLEscapeString(s), "+", "&#43;")
}

// guardPage sets the header fields that keep a page of the provider's to itself.
func (x *exchange) guardPage(rep *reply, formAction []string, script string) {
	set := pages()
	policy := []string{
		"default-src 'none'", "style-src " + set.styleSum, "img-src data:", "base-uri 'none'",
		"form-action " + strings.Join(append([]string{"'self'"}, formAction...), " "),
	}
	if script != "" {
		policy = append(policy, "script-src "+script)
	}
	if x.keeps(rulePagesNotFramed) {
		// RFC 9700 §4.16: CSP, and X-Frame-Options for who does not know CSP.
		if x.keeps(rulePagesFrameAncestors) {
			policy = append(policy, "frame-ancestors 'none'")
		}
		rep.header.Set("X-Frame-Options", "DENY")
	}
	rep.header.Set("Content-Security-Policy", strings.Join(policy, "; "))
	if x.keeps(rulePagesNoReferrer) {
		rep.header.Set("Referrer-Policy", "no-referrer")
	} else {
		rep.header.Set("Referrer-Policy", "unsafe-url")
	}
	if x.keeps(rulePagesNoStore) {
		rep.header.Set("Cache-Control", "no-store")
	}
}

// formActionFor gives the source of form-action that lets the answer to a form
// lead to a redirect URI. It is the scheme and not the origin: browsers apply
// form-action to every redirect that follows a form, so that naming the client's
// origin would stop the client from sending the user on to another.
func formActionFor(redirectURI string) []string {
	u, err := url.Parse(redirectURI)
	if err != nil || u.Scheme == "" {
		return nil
	}
	return []string{strings.ToLower(u.Scheme) + ":"}
}

// messagePage is a page that says one thing and offers nothing.
func (x *exchange) messagePage(status int, title, paragraph string) *reply {
	return x.render(status, "message", pageView{Title: title, Message: paragraph}, nil, "")
}

// formPostPage has the browser POST values to a redirect URI (OAuth 2.0 Form Post
// Response Mode §2): by a script where scripts run, else by a button.
func (x *exchange) formPostPage(c *Client, target string, values url.Values) *reply {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		x.rec.Error = errInvalidRequest
		return x.messagePage(http.StatusBadRequest, "This request cannot be answered",
			"The redirect URI is not one that a form can be sent to.")
	}
	view := pageView{
		Title: "Back to the application", Client: clientName(c),
		Target: template.URL(target), Script: submitScript,
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			view.Fields = append(view.Fields, fieldView{name, value})
		}
	}
	return x.render(http.StatusOK, "formpost", view, formActionFor(target), pages().submitJS, values["state"]...)
}

// webMessagePage has the window that opened this one told (RFC 9700 §4.17.2): it
// alone, and only if it shows a page of the client.
func (x *exchange) webMessagePage(c *Client, target string, values url.Values) *reply {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		x.rec.Error = errInvalidRequest
		return x.messagePage(http.StatusBadRequest, "This request cannot be answered",
			"The redirect URI has no origin that a message can be sent to.")
	}
	receiver := u.Scheme + "://" + u.Host
	if !x.keeps(ruleWebMessageOrigin) {
		receiver = "*"
	}
	members := map[string]string{}
	for name := range values {
		members[name] = values.Get(name)
	}
	// JSON is written so that it can stand in a script: <, > and & are escaped.
	message, err := json.Marshal(map[string]any{"type": "authorization_response", "response": members})
	if err != nil {
		return text(http.StatusInternalServerError, "the page cannot be shown")
	}
	script := "window.opener.postMessage(" + string(message) + ", " + strconv.Quote(receiver) + ");"
	view := pageView{Title: "Back to the application", Client: clientName(c), Script: template.JS(script)}
	return x.render(http.StatusOK, "webmessage", view, nil, sourceHash(script))
}

// clientName is what users see of a client.
func clientName(c *Client) string {
	if c == nil {
		return "the application"
	}
	return c.ID
}
