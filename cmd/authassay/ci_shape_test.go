package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/onsi/gomega"
)

// The files for pipelines stand at the root of the module.
func projectFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return string(data)
}

// documents parses the YAML documents of a text.
func documents(t *testing.T, text string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for _, doc := range strings.Split(text, "\n---\n") {
		var m map[string]any
		gomega.NewWithT(t).Expect(yaml.UnmarshalWithOptions([]byte(doc), &m, yaml.Strict())).To(gomega.Succeed(), doc)
		out = append(out, m)
	}
	return out
}

// dig follows keys and indexes into a document.
func dig(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			next, ok := m[p]
			if !ok {
				t.Fatalf("there is no %v of %v in %v", p, path, v)
			}
			v = next
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				t.Fatalf("there is no item %v of %v in %v", p, path, v)
			}
			v = list[p]
		}
	}
	return v
}

// shape is what the reader of a file asks of one of its values.
type shape struct {
	is       string // text, whole, flag, list or map; nothing for anything
	items    *shape // of a list, and of a map whose keys are free
	keys     map[string]*shape
	required []string
	one      []string // the words that a text may be
}

var (
	text  = &shape{is: "text"}
	whole = &shape{is: "whole"}
	flagV = &shape{is: "flag"}
)

func oneOf(words ...string) *shape { return &shape{is: "text", one: words} }
func listOf(s *shape) *shape       { return &shape{is: "list", items: s} }
func mapOf(s *shape) *shape        { return &shape{is: "map", items: s} }

// with is a mapping whose keys are known, some of them required.
func with(required string, keys map[string]*shape) *shape {
	return &shape{is: "map", keys: keys, required: strings.Fields(required)}
}

// misfits lists where a value has not the shape that is asked for.
func (s *shape) misfits(at string, v any) []string {
	wrong := func(format string, args ...any) []string { return []string{at + ": " + fmt.Sprintf(format, args...)} }
	var out []string
	switch s.is {
	case "text":
		got, ok := v.(string)
		if !ok || s.one != nil && !slices.Contains(s.one, got) {
			return wrong("%v is no text of %v", v, s.one)
		}
	case "whole":
		switch v.(type) {
		case uint64, int64, int:
		default:
			return wrong("%v is no whole number", v)
		}
	case "flag":
		if _, ok := v.(bool); !ok {
			return wrong("%v is neither true nor false", v)
		}
	case "list":
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return wrong("%v is no list of something", v)
		}
		for i, item := range list {
			out = append(out, s.items.misfits(fmt.Sprintf("%s[%d]", at, i), item)...)
		}
	case "map":
		m, ok := v.(map[string]any)
		if !ok {
			return wrong("%v is no mapping", v)
		}
		for _, k := range s.required {
			if _, ok := m[k]; !ok {
				out = append(out, wrong("%s is missing", k)...)
			}
		}
		for k, item := range m {
			child := s.items
			if s.keys != nil {
				child = s.keys[k]
			}
			if child == nil {
				out = append(out, wrong("there is no key %s", k)...)
				continue
			}
			out = append(out, child.misfits(at+"."+k, item)...)
		}
	}
	return out
}

// fits holds a value to a shape.
func (s *shape) fits(t *testing.T, v any) {
	t.Helper()
	gomega.NewWithT(t).Expect(s.misfits("", v)).To(gomega.BeEmpty())
}

// A shape that lets everything pass would prove nothing.
func TestShapesRefuse(t *testing.T) {
	s := with("a", map[string]*shape{"a": oneOf("x", "y"), "b": whole, "c": listOf(flagV), "d": mapOf(text)})
	for doc, says := range map[string]string{
		"b: 1":                   "a is missing",
		"a: z":                   "no text of [x y]",
		"{a: x, e: 1}":           "there is no key e",
		"{a: x, b: one}":         "no whole number",
		"{a: x, c: []}":          "no list of something",
		"{a: x, c: [yes it is]}": "neither true nor false",
		"{a: x, d: {f: 1}}":      ".d.f: 1 is no text",
	} {
		gomega.NewWithT(t).Expect(s.misfits("", documents(t, doc)[0])).To(gomega.ConsistOf(gomega.ContainSubstring(says)), doc)
	}
	s.fits(t, documents(t, "{a: x, b: 3, c: [true], d: {f: g}}")[0])
}

// parses holds a script to the grammar of the shells that may read it.
func parses(t *testing.T, script string, shells ...string) {
	t.Helper()
	for _, shell := range shells {
		cmd := exec.Command(shell, "-n")
		cmd.Stdin = strings.NewReader(script)
		out, err := cmd.CombinedOutput()
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred(), "%s -n: %s\n%s", shell, out, script)
	}
}

// script prepares a shell script in place of the binary, which it finds in its PATH.
func script(t *testing.T, s *server, shell []string, text string) *command {
	t.Helper()
	c := newCommand(t, append(slices.Clone(shell[1:]), text)...)
	path, err := exec.LookPath(shell[0])
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	c.cmd.Path, c.cmd.Args = path, append(slices.Clone(shell), text)
	c.with("PATH=" + filepath.Dir(binary) + ":" + os.Getenv("PATH"))
	if s != nil {
		c.with("AUTHASSAY_CLIENT_ID="+s.client, "AUTHASSAY_CLIENT_SECRET="+s.secret)
	}
	return c
}
