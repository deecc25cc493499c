package mockidp

// The seams at which extensions of the token request and of the authorization
// request are put in. There is none yet; the slices of a provider are empty. What
// would go where:
//
//   - DPoP (RFC 9449 §5): a tokenSeam reads the DPoP header, refuses with
//     invalid_dpop_proof or use_dpop_nonce, and sets cnf in the claims and
//     token_type in the members of the set. §10 has the key in the authorization
//     request, which a requestSeam would check; the grant's params keep it.
//   - mTLS (RFC 8705): tls_client_auth and self_signed_tls_client_auth are further
//     ways in [exchange.authenticate], by x.r.TLS; the binding of §3 is a tokenSeam
//     that sets cnf.
//   - JAR (RFC 9101 §6): a requestSeam verifies request and gives the claims of
//     the request object as the parameters, for requests that are pushed too
//     (RFC 9126 §3). [exchange.checkNotServed] refuses request until then.
//   - RAR (RFC 9396 §5, §7): a requestSeam checks authorization_details, and a
//     tokenSeam narrows them and puts them into the claims and the members.

// tokenSeam looks at a token request that its grant has accepted, before anything
// is issued. It may add to the set, or refuse the request.
type tokenSeam func(x *exchange, c *Client, f form, set *tokenSet) *refusal

// requestSeam looks at the parameters of an authorization request, as sent or as
// pushed, before they are validated. It gives the parameters that count, or
// refuses the request; at the authorization endpoint the refusal is a page,
// because nobody knows yet whom it could be sent to.
type requestSeam func(x *exchange, f form) (form, *refusal)

// seams are those of a provider, in the order in which they are passed.
type seams struct {
	token   []tokenSeam
	request []requestSeam
}

// passToken leads a token request through the seams.
func (x *exchange) passToken(c *Client, f form, set *tokenSet) *refusal {
	for _, seam := range x.p.ext.seams.token {
		if bad := seam(x, c, f, set); bad != nil {
			return bad
		}
	}
	return nil
}

// passRequest leads an authorization request through the seams.
func (x *exchange) passRequest(f form) (form, *refusal) {
	for _, seam := range x.p.ext.seams.request {
		next, bad := seam(x, f)
		if bad != nil {
			return nil, bad
		}
		f = next
	}
	return f, nil
}
