package useragent

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/suites/check"
)

// browserNames are those under which a Chromium may be installed.
var browserNames = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"}

// findBrowser gives the path of a Chromium. AUTHASSAY_BROWSER names one, too.
func findBrowser(name string) (string, error) {
	names := browserNames
	if own := firstOf(name, os.Getenv("AUTHASSAY_BROWSER")); own != "" {
		names = []string{own}
	}
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("login.driver is browser, and there is no Chromium: looked in PATH for %s; install one, or name it in AUTHASSAY_BROWSER", strings.Join(names, ", "))
}

// browser is the driver for pages that need JavaScript: a headless Chromium in
// which pages run, and nothing else. It never touches the network: each of its
// requests is held, sent like every other of the run, and answered with what
// came. So a redirect URI is never fetched, a host that nobody named is not
// asked, and the record is whole.
type browser struct {
	t    *target.Target
	path string
}

// How long a page has to be quiet before it is looked at: after it was loaded,
// after a press that loaded no page, and when nothing is found on it.
const (
	quietLoaded  = 150 * time.Millisecond
	quietPressed = time.Second
	quietAtEnd   = 4 * time.Second
	glance       = 40 * time.Millisecond
)

// Walk implements Driver.
func (b *browser) Walk(s *Session, w Walk) (*Outcome, error) {
	p := newPilot(b.t, w)
	ctx, cancel := context.WithCancel(p.context())
	defer cancel()
	defer func() { p.release() }()
	tab, closeTab, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	defer closeTab()
	v := &visit{surfer: &surfer{pilot: p, s: s}, tab: tab, events: newQueue()}
	v.endpoint, _, _ = strings.Cut(w.Request.URL, "?")
	if err := v.begin(); err != nil {
		return nil, fmt.Errorf("the browser does not take commands: %w", err)
	}
	return v.walk()
}

// open starts a Chromium with a profile of its own. It sees nothing of our
// environment, and its network is a proxy that is not there.
func (b *browser) open(ctx context.Context) (context.Context, func(), error) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(b.path), chromedp.NoInheritEnv,
		chromedp.Env("HOME="+os.Getenv("HOME"), "PATH="+os.Getenv("PATH"), "TMPDIR="+os.TempDir()),
		chromedp.ProxyServer("http://127.0.0.1:9"), chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1280, 900),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // its sandbox does not work for root
	}
	allocator, closeAll := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(allocator)
	closeBoth := func() { closeTab(); closeAll() }
	if err := chromedp.Do(tab); err != nil {
		closeBoth()
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		return nil, nil, fmt.Errorf("%s does not start: %w", b.path, err)
	}
	return tab, closeBoth, nil
}

// visit is a walk in a tab.
type visit struct {
	*surfer
	tab    context.Context
	events *queue
	main   cdp.FrameID

	sent    bool // the authorization request
	last    *check.Response
	loads   int // pages of the tab
	hops    int
	blocked []string // hosts that nobody named

	pressed  bool   // something, since the last page was loaded
	decided  string // the page on which the last decision was made
	previous string
	changed  time.Time
}

func (v *visit) begin() error {
	if err := chromedp.Listen(v.tab, v.events.add); err != nil {
		return err
	}
	tree, err := chromedp.Call(v.tab, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return err
	}
	v.main = tree.FrameTree.Frame.ID
	if _, err := chromedp.Call(v.tab, fetch.Enable, fetch.EnableParams{}); err != nil {
		return err
	}
	return v.run("location.assign(" + quoteJS(v.w.Request.URL) + ")")
}

// walk answers what the tab asks for, and looks at pages when it is quiet.
func (v *visit) walk() (*Outcome, error) {
	look := time.NewTicker(glance)
	defer look.Stop()
	v.changed = time.Now()
	for {
		select {
		case <-v.tab.Done():
			return nil, context.Cause(v.context())
		case <-v.events.ready:
		case <-look.C:
		}
		for _, e := range v.events.take() {
			v.changed = time.Now()
			o, err := v.event(e)
			if o != nil || err != nil {
				return o, err
			}
		}
		if v.last == nil {
			continue
		}
		o, err := v.glance()
		if o != nil || err != nil {
			return o, err
		}
	}
}

// glance looks at the page when it has come to rest, and does there what a user
// would.
func (v *visit) glance() (*Outcome, error) {
	quiet := quietLoaded
	if v.pressed {
		quiet = quietPressed
	}
	rest := time.Since(v.changed)
	if rest < quiet {
		return nil, nil
	}
	shown, ok := v.snapshot()
	if !ok {
		return nil, nil // between two pages
	}
	if shown.HTML != v.previous {
		v.previous, v.changed = shown.HTML, time.Now()
		return nil, nil
	}
	// A page without scripts does not change any more.
	came := newDocument(v.last)
	atEnd := rest >= quietAtEnd || !v.pressed && came.foreign+len(came.scripts) == 0
	key := fmt.Sprint(v.loads, shown.HTML)
	if key == v.decided && !atEnd {
		return nil, nil
	}
	d := shown.document(v.last)
	if atEnd || v.promising(d) {
		v.decided = key
		return v.decide(d, atEnd)
	}
	return nil, nil
}

// promising tells whether there is something on a page to do, without doing it:
// pages that scripts make come piece by piece.
func (v *visit) promising(d *document) bool {
	return slices.ContainsFunc(d.forms, func(f *form) bool {
		return !f.strays() && (f.passwords() > 0 || f.asksName() != nil || len(f.buttons()) > 0)
	}) || !d.live
}

func (v *visit) decide(d *document, atEnd bool) (*Outcome, error) {
	m, err := v.look(d)
	switch {
	case err != nil:
		return nil, err
	case m.land != nil && m.land.Via == ViaForm && m.form == nil && m.follow == "":
		return v.land(m.land), nil
	case m.follow != "":
		v.pressed, v.changed = true, time.Now()
		if m.land != nil {
			return v.land(m.land), nil
		}
		return nil, v.run("location.assign(" + quoteJS(m.follow) + ")")
	case m.land != nil:
		return v.land(m.land), nil
	case m.form != nil:
		v.did(m.action)
		v.pressed, v.changed = true, time.Now()
		return nil, v.apply(m)
	case m.stuck == "" && !atEnd:
		v.decided = "" // it may yet become something
		return nil, nil
	}
	if m.stuck == "" && d.live && d.text == "" {
		m.stuck = describe(d, "a form, or a text")
	}
	if m.stuck != "" && len(v.blocked) > 0 {
		m.stuck += "; it asked for hosts that no hosts of the target file names: " + strings.Join(v.blocked, ", ")
	}
	return v.stop(d, m.stuck), nil
}
