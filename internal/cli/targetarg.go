package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/fixtures/targets"
)

// source is where a target comes from: a description that is there already, or
// a bundled server that is started when its turn comes.
type source struct {
	// bundled is the name of the server to start; empty for a described target.
	bundled string
	target  *target.Target
}

// start gives the target, running; stop must be called.
func (s source) start() (t *target.Target, stop func(), err error) {
	if s.bundled == "" {
		return s.target, func() {}, nil
	}
	t, stop, err = bundled.Start(s.bundled)
	if err != nil {
		return nil, nil, err
	}
	return t.WithDefaults(), stop, nil
}

// findTargets reads the argument of "run": an issuer URL, the name of a
// built-in target or a target file, in this order. Without an argument it
// gives everything that is bundled.
func findTargets(args []string, env func(string) (string, bool)) ([]source, error) {
	if len(args) == 0 {
		var all []source
		for _, name := range bundled.Names() {
			all = append(all, source{bundled: name})
		}
		return all, nil
	}
	arg := args[0]
	switch {
	case strings.TrimSpace(arg) == "":
		return nil, &UsageError{"TARGET is empty", "leave it out to assay what is bundled; was a variable meant that is not set?"}
	case target.IsURL(arg):
		t, err := target.FromURL(arg)
		if err != nil {
			return nil, Usage("%v", err)
		}
		return []source{{target: t.WithDefaults()}}, nil
	}
	if b, err := targets.Get(arg); err == nil {
		if b.Bundled {
			return []source{{bundled: b.Name}}, nil
		}
		t, err := targets.Load(b.Name, env)
		if err != nil {
			return nil, Usage("the built-in target %s cannot be used:\n%v", b.Name, err)
		}
		return []source{{target: t.WithDefaults()}}, nil
	}
	t, err := target.Load(arg, env)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !exists(arg):
		return nil, noTarget(arg)
	case err != nil:
		return nil, Usage("the target file cannot be used:\n%v", err)
	}
	return []source{{target: t.WithDefaults()}}, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// noTarget says that an argument is nothing that can be assayed, where it was
// looked for, and what is near.
func noTarget(arg string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "there is no target %.100q; looked for\n", arg)
	b.WriteString("  an issuer URL: it begins with https:// or http://\n")
	fmt.Fprintf(&b, "  a target file: there is no such file\n")
	fmt.Fprintf(&b, "  a built-in target: there is %s", either(targets.Names()))
	if guess := guessTarget(arg); guess != "" {
		fmt.Fprintf(&b, "\nDid you mean %s?", guess)
	}
	return Usage("%s", b.String())
}

// guessTarget finds what may have been meant: a file or built-in target of
// nearly that name, or the URL of a host.
func guessTarget(arg string) string {
	known := targets.Names()
	dir, base := filepath.Split(arg)
	if entries, err := os.ReadDir(filepath.Join(dir, ".")); err == nil {
		var files []string
		for _, e := range entries {
			if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				files = append(files, e.Name())
			}
		}
		if near := Near(base, files); len(near) > 0 {
			return filepath.Join(dir, near[0])
		}
	}
	if near := Near(arg, known); len(near) > 0 {
		return near[0]
	}
	if host, _, _ := strings.Cut(arg, "/"); strings.ContainsAny(host, ".:") && !strings.HasSuffix(arg, ".yaml") && !strings.HasSuffix(arg, ".yml") {
		for _, scheme := range []string{"https://", "http://"} {
			name, _, _ := strings.Cut(host, ":")
			if (name == "localhost" || strings.HasPrefix(name, "127.")) != (scheme == "http://") {
				continue
			}
			if _, err := target.FromURL(scheme + arg); err == nil {
				return scheme + arg
			}
		}
	}
	return ""
}
