package check

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/reports"
)

// Defaults of a run.
const (
	// DefaultWorkers is the number of checks that run at once against a target on
	// this machine, which has to do the work beside the run, and RemoteWorkers that
	// against one elsewhere, where most of the time is spent on the way.
	DefaultWorkers = 16
	RemoteWorkers  = 32
	DefaultTimeout = 30 * time.Second
	// requestTimeout bounds one request with its answer; a check's own limit
	// bounds it further.
	requestTimeout = 10 * time.Second
)

// Config says what a Run assays and how.
type Config struct {
	// Target under test; required. The run works on a copy of it in which the
	// defaults stand.
	Target *target.Target
	// Observers that judge every exchange, selected or not, so that a filter
	// cannot change what they see.
	Observers []*Check
	// Workers is the number of checks that run at once; default DefaultWorkers, or
	// RemoteWorkers.
	Workers int
	// Timeout bounds one check; default 30 s.
	Timeout time.Duration
	// Rate bounds the requests sent a second; 0 sends them as they come.
	Rate float64
	// Patience is how long the run waits for one thing: for a code to expire, or
	// for a target that limits the rate; default 30 s, negative for not at all.
	Patience time.Duration
	// Aids are things that the areas need and the engine does not know, by name: a
	// person who logs in. See T.Aid.
	Aids map[string]any
	// Strict raises warnings to failures.
	Strict bool
	// Register and Destructive are the user's word for what changes the target
	// beyond what the run created itself.
	Register, Destructive bool
	// Seed of what the run invents; default: a new one.
	Seed string
	// Redactor to share between the targets of one report; default: a new one.
	Redactor *Redactor
	// Transport replaces the network, for targets in the same process.
	Transport http.RoundTripper
	// Agent is the User-Agent sent; default "authassay".
	Agent string
	// OnEvent is told when checks begin, wait and end, from several goroutines at
	// once. It must not block.
	OnEvent func(Event)
}

// Event tells the progress of a run.
type Event struct {
	// Check that began or ended.
	Check *Check
	// Result is nil when the check began, and when it begins to wait.
	Result *reports.Result
	// Waits says what the check waits for and how long, when it begins to: "20s for
	// the code to expire". It is empty in all other events.
	Waits string
}

func (c *Config) defaults() error {
	if c.Target == nil {
		return fmt.Errorf("no target to assay")
	}
	c.Target = c.Target.WithDefaults()
	if c.Workers <= 0 {
		c.Workers = RemoteWorkers
		if onLoopback(c.Target.Issuer) {
			c.Workers = DefaultWorkers
		}
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Patience == 0 {
		c.Patience = DefaultPatience
	}
	if c.Seed == "" {
		c.Seed = NewSeed()
	}
	if c.Redactor == nil {
		c.Redactor = NewRedactor()
	}
	if c.Agent == "" {
		c.Agent = "authassay"
	}
	return nil
}

// onLoopback tells that the host of a URL is this machine.
func onLoopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback() || u.Hostname() == "localhost"
}
