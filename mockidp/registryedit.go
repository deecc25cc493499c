package mockidp

import (
	"errors"
	"slices"
)

var errClientExists = errors.New("the identifier is another client's")

// add puts a client that is complete into the registry. Of those that registered
// themselves at most limit stay, the newest; 0 is no limit. It gives the identifier
// of the one that made room, if one had to.
func (r *registry) add(c *Client, limit int) (evicted string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID[c.ID] != nil {
		return "", errClientExists
	}
	own := func(c *Client) bool { return c.registration != nil }
	if limit > 0 {
		n := 0
		for _, known := range r.clients {
			n += count(own(known))
		}
		if n >= limit {
			i := slices.IndexFunc(r.clients, own)
			evicted = r.clients[i].ID
			delete(r.byID, evicted)
			r.clients = slices.Delete(slices.Clone(r.clients), i, i+1)
		}
	}
	r.byID[c.ID] = c
	r.clients = append(r.clients, c)
	return evicted, nil
}

// replace puts a client in the place of the one that has its identifier, and
// reports whether old is still that one.
func (r *registry) replace(old, c *Client) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.clients, old)
	if i < 0 {
		return false
	}
	r.clients = slices.Clone(r.clients)
	r.clients[i], r.byID[c.ID] = c, c
	return true
}

// remove takes a client out and reports whether it was there.
func (r *registry) remove(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.byID[id]
	if c == nil {
		return false
	}
	delete(r.byID, id)
	r.clients = slices.DeleteFunc(slices.Clone(r.clients), func(other *Client) bool { return other == c })
	return true
}
