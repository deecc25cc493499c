package useragent

import (
	"fmt"

	"github.com/authassay/authassay/fixtures/target"
)

// Option is something that a driver needs and no target file can say.
type Option func(*options)

type options struct {
	person  *Person
	browser string
}

// Aid is the name under which a run hands its options on to the checks.
const Aid = "login"

// WithPerson gives the person of DriverPerson.
func WithPerson(p *Person) Option { return func(o *options) { o.person = p } }

// WithBrowser names the Chromium of DriverBrowser: a path, or a name to be looked
// for in PATH. Without it the usual names are looked for.
func WithBrowser(path string) Option { return func(o *options) { o.browser = path } }

// For gives the driver that a target asks for. An error says what it lacks.
func For(t *target.Target, opts ...Option) (Driver, error) {
	var o options
	for _, set := range opts {
		set(&o)
	}
	switch t.Login.Driver {
	case "", target.DriverForms:
		return &forms{t}, nil
	case target.DriverSteps:
		if len(t.Login.Steps) == 0 {
			return nil, fmt.Errorf("login.driver is steps, and login.steps of the target file is empty")
		}
		return &recipe{t}, nil
	case target.DriverBrowser:
		path, err := findBrowser(o.browser)
		if err != nil {
			return nil, err
		}
		return &browser{t: t, path: path}, nil
	case target.DriverPerson:
		if o.person == nil || o.person.Show == nil {
			return nil, fmt.Errorf("login.driver is person, and there is nobody to show the address to: run authassay where somebody can log in")
		}
		return &visitor{t: t, p: o.person}, nil
	}
	return nil, fmt.Errorf("login.driver %q is none; use forms, steps, browser or person", t.Login.Driver)
}
