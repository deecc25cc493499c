package useragent

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/authassay/authassay/suites/check"
)

type pair struct{ name, value string }

// pairs are what a form sends: its successful controls in their order, and of
// the buttons the one that was pressed.
func (f *form) pairs(pressed *field) (list []pair) {
	for _, x := range f.fields {
		switch {
		case x.kind == "reset" || x.kind == "button" || x.button && x != pressed || x.name == "" && x.kind != "image":
		case x.kind == "image":
			dot := ""
			if x.name != "" {
				dot = x.name + "."
			}
			list = append(list, pair{dot + "x", "1"}, pair{dot + "y", "1"})
		case x.kind == "checkbox" || x.kind == "radio":
			if x.checked {
				list = append(list, pair{x.name, x.value})
			}
		case x.kind == "select":
			for _, o := range x.options {
				if o.selected {
					list = append(list, pair{x.name, o.value})
				}
			}
		case x.kind == "file":
			list = append(list, pair{x.name, ""})
		case x.kind == "hidden" && x.name == "_charset_":
			list = append(list, pair{x.name, "UTF-8"})
		default:
			list = append(list, pair{x.name, lines(x.value)})
		}
	}
	return list
}

// lines ends each line as forms do.
func lines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r", "\n"), "\n", "\r\n")
}

func values(list []pair) url.Values {
	v := url.Values{}
	for _, p := range list {
		v.Add(p.name, p.value)
	}
	return v
}

func urlEncoded(list []pair) string {
	var parts []string
	for _, p := range list {
		parts = append(parts, url.QueryEscape(p.name)+"="+url.QueryEscape(p.value))
	}
	return strings.Join(parts, "&")
}

// encode makes the request that sends a form.
func encode(to, method, enc string, list []pair) (*check.Request, error) {
	u, err := url.Parse(to)
	if err != nil || to == "" {
		return nil, fmt.Errorf("the form leads to no address")
	}
	r := &check.Request{Method: http.MethodGet, Header: http.Header{}}
	if method != http.MethodPost { // what the address has as query, a GET form replaces
		u.RawQuery, u.Fragment, u.RawFragment = urlEncoded(list), "", ""
		r.URL = u.String()
		return r, nil
	}
	r.Method = http.MethodPost
	r.URL, _, _ = strings.Cut(to, "#")
	switch strings.ToLower(enc) {
	case "multipart/form-data":
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for _, p := range list {
			if err := m.WriteField(p.name, p.value); err != nil {
				return nil, err
			}
		}
		if err := m.Close(); err != nil {
			return nil, err
		}
		r.Body = body.Bytes()
		r.Header.Set("Content-Type", m.FormDataContentType())
	case "text/plain":
		for _, p := range list {
			r.Body = append(r.Body, p.name+"="+p.value+"\r\n"...)
		}
		r.Header.Set("Content-Type", "text/plain")
	default:
		r.Body = []byte(urlEncoded(list))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, nil
}

// landing is the navigation to the client that a form makes (OAuth 2.0 Form Post
// Response Mode §2).
func (f *form) landing(l *Landing, pressed *field) *Landing {
	method := f.method
	if pressed != nil && pressed.method != "" {
		method = pressed.method
	}
	list := f.pairs(pressed)
	if method == http.MethodPost {
		l.Mode, l.Form, l.RawForm = ModeFormPost, values(list), urlEncoded(list)
		return l
	}
	bare, _, _ := strings.Cut(l.Raw, "#")
	bare, _, _ = strings.Cut(bare, "?")
	l.Raw = bare + "?" + urlEncoded(list)
	l.read()
	return l
}
