package check

import (
	"net/http"
	"time"
)

// Request is what a check asks to be sent. It goes out as it stands: nothing
// is normalised, so that it may be malformed on purpose.
type Request struct {
	// Method; default GET.
	Method string
	// URL, absolute. A fragment is not sent.
	URL    string
	Header http.Header
	Body   []byte
	// Follow is the number of redirects to follow; by default none. Each hop
	// is an exchange of its own and must lead to a host the run may contact.
	// To another origin no Authorization, no cookie and no body follow: a
	// redirect that asks to repeat a body there is the answer.
	Follow int
	// Made marks a request that makes something at the target. Once sent it is not
	// given up when the run is stopped, but for a target that takes its time, and
	// Made is told what came of it whatever became of the check: so that what was
	// made can be removed.
	Made func(*Response, error)
}

// Clone copies the request, so that a check can change one thing.
func (r *Request) Clone() *Request {
	c := *r
	c.Header = r.Header.Clone()
	c.Body = append([]byte(nil), r.Body...)
	return &c
}

// Response is the answer to a Request.
type Response struct {
	// Exchange is the number of the exchange in the run's record.
	Exchange int
	// URL that answered: that of the request, or of the last redirect.
	URL    string
	Status int
	Proto  string
	Header http.Header
	// Body as received, at most MaxBody bytes of it.
	Body []byte
	// BodyBytes is the number of bytes received, kept or not.
	BodyBytes int64
}

// Complete tells whether Body holds the whole answer. A Response that was made
// by hand, without BodyBytes, is complete.
func (r *Response) Complete() bool { return r.BodyBytes <= int64(len(r.Body)) }

// Exchange is a request with its answer, unredacted. It never leaves the
// process: what a report shows is a redacted copy.
type Exchange struct {
	Number   int
	Check    string
	Step     string
	Started  time.Time
	Duration time.Duration
	Request  *Request
	// Response is nil when none came.
	Response *Response
	// Err says why there is no answer, or why it broke off.
	Err error
	// Purpose is what the endpoint is, as the check that sent it says:
	// "token", "metadata", "jwks"; empty when it did not say.
	Purpose string
}
