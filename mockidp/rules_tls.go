package mockidp

// Rules of the connections of a provider with [WithTLS]: RFC 9325, RFC 8996, RFC
// 6749 §3.1 and §3.2. They are promises about what is negotiated, asked for at
// each handshake; requests in memory do not reach them.
//
// crypto/tls speaks neither SSL 3.0 nor suites without encryption, and always
// has renegotiation_info. Where a rule about one of these is off, such a
// ClientHello is answered by hand, and the handshake goes no further; all other
// clients find the provider as it was.
const (
	ruleTLS12Offered      = "tls-12-offered"
	ruleTLSOldRefused     = "tls-old-refused"
	ruleTLSSSL3Refused    = "tls-ssl3-refused"
	ruleTLSEveryHost      = "tls-every-host"
	ruleTLSNoNull         = "tls-no-null-suites"
	ruleTLSNoRC4          = "tls-no-rc4"
	ruleTLSNoExport       = "tls-no-export-suites"
	ruleTLSNo3DES         = "tls-no-3des"
	ruleTLSForwardSecrecy = "tls-forward-secrecy"
	ruleTLSRenegotiation  = "tls-renegotiation-info"
	ruleTLSRequired       = "tls-required"
)

// Rules of the certificate that is shown.
const (
	ruleCertificateInDate   = "certificate-in-date"
	ruleCertificateName     = "certificate-host-name"
	ruleCertificateTrusted  = "certificate-trusted"
	ruleCertificateServers  = "certificate-for-servers"
	ruleCertificateKeySize  = "certificate-key-size"
	ruleCertificateNoSHA1   = "certificate-no-sha1"
	certificateRuleSentence = "All else about the certificate is right."
)

var tlsRules = []Rule{{
	Name: ruleTLS12Offered, Clause: "RFC 9325 §3.1.1", Kind: KindResponse,
	Text: "TLS 1.2 and 1.3 are spoken.",
	Off:  "TLS 1.1 is the newest version that is spoken.",
}, {
	Name: ruleTLSOldRefused, Clause: "RFC 8996 §4", Kind: KindResponse,
	Text: "TLS 1.0 and 1.1 are refused.",
	Off:  "They are spoken with clients that have nothing newer.",
}, {
	Name: ruleTLSSSL3Refused, Clause: "RFC 9325 §3.1.1", Kind: KindResponse,
	Text: "SSL 3.0 is refused.",
	Off:  "A client that has nothing newer gets a ServerHello of SSL 3.0.",
}, {
	Name: ruleTLSEveryHost, Clause: "RFC 8414 §6.1", Kind: KindResponse,
	Text: "Under every name of the provider TLS is the same.",
	Off:  "Under other names than that of the issuer TLS 1.0 and 1.1 are spoken.",
}, {
	Name: ruleTLSNoNull, Clause: "RFC 9325 §4.1", Kind: KindResponse,
	Text: "No cipher suite without encryption is negotiated.",
	Off:  "A client that has no other gets a ServerHello with TLS_RSA_WITH_NULL_SHA256.",
}, {
	Name: ruleTLSNoRC4, Clause: "RFC 9325 §4.1", Kind: KindResponse,
	Text: "RC4 is not negotiated.",
	Off:  "A client that has no other suite gets TLS_ECDHE_ECDSA_WITH_RC4_128_SHA.",
}, {
	Name: ruleTLSNoExport, Clause: "RFC 9325 §4.1", Kind: KindResponse,
	Text: "No suite of less than 112 bits is negotiated.",
	Off:  "A client that has no other gets a ServerHello with TLS_RSA_EXPORT_WITH_DES40_CBC_SHA.",
}, {
	Name: ruleTLSNo3DES, Clause: "RFC 9325 §4.1", Kind: KindResponse,
	Text: "No suite of less than 128 bits is negotiated.",
	Off:  "A client that has no other gets TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA.",
}, {
	Name: ruleTLSForwardSecrecy, Clause: "RFC 9325 §4.1", Kind: KindResponse,
	Text: "No suite without forward secrecy is negotiated.",
	Off:  "A client that has no other gets TLS_RSA_WITH_AES_128_CBC_SHA.",
}, {
	Name: ruleTLSRenegotiation, Clause: "RFC 9325 §3.5", Kind: KindResponse,
	Text: "In TLS 1.2 the extension renegotiation_info is there.",
	Off:  "A client that does not have TLS 1.3 gets a ServerHello without extensions.",
}, {
	Name: ruleTLSRequired, Clause: "RFC 6749 §3.2", Kind: KindResponse,
	Text: "A request without TLS is not answered.",
	Off:  "The port takes plain http as well and serves all endpoints there.",
}, {
	Name: ruleCertificateInDate, Clause: "RFC 6749 §10.9", Kind: KindResponse,
	Text: "The certificate is in date.",
	Off:  "It has expired an hour ago. " + certificateRuleSentence,
}, {
	Name: ruleCertificateName, Clause: "RFC 6749 §10.9", Kind: KindResponse,
	Text: "The certificate is for the host of the issuer.",
	Off:  "It is for " + otherName + " alone. " + certificateRuleSentence,
}, {
	Name: ruleCertificateTrusted, Clause: "RFC 6749 §10.9", Kind: KindResponse,
	Text: "The certificate is by the provider's CA.",
	Off:  "It is by a CA that nobody trusts. " + certificateRuleSentence,
}, {
	Name: ruleCertificateServers, Clause: "RFC 6749 §10.9", Kind: KindResponse,
	Text: "The certificate is for servers.",
	Off:  "It is for clients alone. " + certificateRuleSentence,
}, {
	Name: ruleCertificateKeySize, Clause: "RFC 9325 §4.5", Kind: KindResponse,
	Text: "The key of the certificate is long enough.",
	Off:  "It is an RSA key of 1024 bits. " + certificateRuleSentence,
}, {
	Name: ruleCertificateNoSHA1, Clause: "RFC 9325 §4.5", Kind: KindResponse,
	Text: "The certificate is signed with SHA-256.",
	Off:  "It is signed with SHA-1. " + certificateRuleSentence,
}}

// certificateOff names the certificate that is shown when a rule is off.
var certificateOff = []struct{ rule, certificate string }{
	{ruleCertificateInDate, CertificateExpired},
	{ruleCertificateName, CertificateOtherName},
	{ruleCertificateTrusted, CertificateOtherCA},
	{ruleCertificateServers, CertificateWrongUsage},
	{ruleCertificateKeySize, certificateShortKey},
	{ruleCertificateNoSHA1, certificateSHA1},
}
