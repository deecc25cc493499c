package check

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// names is a resolver in the process: names to addresses.
func names(hosts map[string]string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			answerDNS(there, hosts)
		}()
		return here, nil
	}}
}

// answerDNS answers one question over a stream (two octets of length first).
func answerDNS(conn io.ReadWriter, hosts map[string]string) {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return
	}
	q := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, q); err != nil {
		return
	}
	var labels []string
	at := 12
	for q[at] != 0 {
		labels = append(labels, string(q[at+1:at+1+int(q[at])]))
		at += 1 + int(q[at])
	}
	at += 5 // the root label, type and class
	kind := q[at-3]
	address, err := netip.ParseAddr(hosts[strings.ToLower(strings.Join(labels, "."))])
	answer := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:at]...)
	if err == nil && (kind == 1) == address.Is4() && (kind == 1 || kind == 28) {
		ip := address.AsSlice()
		answer[7] = 1
		answer = append(answer, 0xC0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, byte(len(ip)))
		answer = append(answer, ip...)
	}
	_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
}

func TestClassesOfAddresses(t *testing.T) {
	for class, addresses := range map[addrClass]string{
		classPublic:    "93.184.216.34 2606:2800:220:1::1 172.32.0.1 100.63.255.255 100.128.0.1 64:ff9b::5db8:d822 2002:5db8:d822::1",
		classLoopback:  "127.0.0.1 127.255.0.9 ::1 ::1%lo ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::",
		classPrivate:   "10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 fd00:ec2::254 fc00::1 ::ffff:10.0.0.1 100.64.0.1 100.100.100.200 192.0.0.192 fec0::1 64:ff9b::a00:1",
		classLinkLocal: "169.254.169.254 fe80::1 fe80::1%eth0 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::",
		classOther:     "0.0.0.0 0.0.0.1 :: 224.0.0.1 ff02::1 255.255.255.255 240.0.0.1 198.18.0.1 64:ff9b:1::1 ::ffff:0.0.0.0",
	} {
		for _, a := range strings.Fields(addresses) {
			gomega.NewWithT(t).Expect(classify(netip.MustParseAddr(a))).To(gomega.Equal(class), a)
		}
	}
}

func TestBareHost(t *testing.T) {
	for in, want := range map[string]string{
		"https://IdP.Example:8443/a?b#c": "idp.example", "http://user:pw@idp.example/": "idp.example", "idp.example": "idp.example",
		"IDP.example.:443": "idp.example", "idp.example.": "idp.example", "[::1]:80": "::1", "::1": "::1", "[::1]": "::1",
		"http://[fe80::1%25eth0]:80/": "fe80::1%eth0", "127.0.0.1:9090": "127.0.0.1", "localhost:9090": "localhost", "": "",
		"http://[::FFFF:127.0.0.1]/": "::ffff:127.0.0.1",
	} {
		gomega.NewWithT(t).Expect(bareHost(in)).To(gomega.Equal(want), in)
	}
}

// ask tells whether a guard would let a URL be asked, up to the resolution of
// its name.
func ask(t *testing.T, g *guard, s string) error {
	t.Helper()
	u, err := url.Parse(s)
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	return g.mayAsk(u)
}

func TestHostsThatMayBeAsked(t *testing.T) {
	public := func() *guard { return newGuard([]string{"https://idp.example/tenant"}, []string{"Keys.Example:8443"}) }
	for name, row := range map[string]struct {
		meta, url string
		ok        bool
	}{
		"the target":                  {"", "https://idp.example/", true},
		"in other letters":            {"", "https://IDP.Example./x", true},
		"another port of it":          {"", "http://idp.example:8080/", true},
		"a host of the file":          {"", "https://keys.example/", true},
		"a host below":                {"", "https://a.idp.example/", false},
		"a host that looks like it":   {"", "https://idp.example.evil/", false},
		"a name before the host":      {"", "https://idp.example@evil.example/", false},
		"nobody":                      {"", "https://evil.example/", false},
		"named by metadata":           {"https://meta.example/a", "https://META.example/b", true},
		"an address by metadata":      {"https://93.184.216.34/", "https://93.184.216.34/", true},
		"loopback by metadata":        {"http://127.0.0.1/", "http://127.0.0.1/", false},
		"mapped loopback by metadata": {"http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", false},
		"the same mapped address":     {"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]/", false},
		"a zone by metadata":          {"http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/", false},
		"the metadata of a cloud":     {"http://169.254.169.254/", "http://169.254.169.254/latest", false},
		"full-width digits":           {"http://１２７.0.0.1/", "http://１２７.0.0.1/", false},
		"a name beyond ASCII":         {"https://bücher.example/", "https://bücher.example/", false},
		"percent-encoded":             {"https://b%C3%BCcher.example/", "https://b%C3%BCcher.example/", false},
		"that name as it should be":   {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/", true},
		"a full stop beyond ASCII":    {"https://127。0。0。1/", "https://127。0。0。1/", false},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			guard := public()
			if row.meta != "" {
				guard.fromMetadata(row.meta)
			}
			err := ask(t, guard, row.url)
			if row.ok {
				g.Expect(err).ToNot(gomega.HaveOccurred())
			} else {
				g.Expect(isHostRefusal(err)).To(gomega.BeTrue())
			}
		})
	}
}

