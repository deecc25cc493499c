package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// actionShape is what GitHub asks of a composite action.
var actionShape = with("name description runs", map[string]*shape{
	"name": text, "description": text, "author": text,
	"branding": with("icon color", map[string]*shape{"icon": text, "color": oneOf("white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark")}),
	"inputs":   mapOf(with("description", map[string]*shape{"description": text, "required": flagV, "default": text})),
	"outputs":  mapOf(with("description value", map[string]*shape{"description": text, "value": text})),
	"runs": with("using steps", map[string]*shape{
		"using": oneOf("composite"),
		"steps": listOf(with("", map[string]*shape{
			"id": text, "name": text, "if": text, "uses": text, "run": text, "shell": text, "working-directory": text,
			"continue-on-error": flagV, "env": mapOf(text),
			"with": mapOf(&shape{}), // whatever the action that is used asks for
		})),
	}),
})

// bashOfGitHub is how a runner calls bash.
var bashOfGitHub = []string{"bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"}

var reference = regexp.MustCompile(`\$\{\{ *([a-z-]+)\.([a-z_.-]+) *\}\}`)

func TestActionIsWhatGitHubReads(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	doc := documents(t, projectFile(t, "action.yml"))[0]
	actionShape.fits(t, doc)
	inputs, _ := dig(t, doc, "inputs").(map[string]any)
	ids := map[string]bool{}
	used := map[string]bool{}
	steps, _ := dig(t, doc, "runs", "steps").([]any)
	for _, s := range steps {
		step, _ := s.(map[string]any)
		run, hasRun := step["run"].(string)
		uses, hasUses := step["uses"].(string)
		g.Expect(hasRun).NotTo(gomega.Equal(hasUses), "a step runs or uses")
		if id, ok := step["id"].(string); ok {
			ids[id] = true
		}
		if hasUses {
			g.Expect(uses).To(gomega.MatchRegexp(`^[\w-]+/[\w-]+@v\d+$`))
			continue
		}
		g.Expect(step["shell"]).To(gomega.Equal("bash"), "a composite action names the shell")
		// An expression in a script is text that the shell runs.
		g.Expect(run).NotTo(gomega.ContainSubstring("${{"))
		parses(t, run, "bash")
	}
	for _, m := range reference.FindAllStringSubmatch(projectFile(t, "action.yml"), -1) {
		switch m[1] {
		case "inputs":
			g.Expect(inputs).To(gomega.HaveKey(m[2]))
			used[m[2]] = true
		case "steps":
			id, output, _ := strings.Cut(m[2], ".outputs.")
			g.Expect(ids).To(gomega.HaveKey(id))
			g.Expect(projectFile(t, "action.yml")).To(gomega.ContainSubstring(`echo "` + output + `=`))
		default:
			g.Expect(m[1] + "." + m[2]).To(gomega.BeElementOf("github.action_path", "github.action_ref"))
		}
	}
	for name := range inputs {
		g.Expect(used).To(gomega.HaveKey(name), "an input that nothing reads")
	}
}

// actionStep prepares a step as a runner does, with what was given as inputs.
func actionStep(t *testing.T, s *server, name string, inputs map[string]string) *command {
	t.Helper()
	g := gomega.NewWithT(t)
	doc := documents(t, projectFile(t, "action.yml"))[0]
	steps, _ := dig(t, doc, "runs", "steps").([]any)
	for _, one := range steps {
		step, _ := one.(map[string]any)
		if step["name"] != name {
			continue
		}
		c := script(t, s, bashOfGitHub, step["run"].(string))
		c.with("RUNNER_TEMP="+c.path("temp"), "GITHUB_OUTPUT="+c.path("output"), "GITHUB_PATH="+c.path("paths"), "GITHUB_ACTIONS=true",
			"GITHUB_STEP_SUMMARY="+c.path("summary.md"))
		g.Expect(os.Mkdir(c.path("temp"), 0o755)).To(gomega.Succeed())
		env, _ := step["env"].(map[string]any)
		for variable, value := range env {
			filled := reference.ReplaceAllStringFunc(value.(string), func(r string) string {
				input := reference.FindStringSubmatch(r)[2]
				if given, ok := inputs[input]; ok {
					return given
				}
				if strings.HasPrefix(r, "${{ github.") {
					return "v1.2.3"
				}
				return dig(t, doc, "inputs", input, "default").(string)
			})
			c.with(variable + "=" + filled)
		}
		return c
	}
	t.Fatalf("there is no step %s", name)
	return nil
}

// assayStep has the binary where the step before has put it.
func assayStep(t *testing.T, s *server, inputs map[string]string) *command {
	t.Helper()
	c := actionStep(t, s, "Assay", inputs)
	g := gomega.NewWithT(t)
	g.Expect(os.Mkdir(c.path("temp/authassay"), 0o755)).To(gomega.Succeed())
	g.Expect(os.Symlink(binary, c.path("temp/authassay/authassay"))).To(gomega.Succeed())
	return c
}

