package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/spf13/pflag"
)

func TestNear(t *testing.T) {
	known := []string{"run", "idp", "checks", "explain", "ca-wrong-secret", "ca-basic", "ca-basic-encoding", "ca-post"}
	for got, want := range map[string][]string{
		"rnu":             {"run"},
		"Run":             {"run"},
		"chekcs":          {"checks"},
		"ca_wrong_secert": {"ca-wrong-secret"},
		"wrong-secret":    {"ca-wrong-secret"},
		"ca-basci":        {"ca-basic"},
		"xyz":             nil,
		"":                nil,
		"  ":              nil,
	} {
		gomega.NewWithT(t).Expect(Near(got, known)).To(gomega.Equal(want), got)
	}
	gomega.NewWithT(t).Expect(Near(strings.Repeat("x", 1<<20), known)).To(gomega.BeEmpty(), "nobody waits for the distance of a megabyte")
}

func TestDidYouMean(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(DidYouMean("cs", []string{"cc", "ca", "tok"}, "")).To(gomega.Equal("did you mean cc or ca?"))
	g.Expect(DidYouMean("zzz", []string{"cc", "ca"}, "")).To(gomega.Equal("known: cc, ca"))
	g.Expect(DidYouMean("zzz", []string{"cc", "ca"}, "ask")).To(gomega.Equal("ask"))
}

func TestWrap(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(Wrap("a bb ccc dddd", 6)).To(gomega.Equal([]string{"a bb", "ccc", "dddd"}))
	g.Expect(Wrap("§§§ §§ longerthanaline x", 6)).To(gomega.Equal([]string{"§§§ §§", "longerthanaline", "x"}))
	g.Expect(Wrap(" \n ", 6)).To(gomega.BeEmpty())
}

// Flags take what is meant and refuse the rest, each with what would be right.
func TestFlagValues(t *testing.T) {
	var text, choice string
	var list []string
	var count int
	var duration time.Duration
	flags := func() *pflag.FlagSet {
		list = nil
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		TextVar(f, &text, "text", "TEXT", "x", "")
		ListVar(f, &list, "list", "WORD", "")
		ChoiceVar(f, &choice, "choice", "WORD", "", []string{"red", "green"}, "")
		CountVar(f, &count, "count", 16, "")
		DurationVar(f, &duration, "duration", 10*time.Minute, "")
		return f
	}
	g := gomega.NewWithT(t)
	f := flags()
	g.Expect(f.Lookup("duration").DefValue).To(gomega.Equal("10m"))
	g.Expect(f.Parse([]string{"--text", " y ", "--list", "a, b", "--list=c", "--choice", "green", "--count", "3", "--duration", "1h"})).To(gomega.Succeed())
	g.Expect(text).To(gomega.Equal(" y "))
	g.Expect(list).To(gomega.Equal([]string{"a", "b", "c"}))
	g.Expect(choice).To(gomega.Equal("green"))
	g.Expect(count).To(gomega.Equal(3))
	g.Expect(duration).To(gomega.Equal(time.Hour))
	for arg, says := range map[string]string{
		"--text=":           "is empty",
		"--text=  ":         "is empty",
		"--list=":           "is empty",
		"--list=a,":         "nothing between two commas",
		"--choice=gren":     "did you mean green? it is one of red, green",
		"--choice=":         "is empty",
		"--count=1.5":       "from 1 up",
		"--count=0":         "from 1 up",
		"--duration=5":      "no unit",
		"--duration=0.5":    "no unit",
		"--duration=0s":     "longer than 0",
		"--duration=x":      "not a duration",
		"--duration=9e99h":  "not a duration",
		"--count=" + "9e99": "from 1 up",
	} {
		err := flags().Parse([]string{arg})
		g.Expect(err).To(gomega.HaveOccurred(), arg)
		g.Expect(err.Error()).To(gomega.ContainSubstring(says), arg)
	}
}

func TestGuessTarget(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	g.Expect(createFile("staging.yaml", nothing)).To(gomega.Succeed())
	for arg, want := range map[string]string{
		"stagin.yaml":           "staging.yaml",
		"staging.yml":           "staging.yaml",
		"moc":                   "mock",
		"id.example.com":        "https://id.example.com",
		"id.example.com/tenant": "https://id.example.com/tenant",
		"localhost:8080":        "http://localhost:8080",
		"127.0.0.1:8080/x":      "http://127.0.0.1:8080/x",
		"nonsense":              "",
		"elsewhere/x.yaml":      "",
		"far.yaml":              "",
	} {
		g.Expect(guessTarget(arg)).To(gomega.Equal(want), arg)
	}
}

// Messages of errors know their exit code and keep secrets.
func TestFinish(t *testing.T) {
	for _, test := range []struct {
		err  error
		code int
		says string
	}{
		{nil, 0, ""},
		{&UsageError{"wrong hush-hush", "do better"}, 2, "authassay x: wrong [hidden] (do better)\nSee \"authassay x --help\".\n"},
		{&Failure{Code: 143}, 143, ""},
		{failed("no luck with %s", "hush-hush"), 3, "authassay x: no luck with [hidden]\n"},
		{errors.New("unforeseen"), 3, "authassay x: unforeseen\n"},
	} {
		g := gomega.NewWithT(t)
		var err strings.Builder
		s := &Streams{Err: &err, redact: func(s string) string { return strings.ReplaceAll(s, "hush-hush", "[hidden]") }}
		g.Expect(Finish(s, "authassay x", test.err)).To(gomega.Equal(test.code))
		g.Expect(err.String()).To(gomega.Equal(test.says))
	}
}
