package mockidp

import (
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/onsi/gomega"
)

// authorization makes header lines, each encoded as it stands.
func authorization(values ...string) http.Header { return http.Header{"Authorization": values} }

func rawBasic(userPass string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(userPass))
}

// How the client authenticates, and how it fails to (RFC 6749 §2.3, §3.2.1, §5.2).
func TestClientAuthentication(t *testing.T) {
	const challenge = `Basic realm="mockidp", charset="UTF-8"`
	p := newProvider(t)
	secret := func(id string) string { return p.registry.byID[id].Secret }
	good := rawBasic(ClientBasic + ":" + secret(ClientBasic))
	for name, c := range map[string]struct {
		send    sent
		outcome string
	}{
		"Basic":                                 {sent{basic: ClientConfidential, form: cc()}, "200 token"},
		"body":                                  {sent{post: ClientConfidential, form: cc()}, "200 token"},
		"Basic, encoded":                        {sent{basic: ClientEncoded, form: cc()}, "200 token"},
		"Basic, encoded, beyond ASCII":          {sent{basic: ClientUnicode, form: cc()}, "200 token"},
		"body, reserved characters":             {sent{post: ClientUnicode, form: cc()}, "200 token"},
		"basic in lower case":                   {sent{header: authorization("basic" + good[5:]), form: cc()}, "200 token"},
		"BASIC and several spaces":              {sent{header: authorization("BASIC  " + good[5:]), form: cc()}, "200 token"},
		"Basic with its own client_id":          {sent{basic: ClientBasic, form: cc("client_id", ClientBasic)}, "200 token"},
		"Basic with another client_id":          {sent{basic: ClientBasic, form: cc("client_id", ClientPost)}, "400 invalid_request"},
		"Basic and body":                        {sent{basic: ClientConfidential, post: ClientConfidential, form: cc()}, "400 invalid_request"},
		"Basic and a secret in the body":        {sent{basic: ClientConfidential, form: cc("client_secret", "x")}, "400 invalid_request"},
		"Basic and an assertion":                {sent{basic: ClientConfidential, form: cc("client_assertion", "x")}, "400 invalid_request"},
		"body and an assertion":                 {sent{post: ClientConfidential, form: cc("client_assertion", "x")}, "400 invalid_request"},
		"Basic twice":                           {sent{header: authorization(good, good), form: cc()}, "400 invalid_request"},
		"an assertion":                          {sent{form: cc("client_assertion", "x")}, "401 invalid_client"},
		"nothing":                               {sent{form: cc()}, "401 invalid_client"},
		"a client_id alone":                     {sent{form: cc("client_id", ClientConfidential)}, "401 invalid_client"},
		"an unknown client_id alone":            {sent{form: cc("client_id", "nobody")}, "401 invalid_client"},
		"a secret alone":                        {sent{form: cc("client_secret", "x")}, "400 invalid_request"},
		"wrong secret, Basic":                   {sent{header: basicOf(ClientBasic, "wrong"), form: cc()}, "401 invalid_client"},
		"wrong secret, body":                    {sent{form: cc("client_id", ClientPost, "client_secret", "wrong")}, "401 invalid_client"},
		"no secret, Basic":                      {sent{header: basicOf(ClientBasic, ""), form: cc()}, "401 invalid_client"},
		"the secret of another":                 {sent{header: basicOf(ClientBasic, secret(ClientPost)), form: cc()}, "401 invalid_client"},
		"unknown client, Basic":                 {sent{header: basicOf("nobody", "x"), form: cc()}, "401 invalid_client"},
		"unknown client, body":                  {sent{form: cc("client_id", "nobody", "client_secret", "x")}, "401 invalid_client"},
		"no id, Basic":                          {sent{header: basicOf("", ""), form: cc()}, "401 invalid_client"},
		"a client for Basic only, in the body":  {sent{post: ClientBasic, form: cc()}, "401 invalid_client"},
		"a client for the body only, by Basic":  {sent{basic: ClientPost, form: cc()}, "401 invalid_client"},
		"a public client with a secret":         {sent{form: cc("client_id", ClientPublic, "client_secret", "x")}, "401 invalid_client"},
		"a public client by Basic":              {sent{header: basicOf(ClientPublic, ""), form: cc()}, "401 invalid_client"},
		"not form-encoded, where it matters":    {sent{header: authorization(rawBasic(ClientEncoded + ":" + secret(ClientEncoded))), form: cc()}, "401 invalid_client"},
		"a bad escape":                          {sent{header: authorization(rawBasic("a%zz:b")), form: cc()}, "401 invalid_client"},
		"not UTF-8":                             {sent{header: authorization(rawBasic("a:%ff")), form: cc()}, "401 invalid_client"},
		"no colon":                              {sent{header: authorization(rawBasic("abc")), form: cc()}, "401 invalid_client"},
		"not Base64":                            {sent{header: authorization("Basic !!!"), form: cc()}, "401 invalid_client"},
		"Base64 without its padding":            {sent{header: authorization("Basic YTpiYw"), form: cc()}, "401 invalid_client"},
		"Basic and nothing":                     {sent{header: authorization("Basic"), form: cc()}, "401 invalid_client"},
		"an empty header":                       {sent{header: authorization(""), form: cc()}, "401 invalid_client"},
		"Bearer":                                {sent{header: authorization("Bearer x"), form: cc()}, "401 invalid_client"},
		"Bearer beside credentials in the body": {sent{header: authorization("Bearer x"), post: ClientPost, form: cc()}, "400 invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			a := ask(p, c.send)
			g.Expect(outcome(a)).To(gomega.Equal(c.outcome), a.body)
			if a.status == 401 {
				g.Expect(a.header.Values("WWW-Authenticate")).To(gomega.ConsistOf(challenge))
			} else {
				g.Expect(a.header).NotTo(gomega.HaveKey("Www-Authenticate"))
			}
			for _, client := range p.Clients() {
				if client.Secret != "" {
					g.Expect(a.body).NotTo(gomega.ContainSubstring(client.Secret))
				}
			}
		})
	}
}

