package useragent

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/authassay/authassay/suites/check"
)

func (v *visit) event(e any) (*Outcome, error) {
	switch e := e.(type) {
	case *fetch.EventRequestPaused:
		return v.held(e)
	case *page.EventWindowOpen:
		if l := v.w.land(e.URL, ViaScript, v.status()); l != nil {
			return v.land(l), nil
		}
	case *page.EventJavascriptDialogOpening:
		_, _ = chromedp.Call(v.tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
	}
	return nil, nil
}

func (v *visit) status() int {
	if v.last == nil {
		return 0
	}
	return v.last.Status
}

// held answers a request of the tab.
func (v *visit) held(e *fetch.EventRequestPaused) (*Outcome, error) {
	isPage := e.ResourceType == network.ResourceTypeDocument && e.FrameID == v.main
	to := e.Request.URL + e.Request.URLFragment
	if isPage {
		if l := v.ground.end(to, ViaScript, v.status()); l != nil {
			if e.Request.Method == http.MethodPost {
				body := string(postData(e))
				l.Via, l.Mode, l.RawForm = ViaForm, ModeFormPost, body
				l.Form = parseForm(body)
			}
			v.fail(e)
			return v.land(l), nil
		}
	}
	switch e.ResourceType {
	case network.ResourceTypeImage, network.ResourceTypeMedia, network.ResourceTypeFont, network.ResourceTypePing, network.ResourceTypePrefetch,
		network.ResourceTypeManifest, network.ResourceTypeCSPViolationReport:
		v.fail(e)
		return nil, nil
	}
	if !v.ground.own(to) || v.w.land(to, "", 0) != nil {
		if host := origin(to); host != "" && !slices.Contains(v.blocked, host) {
			v.blocked = append(v.blocked, host)
		}
		v.fail(e)
		return nil, nil
	}
	resp, err := v.ask(e, isPage)
	if err != nil {
		return nil, err
	}
	if !isPage {
		v.fulfil(e, resp)
		return nil, nil
	}
	v.last = resp
	v.loads++
	v.pressed = false
	if v.s.full() {
		d := newDocument(resp)
		return v.stop(d, fmt.Sprintf("%s: the server has set %d cookies, and no browser keeps more", d.path(), maxCookies)), nil
	}
	if v.hops++; v.hops > maxHops {
		d := newDocument(resp)
		return v.stop(d, fmt.Sprintf("%d pages and redirects, and no end; the last is %s", maxHops, d.path())), nil
	}
	location, err := redirectTo(e.Request.URL, resp.Status, resp.Header)
	if err == nil && location != "" {
		if l := v.ground.end(location, ViaRedirect, resp.Status); l != nil {
			v.fail(e)
			return v.land(l), nil
		}
	}
	v.fulfil(e, resp)
	return nil, nil
}

// ask sends a request of the tab like every other of the run.
func (v *visit) ask(e *fetch.EventRequestPaused, isPage bool) (*check.Response, error) {
	r := &check.Request{Method: e.Request.Method, URL: e.Request.URL, Header: http.Header{}, Body: postData(e)}
	for name, value := range e.Request.Headers {
		if s, ok := value.(string); ok {
			r.Header.Set(name, s)
		}
	}
	if isPage && !v.sent {
		v.sent = true
		r = v.first(v.w.Request)
	}
	own := r.Header.Get("Cookie")
	if isPage {
		if r.Header.Get("Accept") == "" {
			r.Header.Set("Accept", acceptPages)
		}
		v.s.script(e.Request.URL, own)
		return v.send(r)
	}
	v.s.script(e.Request.URL, own)
	if c := v.s.Header(r.URL); c != "" {
		r.Header.Set("Cookie", c)
	}
	resp, err := v.w.Send(v.w.Step, PurposeLogin, r)
	if err == nil {
		v.s.Take(r.URL, resp.Header)
	}
	return resp, err
}

func (v *visit) fail(e *fetch.EventRequestPaused) {
	_, _ = chromedp.Call(v.tab, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonAborted})
}

func (v *visit) fulfil(e *fetch.EventRequestPaused, r *check.Response) {
	answer := fetch.FulfillRequestParams{RequestID: e.RequestID, ResponseCode: int64(r.Status), Body: r.Body}
	for name, list := range r.Header {
		for _, value := range list {
			answer.ResponseHeaders = append(answer.ResponseHeaders, &fetch.HeaderEntry{Name: name, Value: value})
		}
	}
	// A request that the page gave up meanwhile is no matter.
	_, _ = chromedp.Call(v.tab, fetch.FulfillRequest, answer)
}
