package main

import (
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// Wrong usage is refused with exit code 2, before anything is sent, by a
// message that names what is wrong and what would be right.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	target := "@" // stands for the URL of a server
	for _, test := range []struct {
		args string // separated by |
		says []string
	}{
		{"", []string{"which command?", "run, merge, diff, idp, checks", `See "authassay --help"`}},
		{"rnu", []string{`no command "authassay rnu"`, "did you mean run?"}},
		{"frobnicate", []string{`no command "authassay frobnicate"`, "known: run, merge, diff, idp"}},
		{"run|@|--wokers|3", []string{"no flag --wokers", "did you mean --workers?", `See "authassay run --help"`}},
		{"run|@|-strict", []string{"did you mean --strict?"}},
		{"run|@|--policy|bpc", []string{"--policy", `"bpc"`, "did you mean bcp?", "rfc6749, bcp, oauth21, oidc"}},
		{"run|@|--policy|", []string{"--policy is empty"}},
		{"run|@|--policy", []string{"--policy needs a value", "--policy POLICY"}},
		{"run|@|--workers|0", []string{"--workers", `"0"`, "from 1 up"}},
		{"run|@|--workers|many", []string{"--workers", `"many"`, "from 1 up"}},
		{"run|@|--min-decided|-1", []string{"--min-decided", `"-1"`, "from 1 up"}},
		{"run|@|--timeout|30", []string{"--timeout", `"30"`, "no unit", "30s"}},
		{"run|@|--timeout|0s", []string{"--timeout", "not longer than 0"}},
		{"run|@|--deadline|-1m", []string{"--deadline", "not longer than 0"}},
		{"run|@|--deadline|soon", []string{"--deadline", "not a duration"}},
		{"run|@|--strict=maybe", []string{"--strict", "neither true nor false"}},
		{"run|@|--area|cs", []string{`--area "cs"`, "did you mean cc or ca?"}},
		{"run|@|--area|everything", []string{`--area "everything"`, "known: meta, jwks, "}},
		{"run|@|--area|ca,,cc", []string{"--area", "nothing between two commas"}},
		{"run|@|--check|ca-wrong-secert", []string{"--check", "did you mean ca-wrong-secret?"}},
		{"run|@|--check|ca", []string{"all checks of that area are ca-*"}},
		{"run|@|--check|", []string{"--check is empty"}},
		{"run|@|--skip|xyz-*", []string{"--skip", `"xyz-*"`, "matches no check"}},
		{"run|@|--shard|2", []string{"--shard", `"2"`, "write 2/3 for the second of three"}},
		{"run|@|--shard|0/3", []string{"--shard", "names no part that there is", "count from 1"}},
		{"run|@|--shard|4/3", []string{"names no part that there is"}},
		{"run|@|--shard|1/0", []string{"1 to 1000 parts"}},
		{"run|@|--shard|1/2/3|--seed|s", []string{"write 2/3 for the second of three"}},
		{"run|@|--shard|1/3", []string{"--shard without --seed", "give all shards of a run one seed"}},
		{"run|@|--shard|1/3|--seed|s|--write-known-failing|k.yaml", []string{"--write-known-failing does not go with --shard"}},
		{"run|@|--client-secret|hush-hush-hush", []string{"--client-secret without --client-id"}},
		{"run|@|--password|hush-hush-hush", []string{"--password without --username", "say whose password it is"}},
		{"run|@|--username|", []string{"--username is empty"}},
		{"run|@|--username|alice|--password|", []string{"--password is empty"}},
		{"run|@|--redirect-uri|https://client.example.com/", []string{"--redirect-uri without --client-id"}},
		{"run|@|--client-id|x|--redirect-uri|/callback", []string{`redirect_uris[0] "/callback" is not an absolute URI`}},
		{"run|@|--client-id|x|--redirect-uri|https://client.example.com/#a", []string{"has a fragment", "RFC 6749 §3.1.2"}},
		{"run|@|--client-id|", []string{"--client-id is empty"}},
		{"run|@|--seed|", []string{"--seed is empty"}},
		{"run|@|--report-dir|", []string{"--report-dir is empty"}},
		{"run|@|--quiet|--verbose", []string{"--quiet and --verbose exclude each other"}},
		{"run|@|--known-failing|nope.yaml", []string{"known-failing file", "nope.yaml"}},
		{"run|@|--write-known-failing|no/such/dir.yaml", []string{"--write-known-failing", "no such directory"}},
		{"run|@|--write-known-failing|.", []string{"--write-known-failing", "is a directory"}},
		{"run|@|--ca-file|nope.pem", []string{"--ca-file", "nope.pem", "no such file"}},
		{"run|@|another", []string{"takes one TARGET"}},
		{"run|", []string{"TARGET is empty"}},
		{"run|moc", []string{`no target "moc"`, "an issuer URL", "a target file", "a built-in target", "Did you mean mock?"}},
		{"run|id.example.com", []string{"Did you mean https://id.example.com?"}},
		{"run|localhost:9090", []string{"Did you mean http://localhost:9090?"}},
		{"run|ftp://id.example.com", []string{"http"}},
		{"run|https://id.example.com/?x=1", []string{"query"}},
		{"run|https://id.example.com/.well-known/openid-configuration", []string{"the issuer is then https://id.example.com"}},
		{"run|mock|--client-id|x", []string{"--client-id is for a server of yours"}},
		{"run|mock|--redirect-uri|https://client.example.com/", []string{"--redirect-uri is for a server of yours"}},
		{"run|--username|alice", []string{"--username is for a server of yours"}},
		{"run|--password|hush-hush-hush", []string{"--password is for a server of yours"}},
		{"run|--insecure", []string{"--insecure is for a server of yours"}},
		{"merge", []string{"DIR is missing"}},
		{"merge|nowhere", []string{`there is no report "nowhere"`, "name a report directory"}},
		{"merge|.", []string{`there is no report "report.json"`}},
		{"merge|.|--quiet|--verbose", []string{"exclude each other"}},
		{"merge|.|--report-dri|x", []string{"did you mean --report-dir?"}},
		{"diff", []string{"OLD and NEW are missing"}},
		{"diff|a", []string{"NEW is missing"}},
		{"diff|a|b|c", []string{"takes OLD and NEW, and was given 3 arguments"}},
		{"diff|nowhere|nowhere", []string{`there is no report "nowhere"`}},
		{"diff|a|b|--josn", []string{"did you mean --json?"}},
		{"explain", []string{"ID is missing"}},
		{"explain|ca-wrong-secert", []string{`"ca-wrong-secert"`, "did you mean ca-wrong-secret?"}},
		{"explain|ca", []string{"that is an area"}},
		{"checks|--area|c", []string{`"c"`, "did you mean"}},
		{"checks|ca", []string{"takes no argument"}},
		{"checks|--coverage|--json", []string{"leave out --json"}},
		{"checks|--coverage|--area|ca", []string{"leave out --area"}},
		{"selftest|--workers|0", []string{"--workers", "from 1 up"}},
		{"selftest|ca", []string{"takes no argument"}},
		{"targets|shw", []string{"did you mean show?"}},
		{"targets|show", []string{"NAME is missing"}},
		{"targets|show|moc", []string{"did you mean mock?"}},
		{"lint", []string{"FILE is missing"}},
		{"init", []string{"URL is missing"}},
		{"init|id.example.com", []string{"did you mean https://id.example.com?"}},
		{"init|@|--force", []string{"--force without --output"}},
		{"init|@|--output|no/such/dir.yaml", []string{"--output", "no such directory"}},
		{"idp|--listen|9090", []string{"--listen", "not host:port"}},
		{"idp|--listen|127.0.0.1:http", []string{"--listen", "no proper port"}},
		{"idp|--path|x", []string{"plain path such as /tenant-1"}},
		{"idp|--signing-alg|none", []string{"--signing-alg", `"none"`, "ES256, RS256, EdDSA"}},
		{"idp|--client-secret|hush-hush-hush", []string{"--client-secret without --client-id"}},
		{"completion|fsh", []string{`"fsh"`, "did you mean zsh or fish?"}},
		{"help|targets|shw", []string{`no command "authassay targets shw"`, "did you mean show?"}},
		{"help|run|mock", []string{`authassay run has no command "mock"`}},
		{"help|rnu", []string{`no command "authassay rnu"`}},
	} {
		t.Run(strings.ReplaceAll(test.args, "/", ":"), func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			var args []string
			if test.args != "" {
				args = strings.Split(strings.ReplaceAll(test.args, target, s.URL), "|")
			}
			o := run(t, args...)
			g.Expect(o.code).To(gomega.Equal(2), o.all())
			g.Expect(o.stdout).To(gomega.BeEmpty(), "what is wrong is for stderr")
			for _, part := range test.says {
				g.Expect(o.stderr).To(gomega.ContainSubstring(part))
			}
			g.Expect(o.stderr).NotTo(gomega.ContainSubstring("hush-hush-hush"))
		})
	}
	t.Cleanup(func() {
		gomega.NewWithT(t).Expect(s.requests.Load()).To(gomega.BeZero(), "something was sent although the usage is wrong")
	})
}

