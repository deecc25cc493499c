package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
)

var (
	groovyScript  = regexp.MustCompile(`(?s)'''\n(.*?)'''`)
	groovyComment = regexp.MustCompile(`(?m)^\s*//.*$`)
	groovyString  = regexp.MustCompile(`(?s)'''.*?'''|'[^'\n]*'|"[^"\n]*"`)
)

// balanced tells whether what is opened is closed, in order.
func balanced(s string) bool {
	var open []rune
	pairs := map[rune]rune{')': '(', '}': '{', ']': '['}
	for _, r := range s {
		switch r {
		case '(', '{', '[':
			open = append(open, r)
		case ')', '}', ']':
			if len(open) == 0 || open[len(open)-1] != pairs[r] {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// There is no parser of Groovy here: what is looked at is the nesting, the sections
// that a declarative pipeline must have, and the shell parts.
func TestJenkinsfile(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	file := projectFile(t, "ci/Jenkinsfile")
	bare := groovyString.ReplaceAllString(groovyComment.ReplaceAllString(file, ""), "''")
	g.Expect(balanced(bare)).To(gomega.BeTrue(), bare)
	g.Expect(balanced("{(})")).To(gomega.BeFalse())
	g.Expect(strings.Join(strings.Fields(bare), " ")).To(gomega.MatchRegexp(
		`^pipeline \{ agent \{.*\} environment \{.*\} stages \{ stage\(''\) \{ steps \{.*\} post \{ always \{ junit .*archiveArtifacts .*\} \} \}$`))
	g.Expect(file).To(gomega.ContainSubstring("image 'golang:" + goVersion(t) + "'"))
	g.Expect(strings.Index(file, "post {")).To(gomega.BeNumerically(">", strings.Index(file, "stages {")))
	scripts := groovyScript.FindAllStringSubmatch(file, -1)
	g.Expect(scripts).To(gomega.HaveLen(2))
	for _, s := range scripts {
		parses(t, s[1], "sh", "bash")
		g.Expect(s[1]).NotTo(gomega.ContainSubstring(`\`), "Groovy reads it first")
	}
	g.Expect(scripts[0][1]).To(gomega.ContainSubstring("authassay@$AUTHASSAY_VERSION"))

	// The script of the second stage, as Jenkins calls it.
	server := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	c := script(t, server, []string{"sh", "-xec"}, strings.ReplaceAll(scripts[1][1], `"$WORKSPACE_TMP/bin/authassay"`, `"`+binary+`"`))
	o := c.file("target.yaml", "version: 1\nname: example\nissuer: "+server.URL+"\n").run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(o.report().Targets[0].Name).To(gomega.Equal("example"))
	g.Expect(o.all()).NotTo(gomega.ContainSubstring(server.secret))
	for _, path := range regexp.MustCompile(`(testResults|artifacts): '([^'*]+)`).FindAllStringSubmatch(file, -1) {
		g.Expect(o.path(path[2])).To(gomega.BeAnExistingFile())
	}
}
