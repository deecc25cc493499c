package mockidp

import (
	"maps"
	"slices"
)

// ClaimTarget is a place where claims appear.
type ClaimTarget string

// The places where claims appear.
const (
	InIDToken       ClaimTarget = "id_token"
	InAccessToken   ClaimTarget = "access_token"
	InUserinfo      ClaimTarget = "userinfo"
	InIntrospection ClaimTarget = "introspection"
)

// ClaimRule sets claims. Every condition that is given must hold; a rule without
// conditions holds always. Rules apply in their order, a later one over an
// earlier one, and all of them over what the provider would say by itself.
type ClaimRule struct {
	// In are the places the claims are for. None means all four.
	In []ClaimTarget
	// Client is the identifier of the client.
	Client string
	// User is the subject or username of the user.
	User string
	// Scope is a scope that was granted.
	Scope string
	// Parameters are values of parameters of the authorization request, or of
	// the token request by which the grant began. They hold for all that comes
	// of the grant, refreshed tokens too. "*" stands for any value.
	Parameters map[string]string
	// Claims are what is set. A nil value takes the claim away.
	Claims map[string]any
}

func (r ClaimRule) clone() ClaimRule {
	r.In, r.Parameters, r.Claims = slices.Clone(r.In), maps.Clone(r.Parameters), maps.Clone(r.Claims)
	return r
}

// WithClaims sets claim rules. Given several times, they add up.
func WithClaims(rules ...ClaimRule) Option {
	return func(c *config) error {
		c.claims = append(c.claims, rules...)
		return nil
	}
}

// SetClaims replaces all claim rules from the next request on.
func (p *Provider) SetClaims(rules ...ClaimRule) {
	own := make([]ClaimRule, len(rules))
	for i, r := range rules {
		own[i] = r.clone()
	}
	p.claims.Store(&own)
}

// fits reports whether the rule holds for a place, a grant and its scopes.
func (r *ClaimRule) fits(in ClaimTarget, g *grant, scopes []string) bool {
	switch {
	case len(r.In) > 0 && !slices.Contains(r.In, in),
		r.Client != "" && r.Client != g.client,
		r.User != "" && r.User != g.subject && (g.user == nil || r.User != g.user.Username),
		r.Scope != "" && !slices.Contains(scopes, r.Scope):
		return false
	}
	for name, want := range r.Parameters {
		got := g.params[name]
		if len(got) == 0 || want != "*" && !slices.Contains(got, want) {
			return false
		}
	}
	return true
}

// setClaims lets the claim rules have their way with claims.
func (x *exchange) setClaims(claims object, in ClaimTarget, g *grant, scopes []string) {
	rules := x.p.claims.Load()
	if rules == nil {
		return
	}
	for i := range *rules {
		r := &(*rules)[i]
		if !r.fits(in, g, scopes) {
			continue
		}
		for name, value := range r.Claims {
			if value == nil {
				delete(claims, name)
			} else {
				claims[name] = value
			}
		}
	}
}

// scopeClaims are the claims that the standard scopes ask for (OpenID Connect
// Core §5.4).
var scopeClaims = map[string][]string{
	"profile": {
		"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
		"picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
	},
	"email":   {"email", "email_verified"},
	"address": {"address"},
	"phone":   {"phone_number", "phone_number_verified"},
}

// scopedClaims are the claims about the user that the scopes ask for.
func (g *grant) scopedClaims(scopes []string) object {
	out := object{}
	if g.user == nil {
		return out
	}
	for _, s := range scopes {
		for _, name := range scopeClaims[s] {
			if value, ok := g.user.Claims[name]; ok && value != nil {
				out[name] = value
			}
		}
	}
	return out
}

// standardClaims are the claims that userinfo can give, for the metadata.
func standardClaims() []string {
	out := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "c_hash", "azp", "acr", "amr"}
	var more []string
	for _, names := range scopeClaims {
		more = append(more, names...)
	}
	slices.Sort(more)
	return append(out, more...)
}
