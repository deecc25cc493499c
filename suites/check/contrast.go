package check

import "fmt"

// Contrast sets wrong requests against the right one. No refusal counts
// without its control: a server that refuses everything conforms in nothing.
type Contrast struct {
	// Purpose of the endpoint, for the record: "token".
	Purpose string
	// Control makes the request that must succeed, anew for each call.
	Control func() *Request
	// Succeeded says why an answer to the control is no success; empty when it
	// is one.
	Succeeded func(*Response) string
}

// Change is the control's request with one thing changed.
type Change struct {
	// Step names the change in the report: "without credentials".
	Step    string
	Request *Request
	// Judge looks at the answer, the effect first. It is not asked about a 5xx,
	// which says nothing about the clause.
	Judge func(*Response)
}

// Contrast sends the control, each change, and the control again. It ends the
// check inconclusively when a control does not succeed or a change is answered
// 5xx. The changes are judged when all of them were sent, or when one found no
// answer: what was seen before stays seen.
func (t *T) Contrast(c Contrast, changes ...Change) {
	t.control(c, "control")
	var answers []*Response
	var fail func()
	for _, ch := range changes {
		var r *Response
		if r, fail = t.attempt(ch.Step, c.Purpose, ch.Request); fail != nil {
			break
		}
		answers = append(answers, r)
	}
	for i, r := range answers {
		t.Look(changes[i].Step, r)
		if r.Status < 500 {
			changes[i].Judge(r)
		}
	}
	if fail != nil {
		fail()
	}
	for i, r := range answers {
		if r.Status >= 500 {
			t.Look(changes[i].Step, r)
			t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", changes[i].Step, r.Status)
		}
	}
	// Only now, when every change was refused: the refusals came from what was
	// changed, and not from a client that got locked out on the way.
	t.control(c, "control, once more")
}

func (t *T) control(c Contrast, step string) {
	r := t.Do(step, c.Purpose, c.Control())
	if why := c.Succeeded(r); why != "" {
		t.found(spoils, finding{
			message:  fmt.Sprintf("%s: the correct request does not succeed, so nothing follows from a refusal: %s", step, why),
			expected: "the correct request to succeed", got: why,
		})
	}
}

// Inform notes a deviation that no verdict hangs on: the target did what it
// may, and a reader wants to know.
func (t *T) Inform(message, expected, got string) {
	t.inform(finding{message: message, expected: expected, got: got})
}

// Look makes the findings that follow refer to an answer that an earlier step
// took.
func (t *T) Look(step string, r *Response) { t.refer(step, r.Exchange) }

// refer makes the findings that follow refer to an exchange.
func (t *T) refer(step string, exchange int) {
	t.mu.Lock()
	t.step, t.last = step, exchange
	t.mu.Unlock()
}
