package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/authassay/authassay/reports"
)

// stops are the signals that end a run, with what they are in a report and the
// exit code they lead to.
var stops = map[os.Signal]struct {
	why  reports.Stop
	code int
}{
	syscall.SIGINT:  {reports.StopInterrupt, reports.ExitInterrupt},
	syscall.SIGTERM: {reports.StopTerminate, reports.ExitTerminate},
	syscall.SIGHUP:  {reports.StopHangup, reports.ExitHangup},
}

// stopped is the cause of a context that a signal ended.
type stopped reports.Stop

// Error names the signal.
func (s stopped) Error() string { return "stopped by " + string(s) }

// failure ends the command with the exit code of the signal.
func (s stopped) failure() error {
	for _, stop := range stops {
		if stop.why == reports.Stop(s) {
			return &Failure{Code: stop.code, Err: s}
		}
	}
	return &Failure{Code: reports.ExitUndecided, Err: s}
}

// watch listens for the signals that stop a run. A signal that the process was
// started to ignore (nohup, a background job) stays ignored. The first calls
// stop, a second one ends the process at once. The function it gives ends the
// watch.
func watch(stop func(why reports.Stop), exit func(code int)) (unwatch func()) {
	signals := make(chan os.Signal, 2)
	for s := range stops {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	over := make(chan struct{})
	go func() {
		for first := true; ; first = false {
			select {
			case <-over:
				return
			case s := <-signals:
				if !first {
					exit(stops[s].code)
					return
				}
				stop(stops[s].why)
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(over)
	}
}
