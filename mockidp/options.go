package mockidp

import (
	"errors"
	"fmt"
)

// Option configures a provider. [New] reports what is wrong with one.
type Option func(*config) error

// config is what the options say.
type config struct {
	issuer, path            string
	clock                   Clock
	clients                 []Client
	users                   []User
	claims                  []ClaimRule
	keys                    *KeySet
	alg                     string
	recordCount, recordSize int
	settings                *settings
	varianceSeed            string
	login                   LoginMode
	consent                 ConsentMode
	ext                     extendedConfig
	tls                     bool
	tlsHosts                []string
	certificate             string
	signedMetadata          bool
	encryptionKey           bool
	jwksHost                string
}

// WithIssuer sets the issuer identifier: an http or https URL, with or without a
// path. Without it the issuer is made from the address that
// [Provider.Listen] binds, and is https://idp.test until then.
func WithIssuer(issuer string) Option {
	return func(c *config) error {
		if issuer == "" {
			return errors.New("mockidp: WithIssuer: the issuer is empty; leave the option out for one made from the address")
		}
		c.issuer = issuer
		return nil
	}
}

// WithPath gives the issuer a path, such as "/tenant-1". Use it where the rest
// of the issuer is left to the provider; it excludes [WithIssuer].
func WithPath(path string) Option {
	return func(c *config) error {
		c.path = path
		return checkPath(path)
	}
}

// WithClock sets the clock. The default is the system's.
func WithClock(clock Clock) Option {
	return func(c *config) error {
		if clock == nil {
			return errors.New("mockidp: WithClock: the clock is nil")
		}
		c.clock = clock
		return nil
	}
}

// WithClients sets the registered clients in place of [DefaultClients]. Given
// several times, the clients add up.
func WithClients(clients ...Client) Option {
	return func(c *config) error {
		c.clients = append(c.clients, clients...)
		if c.clients == nil {
			c.clients = []Client{}
		}
		return nil
	}
}

// WithRuleOff switches rules off, see [Rules].
func WithRuleOff(names ...string) Option {
	return func(c *config) (err error) {
		for _, name := range names {
			if c.settings, err = c.settings.withRule(name, Off); err != nil {
				return err
			}
		}
		return nil
	}
}

// WithVariance switches variances on, see [Variances].
func WithVariance(names ...string) Option {
	return func(c *config) (err error) {
		for _, name := range names {
			if c.settings, err = c.settings.withVariance(name, true); err != nil {
				return err
			}
		}
		return nil
	}
}

// WithKeys sets the signing keys to begin with, to share them between providers.
// Those for ES256, EdDSA and RS256 are published, and those for other algorithms
// that a client needs. The default is a set of the provider's own, of which the
// keys for ES256 and EdDSA are published from the start, and the others made and
// published once a client needs them.
func WithKeys(keys *KeySet) Option {
	return func(c *config) error {
		if keys == nil || keys.slots == nil {
			return errors.New("mockidp: WithKeys: the set is empty; make one with NewKeySet")
		}
		c.keys = keys
		return nil
	}
}

// WithSigningAlg sets the algorithm of access tokens of clients that name none:
// "ES256" (the default), "ES384", "ES512", "EdDSA", or "RS" or "PS" with 256, 384
// or 512.
func WithSigningAlg(alg string) Option {
	return func(c *config) error {
		c.alg = alg
		if err := checkAlg(alg); err != nil {
			return fmt.Errorf("mockidp: WithSigningAlg: %w", err)
		}
		return nil
	}
}

// WithRequestLimit bounds the record of requests: at most count requests and
// about size bytes. The default is 1000 requests and 16 MB; a count of 0 keeps
// none.
func WithRequestLimit(count, size int) Option {
	return func(c *config) error {
		if count < 0 || size < 0 {
			return fmt.Errorf("mockidp: WithRequestLimit(%d, %d): a limit is 0 or more", count, size)
		}
		c.recordCount, c.recordSize = count, size
		return nil
	}
}
