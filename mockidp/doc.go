// Package mockidp is an OAuth 2.0 and OpenID provider for tests.
//
// [Start] gives a running issuer that closes with the test:
//
//	idp := mockidp.Start(t)
//	client, _ := idp.Client(mockidp.ClientConfidential)
//	// point the code under test at idp.Issuer(), client.ID, client.Secret
//
// The provider is strict. What the specifications tell an authorization server
// to refuse, it refuses, with the error code and the status they name; what
// they tell it to send, it sends. Each of these duties that a test may want to
// do without is a named [Rule] with its clause and can be set to [Enforce],
// [Warn] or [Off], see [Provider.SetRule]:
//
//   - a rule of [KindRequest] looks at something the client sends. It gives a
//     [Verdict] for every request it applies to, also when it is not enforced,
//     so a lenient run still tells what a strict server would have refused;
//   - a rule of [KindResponse] is a promise about the provider's own answers.
//     Switched off, the provider breaks the promise, always in the same way.
//
// A [Variance] is the opposite of a rule switched off: behaviour that the
// specifications allow and that few servers show. Code that breaks under a
// variance has relied on more than it was promised. All are off by default;
// [WithVarianceSeed] picks some that can be picked again.
//
// # Reaching it
//
// [Provider.Listen] (which [Start] calls) binds a port. [Provider.Transport]
// needs none: it connects an HTTP client and the provider inside the process,
// with the full semantics of HTTP/1.1, and works inside testing/synctest.
// [Provider.HTTPClient] reaches the provider either way.
//
// # Grants and tokens
//
// A grant or endpoint is served, and is in the metadata, exactly when some client
// may use it: see [Client.GrantTypes]; [DefaultClients] has one client for each
// sort of application. [WithClaims] says which claims are in ID tokens, access
// tokens, userinfo and introspection. Every code and token is remembered with
// what it was made from: [Provider.Lineage], [Provider.Family],
// [Provider.LiveTokens] and [Provider.ReplayedTokens] tell what became of it, and
// [Provider.Revoke] ends it.
//
// # Logging in
//
// Users are logged in and agree unless told otherwise. [WithLogin] and
// [WithConsent], or the fields of the same names of a [Client], bring in pages:
// to pick a user, to type a password, to allow or deny. They are ordinary HTML
// with sessions, for a browser under test; [Provider.Drive] is the browser of a
// test that has none.
//
// With [WithTLS] the issuer is https, by a CA of the provider's own that
// HTTPClient trusts; [Provider.SetCertificate] shows a wrong certificate.
//
// # Time and keys
//
// [Provider.Clock] freezes, moves and skews the time of one provider and of no
// other. Its signing keys are made when they are needed; [Provider.RotateKey] and
// the methods beside it publish, use, retire and revoke them one act at a time.
// [Provider.Mint] and [Provider.MintAccessToken] sign tokens outside of every
// flow, right ones and, by the [Forgeries], wrong ones.
//
// # Lies, conditions, scripts
//
// [Provider.Lie] tells a named wrong answer of the catalogue [Lies]: an ID token
// by another issuer, a state that is dropped, a key set without keys.
// [Provider.Condition] delays, drops, resets or cuts answers, and [Provider.Down]
// takes the provider off the network without giving up its port. A [Scope] keeps
// either to an endpoint, a client, the next few answers or what a [Match] fits;
// [Provider.LieFor] and [Provider.ConditionFor] keep it to one test.
// [Provider.Script] queues answers of the test's own, or changes to the
// provider's; one that is never asked for fails the test.
//
// # What is kept
//
// Every request is recorded with its raw body, up to a bound; see
// [Provider.Requests]; [Provider.Take] waits for one, and [Provider.Why] says why
// it was answered as it was. The record holds what the client sent, secrets included:
// it lives in memory and is never written or logged by this package.
//
// All methods of a [Provider] may be called from several goroutines at once.
package mockidp
