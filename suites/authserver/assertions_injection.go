package authserver

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"time"

	"github.com/authassay/authassay/suites/check"
	"github.com/authassay/authassay/suites/oauth"
)

// intruder is somebody with a key that no client has registered, and what there is
// to show for it.
type intruder struct {
	key              crypto.Signer
	jwk, set         json.RawMessage
	certificate, pem []byte
}

func newIntruder(t *check.T, alg string) *intruder {
	i := &intruder{key: strayKey(t, alg)}
	var err error
	i.jwk, err = oauth.PublicJWK(i.key, "authassay-"+t.Random(12), alg)
	t.Require(err).To(succeed(), "a key cannot be written as a JWK")
	i.set, err = json.Marshal(map[string]any{"keys": []json.RawMessage{i.jwk}})
	t.Require(err).To(succeed(), "a key cannot be written as a JWK Set")
	i.certificate, err = oauth.Certificate(i.key, time.Now())
	t.Require(err).To(succeed(), "a key cannot be given a certificate")
	i.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.certificate})
	return i
}

// signs makes an assertion of the intruder, with one more header parameter. The
// kid of the client's key is left out: it would name another key than the one that
// signs.
func (i *intruder) signs(t *check.T, name string, value any) func(*oauth.Assertion) string {
	return func(right *oauth.Assertion) string {
		delete(right.Header, "kid")
		right.Header[name], right.Key = value, i.key
		return signed(t, right)
	}
}

func injectedKeys(t *check.T) {
	a := asserterOf(t, keyClients(t), oauth.PrivateKeyJWT)
	alg, _ := a.key(t)
	i := newIntruder(t, alg)
	list := []forgery{
		{step: "the key in jwk", make: i.signs(t, "jwk", i.jwk)},
		{step: "its certificate in x5c", make: i.signs(t, "x5c", []string{base64.StdEncoding.EncodeToString(i.certificate)})},
	}
	if !t.SharesLoopback() {
		t.Record("jku, x5u and kid", "not tried: a target that is not on this machine cannot reach us")
		a.contrast(t, list...)
		return
	}
	l := listen(t)
	defer l.close()
	for _, name := range []string{"jku", "x5u", "kid"} {
		document := []byte(i.set)
		if name == "x5u" {
			document = i.pem
		}
		url := l.serve(t, document)
		list = append(list, forgery{step: "its URL in " + name, make: i.signs(t, name, url), judge: func(r *check.Response) {
			t.Expect(r).To(oauth.RefuseToken(), "the target takes the key of a stranger, which it fetched from the URL in %s", name)
			t.Expect(l.hits(url)).To(beZero(), "the target fetches the URL in %s of an assertion that nobody has vouched for", name)
		}})
	}
	a.contrast(t, list...)
}
