package mockidp

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// User is someone who can log in. The zero values of all fields but Subject are
// useful.
type User struct {
	// Subject is the sub claim (OpenID Connect Core §2): at most 255 ASCII
	// characters, different for each user. Required.
	Subject string
	// Username is what the user types to log in, and what login_hint and the
	// password grant name. The default is the subject.
	Username string
	// Password is the user's password. Left empty, a random one is made when the
	// provider is; see [Provider.Users].
	Password string
	// Claims are the claims about the user. The standard ones (OpenID Connect
	// Core §5.1) are given where a scope asks for them (§5.4); all others appear
	// only where a [ClaimRule] puts them.
	Claims map[string]any
}

func (u User) clone() User {
	u.Claims = maps.Clone(u.Claims)
	return u
}

// Subjects of the users that [DefaultUsers] makes.
const (
	// UserAlice is the first user, who is logged in unless told otherwise.
	UserAlice = "alice"
	// UserBob is the second.
	UserBob = "bob"
)

// DefaultUsers makes the users a provider has unless told otherwise. Their
// passwords are empty here, hence random in every provider.
func DefaultUsers() []User {
	user := func(subject, given, family string) User {
		return User{Subject: subject, Claims: map[string]any{
			"name": given + " " + family, "given_name": given, "family_name": family,
			"preferred_username": subject,
			"email":              subject + "@example.com", "email_verified": true,
			"phone_number": "+1 555 0100", "phone_number_verified": false,
			"address":    map[string]any{"formatted": "1 Main Street\nSpringfield", "country": "US"},
			"locale":     "en",
			"zoneinfo":   "Europe/Zurich",
			"updated_at": 1700000000,
		}}
	}
	return []User{user(UserAlice, "Alice", "Adams"), user(UserBob, "Bob", "Brown")}
}

// WithUsers sets the users in place of [DefaultUsers]. Given several times, the
// users add up. The first is the one who is logged in where nobody says who.
func WithUsers(users ...User) Option {
	return func(c *config) error {
		c.users = append(c.users, users...)
		if c.users == nil {
			c.users = []User{}
		}
		return nil
	}
}

// directory holds the users. It does not change once made.
type directory struct {
	users []User
}

func newDirectory(users []User) (*directory, error) {
	d := &directory{}
	names := map[string]bool{}
	for _, u := range users {
		u = u.clone()
		if u.Subject == "" {
			return nil, errors.New("mockidp: a user has no Subject; every user needs one")
		}
		if len(u.Subject) > 255 || !isVisibleASCII(u.Subject) {
			return nil, fmt.Errorf("mockidp: user %q: the subject is not 1 to 255 ASCII characters (OpenID Connect Core §2)", u.Subject)
		}
		if u.Username == "" {
			u.Username = u.Subject
		}
		if u.Password == "" {
			u.Password = randomWord()
		}
		for _, name := range slices.Compact([]string{u.Subject, u.Username}) {
			if names[name] {
				return nil, fmt.Errorf("mockidp: user %q: the name %q is another user's; each user needs its own", u.Subject, name)
			}
			names[name] = true
		}
		d.users = append(d.users, u)
	}
	return d, nil
}

func isVisibleASCII(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// find gives the user with a subject, a username or an email address, or nil.
func (d *directory) find(name string) *User {
	if name == "" {
		return nil
	}
	for i := range d.users {
		if u := &d.users[i]; u.Subject == name || u.Username == name {
			return u
		}
	}
	for i := range d.users {
		if u := &d.users[i]; u.Claims["email"] == name {
			return u
		}
	}
	return nil
}

// first is the user who is logged in where nobody says who, or nil.
func (d *directory) first() *User {
	if len(d.users) == 0 {
		return nil
	}
	return &d.users[0]
}

// passwordIs compares in constant time, whatever the lengths.
func (u *User) passwordIs(got string) bool {
	a, b := sha256.Sum256([]byte(u.Password)), sha256.Sum256([]byte(got))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Users gives the users with their passwords and all defaults filled in, in the
// order in which they were given.
func (p *Provider) Users() []User {
	out := slices.Clone(p.users.users)
	for i := range out {
		out[i] = out[i].clone()
	}
	return out
}

// User finds a user by subject, username or email address, with the password.
func (p *Provider) User(name string) (User, bool) {
	u := p.users.find(name)
	if u == nil {
		return User{}, false
	}
	return u.clone(), true
}
