package mockidp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// DriveOptions say what the user does whose browser [Provider.Drive] plays. The
// zero value logs in the user of login_hint, else the first one, and agrees.
type DriveOptions struct {
	// User is who logs in where a page asks: a user name, subject or email
	// address.
	User string
	// Password is what the user types. Empty means the user's own password,
	// which [Provider.Drive] knows; the function [Drive] does not.
	Password string
	// Deny refuses on the first page that asks for anything.
	Deny bool
	// Jar keeps the cookies, hence the session, from one call to the next. Nil
	// means a browser without a past.
	Jar http.CookieJar
}

// Landing is where the front channel ends: the redirect to the client, which is
// not followed.
type Landing struct {
	// URL is where the browser is sent: the redirect URI with the query and the
	// fragment it was given.
	URL *url.URL
	// Mode says where the parameters stand: "query", "fragment" or "form_post".
	Mode string
	// Parameters are those of the authorization response, wherever they stand.
	// In the query these include the redirect URI's own.
	Parameters url.Values
	// Status is the HTTP status of the redirect; of form_post it is that of the
	// page.
	Status int
	// Pages are the headings of the pages on which the user did something.
	Pages []string
}

// DriveError is a page at which the user cannot go on.
type DriveError struct {
	// Status is the HTTP status of the page.
	Status int
	// Title and Message are what the page says.
	Title, Message string
}

// Error says which page it was.
func (e *DriveError) Error() string {
	return fmt.Sprintf("mockidp: the browser stops at a page with status %d: %s: %s", e.Status, e.Title, e.Message)
}

// maxSteps is more pages and redirects than any login has.
const maxSteps = 20

// Drive walks the front channel as a browser without a screen would: it sends an
// authorization request, follows redirects, logs in, agrees, and gives the
// redirect to the client that ends it. It works over the network when the
// provider listens, else in memory. A page where it cannot go on, such as after a
// wrong password, is a [*DriveError].
func (p *Provider) Drive(ctx context.Context, authURL string, o DriveOptions) (*Landing, error) {
	d := driver{client: p.HTTPClient(), options: o, password: func(name string) string {
		if u := p.users.find(name); u != nil {
			return u.Password
		}
		return ""
	}}
	if u := p.users.find(o.User); u != nil {
		d.options.User = u.Username
	} else if u := p.users.first(); o.User == "" && u != nil {
		d.fallback = u.Username
	}
	return d.drive(ctx, authURL)
}

// Drive does what [Provider.Drive] does at a provider that is known by its
// address alone, through an HTTP client of the caller's. Of that only the
// transport and the timeout are used. Where a page asks for a password, User and
// Password have to be given.
func Drive(ctx context.Context, c *http.Client, authURL string, o DriveOptions) (*Landing, error) {
	return (&driver{client: c, options: o}).drive(ctx, authURL)
}

// driver is one walk.
type driver struct {
	client   *http.Client
	options  DriveOptions
	fallback string              // who logs in when nobody says who
	password func(string) string // nil where it is not known

	start       *url.URL
	redirectURI string // as in the authorization request, may be empty
	pages       []string
}

