package mockidp

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// seedHeader is the field of every answer that tells the variance seed.
const seedHeader = "X-Variance-Seed"

// unseeded are the variances that no seed picks: under them a right client that
// uses one of the two metadata documents alone, or Bearer tokens, cannot work.
var unseeded = []string{varMetadataOpenIDOnly, varMetadataOAuthOnly, varTokenSpaces}

// WithVarianceSeed picks variances by a seed: about half of those that a right
// client notices nothing of, never two that exclude each other. The same seed
// picks the same ones and the same order of JSON members in every run, so that a
// failure can be replayed; what [WithVariance] names is on besides. An empty seed
// stands for a random one. [Start] logs it, every answer carries it in the header
// X-Variance-Seed, and [Provider.VarianceSeed] tells it.
func WithVarianceSeed(seed string) Option {
	return func(c *config) error {
		if strings.ContainsFunc(seed, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) || len(seed) > 200 {
			return errors.New("mockidp: WithVarianceSeed: the seed is longer than 200 characters or not all of them are printable ASCII; it is sent in a header")
		}
		if seed == "" {
			var b [6]byte
			rand.Read(b[:])
			seed = hex.EncodeToString(b[:])
		}
		c.varianceSeed = strings.TrimSpace(seed)
		return nil
	}
}

// VarianceSeed is the seed by which the variances were picked, empty when none
// was.
func (p *Provider) VarianceSeed() string { return p.varianceSeed }

// draw is a number that depends on the seed and a name alone.
func draw(seed, name string) uint64 {
	sum := sha256.Sum256([]byte(seed + "\x00" + name))
	return binary.BigEndian.Uint64(sum[:])
}

// seeded switches on the variances that a seed picks. Each decision depends on
// the seed and the name of the variance or group alone: a variance that is new
// in a later version changes nothing for the others.
func (s *settings) seeded(seed string) *settings {
	groups := map[string][]string{}
	on := maps.Clone(s.variances)
	if on == nil {
		on = make(map[string]bool)
	}
	for _, v := range varianceCatalog {
		switch {
		case slices.Contains(unseeded, v.Name):
		case v.Group != "":
			groups[v.Group] = append(groups[v.Group], v.Name)
		case draw(seed, v.Name)%2 == 0:
			on[v.Name] = true
		}
	}
	for group, names := range groups {
		taken := slices.ContainsFunc(varianceCatalog, func(v Variance) bool { return v.Group == group && on[v.Name] })
		if taken || draw(seed, "group "+group)%2 == 0 {
			continue
		}
		// The one whose own draw is lowest, so that a new one displaces few.
		on[slices.MinFunc(names, func(a, b string) int {
			if draw(seed, a) < draw(seed, b) {
				return -1
			}
			return 1
		})] = true
	}
	return &settings{modes: s.modes, variances: on}
}

// inOtherOrder writes an object with its members in an order that the seed
// decides, or without one backwards (RFC 8259 §4: the order means nothing).
func (x *exchange) inOtherOrder(doc object) ([]byte, error) {
	names := slices.Sorted(maps.Keys(doc))
	slices.Reverse(names)
	if seed := x.p.varianceSeed; seed != "" {
		slices.SortStableFunc(names, func(a, b string) int {
			return bytes.Compare(seedKey(seed, a), seedKey(seed, b))
		})
	}
	var buf bytes.Buffer
	buf.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			buf.WriteByte(',')
		}
		for j, value := range []any{name, doc[name]} {
			if j > 0 {
				buf.WriteByte(':')
			}
			enc := json.NewEncoder(&buf)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(value); err != nil {
				return nil, fmt.Errorf("member %s: %w", name, err)
			}
			buf.Truncate(buf.Len() - 1) // the line feed
		}
	}
	buf.WriteString("}\n")
	return buf.Bytes(), nil
}

func seedKey(seed, name string) []byte {
	return binary.BigEndian.AppendUint64(nil, draw(seed, "member "+name))
}

// longValue is the claim that varLongValues adds.
var longValue = strings.Repeat("a long claim ", 250)
