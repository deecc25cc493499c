package mockidp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Mode says how a rule is applied. The zero value is [Enforce].
type Mode int

const (
	// Enforce refuses the request that breaks the rule, or keeps the promise.
	Enforce Mode = iota
	// Warn answers as [Off] does and leaves a verdict that says the request
	// would have been refused. It exists for rules of [KindRequest] only.
	Warn
	// Off behaves as [Rule.Off] describes.
	Off
)

// String gives the word that [ParseMode] reads: "enforce", "warn" or "off".
func (m Mode) String() string {
	switch m {
	case Enforce:
		return "enforce"
	case Warn:
		return "warn"
	case Off:
		return "off"
	}
	return fmt.Sprintf("Mode(%d)", int(m))
}

// ParseMode reads "enforce", "warn" or "off".
func ParseMode(s string) (Mode, error) {
	for _, m := range []Mode{Enforce, Warn, Off} {
		if s == m.String() {
			return m, nil
		}
	}
	return Enforce, fmt.Errorf("mockidp: %q is not a mode; use enforce, warn or off", s)
}

// Kind tells the two sorts of [Rule] apart.
type Kind int

const (
	// KindRequest marks a rule about something the client sends.
	KindRequest Kind = iota
	// KindResponse marks a promise about the provider's own answers.
	KindResponse
)

// String is "request" or "response".
func (k Kind) String() string {
	if k == KindResponse {
		return "response"
	}
	return "request"
}

// Rule is one thing that the provider enforces or promises.
type Rule struct {
	// Name is the stable name, in words joined by hyphens.
	Name string
	// Clause is the section that asks for it, such as "RFC 6749 §5.1".
	Clause string
	// Kind says whether the client's request or the provider's answer is bound.
	Kind Kind
	// Text is what is enforced.
	Text string
	// Off is what the provider does when the rule is switched off. It depends
	// on nothing but the request: no chance, no history.
	Off string
	// Mode is the rule's mode in the provider that was asked. In the catalogue
	// returned by the function [Rules] it is always [Enforce].
	Mode Mode
}

// ruleCatalog holds every rule, in the order in which a reader meets the
// subjects: metadata, keys, token endpoint.
var ruleCatalog = slices.Concat(metadataRules, jwksRules, clientRules, tokenRules, errorRules, authorizeRules, authorizeRequestRules, redirectRules,
	grantRules, tokenUseRules, extendedRules, loginRules, refreshRules, answerRules, documentRules, httpRules, tlsRules)

// Rules lists every rule in a stable order.
func Rules() []Rule { return slices.Clone(ruleCatalog) }

// ruleByName finds a rule. An unknown name is an error that suggests the
// nearest known one.
func ruleByName(name string) (Rule, error) {
	for _, r := range ruleCatalog {
		if r.Name == name {
			return r, nil
		}
	}
	names := make([]string, len(ruleCatalog))
	for i, r := range ruleCatalog {
		names[i] = r.Name
	}
	return Rule{}, fmt.Errorf("mockidp: there is no rule %q%s", name, suggestion(name, names))
}

// suggestion ends an error message about an unknown name: the nearest known
// one, when it is near enough to have been meant, else nothing.
func suggestion(got string, known []string) string {
	got = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(got), "_", "-"))
	best, distance := "", len(got)/2+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(got, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
