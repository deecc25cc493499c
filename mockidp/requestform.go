package mockidp

import "net/http"

// bodyForm reads the form in the body of a request that a client sends directly,
// or gives the answer to a request that has none to read.
func (x *exchange) bodyForm() (form, *reply) {
	switch {
	case x.bodyErr == errBodyTooLarge:
		return nil, x.errorReply(http.StatusRequestEntityTooLarge, refuse(errInvalidRequest, "the body is longer than a megabyte"))
	case x.bodyErr != nil:
		return nil, x.refused(refuse(errInvalidRequest, "the body broke off"))
	case !isForm(x.r.Header):
		return nil, x.refused(refuse(errInvalidRequest, "the Content-Type is not application/x-www-form-urlencoded"))
	}
	return x.formOf(string(x.body))
}

// formOf reads parameters that a client sends directly.
func (x *exchange) formOf(source string) (form, *reply) {
	f, malformed := parseForm(source)
	if malformed != "" {
		return nil, x.refused(refuse(errInvalidRequest, malformed))
	}
	return f, nil
}

// browserForm reads the parameters of a request that comes by a browser, in the
// query of a GET or in the body of a POST, or gives the page for one that has
// none to read.
func (x *exchange) browserForm() (form, *reply) {
	source := x.r.URL.RawQuery
	if x.r.Method == http.MethodPost {
		if x.bodyErr != nil || !isForm(x.r.Header) {
			return nil, x.authorizePage("The request is not a form, or is too long.")
		}
		source = string(x.body)
	}
	f, malformed := parseForm(source)
	if malformed != "" {
		return nil, x.authorizePage("The request is malformed: a parameter is not form-urlencoded UTF-8.")
	}
	return f, nil
}