func (d *driver) drive(ctx context.Context, authURL string) (*Landing, error) {
	start, err := url.Parse(authURL)
	if err != nil || start.Host == "" {
		return nil, fmt.Errorf("mockidp: Drive: %q is not the URL of an authorization request", authURL)
	}
	d.start, d.redirectURI = start, start.Query().Get("redirect_uri")
	jar := d.options.Jar
	if jar == nil {
		jar, _ = cookiejar.New(nil) // never an error without options
	}
	d.client = &http.Client{
		Transport: d.client.Transport, Timeout: d.client.Timeout, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	at, form := start, url.Values(nil)
	for range maxSteps {
		landing, next, send, err := d.step(ctx, at, form)
		if landing != nil || err != nil {
			return landing, err
		}
		at, form = next, send
	}
	return nil, fmt.Errorf("mockidp: Drive: the browser does not arrive: %d pages and redirects, the last at %s", maxSteps, at.Redacted())
}

// step sends one request, a POST when there is a form, and finds what comes
// next.
func (d *driver) step(ctx context.Context, at *url.URL, form url.Values) (*Landing, *url.URL, url.Values, error) {
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, at.String(), strings.NewReader(body))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("mockidp: Drive: %w", err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "null") // as browsers do under no-referrer
	}
	resp, err := d.client.Do(r)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("mockidp: Drive: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if location := resp.Header.Get("Location"); location != "" && resp.StatusCode >= 300 && resp.StatusCode < 400 {
		next, err := at.Parse(location)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("mockidp: Drive: the Location is not a URL: %w", err)
		}
		if !d.inside(next) {
			return d.landing(next, resp.StatusCode), nil, nil, nil
		}
		if resp.StatusCode < http.StatusTemporaryRedirect {
			form = nil
		}
		return nil, next, form, nil
	}
	page, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("mockidp: Drive: %w", err)
	}
	return d.page(at, resp.StatusCode, readPage(string(page)))
}

// page does what the user does on a page.
func (d *driver) page(at *url.URL, status int, seen seenPage) (*Landing, *url.URL, url.Values, error) {
	stop := &DriveError{status, seen.title, seen.message}
	if seen.alert != "" {
		stop.Message = seen.alert
	}
	if status != http.StatusOK || len(seen.forms) == 0 || seen.alert != "" {
		return nil, nil, nil, stop
	}
	form := &seen.forms[0]
	next, err := at.Parse(form.action)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("mockidp: Drive: the action of a form is not a URL: %w", err)
	}
	send := url.Values{}
	for _, f := range form.fields {
		send.Add(f.name, f.value)
	}
	if !d.inside(next) {
		return &Landing{URL: next, Mode: "form_post", Parameters: send, Status: status, Pages: d.pages}, nil, nil, nil
	}
	d.pages = append(d.pages, seen.title)
	button, err := d.answer(form, send)
	switch {
	case err != nil:
		return nil, nil, nil, err
	case button == nil:
		return nil, nil, nil, stop
	}
	send.Set(button.name, button.value)
	return nil, next, send, nil
}

// answer fills in a form and gives the button to press, nil when there is none
// that fits.
func (d *driver) answer(form *seenForm, send url.Values) (*seenField, error) {
	switch {
	case d.options.Deny:
		return form.button("action", "deny"), nil
	case form.field("password") != nil:
		name := d.options.User
		if name == "" {
			name = form.field("username").value // from login_hint
		}
		if name == "" {
			name = d.fallback
		}
		password := d.options.Password
		if password == "" && d.password != nil {
			password = d.password(name)
		}
		if name == "" || password == "" {
			return nil, fmt.Errorf("mockidp: Drive: a page asks for user name and password; set User and Password")
		}
		send.Set("username", name)
		send.Set("password", password)
		return form.button("action", "login"), nil
	}
	if user := form.button("username", d.options.User); user != nil {
		return user, nil
	}
	return form.button("action", "allow"), nil
}

// inside reports whether a URL is one of the provider's and not the client's.
func (d *driver) inside(u *url.URL) bool {
	if u.Scheme != d.start.Scheme || u.Host != d.start.Host {
		return false
	}
	client, err := url.Parse(d.redirectURI)
	return err != nil || d.redirectURI == "" || client.Host != u.Host || client.Path != u.Path
}

// landing reads an authorization response off the redirect that carries it.
func (d *driver) landing(u *url.URL, status int) *Landing {
	l := &Landing{URL: u, Mode: "query", Status: status, Pages: d.pages}
	text := u.RawQuery
	if u.Fragment != "" || u.RawFragment != "" {
		l.Mode, text = "fragment", u.EscapedFragment()
	}
	l.Parameters, _ = url.ParseQuery(text) // what cannot be read is in URL
	return l
}
