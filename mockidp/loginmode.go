package mockidp

import "fmt"

// LoginMode says how users log in at the authorization endpoint.
type LoginMode int

const (
	// LoginDefault is the provider's mode, see [WithLogin]; for the provider it
	// is LoginAutomatic.
	LoginDefault LoginMode = iota
	// LoginAutomatic shows no page: the user of login_hint, else the first one,
	// is logged in at once.
	LoginAutomatic
	// LoginPick shows the users; one click logs in.
	LoginPick
	// LoginPassword shows a form for user name and password.
	LoginPassword
)

// String gives "default", "automatic", "pick" or "password".
func (m LoginMode) String() string {
	if m < LoginDefault || m > LoginPassword {
		return fmt.Sprintf("LoginMode(%d)", int(m))
	}
	return [...]string{"default", "automatic", "pick", "password"}[m]
}

// ConsentMode says whether users are asked if a client may have what it asks
// for.
type ConsentMode int

const (
	// ConsentDefault is the provider's mode, see [WithConsent]; for the provider
	// it is ConsentImplied.
	ConsentDefault ConsentMode = iota
	// ConsentImplied takes it that the user agrees, unless the client asks for
	// the page with prompt=consent and somebody logged in on a page.
	ConsentImplied
	// ConsentAsked shows a page with Allow and Deny, once for a client and its
	// scopes in each session.
	ConsentAsked
)

// String gives "default", "implied" or "asked".
func (m ConsentMode) String() string {
	if m < ConsentDefault || m > ConsentAsked {
		return fmt.Sprintf("ConsentMode(%d)", int(m))
	}
	return [...]string{"default", "implied", "asked"}[m]
}

// WithLogin sets how users log in, for clients that do not say otherwise
// ([Client.Login]). The default is [LoginAutomatic].
func WithLogin(m LoginMode) Option {
	return func(c *config) error {
		c.login = m
		return checkLogin(m, ConsentDefault)
	}
}

// WithConsent sets whether users are asked for consent, for clients that do not
// say otherwise ([Client.Consent]). The default is [ConsentImplied].
func WithConsent(m ConsentMode) Option {
	return func(c *config) error {
		c.consent = m
		return checkLogin(LoginDefault, m)
	}
}

func checkLogin(login LoginMode, consent ConsentMode) error {
	if login < LoginDefault || login > LoginPassword {
		return fmt.Errorf("mockidp: %v is not a way to log in; use LoginAutomatic, LoginPick or LoginPassword", login)
	}
	if consent < ConsentDefault || consent > ConsentAsked {
		return fmt.Errorf("mockidp: %v is not a way to ask for consent; use ConsentImplied or ConsentAsked", consent)
	}
	return nil
}

// loginMode is how the users of a client log in.
func (x *exchange) loginMode(c *Client) LoginMode {
	if c.Login != LoginDefault {
		return c.Login
	}
	return x.p.front.login
}

// asksConsent reports whether the users of a client are asked for consent.
func (x *exchange) asksConsent(c *Client) bool {
	mode := c.Consent
	if mode == ConsentDefault {
		mode = x.p.front.consent
	}
	return mode == ConsentAsked
}
