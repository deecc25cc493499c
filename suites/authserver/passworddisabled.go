package authserver

import (
	"slices"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// passwordDisabled are the checks that the grant is not there.
func passwordDisabled() []*check.Check {
	return []*check.Check{{
		// RFC 9700 §2.4: the password grant must not be used; OAuth 2.1 §10 leaves it
		// out. RFC 6749 §4.3 has it. A grant that the target file lists for a client is
		// offered none the less: that the file says so changes nothing for its users.
		ID: "ropc-disabled", Level: check.MustNot,
		LevelUnder: onlyBCP,
		Title:      "The password grant is not offered.",
		Clauses:    []string{"RFC 9700 §2.4", "OAuth 2.1 draft §10"},
		Sent:       "A password request with a made-up user and password by each of several clients, those first that the target file lists the grant for; as control the same with a grant that nobody defined.",
		Judged:     "invalid_grant or a token, where the undefined grant is answered otherwise: offered. unsupported_grant_type: not offered. unauthorized_client: not to this client, and offered if the metadata lists the grant. Where the target file lists the grant, a token for its first user: offered. No such answer at all: error.",
		Needs:      []check.Need{needTokenEndpoint, needAnyClient},
		Proves:     []string{"password-grant-registered"},
		Run:        passwordOffered,
	}}
}

var needAnyClient = check.Need{
	Name: "a client",
	Hint: "add --client-id and --client-secret, or list one in a target file", Instead: byRegistering,
	Met: func(t *check.T) bool { return len(passwordAskers(t)) > 0 },
}

// mostPasswordAskers bounds how many clients ask for the password grant.
const mostPasswordAskers = 4

// passwordAskers are the clients by which is found out whether the grant is offered:
// first those that are said to have it, then confidential ones, then the others.
// What authenticates with a key says no more than what has a secret.
func passwordAskers(t *check.T) []target.Client {
	list := slices.DeleteFunc(slices.Clone(clients(t)), func(c target.Client) bool {
		return c.Confidential() && c.Secret == "" || oauth.EncodingMatters(c.ID, c.Secret)
	})
	order := func(c target.Client) int {
		if slices.Contains(c.Grants, grantPassword) {
			return -1
		}
		return rank(c)
	}
	slices.SortStableFunc(list, func(a, b target.Client) int { return order(a) - order(b) })
	if len(list) <= mostPasswordAskers {
		return list
	}
	// One of the last is a public client, if there is any: servers have switches
	// for each kind.
	return append(list[:mostPasswordAskers-1:mostPasswordAskers-1], list[len(list)-1])
}

func passwordOffered(t *check.T) {
	advertised := passwordAdvertised(t)
	t.Record("listed in the metadata", yesNo(advertised))
	var knows func() // looks at the answer that shows that the target knows the grant
	decided := ""
	for _, c := range passwordAskers(t) {
		r, undefined := askForPassword(t, c)
		t.Look("by "+c.ID, r)
		switch code := errorCode(r); {
		case oauth.Issued(r) != "" && oauth.Issued(undefined) == "", code == "invalid_grant" && errorCode(undefined) != code:
			t.Expect(r).To(statement{false, "unsupported_grant_type, or unauthorized_client", oauth.Describe(r)},
				"the password grant is offered to %s: users hand their password to a client", c.ID)
		case code == "unsupported_grant_type":
			t.Record("by "+c.ID, code)
			decided = code
		case code == "unauthorized_client" && errorCode(undefined) != code:
			t.Record("by "+c.ID, code)
			decided, knows = code, func() { t.Look("by "+c.ID, r) }
		case code != "" && code == errorCode(undefined) && code != "invalid_client":
			t.Record("by "+c.ID, code+", like a grant that nobody defined")
			decided = code
		}
	}
	listed := slices.ContainsFunc(clients(t), func(c target.Client) bool { return slices.Contains(c.Grants, grantPassword) })
	if listed && needPassword.Met(t) {
		// Some servers answer every refusal alike, or a user whom nobody knows with
		// a word of their own. A user who exists shows it by a token.
		r := t.Do("a user who exists", "token", passwordOf(t).request(t).HTTP())
		t.Expect(r).To(oauth.RefuseToken(), "the password grant is offered to %s: users hand their password to a client", passwordOf(t).client.ID)
	}
	if decided == "" {
		t.Inconclusive("no answer says whether the target knows the password grant: none is an error code of RFC 6749 §5.2 about the grant")
	}
	if knows != nil && advertised {
		knows()
		t.Expect(advertised).To(statement{false, "a target without the password grant", "the metadata lists it, and the token endpoint tells it from a grant that nobody defined"},
			"the password grant is offered: users hand their password to a client")
	}
}

// askForPassword sends a password request with a made-up user, whose account cannot
// be locked, and the same with a grant that nobody defined. It tries the methods by
// which the client may authenticate.
func askForPassword(t *check.T, c target.Client) (password, undefined *check.Response) {
	methods := []string{oauth.NoneMethod}
	if c.Confidential() {
		methods = methodsOf(t, c)
	}
	user := target.User{Name: "authassay-" + t.Random(12), Password: t.Random(24)}
	for _, m := range methods {
		r := passwordGrantee{grantee{c, m}, user}.request(t)
		password = t.Do("by "+c.ID, "token", r.HTTP())
		if password.Status >= 500 {
			t.Inconclusive("by %s: the target answered %d, which is neither a refusal nor a success", c.ID, password.Status)
		}
		if errorCode(password) != "invalid_client" {
			undefined = t.Do("control: a grant that nobody defined, by "+c.ID, "token", r.Set("grant_type", "urn:authassay:"+t.Random(12)).HTTP())
			return password, undefined
		}
	}
	return password, password
}
