package useragent

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
)

// freeAddr is an address on loopback at which nobody listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	defer l.Close()
	return l.Addr().String()
}

// visit walks with a person who does something with what they are shown.
func visitWith(t *testing.T, p *Person, change func(*Walk), does func(Errand)) (*Outcome, error) {
	t.Helper()
	s := newServer(t, nil)
	tg := s.target()
	tg.Login.Driver = target.DriverPerson
	p.Show = does
	d, err := For(tg, WithPerson(p))
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	w := s.walk()
	w.Context = t.Context()
	change(&w)
	o, err := d.Walk(NewSession(), w)
	gomega.NewWithT(t).Expect(s.seen).To(gomega.BeEmpty(), "the person's browser asks, and not the run")
	return o, err
}

// A person's browser brings the answer to the listener, in whatever mode.
func TestPersonComesBack(t *testing.T) {
	for name, bring := range map[string]func(at string) error{
		ModeQuery: func(at string) error { return visitURL(http.Get(at + "?code=abc&state=xyz")) },
		ModeFormPost: func(at string) error {
			return visitURL(http.PostForm(at, url.Values{"code": {"abc"}, "state": {"xyz"}}))
		},
		ModeFragment: func(at string) error {
			resp, err := http.Get(at)
			if err != nil {
				return err
			}
			page, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || !strings.Contains(string(page), "location.hash") {
				return errors.Join(err, errors.New("no page that reads the fragment: "+string(page)))
			}
			return visitURL(http.PostForm(at, url.Values{fragmentField: {"code=abc&state=xyz"}}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			at := "http://" + freeAddr(t) + "/cb"
			failed := make(chan error, 1)
			o, err := visitWith(t, &Person{}, func(w *Walk) { w.RedirectURI = at }, func(e Errand) {
				g.Expect(e.Listens).To(gomega.BeTrue())
				g.Expect(e.String()).To(gomega.And(gomega.ContainSubstring(e.URL), gomega.ContainSubstring("alice")))
				go func() { failed <- bring(at) }()
			})
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(o.Landing.Mode).To(gomega.Equal(name))
			arrives(g, o, LoggedIn)
			g.Expect(o.Last().URL).To(gomega.HavePrefix(at))
			<-failed // the answer to the browser may be cut off when the listener closes
		})
	}
}

func visitURL(resp *http.Response, err error) error {
	if err == nil {
		err = resp.Body.Close()
	}
	return err
}

// Another path of the listener is not the redirect URI, and a watched one is
// noticed.
func TestPersonBroughtElsewhere(t *testing.T) {
	for path, to := range map[string]string{"/other": Elsewhere, "/watched": "watched"} {
		g := gomega.NewWithT(t)
		at := "http://" + freeAddr(t)
		o, err := visitWith(t, &Person{}, func(w *Walk) { w.RedirectURI, w.Watch = at+"/cb", []string{at + "/watched"} }, func(Errand) {
			go func() { _ = visitURL(http.Get(at + path + "?error=access_denied")) }()
		})
		g.Expect(err).NotTo(gomega.HaveOccurred())
		if to == "watched" {
			to = at + "/watched"
		}
		g.Expect(o.Landing.To).To(gomega.Equal(to))
	}
}

// Where nobody can listen, the address is pasted; an empty line is a page.
func TestPersonPastes(t *testing.T) {
	g := gomega.NewWithT(t)
	o, err := visitWith(t, &Person{In: strings.NewReader("what?\n" + answer + "\n")}, func(*Walk) {}, func(e Errand) {
		g.Expect(e.Listens).To(gomega.BeFalse())
		g.Expect(e.Pastes).To(gomega.BeTrue())
	})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	arrives(g, o, LoggedIn)

	o, err = visitWith(t, &Person{In: strings.NewReader(denied + "\n")}, func(w *Walk) { w.Deny = true }, func(e Errand) {
		g.Expect(e.String()).To(gomega.ContainSubstring("refuse"))
	})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	refuses(g, o)

	o, err = visitWith(t, &Person{In: strings.NewReader("\n")}, func(*Walk) {}, func(Errand) {})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(o.Page).NotTo(gomega.BeNil())
	g.Expect(o.Stuck).To(gomega.BeEmpty())

	_, err = visitWith(t, &Person{In: strings.NewReader("")}, func(*Walk) {}, func(Errand) {})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("the input ended")))

	o, err = visitWith(t, &Person{}, func(*Walk) {}, func(Errand) {})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(o.Stuck).To(gomega.ContainSubstring("does not lead to loopback"))
}

// A run does not wait for a person longer than it has time.
func TestPersonDoesNotCome(t *testing.T) {
	g := gomega.NewWithT(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := visitWith(t, &Person{}, func(w *Walk) {
		w.Context, w.RedirectURI = ctx, "http://"+freeAddr(t)+"/cb"
	}, func(Errand) { cancel(errors.New("time is up")) })
	g.Expect(err).To(gomega.MatchError(gomega.And(gomega.ContainSubstring("nobody came back"), gomega.ContainSubstring("time is up"))))
}

// Nothing but loopback is listened at.
func TestPersonListensOnLoopbackOnly(t *testing.T) {
	g := gomega.NewWithT(t)
	o, err := visitWith(t, &Person{Listen: "0.0.0.0:0"}, func(w *Walk) { w.RedirectURI = "http://" + freeAddr(t) + "/cb" }, func(Errand) {})
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(o.Stuck).To(gomega.ContainSubstring("no loopback address"))
}
