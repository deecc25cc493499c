package interop

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/onsi/gomega"
)

// The names under which a Chromium may be installed, Debian's first.
var browserNames = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// browser is one tab of a Chromium with a profile of its own.
type browser struct {
	context.Context
	t       *testing.T
	console chan string
}

// The two sizes in which every page is looked at.
const (
	desktopWidth, desktopHeight = 1280, 900
	phoneWidth, phoneHeight     = 360, 740
)

// findBrowser gives the path of a Chromium, or skips the test.
func findBrowser(t *testing.T) string {
	t.Helper()
	names := browserNames
	if own := os.Getenv("AUTHASSAY_BROWSER"); own != "" {
		names = []string{own}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	absent(t, "AUTHASSAY_REQUIRE_BROWSER", "no Chromium: looked in PATH for "+strings.Join(names, ", "))
	return ""
}

// absent skips a test whose program is not installed, or fails it where the
// variable says that everything is.
func absent(t *testing.T, variable, what string) {
	t.Helper()
	if os.Getenv(variable) == "1" {
		t.Fatalf("%s, and %s=1", what, variable)
	}
	t.Skip(what)
}

// newBrowser starts a Chromium that ends with the test.
func newBrowser(t *testing.T, options ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	options = append(append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findBrowser(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(desktopWidth, desktopHeight),
		chromedp.Flag("disable-dev-shm-usage", true),
	), options...)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox does not work for root
	}
	deadline, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	allocator, cancel := chromedp.NewExecAllocator(deadline, options...)
	t.Cleanup(cancel)
	tab, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b := &browser{Context: tab, t: t, console: make(chan string, 1000)}
	b.do()
	go func() {
		for message, err := range chromedp.Console(tab) {
			if err != nil {
				return
			}
			b.console <- fmt.Sprintf("%s: %s %s", message.Type, message.Text, message.URL)
		}
	}()
	return b
}

// do runs actions and fails the test at the first that fails. What is not there
// within ten seconds does not come.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx := b.Context
	if len(actions) > 0 { // the first call, without, starts the browser, which lives as long as its context
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
	}
	gomega.NewWithT(b.t).Expect(chromedp.Do(ctx, actions...)).To(gomega.Succeed(), "at %s", b.location())
}

// get gives the value of an action and fails the test when there is none.
func get[T any](b *browser, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, 10*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	gomega.NewWithT(b.t).Expect(err).NotTo(gomega.HaveOccurred())
	return v
}

func (b *browser) location() string {
	at, err := chromedp.Run(b, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return at
}

// quiet fails the test when anything was written to the console since the last
// time: a message, an exception, or a complaint of the browser's own.
func (b *browser) quiet() {
	b.t.Helper()
	gomega.NewWithT(b.t).Expect(b.said()).To(gomega.BeEmpty(), "the console")
}

// said gives what was written to the console since the last time.
func (b *browser) said() []string {
	b.t.Helper()
	const mark = "end of the messages"
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[any]("console.debug('"+mark+"')")(ctx, t)
		return chromedp.Void{}, err
	})
	var lines []string
	for {
		select {
		case line := <-b.console:
			if strings.Contains(line, mark) {
				return lines
			}
			lines = append(lines, line)
		case <-time.After(10 * time.Second):
			b.t.Fatal("the console does not answer")
		}
	}
}
