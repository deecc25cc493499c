package mockidp

import (
	"net/url"
	"slices"
	"strings"
)

// isResource reports whether s is an absolute URI without a fragment (RFC 8707
// §2).
func isResource(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && !strings.Contains(s, "#") && (u.Host != "" || u.Opaque != "" || u.Path != "")
}

// resources reads the resource parameter, which may repeat (RFC 8707 §2). It is
// nil when there is none.
func (x *exchange) resources(c *Client, f form) ([]string, *refusal) {
	asked := f["resource"]
	if len(asked) == 0 {
		return nil, nil
	}
	if x.breaks(ruleResourceURI, !slices.ContainsFunc(asked, func(s string) bool { return !isResource(s) }), "absolute URIs without fragment", "another resource") {
		return nil, refuse(errInvalidTarget, "resource is not an absolute URI without fragment")
	}
	if c.Resources != nil {
		known := !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(c.Resources, s) })
		if x.breaks(ruleResourceKnown, known, "resources registered for the client", "another resource") {
			return nil, refuse(errInvalidTarget, "the client may not have a resource it asks for")
		}
	}
	var out []string
	for _, s := range asked {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// resourcesWithin reads the resource parameter of a request that redeems a grant:
// some of the resources of the grant, where it names any (RFC 8707 §2.2).
func (x *exchange) resourcesWithin(c *Client, g *grant, f form) ([]string, *refusal) {
	asked, bad := x.resources(c, f)
	if bad != nil || asked == nil {
		return g.resources, bad
	}
	within := len(g.resources) == 0 || !slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(g.resources, s) })
	if x.breaks(ruleResourceWithinGrant, within, "resources of the authorization request", "another resource") {
		return nil, refuse(errInvalidTarget, "a resource is asked for that the grant does not have")
	}
	return asked, nil
}
