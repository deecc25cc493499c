package interop

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/authassay/authassay/reports"
	"github.com/chromedp/chromedp"
	"github.com/onsi/gomega"
)

// evil is what a server may send in the hope that a report obeys it.
const evil = `</script><script>owned = 1</script></style><img src=x onerror="owned = 2"><svg onload="owned = 3">` +
	`" onmouseover="owned = 4" x=" ' autofocus onfocus='owned = 5' ]]> --> <!-- </details></pre></title><base href="https://evil.example/">` +
	`<meta http-equiv="refresh" content="0;url=https://evil.example/"> {{.Title}} ${owned} javascript:owned=6 ` +
	"\x00\x1b[2J\x1b]0;title\x07\x7f\xff\xfe\u0085\u2028\u202ereversed\u202c\u200b\ufffe\r\n\ttab"

// fill puts a text into every string of a value, however deep.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// hostileReport holds a text wherever a report has room for one, under each
// verdict, with an exchange that can be repeated.
func hostileReport(text string) reports.Report {
	var r reports.Report
	fill(reflect.ValueOf(&r).Elem(), text)
	for i := range r.Targets {
		t := &r.Targets[i]
		t.Exchanges[0].Request.URL = "http://evil.example/?q=" + text
		t.Exchanges[0].Request.Method, t.Exchanges[0].Request.Header[0].Name = "POST", "X-Evil"
		t.Exchanges[0].Response.Header[1].Name = "Location"
		t.Results = nil
		for _, verdict := range []reports.Verdict{reports.Fail, reports.Error, reports.Warn, reports.Info, reports.NotRun, reports.Pass} {
			var res reports.Result
			fill(reflect.ValueOf(&res).Elem(), text)
			res.Verdict, res.KnownFailing, res.UnexpectedPass, res.Observer = verdict, "", "", false
			res.Findings[0].Message += " redirect status"
			t.Results = append(t.Results, res)
			res.KnownFailingLink = "javascript:owned=7"
			if verdict == reports.Fail {
				res.KnownFailing = text
				t.Results = append(t.Results, res)
			}
			if verdict == reports.Pass {
				res.UnexpectedPass = text
				t.Results = append(t.Results, res)
			}
		}
	}
	return r
}

// Whatever text stands in a report, the page stays what it is, and nothing of it
// runs, loads or leads anywhere.
func TestReportOfHostileText(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	long := strings.Repeat("<script>owned = 8</script>\x00\xff", 1<<20/28)
	for name, text := range map[string]string{"evil": evil, "a megabyte": long, "control characters": "\x00\x01\x02\x1b\x9f\xc3", "one word": strings.Repeat("w", 5000)} {
		at := writePage(t, hostileReport(text))
		b.do(chromedp.Navigate(at))
		get(b, chromedp.Evaluate[any](`document.querySelectorAll("details").forEach(e => { e.open = true; })`))
		g.Expect(get(b, chromedp.Evaluate[string](`typeof owned`))).To(gomega.Equal("undefined"), name)
		g.Expect(b.location()).To(gomega.Equal(at), name)
		g.Expect(b.shown()).To(gomega.HaveLen(16), name)
		g.Expect(get(b, chromedp.Evaluate[int](`document.querySelectorAll("script, style, base, img, svg, iframe, object, embed, link").length`))).To(gomega.Equal(2), name)
		g.Expect(get(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll("*")].flatMap(e => [...e.attributes]).filter(a => a.name.startsWith("on") || /^\s*javascript:/i.test(a.value)).map(a => a.name + "=" + a.value)`))).To(gomega.BeEmpty(), name)
		g.Expect(get(b, chromedp.Evaluate[bool](`/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2028\u202e\ufffd]/.test(document.documentElement.textContent)`))).To(gomega.BeFalse(), name)
		for _, width := range []int64{1280, 390} {
			b.do(chromedp.EmulateViewport(width, 800))
			g.Expect(get(b, chromedp.Evaluate[bool](`document.documentElement.scrollWidth <= document.documentElement.clientWidth`))).To(gomega.BeTrue(), "%s at %d", name, width)
		}
		b.choose("verdict", "known")
		g.Expect(b.shown()).To(gomega.HaveLen(2), name)
		if name == "evil" {
			g.Expect(get(b, chromedp.Evaluate[string](`document.querySelector(".what").textContent`))).To(gomega.HavePrefix(
				`</script><script>owned = 1</script></style><img src=x onerror="owned = 2">`), "the text can be read")
		}
		b.quiet()
	}
}

// Ten thousand results with five thousand exchanges are opened, filtered and
// linked to like any others.
func TestReportOfTenThousandResults(t *testing.T) {
	b, g := newBrowser(t), gomega.NewWithT(t)
	r := goldenReport(t, "red")
	target := &r.Targets[0]
	exchange := target.Exchanges[1]
	fail, pass := target.Results[3], target.Results[0]
	target.Results, target.Exchanges = nil, nil
	for i := range 5000 {
		exchange.Number = i + 1
		target.Exchanges = append(target.Exchanges, exchange)
	}
	for i := range 10_000 {
		res := pass
		if i%20 == 0 {
			res = fail
			res.Findings = []reports.Finding{{Verdict: reports.Fail, Message: fail.Message, Got: fail.Got, Exchange: i/2 + 1}}
		}
		res.ID, res.Area, res.Exchanges = fmt.Sprintf("%s-%d", res.ID, i), fmt.Sprintf("area%d", i%30), []int{i/2 + 1}
		target.Results = append(target.Results, res)
	}
	at := writePage(t, r)
	b.do(chromedp.Navigate(at + "#check-meta-wellknown-200-9999"))
	g.Eventually(func() bool {
		return get(b, chromedp.Evaluate[bool](`(e => e.open && e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().top < innerHeight)(document.getElementById("check-meta-wellknown-200-9999"))`))
	}).Should(gomega.BeTrue())
	shown := func() int {
		return get(b, chromedp.Evaluate[int](`document.querySelectorAll(".result:not([hidden])").length`))
	}
	g.Expect(shown()).To(gomega.Equal(10_000))
	b.choose("verdict", "fail")
	g.Expect(shown()).To(gomega.Equal(500))
	b.choose("area", "area10")
	g.Expect(shown()).To(gomega.Equal(166))
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=text]"), "no-auth-40"))
	g.Expect(b.shown()).To(gomega.Equal([]string{"cc-no-auth-40", "cc-no-auth-400", "cc-no-auth-4000", "cc-no-auth-4060"}))
	g.Expect(get(b, chromedp.Evaluate[int](`document.querySelectorAll(".exchange").length`))).To(gomega.Equal(500))
	g.Expect(get(b, chromedp.Text(chromedp.CSS("main > .note")))).To(gomega.ContainSubstring("The exchanges of 9500 checks that pass are left out"))
	b.quiet()
}
