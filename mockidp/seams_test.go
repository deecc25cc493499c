package mockidp

import (
	"testing"

	"github.com/onsi/gomega"
)

// What an extension would do can be done at the seams: bind a token, refuse a
// request, and bring the parameters of an authorization request.
func TestExtensionSeams(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newFull(t)
	p.ext.seams.token = []tokenSeam{func(x *exchange, c *Client, f form, set *tokenSet) *refusal {
		if f.get("proof") == "wrong" {
			return refuse("invalid_dpop_proof", "the proof is wrong")
		}
		set.claims = object{"cnf": object{"jkt": f.get("proof")}}
		return nil
	}}
	_, claims := verified(t, p, ask(p, sent{basic: ClientConfidential, form: cc("proof", "thumbprint")}).str("access_token"))
	g.Expect(claims["cnf"]).To(gomega.Equal(map[string]any{"jkt": "thumbprint"}))
	live := len(p.LiveTokens())
	g.Expect(outcome(ask(p, sent{basic: ClientConfidential, form: cc("proof", "wrong")}))).To(gomega.Equal("400 invalid_dpop_proof"))
	g.Expect(p.LiveTokens()).To(gomega.HaveLen(live), "nothing is issued")

	p.ext.seams.request = []requestSeam{func(x *exchange, f form) (form, *refusal) {
		if f.get("request") == "" {
			return nil, refuse(errInvalidRequest, "a request object is needed")
		}
		delete(f, "request")
		f["scope"] = []string{"read"}
		return f, nil
	}}
	g.Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code", "request", "a.b.c", "scope", "admin")))).To(gomega.Equal("query code"))
	g.Expect(errorOf(authorizeAt(p, authRequestOf(ClientWeb, "code")))).To(gomega.Equal("page 400"))
	g.Expect(pushedOutcome(pushing(p, ClientWeb, "request", "a.b.c", "scope", "admin"))).To(gomega.Equal("201 "))
	g.Expect(pushedOutcome(pushing(p, ClientWeb))).To(gomega.Equal("400 invalid_request"))
}
