package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authassay/authassay/reports"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	printing "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/onsi/gomega"
)

// goldenReport is one of the runs for which package reports keeps golden files.
func goldenReport(t *testing.T, name string) reports.Report {
	t.Helper()
	g := gomega.NewWithT(t)
	f, err := os.Open(filepath.Join("..", "reports", "testdata", name+".json"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	defer func() { _ = f.Close() }()
	r, err := reports.ReadJSON(f)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	return r
}

// writePage writes the HTML report to a file and gives its address.
func writePage(t *testing.T, r reports.Report) string {
	t.Helper()
	g := gomega.NewWithT(t)
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(reports.WriteHTML(f, r)).To(gomega.Succeed())
	g.Expect(f.Close()).To(gomega.Succeed())
	return "file://" + path
}

// shown are the ids of the checks that the filters of a report let through.
func (b *browser) shown() []string {
	b.t.Helper()
	return get(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".result")].filter(e => e.checkVisibility()).map(e => e.querySelector(".id").textContent)`))
}

// choose picks the option of a filter whose text begins so, as a user does.
func (b *browser) choose(filter, option string) {
	b.t.Helper()
	gomega.NewWithT(b.t).Expect(get(b, chromedp.Evaluate[bool](`(() => {
		const select = document.querySelector("select[name=`+filter+`]");
		const option = [...select.options].find(o => o.text.startsWith("`+option+`"));
		if (!option) return false;
		select.value = option.value;
		select.dispatchEvent(new Event("input", { bubbles: true }));
		return true;
	})()`))).To(gomega.BeTrue(), "%s has no option %s", filter, option)
}

func (b *browser) showAll() {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS("button[type=reset]")))
}

func TestReportFilters(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	b.do(chromedp.Navigate(writePage(t, goldenReport(t, "red"))))
	all := []string{"cc-no-auth", "tok-unknown-grant", "meta-response-types", "meta-wellknown-200", "meta-issuer-identical", "cc-happy"}
	g.Expect(b.shown()).To(gomega.Equal(all))
	for _, c := range []struct {
		filter, option string
		want           []string
	}{
		{"verdict", "fail", all[:1]},
		{"verdict", "warn", all[1:2]},
		{"verdict", "info", all[2:3]},
		{"verdict", "pass", all[3:]},
		{"verdict", "all but pass", all[:3]},
		{"level", "MUST", []string{"cc-no-auth", "meta-wellknown-200", "meta-issuer-identical", "cc-happy"}},
		{"level", "prose", all[1:2]},
		{"level", "MAY", all[2:3]},
		{"area", "meta", all[2:5]},
		{"area", "cc", []string{"cc-no-auth", "cc-happy"}},
	} {
		b.choose(c.filter, c.option)
		g.Expect(b.shown()).To(gomega.Equal(c.want), "%s %s", c.filter, c.option)
		b.showAll()
		g.Eventually(b.shown).Should(gomega.Equal(all))
	}
	b.choose("area", "cc")
	b.choose("verdict", "pass")
	g.Expect(b.shown()).To(gomega.Equal([]string{"cc-happy"}), "filters narrow each other")
	g.Expect(get(b, chromedp.Text(chromedp.CSS("#shown")))).To(gomega.Equal("1 of 6 checks"))
	g.Expect(get(b, chromedp.Evaluate[int](`[...document.querySelectorAll(".group h3")].filter(e => e.checkVisibility()).length`))).To(gomega.Equal(1))
	b.showAll()
	for text, want := range map[string][]string{
		"CACHE-control":          all[:1],                   // of a deviation
		"unsupported_grant_type": all[1:2],                  // expected
		"rfc 8414 §3.3":          {"meta-issuer-identical"}, // a clause
		"response types: none":   all[2:3],                  // an observation
		"run it again":           {},                        // a label, which every result has
		"basic_credentials":      all[:2],                   // an exchange
		" happy ":                {"cc-happy"},
	} {
		b.do(chromedp.SendKeys(chromedp.CSS("input[name=text]"), text))
		g.Expect(b.shown()).To(gomega.Equal(want), text)
		b.showAll()
		g.Eventually(b.shown).Should(gomega.Equal(all))
	}
	b.quiet()

	b.do(chromedp.Navigate(writePage(t, goldenReport(t, "several-targets"))))
	g.Expect(b.shown()).To(gomega.HaveLen(11))
	b.choose("target", "as.example/org")
	g.Expect(b.shown()).To(gomega.HaveLen(4))
	g.Expect(b.shown()).To(gomega.ContainElement("ca-basic"))
	b.quiet()
}

// Whoever has no mouse filters and unfolds as well.
func TestReportByKeyboard(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	b.do(chromedp.Navigate(writePage(t, goldenReport(t, "red"))))
	focus := func() string {
		return get(b, chromedp.Evaluate[string](`(e => e.name || e.id || e.type || e.className || e.parentElement.id || e.tagName)(document.activeElement)`))
	}
	tabTo := func(name string) {
		for range 60 {
			if focus() == name {
				return
			}
			b.do(chromedp.KeyEvent(kb.Tab))
		}
		t.Fatalf("the key Tab does not lead to %s", name)
	}
	b.do(chromedp.KeyEvent(kb.Tab))
	g.Expect(focus()).To(gomega.Equal("skip"), "the first thing leads past the head")
	tabTo("verdict")
	b.do(chromedp.KeyEvent("p"))
	g.Expect(b.shown()).To(gomega.HaveLen(3))
	tabTo("area")
	b.do(chromedp.KeyEvent("c"))
	g.Expect(b.shown()).To(gomega.Equal([]string{"cc-happy"}))
	tabTo("reset")
	b.do(chromedp.KeyEvent(kb.Enter))
	g.Eventually(b.shown).Should(gomega.HaveLen(6))
	b.do(chromedp.Focus(chromedp.CSS("select[name=level]")))
	tabTo("text")
	b.do(chromedp.KeyEvent("cache"), chromedp.KeyEvent(kb.Enter)) // and nothing is submitted
	g.Expect(b.shown()).To(gomega.Equal([]string{"cc-no-auth"}))
	tabTo("check-cc-no-auth")
	b.do(chromedp.KeyEvent(kb.Enter))
	g.Expect(get(b, chromedp.Evaluate[bool](`document.getElementById("check-cc-no-auth").open`))).To(gomega.BeTrue())
	g.Expect(get(b, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outlineStyle`))).To(gomega.Equal("solid"), "the focus can be seen")
	b.quiet()
}

