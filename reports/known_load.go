package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// knownFailingVersion is the version of the known-failing file's format.
const knownFailingVersion = 1

// The bounds of a known-failing file: its size in bytes, and how many lists and
// mappings it may open. The YAML parser needs quadratic time for nested ones.
const (
	maxKnownFailing = 1 << 20
	maxCollections  = 10_000
)

// LoadKnownFailing reads a known-failing file as it is today; see
// LoadKnownFailingAt.
func LoadKnownFailing(path string, knownIDs []string) (*KnownFailing, error) {
	return LoadKnownFailingAt(path, knownIDs, time.Now())
}

// LoadKnownFailingAt reads a known-failing file as it is at a time. It is strict:
// an unknown key, an id that is not in knownIDs, a second entry for the same check,
// a missing reason, a generated reason that nobody has edited, or an entry that has
// expired is an error with line, column and a suggestion. An entry expires when the
// day that it names is over in UTC, so that it does so everywhere at once. All
// errors of a file are reported together.
func LoadKnownFailingAt(path string, knownIDs []string, now time.Time) (*KnownFailing, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("known-failing file: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("known-failing file %s: this is a directory; name the file in it", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxKnownFailing+1))
	if err != nil {
		return nil, fmt.Errorf("known-failing file: %w", err)
	}
	return parseKnownFailing(path, data, knownIDs, now)
}

func parseKnownFailing(path string, data []byte, knownIDs []string, now time.Time) (*KnownFailing, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case len(data) > maxKnownFailing:
		return nil, fmt.Errorf("known-failing file %s: larger than 1 MiB", path)
	case bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data):
		return nil, fmt.Errorf("known-failing file %s: this is not a text file in UTF-8", path)
	}
	for _, opening := range []string{"[", "{", "- "} {
		if bytes.Count(data, []byte(opening)) > maxCollections {
			return nil, fmt.Errorf("known-failing file %s: more than %d times %q: too many entries for one file", path, maxCollections, opening)
		}
	}
	root, err := parseYAML(path, data)
	if err != nil {
		return nil, err
	}
	l := &knownLoader{path: path, ids: knownIDs, now: now}
	l.file(root)
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	return &KnownFailing{Path: path, Entries: l.entries}, nil
}

// knownLoader turns the nodes of a file into entries and collects what is
// wrong with them.
type knownLoader struct {
	path    string
	ids     []string
	now     time.Time
	entries []KnownFailure
	errs    []error
}

func (l *knownLoader) fail(at ast.Node, format string, args ...any) {
	p := at.GetToken().Position
	l.errs = append(l.errs, fmt.Errorf("%s:%d:%d: %s", l.path, p.Line, p.Column, fmt.Sprintf(format, args...)))
}

// members calls field for every key of a mapping, and reports unknown ones.
func (l *knownLoader) members(m ast.MapNode, keys []string, field func(key string, value ast.Node)) {
	for it := m.MapRange(); it.Next(); {
		node := it.Key()
		key := node.GetToken().Value
		if !slices.Contains(keys, key) {
			l.fail(node, "unknown key %q; %s", key, suggest(key, keys, "the keys are "+strings.Join(keys, ", ")))
			continue
		}
		field(key, it.Value())
	}
}

func (l *knownLoader) file(root ast.MapNode) {
	version, entries := false, false
	l.members(root, []string{"version", "entries"}, func(key string, value ast.Node) {
		if key == "version" {
			version = true
			if n, ok := value.(*ast.IntegerNode); !ok || n.String() != fmt.Sprint(knownFailingVersion) {
				l.fail(value, "version %s: this authassay reads version %d", value.GetToken().Value, knownFailingVersion)
			}
			return
		}
		entries = true
		list, ok := value.(*ast.SequenceNode)
		if !ok {
			l.fail(value, "entries: a list is wanted, not %s", describe(value))
			return
		}
		for _, item := range list.Values {
			l.entry(item)
		}
	})
	if !version {
		l.errs = append(l.errs, fmt.Errorf("%s: the key version is missing; write version: %d", l.path, knownFailingVersion))
	}
	if !entries {
		l.errs = append(l.errs, fmt.Errorf("%s: the key entries is missing; write entries: [] for an empty list", l.path))
	}
}

func (l *knownLoader) entry(item ast.Node) {
	m, ok := item.(ast.MapNode)
	if !ok {
		l.fail(item, "an entry with the keys check and reason is wanted, not %s", describe(item))
		return
	}
	e, before := KnownFailure{Verdict: Fail}, len(l.errs)
	var at ast.Node = item
	if it := m.MapRange(); it.Next() {
		at = it.Key()
	}
	e.Line = at.GetToken().Position.Line
	l.members(m, []string{"check", "target", "version", "verdict", "reason", "link", "expires"}, func(key string, value ast.Node) {
		text, ok := scalarText(value)
		if !ok {
			l.fail(value, "%s: text is wanted, not %s; quote it if it is meant as text", key, describe(value))
			return
		}
		l.set(&e, key, strings.TrimSpace(text), value)
	})
	if len(l.errs) > before {
		return
	}
	for _, missing := range []struct{ key, value string }{{"check", e.Check}, {"reason", e.Reason}} {
		if missing.value == "" {
			l.fail(at, "the entry has no %s; an entry needs check and reason", missing.key)
			return
		}
	}
	for _, other := range l.entries {
		if other.Check == e.Check && other.Target == e.Target && other.Version == e.Version {
			l.fail(at, "a second entry for %s; the first is in line %d", e.Check, other.Line)
			return
		}
	}
	l.entries = append(l.entries, e)
}

func (l *knownLoader) set(e *KnownFailure, key, text string, at ast.Node) {
	switch key {
	case "check":
		e.Check = text
		if !slices.Contains(l.ids, text) {
			l.fail(at, "no check has the id %q; %s", text, suggest(text, l.ids, "authassay checks lists them"))
		}
	case "target":
		e.Target = text
	case "version":
		if e.Version = text; text == "" {
			l.fail(at, "version: it is empty; write the version as the target file states it (software), or leave the key out for all")
		}
	case "expires":
		e.Expires = text
		if day, err := time.Parse(time.DateOnly, text); err != nil {
			l.fail(at, "expires: a day such as 2027-01-31 is wanted, not %q", clip(flat(text), 40))
		} else if !l.now.Before(day.AddDate(0, 0, 1)) {
			l.fail(at, "the entry has expired: it was accepted until %s; mend the failure and remove the entry, or say anew why it is accepted and until when", text)
		}
	case "verdict":
		e.Verdict = Verdict(text)
		switch e.Verdict {
		case Fail, Warn:
		case Error:
			l.fail(at, "verdict: an error is never excused; fail and warn are")
		default:
			l.fail(at, "verdict: fail or warn is wanted, not %q", text)
		}
	case "reason":
		e.Reason = text
		if strings.Contains(text, strings.TrimSpace(editMe)) {
			l.fail(at, "reason: nobody has edited the generated text; say in place of %q why the failure is accepted", clip(text, 60))
		}
	case "link":
		e.Link = text
	}
}