// An unknown client and a wrong secret cannot be told apart.
func TestUnknownClientLooksLikeWrongSecret(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t)
	unknown := steady(ask(p, sent{header: basicOf("nobody", "x"), form: cc()}))
	wrong := steady(ask(p, sent{header: basicOf(ClientBasic, "x"), form: cc()}))
	g.Expect(unknown).To(gomega.Equal(wrong))
}

// With the rule off any secret opens the client's door, by either method, and no
// other door.
func TestSecretVerifiedOff(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleClientSecretVerified))
	g.Expect(outcome(ask(p, sent{header: basicOf(ClientBasic, "x"), form: cc()}))).To(gomega.Equal("200 token"))
	g.Expect(outcome(ask(p, sent{form: cc("client_id", ClientPost, "client_secret", "x")}))).To(gomega.Equal("200 token"))
	g.Expect(outcome(ask(p, sent{header: basicOf("nobody", "x"), form: cc()}))).To(gomega.Equal("401 invalid_client"))
	g.Expect(outcome(ask(p, sent{form: cc("client_id", ClientPost)}))).To(gomega.Equal("401 invalid_client"))
}

// With decoding off only clients that need none get in.
func TestBasicFormDecodedOff(t *testing.T) {
	g := gomega.NewWithT(t)
	p := newProvider(t, WithRuleOff(ruleBasicFormDecoded))
	g.Expect(outcome(ask(p, sent{basic: ClientBasic, form: cc()}))).To(gomega.Equal("200 token"))
	g.Expect(outcome(ask(p, sent{basic: ClientEncoded, form: cc()}))).To(gomega.Equal("401 invalid_client"))
	// Such a server takes the secret as it is, when the identifier allows.
	p = newProvider(t, WithRuleOff(ruleBasicFormDecoded), WithClients(Client{ID: "plain", Secret: "50%+more"}))
	g.Expect(outcome(ask(p, sent{header: authorization(rawBasic("plain:50%+more")), form: cc()}))).To(gomega.Equal("200 token"))
}