// A wrong variable of the environment is wrong usage too.
func TestWrongEnvironment(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  []string
		says string
	}{
		"secret without id": {[]string{"AUTHASSAY_CLIENT_SECRET=hush-hush-hush"}, "AUTHASSAY_CLIENT_ID is not"},
		"password alone":    {[]string{"AUTHASSAY_PASSWORD=hush-hush-hush"}, "AUTHASSAY_USERNAME is not"},
		"empty password":    {[]string{"AUTHASSAY_USERNAME=x", "AUTHASSAY_PASSWORD="}, "AUTHASSAY_PASSWORD is set but empty"},
		"empty secret":      {[]string{"AUTHASSAY_CLIENT_ID=x", "AUTHASSAY_CLIENT_SECRET="}, "AUTHASSAY_CLIENT_SECRET is set but empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			o := newCommand(t, "run", "https://id.example.com").with(test.env...).run()
			g.Expect(o.code).To(gomega.Equal(2), o.all())
			g.Expect(o.stderr).To(gomega.ContainSubstring(test.says))
			g.Expect(o.all()).NotTo(gomega.ContainSubstring("hush-hush-hush"))
		})
	}
}

// What an earlier run left must not pass for the result of a run that never
// was.
func TestWrongUsageReplacesEarlierReports(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"run", "--policy", "bpc"},
		{"run", "nowhere.yaml"},
		{"run", "--area", "nope"},
	} {
		g := gomega.NewWithT(t)
		c := newCommand(t, "run", "--area", "jwks", "--check", "jwks-kty")
		first := c.run()
		g.Expect(first.code).To(gomega.Equal(0), first.all())
		second := newCommand(t, args...)
		second.dir, second.cmd.Dir = c.dir, c.dir
		o := second.run()
		g.Expect(o.code).To(gomega.Equal(2), o.all())
		r := o.report()
		g.Expect(r.Targets).To(gomega.BeEmpty(), "the report of the earlier run is still there")
		g.Expect(r.Outcome.Code).To(gomega.Equal(2))
		g.Expect(r.Outcome.Sentence).To(gomega.ContainSubstring("nothing was assayed: "))
	}
}

// A flag that nobody understood makes no directory.
func TestMisspelledFlagMakesNoDirectory(t *testing.T) {
	t.Parallel()
	o := run(t, "run", "--wokers", "3")
	gomega.NewWithT(t).Expect(o.code).To(gomega.Equal(2))
	o.noReport()
}