// An address that ends in the anchor of a check opens it and brings it into
// view, from outside, from the matrix, and when a filter hides it.
func TestReportLinks(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	at := writePage(t, goldenReport(t, "same-trouble"))
	inView := func(id string) {
		g.Eventually(func() string {
			return get(b, chromedp.Evaluate[string](`(() => {
				const e = document.getElementById("`+id+`");
				const summary = e.querySelector("summary");
				const box = summary.getBoundingClientRect();
				if (!e.open) return "closed";
				if (box.top < 0 || box.bottom > innerHeight) return "out of view at " + box.top;
				return "in view";
			})()`))
		}).Should(gomega.Equal("in view"), id)
		b.do(chromedp.KeyEvent(kb.Tab))
		g.Expect(get(b, chromedp.Evaluate[string](`document.activeElement.parentElement.id`))).To(gomega.Equal(id), "the keyboard goes on from there")
	}
	b.do(chromedp.EmulateViewport(390, 600))
	b.do(chromedp.Navigate(at + "#check-meta-wellknown-200"))
	inView("check-meta-wellknown-200")
	b.choose("verdict", "error")
	g.Expect(b.shown()).NotTo(gomega.ContainElement("meta-issuer-identical"))
	get(b, chromedp.Evaluate[any](`location.hash = "#check-meta-issuer-identical"`))
	inView("check-meta-issuer-identical")
	g.Expect(b.shown()).To(gomega.HaveLen(14), "the filters are off")

	get(b, chromedp.Evaluate[any](`document.querySelectorAll(".spec").forEach(e => { e.open = true; })`))
	b.do(chromedp.Click(chromedp.CSS(`a.chip[href="#check-jwks-fetch"]`)))
	inView("check-jwks-fetch")
	get(b, chromedp.Evaluate[any](`document.getElementById("check-jwks-fetch").open = false; scrollTo(0, 0)`))
	b.do(chromedp.Click(chromedp.CSS(`a.chip[href="#check-jwks-fetch"]`)))
	inView("check-jwks-fetch") // once more, though the address is the same

	b.do(chromedp.Navigate(writePage(t, goldenReport(t, "red"))+"#check-cc-no-auth-exchange-1"), chromedp.EmulateViewport(390, 600))
	inView("check-cc-no-auth-exchange-1")
	g.Expect(get(b, chromedp.Evaluate[bool](`document.getElementById("check-cc-no-auth").open`))).To(gomega.BeTrue())
	b.do(chromedp.Navigate(at + "#%E0%A4%A"))
	g.Expect(b.shown()).To(gomega.HaveLen(14))
	b.quiet()
}

