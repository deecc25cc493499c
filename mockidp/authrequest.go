package mockidp

import "time"

// authRequest is an authorization request whose client and redirect URI are
// known to be right. It holds nothing of the HTTP request, so it can be kept
// until the user has logged in.
type authRequest struct {
	client       *Client
	params       form
	redirectURI  string // where the answer goes
	sentRedirect string // as sent, empty when it was left out
	responseType []string
	mode         string // query, fragment or form_post
	state        string
	scope        granted
	resources    []string
	nonce        string
	challenge    string
	challengeWay string
	prompt       []string
	maxAge       time.Duration // negative when not asked for
	loginHint    string
	// hintedSubject is the subject of a valid id_token_hint.
	hintedSubject string
	acrValues     []string
	// device is set where a device waits for the answer and no redirect URI.
	device *deviceRequest
}

// wants reports whether one word is in the response type: "code", "token",
// "id_token" or "none".
func (ar *authRequest) wants(word string) bool {
	for _, w := range ar.responseType {
		if w == word {
			return true
		}
	}
	return false
}

// prompts reports whether a word is in the prompt parameter.
func (ar *authRequest) prompts(word string) bool {
	for _, w := range ar.prompt {
		if w == word {
			return true
		}
	}
	return false
}
