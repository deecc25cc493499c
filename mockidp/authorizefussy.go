package mockidp

import (
	"net/http"
	"slices"
	"strings"
)

// fussy refuses what RFC 6749 §3.1 has a server leave aside: parameters that it
// does not know, and parameters without a value. Nil where the rules are in force.
func (x *exchange) fussy(f form) *refusal {
	for name := range f {
		if name != "resource" && !slices.Contains(authorizeParameters, name) && !x.keeps(ruleAuthorizationUnknownIgnored) {
			return refuse(errInvalidRequest, "the request has a parameter that is not known")
		}
	}
	source := x.r.URL.RawQuery
	if x.r.Method == http.MethodPost {
		source = string(x.body)
	}
	for pair := range strings.SplitSeq(source, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" && value == "" && !x.keeps(ruleAuthorizationEmptyOmitted) {
			return refuse(errInvalidRequest, "the request has a parameter without a value")
		}
	}
	return nil
}