// Every kind of run is readable on a desktop and on a phone, light and dark,
// folded and unfolded: contrast, size, nothing that sticks out.
func TestReportLooks(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	dir := screenshots(t)
	for _, name := range []string{"red", "green", "hostile", "known-failures", "unexpected-pass", "several-targets", "lost", "not-run", "unfinished", "nothing-selected"} {
		b.do(chromedp.Navigate(writePage(t, goldenReport(t, name))))
		b.look(dir, "report-"+name)
		get(b, chromedp.Evaluate[any](`document.querySelectorAll("details").forEach(e => { e.open = true; })`))
		b.look(dir, "report-"+name+"-unfolded")
		for _, width := range []int64{1280, 390} {
			b.do(chromedp.EmulateViewport(width, 800))
			g.Expect(get(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll("body *:not(.skip):not(option)")]
				.filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 100))`))).To(gomega.BeEmpty(), "%s at %d", name, width)
		}
	}
	b.quiet()
}

// Paper shows everything: what is folded, what a filter hides, in black on white.
func TestReportOnPaper(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	b.do(chromedp.Navigate(writePage(t, goldenReport(t, "red"))))
	b.choose("verdict", "fail")
	media := func(kind, scheme string) {
		_, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: kind, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		g.Expect(err).NotTo(gomega.HaveOccurred())
	}
	hidden := func() []string { // texts that are not on the page
		return get(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll("main *, header *")]
			.filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
			.filter(e => !e.closest("#filters") && (!e.checkVisibility({ contentVisibilityAuto: true }) || !e.getBoundingClientRect().height))
			.map(e => e.outerHTML.slice(0, 80))`))
	}
	g.Expect(hidden()).NotTo(gomega.BeEmpty())
	media("print", "dark")
	g.Expect(hidden()).To(gomega.BeEmpty(), "without the script's help")
	g.Expect(get(b, chromedp.Evaluate[[]string](audit+`.filter(w => w.startsWith("contrast") || w.startsWith("wider"))`))).To(gomega.BeEmpty())
	g.Expect(get(b, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))).To(gomega.Equal("rgb(255, 255, 255)"))
	media("", "")

	get(b, chromedp.Evaluate[any](`folded = null, addEventListener("beforeprint", () => { folded = document.querySelectorAll("details:not([open])").length; })`))
	before := get(b, chromedp.Evaluate[int](`document.querySelectorAll("details:not([open])").length`))
	g.Expect(before).To(gomega.BeNumerically(">", 5))
	pdf, err := chromedp.Call(b, printing.PrintToPDF, printing.PrintToPDFParams{})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(pdf.Data[:5])).To(gomega.Equal("%PDF-"))
	g.Expect(get(b, chromedp.Evaluate[int](`folded ?? -1`))).To(gomega.BeZero())
	g.Expect(get(b, chromedp.Evaluate[int](`document.querySelectorAll("details:not([open])").length`))).To(gomega.Equal(before), "folded again afterwards")
	b.quiet()
}

// A page makes no request but the one for itself.
func TestReportSendsNothing(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	requests := make(chan string, 1000)
	_, err := chromedp.Call(b, network.Enable, network.EnableParams{})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	go func() {
		for e, err := range chromedp.Events(b, network.RequestWillBeSent) {
			if err != nil {
				return
			}
			requests <- e.Request.URL
		}
	}()
	for _, name := range []string{"red", "hostile"} {
		at := writePage(t, goldenReport(t, name))
		b.do(chromedp.Navigate(at))
		get(b, chromedp.Evaluate[any](`document.querySelectorAll("details").forEach(e => { e.open = true; })`))
		b.do(chromedp.SendKeys(chromedp.CSS("input[name=text]"), "x"+kb.Enter))
		g.Eventually(requests).Should(gomega.Receive(gomega.Equal(at)))
		b.quiet() // the console has answered, so what was sent has been told
		g.Expect(requests).NotTo(gomega.Receive())
		g.Expect(get(b, chromedp.Evaluate[int](`performance.getEntriesByType("resource").length`))).To(gomega.BeZero())
	}
}

// Without scripts the page shows the same, and no filters that would do nothing.
func TestReportWithoutScripts(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	_, err := chromedp.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	b.do(chromedp.Navigate(writePage(t, goldenReport(t, "red"))))
	g.Expect(b.shown()).To(gomega.HaveLen(6))
	g.Expect(get(b, chromedp.Evaluate[bool](`document.getElementById("filters").checkVisibility()`))).To(gomega.BeFalse())
	b.do(chromedp.Click(chromedp.CSS("#check-cc-no-auth > summary")))
	g.Expect(get(b, chromedp.Text(chromedp.CSS("#check-cc-no-auth")))).To(gomega.ContainSubstring("401 with the error invalid_client"))
	g.Expect(strings.Count(get(b, chromedp.Text(chromedp.CSS("body"))), "curl -i")).To(gomega.Equal(1))
}
