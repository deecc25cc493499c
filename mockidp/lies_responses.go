package mockidp

import "net/url"

// atAuthorize stands also for the pages between the request and the response.
var atAuthorize = []string{"authorize"}

// responseLies are told in authorization responses, in every response mode.
var responseLies = []lie{
	parameterLie("state-wrong", "RFC 6749 §4.1.2", "state is not the one of the request.",
		"Refuse the response: it may be forged (RFC 6749 §10.12).", func(a url.Values) bool {
			return a.Has("state") && put(a, "state", otherValue)
		}),
	parameterLie("state-missing", "RFC 6749 §4.1.2", "state is dropped.",
		"Refuse the response.", func(a url.Values) bool { return dropped(a, "state") }),
	parameterLie("state-duplicate", "RFC 6749 §3.1", "state is there twice, the second time with another value.",
		"Refuse the response: no parameter is there more than once.", func(a url.Values) bool {
			return repeated(a, "state", otherValue)
		}),
	parameterLie("response-iss-wrong", "RFC 9207 §2.4", "iss is another issuer.",
		"Refuse the response.", func(a url.Values) bool { return put(a, "iss", otherIssuer) }),
	parameterLie("response-iss-missing", "RFC 9207 §2.4", "iss, which the metadata promises, is missing.",
		"Refuse the response, when the metadata promises it.", func(a url.Values) bool { return dropped(a, "iss") }),
	parameterLie("response-iss-duplicate", "RFC 6749 §3.1", "iss is there twice, the second time with another value.",
		"Refuse the response.", func(a url.Values) bool { return repeated(a, "iss", otherIssuer) }),
	parameterLie("code-duplicate", "RFC 6749 §3.1", "code is there twice, the second time with another value.",
		"Refuse the response.", func(a url.Values) bool { return repeated(a, "code", otherValue) }),
	parameterLie("mix-up", "RFC 9700 §4.4", "The response is another issuer's: iss names that one and the code is its own.",
		"Refuse the response, and send the code to no token endpoint.", func(a url.Values) bool {
			return a.Has("code") && put(a, "iss", otherIssuer) && put(a, "code", otherValue)
		}),
	parameterLie("error-and-code", "RFC 6749 §4.1.2.1", "error stands beside the code.",
		"Take it as an error and leave the code alone.", func(a url.Values) bool {
			return a.Has("code") && put(a, "error", "server_error")
		}),
	{Lie: Lie{
		Name: lieCodeRepeated, Clause: "RFC 6749 §4.1.2",
		Text:   "From the second response to a client on, the code is the one of its first.",
		Client: "Bear that the code is refused; a code is redeemed once, and this one may have been stolen.",
		Shows:  "The code is presented twice, see ReplayedTokens, and the second login fails.",
	}, at: atAuthorize, response: func(x *exchange, a url.Values) bool {
		if !a.Has("code") {
			return false
		}
		first := x.p.pranks.firstCode(x.who(), a.Get("code"))
		return first != a.Get("code") && put(a, "code", first)
	}},
}

func parameterLie(name, clause, text, client string, change func(url.Values) bool) lie {
	return lie{
		Lie: Lie{Name: name, Clause: clause, Text: text, Client: client,
			Shows: "No request for the token endpoint follows with the code."},
		at:       atAuthorize,
		response: func(_ *exchange, a url.Values) bool { return change(a) },
	}
}

func put(a url.Values, name, value string) bool {
	a.Set(name, value)
	return true
}

func dropped(a url.Values, name string) bool {
	there := a.Has(name)
	a.Del(name)
	return there
}

func repeated(a url.Values, name, value string) bool {
	there := a.Has(name)
	if there {
		a.Add(name, value)
	}
	return there
}

// lieCodeRepeated is the one lie with a memory, which ends with it.
const lieCodeRepeated = "code-repeated"

// maxFirstCodes bounds what code-repeated remembers.
const maxFirstCodes = 1000

// firstCode remembers the first code of a client and gives it.
func (s *pranks) firstCode(client, code string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, there := s.firstCodes[client]; there {
		return first
	}
	if len(s.firstCodes) < maxFirstCodes {
		s.firstCodes[client] = code
	}
	return code
}
