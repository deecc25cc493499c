package reports

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// parseYAML returns the one mapping that the file must be.
func parseYAML(path string, data []byte) (root ast.MapNode, err error) {
	defer func() {
		// The parser is a library's; whatever it makes of a hostile file, the
		// user gets a message.
		if p := recover(); p != nil {
			err = fmt.Errorf("known-failing file %s: this is not YAML (%v)", path, p)
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	var wrong yaml.Error
	switch {
	case errors.As(err, &wrong) && wrong.GetToken() != nil:
		p := wrong.GetToken().Position
		return nil, fmt.Errorf("%s:%d:%d: %s", path, p.Line, p.Column, wrong.GetMessage())
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if _, comment := doc.Body.(*ast.CommentGroupNode); doc.Body != nil && !comment {
			bodies = append(bodies, doc.Body)
		}
	}
	if len(bodies) != 1 {
		return nil, fmt.Errorf("%s: one YAML document with the keys version and entries is wanted, and the file has %d", path, len(bodies))
	}
	root, ok := bodies[0].(ast.MapNode)
	if !ok {
		return nil, fmt.Errorf("%s: the keys version and entries are wanted at the top, not %s", path, describe(bodies[0]))
	}
	return root, nil
}

// scalarText is the text of a string scalar; anything else is not text.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

func describe(n ast.Node) string {
	switch n := n.(type) {
	case *ast.NullNode:
		return "nothing"
	case *ast.SequenceNode:
		return "a list"
	case ast.MapNode:
		return "a mapping"
	case *ast.AnchorNode, *ast.AliasNode:
		return "an anchor or alias"
	case *ast.TagNode:
		return "a tag"
	default:
		return fmt.Sprintf("the %s %s", strings.ToLower(n.Type().String()), clip(flat(n.GetToken().Value), 40))
	}
}

// suggest offers the candidate that is closest to what was written, or the
// other advice when none is close.
func suggest(written string, candidates []string, otherwise string) string {
	if len(written) > 100 {
		return otherwise
	}
	best, distance := "", max(2, len(written)/3)+1
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(written, c); d < distance {
			best, distance = c, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %q?", best)
}
