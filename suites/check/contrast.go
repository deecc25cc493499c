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
// 5xx, and lets the changes be judged only when everything was sent.
func (t *T) Contrast(c Contrast, changes ...Change) {
	t.control(c, "control")
	answers := make([]*Response, len(changes))
	for i, ch := range changes {
		answers[i] = t.Do(ch.Step, c.Purpose, ch.Request)
	}
	for i, ch := range changes {
		t.about(ch.Step, answers[i])
		if answers[i].Status < 500 {
			ch.Judge(answers[i])
		}
	}
	for i, ch := range changes {
		if answers[i].Status >= 500 {
			t.about(ch.Step, answers[i])
			t.Inconclusive("%s: the target answered %d, which is neither a refusal nor a success", ch.Step, answers[i].Status)
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

// about makes the findings that follow refer to an answer that came before.
func (t *T) about(step string, r *Response) {
	t.mu.Lock()
	t.step, t.last = step, r.Exchange
	t.mu.Unlock()
}

// Inform notes a deviation that no verdict hangs on: the target did what it
// may, and a reader wants to know.
func (t *T) Inform(message, expected, got string) {
	t.inform(finding{message: message, expected: expected, got: got})
}

// Look makes the findings that follow refer to an answer that an earlier step
// took.
func (t *T) Look(step string, r *Response) { t.about(step, r) }