func TestATargetOnANetworkOpensThatNetworkToItsMetadata(t *testing.T) {
	for name, row := range map[string]struct {
		home, further []string
		meta          string
		ok            bool
	}{
		"loopback at home":        {[]string{"http://127.0.0.1:1"}, nil, "http://127.0.0.2/", true},
		"mapped at home":          {[]string{"http://[::ffff:127.0.0.1]:1"}, nil, "http://[::1]/", true},
		"private at home":         {[]string{"http://10.0.0.1"}, nil, "http://192.168.1.1/", true},
		"but no other network":    {[]string{"http://127.0.0.1:1"}, nil, "http://10.0.0.1/", false},
		"nor the cloud's":         {[]string{"http://10.0.0.1"}, nil, "http://169.254.169.254/", false},
		"a host that was allowed": {[]string{"https://93.184.216.34"}, []string{"10.0.0.7"}, "http://10.0.0.8/", false},
		"and itself":              {[]string{"https://93.184.216.34"}, []string{"10.0.0.7"}, "http://10.0.0.7/", true},
	} {
		t.Run(name, func(t *testing.T) {
			guard := newGuard(row.home, row.further)
			guard.fromMetadata(row.meta)
			gomega.NewWithT(t).Expect(ask(t, guard, row.meta) == nil).To(gomega.Equal(row.ok))
		})
	}
}

// What a name leads to is looked at when it is dialled, so that it cannot
// resolve to something else in between.
func TestNamesAreLookedAtWhenTheyAreDialled(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	gomega.NewWithT(t).Expect(err).ToNot(gomega.HaveOccurred())
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	hosts := map[string]string{
		"idp.test": "127.0.0.1", "meta.test": "127.0.0.1", "mapped.test": "::1", "further.test": "127.0.0.1", "cloud.test": "169.254.169.254",
		"nobody-named.test": "127.0.0.1", "proxy.test": "127.0.0.1",
	}
	dial := func(g *guard, host string) error {
		conn, err := g.dial(t.Context(), "tcp", net.JoinHostPort(host, port))
		if err == nil {
			_ = conn.Close()
		}
		return err
	}
	guarded := func(home ...string) *guard {
		g := newGuard(home, []string{"further.test"})
		g.resolver = names(hosts)
		g.fromMetadata("http://meta.test/", "http://mapped.test/", "http://cloud.test")
		return g
	}
	t.Run("a target that is public", func(t *testing.T) {
		g := gomega.NewWithT(t)
		guard := guarded("https://93.184.216.34/")
		for _, host := range []string{"meta.test", "META.test.", "mapped.test", "cloud.test", "127.0.0.1", "::1", "nobody-named.test"} {
			err := dial(guard, host)
			g.Expect(err).To(gomega.HaveOccurred(), host)
			g.Expect(isHostRefusal(err)).To(gomega.BeTrue(), "%s: %v", host, err)
		}
		g.Expect(dial(guard, "further.test")).To(gomega.Succeed(), "the user named it, wherever it is")
		g.Expect(guard.atLoopback()).To(gomega.BeFalse(), "it is not the target")
		g.Expect(isHostRefusal(dial(guard, "meta.test"))).To(gomega.BeTrue(), "which opens nothing to the metadata")
	})
	t.Run("a target on loopback", func(t *testing.T) {
		g := gomega.NewWithT(t)
		guard := guarded("http://idp.test/")
		g.Expect(isHostRefusal(dial(guard, "meta.test"))).To(gomega.BeTrue(), "before anybody knows where the target is")
		g.Expect(guard.atLoopback()).To(gomega.BeFalse())
		g.Expect(dial(guard, "idp.test")).To(gomega.Succeed())
		g.Expect(guard.atLoopback()).To(gomega.BeTrue())
		g.Expect(dial(guard, "meta.test")).To(gomega.Succeed())
		g.Expect(isHostRefusal(dial(guard, "cloud.test"))).To(gomega.BeTrue())
	})
	t.Run("through a proxy", func(t *testing.T) {
		g := gomega.NewWithT(t)
		guard := guarded("https://93.184.216.34/")
		through := guard.throughProxy(func(*http.Request) (*url.URL, error) { return url.Parse("http://Proxy.test:" + port) })
		_, err := through(&http.Request{})
		g.Expect(err).ToNot(gomega.HaveOccurred())
		g.Expect(dial(guard, "proxy.test")).To(gomega.Succeed(), "the environment names it")
		g.Expect(isHostRefusal(dial(guard, "meta.test"))).To(gomega.BeTrue())
	})
}
