// Package interop holds tests of the mock identity provider with clients that
// others wrote: a browser, Go's OAuth and OpenID libraries, and programs that
// Debian packages; and of the HTML report in a browser. It is a module of its own, so that whoever uses the provider
// does not inherit what its tests need.
//
// A test whose program is absent skips and says what it looked for. Two
// variables forbid that, for machines that have everything:
//
//	AUTHASSAY_REQUIRE_BROWSER=1  the tests that need Chromium
//	AUTHASSAY_REQUIRE_CLIENTS=1  the tests that need a packaged client
package interop
