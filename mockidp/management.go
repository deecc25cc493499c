package mockidp

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// manage answers at the client configuration endpoint (RFC 7592 §2).
func (x *exchange) manage(id string) *reply {
	c, rep := x.managedClient(id)
	if rep != nil {
		return rep
	}
	switch x.r.Method {
	case http.MethodPut:
		return x.updateClient(c)
	case http.MethodDelete:
		return x.deleteClient(c)
	}
	return x.clientInformation(http.StatusOK, c)
}

// managedClient finds the client that a request is about and asks for its
// registration access token. A client that does not exist, or never registered
// itself, is answered 401 like a token that is not right (§2.1).
func (x *exchange) managedClient(id string) (*Client, *reply) {
	got, given := bearerOf(x.r.Header)
	c := x.p.registry.find(id)
	if c != nil && c.registration == nil {
		c = nil
	}
	own := c != nil && given && sameSecret(got, c.registration.token)
	// The token of another client is a token all the same, just not the right one.
	others := !own && given && x.p.registry.hasRegistrationToken(got)
	if x.breaks(ruleManagementToken, own || others, "a registration access token", describeBearer(given)) {
		return nil, x.registrationUnauthorized(given)
	}
	if others && x.breaks(ruleManagementTokenOwn, false, "the client's registration access token", "another client's") {
		return nil, x.registrationUnauthorized(given)
	}
	if own {
		x.breaks(ruleManagementTokenOwn, true, "", "")
	}
	if c == nil {
		return nil, x.registrationUnauthorized(given)
	}
	return c, nil
}

// hasRegistrationToken reports whether some client has a registration access token.
func (r *registry) hasRegistrationToken(token string) bool {
	for _, c := range r.all() {
		if c.registration != nil && sameSecret(token, c.registration.token) {
			return true
		}
	}
	return false
}

// updateClient replaces the metadata of a client (RFC 7592 §2.2).
func (x *exchange) updateClient(c *Client) *reply {
	doc, rep := x.registrationBody()
	if rep != nil {
		return rep
	}
	if bad := x.checkUpdate(doc, c); bad != nil {
		return x.registrationRefused(bad)
	}
	if !x.keeps(ruleManagementReplaces) {
		doc = c.augmented(doc)
	}
	next, bad := x.readClient(doc, c)
	if bad != nil {
		return x.registrationRefused(bad)
	}
	if secret, _ := doc["client_secret"].(string); secret != "" && next.Secret != "" {
		next.Secret = secret // the same, or one that was let through
	}
	if !x.p.registry.replace(c, next) {
		// Deleted or updated in the meantime.
		return x.registrationError(http.StatusConflict, refuse(errInvalidMetadata, "the registration has changed in the meantime"))
	}
	return x.clientInformation(http.StatusOK, next)
}

// checkUpdate applies what RFC 7592 §2.2 says about members that are not metadata.
func (x *exchange) checkUpdate(doc map[string]any, c *Client) *refusal {
	if x.breaks(ruleManagementClientID, doc["client_id"] == c.ID, "the client's own client_id", "another or none") {
		return refuse(errInvalidMetadata, "client_id is not the client's own")
	}
	secret, there := doc["client_secret"]
	if text, ok := secret.(string); there && (!ok || hasControl(text)) {
		return refuse(errInvalidMetadata, "client_secret is not a string")
	}
	if x.breaks(ruleManagementSecret, !there || secret == c.Secret, "no client_secret or the client's own", "another") {
		return refuse(errInvalidMetadata, "client_secret is not the one that was issued")
	}
	for _, name := range []string{"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"} {
		if _, there := doc[name]; there {
			if x.breaks(ruleManagementMembers, false, "client metadata", name) {
				return refuse(errInvalidMetadata, name+" is the server's to set")
			}
			return nil
		}
	}
	x.breaks(ruleManagementMembers, true, "", "")
	return nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// augmented is what a request becomes on a server that adds to what it has.
func (c *Client) augmented(doc map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range c.registration.metadata {
		out[name] = value
	}
	for name, value := range c.metadata() {
		switch v := value.(type) {
		case []string:
			list := make([]any, len(v))
			for i, s := range v {
				list[i] = s
			}
			out[name] = list
		case string, bool:
			out[name] = v
		}
	}
	for name, value := range doc {
		out[name] = value
	}
	if doc["jwks_uri"] == nil && doc["jwks"] == nil && len(c.JWKS) > 0 {
		if keys, err := parseObject(c.JWKS); err == nil {
			out["jwks"] = keys
		}
	}
	return out
}

// deleteClient ends a registration (RFC 7592 §2.3).
func (x *exchange) deleteClient(c *Client) *reply {
	if x.keeps(ruleManagementDeletes) {
		x.p.registry.remove(c.ID)
	}
	if x.keeps(ruleManagementRevokes) {
		x.p.forgetClient(c.ID, "the client was deleted")
	}
	rep := &reply{status: http.StatusNoContent, header: http.Header{}}
	if !x.keeps(ruleManagementDelete204) {
		rep = x.json(http.StatusOK, object{"deleted": true})
	}
	x.noStore(rep)
	return rep
}

// forgetClient ends everything a client has: grants and tokens (RFC 7592 §2.3).
func (p *Provider) forgetClient(id, why string) {
	p.ext.pushed.removeIf(func(r *pushedRequest) bool { return r.client == id })
	p.ext.devices.forget(id)
	p.grants.revokeClient(id, p.clock.Now(), why)
}

// revokeClient ends every family of tokens of a client.
func (s *store) revokeClient(id string, now time.Time, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.all {
		if t.grant.client == id && t.grant.revoked.IsZero() {
			t.grant.revoked, t.grant.revokedFor = now, why
		}
	}
}

// AddClient registers a client, as [WithClients] does, in a provider that runs. It
// gives the client with its secret and all defaults filled in.
func (p *Provider) AddClient(c Client) (Client, error) {
	c = c.clone()
	if err := c.complete(p.alg); err != nil {
		return Client{}, fmt.Errorf("mockidp: client %q: %w", c.ID, err)
	}
	if _, err := p.registry.add(&c, 0); err != nil {
		return Client{}, fmt.Errorf("mockidp: client %q: %w; each client needs its own", c.ID, err)
	}
	return c.clone(), nil
}

// RemoveClient takes a client out of a provider that runs and revokes all its
// tokens. It reports whether there was such a client.
func (p *Provider) RemoveClient(id string) bool {
	if !p.registry.remove(id) {
		return false
	}
	p.forgetClient(id, "the client was removed by the test")
	return true
}

// RegistrationAccessToken gives the token with which a client that registered
// itself manages its registration (RFC 7592 §3).
func (p *Provider) RegistrationAccessToken(clientID string) (string, bool) {
	c := p.registry.find(clientID)
	if c == nil || c.registration == nil {
		return "", false
	}
	return c.registration.token, true
}
