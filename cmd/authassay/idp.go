package main

import (
	"github.com/spf13/cobra"

	"github.com/authassay/authassay/internal/cli"
)

func newIDP(s *cli.Streams) *cobra.Command {
	var o cli.IDPOptions
	c := &cobra.Command{
		Use:   "idp",
		Short: "run the mock identity provider as a server",
		Long: `Runs the mock identity provider until a signal ends it. Once it can sign, it
prints one line of JSON on stdout, with issuer, listen, token_endpoint, jwks_uri
and clients (client_id, client_secret, auth_methods, scopes). Secrets that are
not given are random. It speaks plain HTTP and is a test server: keep it on
loopback.`,
		Example: `  authassay idp
  authassay idp --listen 127.0.0.1:0 --path /tenant-1
  authassay idp --client-id app --client-secret not-a-secret
  authassay idp --registration    # then: authassay run ISSUER --register
  authassay idp | head -n 1 | jq -r .issuer`,
		Annotations: map[string]string{cli.After: `Exit codes:
    0  a signal (SIGINT, SIGTERM, SIGHUP) ended it
    2  wrong usage
    3  it cannot listen, for example because the port is in use`},
		Args: cli.AtMost(0, ""),
		RunE: func(*cobra.Command, []string) error { return cli.ServeIDP(s, o) },
	}
	g := cli.NewGroup("Flags")
	cli.TextVar(g.Flags, &o.Listen, "listen", "HOST:PORT", cli.DefaultListen, "where to listen; port 0 chooses a free one")
	cli.TextVar(g.Flags, &o.Path, "path", "PATH", "", "path of the issuer, such as /tenant-1")
	cli.TextVar(g.Flags, &o.ClientID, "client-id", "ID", "", "one client of this name in place of the default ones")
	cli.TextVar(g.Flags, &o.ClientSecret, "client-secret", "SECRET", "", "its secret; without it a random one")
	cli.ChoiceVar(g.Flags, &o.SigningAlg, "signing-alg", "ALG", cli.SigningAlgs()[0], cli.SigningAlgs(), "how access tokens are signed: ES256, RS256 or EdDSA")
	g.Flags.BoolVar(&o.Registration, "registration", false, "let anyone register clients (RFC 7591), and remove them (RFC 7592)")
	cli.Flags(c, g)
	complete(c, "signing-alg", cli.SigningAlgs)
	return c
}
