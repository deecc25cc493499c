package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

// gitlabShape is a file of hidden jobs, as far as ours have use for its keys.
var gitlabShape = mapOf(with("", map[string]*shape{
	"extends": text, "image": text, "variables": mapOf(text),
	"before_script": listOf(text), "script": listOf(text), "parallel": whole,
	"needs": listOf(text),
	"artifacts": with("when paths", map[string]*shape{
		"when": oneOf("always", "on_success", "on_failure"), "paths": listOf(text), "reports": with("", map[string]*shape{"junit": text}),
	}),
}))

func TestGitLabTemplateIsWhatGitLabReads(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	doc := documents(t, projectFile(t, "ci/gitlab.yml"))[0]
	gitlabShape.fits(t, doc)
	for name, job := range doc {
		g.Expect(name).To(gomega.HavePrefix("."), "a job that is not hidden runs wherever the file is included")
		j, _ := job.(map[string]any)
		if base, ok := j["extends"].(string); ok {
			g.Expect(doc).To(gomega.HaveKey(base))
		}
		for _, part := range []string{"before_script", "script"} {
			if _, ok := j[part]; ok {
				parses(t, lines(t, j, part), "sh", "bash")
			}
		}
		if name != ".authassay-tool" {
			g.Expect(dig(t, j, "artifacts", "when")).To(gomega.Equal("always"), "the reports of a red job are what one wants")
		}
	}
	g.Expect(dig(t, doc, ".authassay-tool", "image")).To(gomega.Equal("golang:" + goVersion(t)))
}

// goVersion is the version of Go that the module asks for, as images are named.
func goVersion(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(projectFile(t, "go.mod"))
	gomega.NewWithT(t).Expect(m).To(gomega.HaveLen(2))
	return m[1]
}

// lines are the lines of a script as a runner gives them to one shell.
func lines(t *testing.T, job any, part string) string {
	t.Helper()
	list, _ := dig(t, job, part).([]any)
	var out []string
	for _, l := range list {
		out = append(out, l.(string))
	}
	return strings.Join(out, "\n")
}

// The jobs, run by the shell of the image: one run, and shards that are merged.
func TestGitLabJobsRun(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	doc := documents(t, projectFile(t, "ci/gitlab.yml"))[0]
	dir := t.TempDir()
	job := func(name string, env ...string) outcome {
		for variable, value := range dig(t, doc, ".authassay-tool", "variables").(map[string]any) {
			env = append([]string{variable + "=" + value.(string)}, env...)
		}
		c := script(t, s, []string{"sh", "-ec"}, lines(t, doc[name], "script")).in(dir).file("jwks-kty", "a trap for *")
		return c.with("AUTHASSAY_TARGET=" + s.URL).with(env...).run()
	}
	o := job(".authassay", "AUTHASSAY_ARGS=--check jwks-*,cc-happy --strict")
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.report().Count().Total()).To(gomega.BeNumerically(">", 5))
	whole := o.report()
	g.Expect(os.Remove(filepath.Join(dir, "authassay-report", "junit.xml"))).To(gomega.Succeed())
	for i := 1; i <= 2; i++ {
		o = job(".authassay-shard", "AUTHASSAY_ARGS=--check jwks-*,cc-happy --strict", fmt.Sprintf("CI_NODE_INDEX=%d", i), "CI_NODE_TOTAL=2", "CI_PIPELINE_ID=4711")
		g.Expect(o.code).To(gomega.Equal(0), "a verdict does not fail a shard: "+o.all())
		g.Expect(o.stdout).To(gomega.ContainSubstring(fmt.Sprintf("shard %d of 2: ", i)))
	}
	o = job(".authassay-merge")
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(verdicts(o.report())).To(gomega.Equal(verdicts(whole)))
	g.Expect(o.report().Outcome.Code).To(gomega.Equal(1))
	for _, name := range []string{".authassay", ".authassay-merge"} {
		g.Expect(o.path(dig(t, doc, name, "artifacts", "reports", "junit").(string))).To(gomega.BeAnExistingFile())
	}
	g.Expect(o.path(dig(t, doc, ".authassay-shard", "artifacts", "paths", 0).(string))).To(gomega.BeADirectory())

	o = job(".authassay-shard", "AUTHASSAY_ARGS=--area nonsense", "CI_NODE_INDEX=1", "CI_NODE_TOTAL=2", "CI_PIPELINE_ID=4711")
	g.Expect(o.code).To(gomega.Equal(2), "what is no verdict does: "+o.all())
}
