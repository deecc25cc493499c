package useragent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// secret tells whether a step sends the password.
func secret(step target.Step) bool {
	uses := func(s string) bool {
		for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
			if m[1] == "password" {
				return true
			}
		}
		return false
	}
	all := []string{step.Get, step.Post, step.Put, step.Patch, step.Delete}
	for _, m := range []map[string]string{step.Headers, step.Form, step.JSON} {
		for _, v := range m {
			all = append(all, v)
		}
	}
	return slices.ContainsFunc(all, uses)
}

func expected(list []int, status int) bool {
	if len(list) == 0 {
		return status >= 200 && status < 400
	}
	return slices.Contains(list, status)
}

func statuses(list []int) string {
	if len(list) == 0 {
		return "any 2xx or 3xx"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", " or "), "[]")
}

func sorted(m map[string]string) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// taken finds a value in an answer: "header:Name", "json:a.b" (a number counts
// the members of an array from 0), or the name of a hidden field.
func taken(where string, r *check.Response, d *document) (string, bool) {
	if name, ok := strings.CutPrefix(where, "header:"); ok {
		v := r.Header.Get(strings.TrimSpace(name))
		return v, v != ""
	}
	if path, ok := strings.CutPrefix(where, "json:"); ok {
		var v any
		if json.Unmarshal(r.Body, &v) != nil {
			return "", false
		}
		for _, key := range strings.Split(strings.TrimSpace(path), ".") {
			switch in := v.(type) {
			case map[string]any:
				v = in[key]
			case []any:
				n, err := strconv.Atoi(key)
				if err != nil || n < 0 || n >= len(in) {
					return "", false
				}
				v = in[n]
			default:
				return "", false
			}
		}
		switch v := v.(type) {
		case string:
			return v, true
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64), true
		case bool:
			return strconv.FormatBool(v), true
		}
		return "", false
	}
	for _, f := range d.forms {
		if x := f.named(where); x != nil && x.value != "" {
			return x.value, true
		}
	}
	return "", false
}
