package mockidp

import (
	"sync"
	"time"
)

// shelf keeps what expires, by key, within a number: when it is full the oldest
// makes room.
type shelf[T any] struct {
	max, maxBytes int         // maxBytes 0: no bound
	weigh         func(T) int // in bytes, nil without that bound

	mu    sync.Mutex
	items map[string]shelved[T]
	order []shelfSlot // oldest first; a slot whose item is gone is passed over
	next  uint64
	bytes int
}

type shelved[T any] struct {
	value   T
	expires time.Time
	serial  uint64
	weight  int
}

type shelfSlot struct {
	key    string
	serial uint64
}

func newShelf[T any](max int) *shelf[T] {
	return &shelf[T]{max: max, items: make(map[string]shelved[T])}
}

// weighing bounds the values in bytes as well. What a value weighs must not change.
func (s *shelf[T]) weighing(maxBytes int, weigh func(T) int) *shelf[T] {
	s.maxBytes, s.weigh = maxBytes, weigh
	return s
}

// drop forgets a value. The lock is held.
func (s *shelf[T]) drop(key string) {
	s.bytes -= s.items[key].weight
	delete(s.items, key)
}

// put keeps a value until it expires. It reports false, and changes nothing, when
// the key is taken by a value that has not expired.
func (s *shelf[T]) put(key string, value T, now, expires time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, there := s.items[key]; there && now.Before(old.expires) {
		return false
	}
	s.drop(key)
	s.next++
	weight := 0
	if s.weigh != nil {
		weight = s.weigh(value)
	}
	s.bytes += weight
	s.items[key] = shelved[T]{value, expires, s.next, weight}
	s.order = append(s.order, shelfSlot{key, s.next})
	for len(s.order) > 0 {
		slot := s.order[0]
		item, there := s.items[slot.key]
		current := there && item.serial == slot.serial
		room := len(s.items) <= s.max && (s.maxBytes == 0 || s.bytes <= s.maxBytes)
		if current && room && now.Before(item.expires) {
			break
		}
		if current {
			s.drop(slot.key)
		}
		s.order = s.order[1:]
	}
	if len(s.order) > 2*s.max {
		s.compact()
	}
	return true
}

// compact drops the slots whose items are gone.
func (s *shelf[T]) compact() {
	kept := make([]shelfSlot, 0, len(s.items))
	for _, slot := range s.order {
		if s.items[slot.key].serial == slot.serial {
			kept = append(kept, slot)
		}
	}
	s.order = kept
}

// get gives a value, expired or not, and whether it has expired.
func (s *shelf[T]) get(key string, now time.Time) (value T, found, expired bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, found := s.items[key]
	return item.value, found, found && !now.Before(item.expires)
}

// remove forgets a value and reports whether it was there: of several that remove
// the same key, one is told so.
func (s *shelf[T]) remove(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.items[key]
	s.drop(key)
	return found
}

// removeIf forgets every value that f is true of.
func (s *shelf[T]) removeIf(f func(T) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, item := range s.items {
		if f(item.value) {
			s.drop(key)
		}
	}
}

// values lists what is kept, in no order.
func (s *shelf[T]) values() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]T, 0, len(s.items))
	for _, item := range s.items {
		out = append(out, item.value)
	}
	return out
}
