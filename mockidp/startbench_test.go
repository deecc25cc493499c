package mockidp

import (
	"net/http"
	"testing"
)

// BenchmarkStartStop measures what one provider costs a test: from New to the end
// of Close, with nothing asked of it and with one token; on a port, with TLS, and
// in memory.
func BenchmarkStartStop(b *testing.B) {
	for _, c := range []struct {
		name   string
		opts   []Option
		listen bool
	}{
		{"port", nil, true},
		{"tls", []Option{WithTLS()}, true},
		{"memory", nil, false},
	} {
		for _, tokens := range []int{0, 1} {
			b.Run(c.name+map[int]string{0: "", 1: "-token"}[tokens], func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p, err := New(c.opts...)
					if err != nil {
						b.Fatal(err)
					}
					if c.listen {
						if err := p.Listen("127.0.0.1:0"); err != nil {
							b.Fatal(err)
						}
					}
					for range tokens {
						if a := over(b, p.HTTPClient(), happy.build(p)); a.status != http.StatusOK {
							b.Fatal(a.body)
						}
					}
					if err := p.Close(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkMint signs claims outside of every flow, rightly and wrongly.
func BenchmarkMint(b *testing.B) {
	for _, forgery := range []string{"", "hs256-public-pem", "signature-broken"} {
		b.Run("forgery "+forgery, func(b *testing.B) {
			p := newProvider(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Mint(MintOptions{Claims: mintedClaims, Forgery: forgery}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
