// Package check runs named checks against a server and says what each one
// found. It holds the check itself, the T a check body works with, the engine
// and its pool, the recording HTTP client, the redaction of secrets, and
// matchers for HTTP answers. It knows no protocol: what a token request is,
// the packages of the areas say.
package check

import (
	"strings"

	"github.com/authassay/authassay/fixtures/target"
)

// Check is one requirement that a target can meet or break: data that says
// what is asked and why, and one function that finds out.
type Check struct {
	// ID is the slug of the catalogue: unique, fit for a JUnit test case name,
	// and never changed, since history hangs on it.
	ID string
	// Title is one sentence: what holds at a target that conforms.
	Title string
	// Clauses the check rests on, the deciding one first: "RFC 6749 §5.2".
	Clauses []string
	// Level is the requirement word of the deciding clause.
	Level Level
	// LevelUnder replaces Level where a policy makes another document bind.
	LevelUnder map[target.Policy]Level
	// Binds names the party that the clause binds when it is not the target,
	// for example "client". Such a check never fails the target.
	Binds string
	// Sent says what goes over the wire, Judged how the answer is read; both
	// are for people ("authassay explain").
	Sent, Judged string
	// Needs are what the target must offer, or the user must allow, for the
	// check to run. The first that is not met makes the result "not run".
	Needs []Need
	// Proves are the faults (rules of the mock identity provider or of an
	// emulator, switched off) that the self-test must see turn this check red.
	Proves []string
	// Serial checks run while no other check of the run does.
	Serial bool
	// Wire checks look at connections: TLS, and http where https ought to be. They
	// need the network, and make sense where TLS fails and no request gets
	// through, so that a handshake that fails does not keep them from running.
	Wire bool
	// Run is the body of an active check.
	Run func(*T)
	// Observe is the body of an observer: it sends nothing and is shown every
	// exchange of the run, unredacted. It returns nil where its clause does not
	// apply to the exchange. It must not keep the exchange or change it.
	Observe func(*Exchange) *Judgement

	area *Area // set by NewCatalog
}

// Area is the group the check belongs to; nil before NewCatalog took it.
func (c *Check) Area() *Area { return c.area }

// Observer tells whether the check judges the exchanges of others.
func (c *Check) Observer() bool { return c.Observe != nil }

// LevelFor is the level of the check under a policy.
func (c *Check) LevelFor(p target.Policy) Level {
	if l, ok := c.LevelUnder[p]; ok {
		return l
	}
	return c.Level
}

// Area is a group of checks of one role, for example the client
// authentication of an authorization server.
type Area struct {
	// ID is the short name that the ids of its checks begin with: "ca".
	ID string
	// Title is the name for people.
	Title string
	// Role is the part the target must play for these checks to make sense.
	Role target.Role
	// Checks in the order in which they are reported.
	Checks []*Check
}

// Need is something a check requires of the target or of the user.
type Need struct {
	// Name says what is needed, in words that fit after "needs".
	Name string
	// Hint says how to supply it: a key of the target file, or flags. One that
	// begins with "add " and a flag names, up to the first ", or", flags that
	// supply it, whatever the target is.
	Hint string
	// Instead names, as "add --flag", a simpler way to supply it at this target;
	// empty where there is none. It may look at what is known already. Nil: none.
	Instead func(*T) string
	// Met tells whether the need is met. It may send requests through
	// Shared; a failure in there makes the check inconclusive.
	Met func(*T) bool
}

// NeedRegister is met when the user allowed the run to register clients.
var NeedRegister = Need{
	Name: "leave to register clients at the target",
	Hint: "add --register",
	Met:  func(t *T) bool { return t.run.cfg.Register || t.Target().Own },
}

// NeedDestructive is met when the user allowed the run to change, rotate,
// revoke or delete what it did not create itself.
var NeedDestructive = Need{
	Name: "leave to change what existed before the run",
	Hint: "add --allow-destructive",
	Met:  func(t *T) bool { return t.run.cfg.Destructive || t.Target().Own },
}

// Judgement is what an observer says of one exchange to which it applies.
type Judgement struct {
	// OK tells that the clause held.
	OK bool
	// Message, Expected and Got explain a deviation.
	Message, Expected, Got string
	// Safe marks a deviation that harmed nobody; see Level.verdict.
	Safe bool
}

// MatchID tells whether an id matches a pattern in which "*" stands for any
// run of characters.
func MatchID(pattern, id string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == id
	}
	if !strings.HasPrefix(id, parts[0]) {
		return false
	}
	id = id[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(id, p)
		if i < 0 {
			return false
		}
		id = id[i+len(p):]
	}
	return strings.HasSuffix(id, last)
}