// The build step makes the binary where the next one looks for it, and says what
// version it is.
func TestActionBuilds(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	root, err := filepath.Abs("../..")
	g.Expect(err).NotTo(gomega.HaveOccurred())
	c := actionStep(t, nil, "Build authassay", nil)
	c.with("GITHUB_ACTION_PATH=" + root)
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOPROXY", "GOTOOLCHAIN"} {
		out, err := exec.Command("go", "env", name).Output()
		g.Expect(err).NotTo(gomega.HaveOccurred())
		c.with(name + "=" + strings.TrimSpace(string(out)))
	}
	o := c.run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(os.ReadFile(c.path("paths"))).To(gomega.BeEquivalentTo(c.path("temp/authassay") + "\n"))
	out, err := exec.Command(c.path("temp/authassay/authassay"), "version").Output()
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(out)).To(gomega.HavePrefix("authassay v1.2.3, "))
}

// What the step does with its inputs, and what it hands on.
func TestActionAssays(t *testing.T) {
	t.Parallel()
	broken := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	known := "version: 1\nentries:\n  - {check: jwks-no-private, reason: a key of a test}\n"
	for name, test := range map[string]struct {
		inputs map[string]string
		code   string
		says   string
	}{
		"a failure":        {map[string]string{"target": broken.URL, "args": "--area jwks"}, "1", "not conformant: 1 of "},
		"a known failure":  {map[string]string{"target": broken.URL, "args": "--area jwks,cc --skip jwks-k*", "known-failing": "known.yaml"}, "0", "1 known failure"},
		"what is bundled":  {map[string]string{"args": "--check cc-*"}, "0", "conformant in "},
		"a wrong argument": {map[string]string{"target": broken.URL, "policy": "bpc"}, "2", "did you mean bcp?"},
		"a wrong strict":   {map[string]string{"target": broken.URL, "strict": "maybe"}, "2", "neither true nor false"},
		"a shard":          {map[string]string{"target": broken.URL, "args": "--area jwks", "shard": "1/1", "seed": "7", "strict": "true"}, "1", "shard 1 of 1: not conformant"},
		"nobody there":     {map[string]string{"target": "http://127.0.0.1:1"}, "3", "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gomega.NewWithT(t)
			server := broken
			if test.inputs["target"] == "" {
				server = nil
			}
			c := assayStep(t, server, test.inputs).file("known.yaml", known).file("cc-trap", "a * that meant this file would select nothing")
			o := c.run()
			g.Expect(o.code).To(gomega.BeNumerically("==", int(test.code[0]-'0')), o.all())
			g.Expect(o.said()).To(gomega.ContainSubstring(test.says))
			g.Expect(os.ReadFile(c.path("output"))).To(gomega.BeEquivalentTo("exit-code=" + test.code + "\nreport-dir=authassay-report\n"))
			if test.code != "2" { // a flag that cannot be read leaves no reports
				g.Expect(c.path("summary.md")).To(gomega.BeAnExistingFile())
				g.Expect(o.report().Outcome.Code).To(gomega.Equal(o.code))
			}
		})
	}
}

// Inputs with the client reach the run by the environment, and win.
func TestActionHandsOverTheClient(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil)
	o := assayStep(t, nil, map[string]string{"target": s.URL, "client-id": s.client, "client-secret": s.secret, "args": "--check cc-happy"}).
		with("AUTHASSAY_CLIENT_SECRET=of-the-job").run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.all()).NotTo(gomega.ContainSubstring(s.secret))
	o = assayStep(t, s, map[string]string{"target": s.URL, "args": "--check cc-happy"}).run()
	g.Expect(o.code).To(gomega.Equal(0), "the job's own variables: "+o.all())
}

// An input is no shell.
func TestActionRunsNoInput(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	evil := "$(touch pwned)`touch pwned`; touch pwned; \"; touch pwned"
	inputs := map[string]string{}
	doc := documents(t, projectFile(t, "action.yml"))[0]
	for name := range dig(t, doc, "inputs").(map[string]any) {
		inputs[name] = evil
	}
	for _, merge := range []string{"", evil} {
		inputs["merge"] = merge
		c := assayStep(t, nil, inputs)
		o := c.run()
		g.Expect(o.code).To(gomega.Equal(2), o.all())
		g.Expect(c.path("pwned")).NotTo(gomega.BeAnExistingFile())
	}
}

// The merge step on the shards of a run.
func TestActionMerges(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	c := assayStep(t, nil, map[string]string{"merge": "shards/*"})
	for _, i := range []string{"1", "2"} {
		one := assayStep(t, s, map[string]string{
			"target": s.URL, "args": "--area jwks,cc", "shard": i + "/2", "seed": "7", "report-dir": c.path("shards/" + i),
		}).run()
		g.Expect(one.code).To(gomega.BeElementOf(0, 1), one.all())
	}
	o := c.run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.stdout).To(gomega.ContainSubstring("not conformant: 1 of "))
	g.Expect(o.stdout).To(gomega.MatchRegexp(`(?m)^::error title=jwks-no-private`))
	g.Expect(o.report().Shard).To(gomega.BeNil())
}
