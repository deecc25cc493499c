package mockidp

import (
	"net/http/httptest"
	"testing"
)

// BenchmarkToken issues tokens through the handler, without a network.
func BenchmarkToken(b *testing.B) {
	for _, alg := range signingAlgs {
		b.Run(alg, func(b *testing.B) {
			p := newProvider(b, WithSigningAlg(alg))
			h := p.Handler()
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, happy.build(p))
				if w.Code != 200 {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// BenchmarkStart makes a provider, lets it listen and closes it.
func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		p, err := New()
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Listen("127.0.0.1:0"); err != nil {
			b.Fatal(err)
		}
		if err := p.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
