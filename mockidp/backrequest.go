package mockidp

// backRequest reads a request that a client sends directly, in the manner of a
// token request, to one of the endpoints that authenticate clients like the token
// endpoint: for pushed requests (RFC 9126 §2) and devices (RFC 8628 §3.1).
func (x *exchange) backRequest() (form, *Client, *reply) {
	f, rep := x.bodyForm()
	if rep != nil {
		return nil, nil, rep
	}
	if bad := x.checkRepeated(f); bad != nil {
		return nil, nil, x.refused(bad)
	}
	c, bad := x.authenticate(f)
	if bad != nil {
		return nil, nil, x.refused(bad)
	}
	if c.ID == anonymousClient && x.p.registry.find(c.ID) == nil {
		// Only the client credentials grant serves who names no client.
		return nil, nil, x.refused(refuse(errInvalidClient, "the request names no client"))
	}
	return f, c, nil
}

// grantOffered reports whether a grant is served: some client may use it, or may
// register for it.
func (p *Provider) grantOffered(name string) bool {
	return p.registry.anyMayUse(name) || p.mayRegisterFor(name)
}
