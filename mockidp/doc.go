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
// variance has relied on more than it was promised. All are off by default.
//
// # Reaching it
//
// [Provider.Listen] (which [Start] calls) binds a port. [Provider.Transport]
// needs none: it connects an HTTP client and the provider inside the process,
// with the full semantics of HTTP/1.1, and works inside testing/synctest.
// [Provider.HTTPClient] reaches the provider either way.
//
// # What is kept
//
// Every request is recorded with its raw body, up to a bound; see
// [Provider.Requests]. The record holds what the client sent, secrets included:
// it lives in memory and is never written or logged by this package.
//
// All methods of a [Provider] may be called from several goroutines at once.
package mockidp
