package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

// The objects of Kubernetes, as far as ours have use for their keys.
var (
	envShape = listOf(with("name", map[string]*shape{
		"name": text, "value": text,
		"valueFrom": with("fieldRef", map[string]*shape{"fieldRef": with("fieldPath", map[string]*shape{"fieldPath": text})}),
	}))
	containersShape = listOf(with("name image command securityContext", map[string]*shape{
		"name": text, "image": text, "command": listOf(text), "env": envShape,
		"envFrom": listOf(with("secretRef", map[string]*shape{"secretRef": with("name", map[string]*shape{"name": text})})),
		"securityContext": with("allowPrivilegeEscalation readOnlyRootFilesystem capabilities", map[string]*shape{
			"allowPrivilegeEscalation": flagV, "readOnlyRootFilesystem": flagV,
			"capabilities": with("drop", map[string]*shape{"drop": listOf(oneOf("ALL"))}),
		}),
		"volumeMounts": listOf(with("name mountPath", map[string]*shape{"name": text, "mountPath": text, "readOnly": flagV})),
	}))
	metadataShape = with("name", map[string]*shape{"name": text})
	kinds         = map[string]*shape{
		"ConfigMap": with("apiVersion kind metadata data", map[string]*shape{
			"apiVersion": oneOf("v1"), "kind": text, "metadata": metadataShape, "data": mapOf(text),
		}),
		"PersistentVolumeClaim": with("apiVersion kind metadata spec", map[string]*shape{
			"apiVersion": oneOf("v1"), "kind": text, "metadata": metadataShape,
			"spec": with("accessModes resources", map[string]*shape{
				"accessModes": listOf(oneOf("ReadWriteOnce", "ReadWriteMany")),
				"resources":   with("requests", map[string]*shape{"requests": with("storage", map[string]*shape{"storage": text})}),
			}),
		}),
		"Job": with("apiVersion kind metadata spec", map[string]*shape{
			"apiVersion": oneOf("batch/v1"), "kind": text, "metadata": metadataShape,
			"spec": with("template backoffLimit", map[string]*shape{
				"completionMode": oneOf("Indexed", "NonIndexed"), "completions": whole, "parallelism": whole,
				"backoffLimit": whole, "activeDeadlineSeconds": whole,
				"podFailurePolicy": with("rules", map[string]*shape{"rules": listOf(with("action onPodConditions", map[string]*shape{
					"action":          oneOf("Ignore", "FailJob", "Count", "FailIndex"),
					"onPodConditions": listOf(with("type", map[string]*shape{"type": text, "status": text})),
				}))}),
				"template": with("spec", map[string]*shape{"spec": with("restartPolicy containers", map[string]*shape{
					"restartPolicy":                oneOf("Never"), // a pod failure policy allows nothing else
					"automountServiceAccountToken": flagV,
					"securityContext": with("runAsNonRoot", map[string]*shape{
						"runAsNonRoot": flagV, "runAsUser": whole, "fsGroup": whole, "seccompProfile": with("type", map[string]*shape{"type": oneOf("RuntimeDefault")}),
					}),
					"initContainers": containersShape, "containers": containersShape,
					"volumes": listOf(with("name", map[string]*shape{
						"name": text, "emptyDir": mapOf(text),
						"configMap":             with("name", map[string]*shape{"name": text}),
						"persistentVolumeClaim": with("claimName", map[string]*shape{"claimName": text}),
					})),
				})}),
			}),
		}),
	}
)

// objects are those of a manifest, by kind.
func objects(t *testing.T, file string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, doc := range documents(t, projectFile(t, file)) {
		kind, _ := doc["kind"].(string)
		gomega.NewWithT(t).Expect(kinds).To(gomega.HaveKey(kind))
		kinds[kind].fits(t, doc)
		out[kind] = doc
	}
	return out
}

var manifests = []string{"ci/kubernetes/job.yaml", "ci/kubernetes/sharded-job.yaml"}

// What the API server would refuse, or a pod would stumble over.
func TestKubernetesManifests(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	names := map[string]bool{"authassay-secrets": true}
	for _, file := range manifests {
		for kind, o := range objects(t, file) {
			name := dig(t, o, "metadata", "name").(string)
			g.Expect(names).NotTo(gomega.HaveKey(name), "both can be in one namespace")
			g.Expect(name).To(gomega.MatchRegexp(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`), kind)
			names[name] = true
		}
	}
	for _, file := range manifests {
		pod := dig(t, objects(t, file)["Job"], "spec", "template", "spec").(map[string]any)
		volumes := map[string]bool{}
		for _, v := range pod["volumes"].([]any) {
			volume := v.(map[string]any)
			volumes[volume["name"].(string)] = true
			for _, at := range [][2]string{{"configMap", "name"}, {"persistentVolumeClaim", "claimName"}} {
				if ref, ok := volume[at[0]].(map[string]any); ok {
					g.Expect(names).To(gomega.HaveKey(ref[at[1]]))
				}
			}
		}
		for _, list := range []string{"initContainers", "containers"} {
			for _, c := range pod[list].([]any) {
				container := c.(map[string]any)
				g.Expect(container["image"]).To(gomega.Equal("golang:" + goVersion(t)))
				mounted := []string{}
				for _, m := range container["volumeMounts"].([]any) {
					g.Expect(volumes).To(gomega.HaveKey(dig(t, m, "name")))
					mounted = append(mounted, dig(t, m, "mountPath").(string))
				}
				for _, e := range container["env"].([]any) {
					if path, ok := e.(map[string]any)["value"].(string); ok && strings.HasPrefix(path, "/") {
						g.Expect(mounted).To(gomega.ContainElement(gomega.Satisfy(func(m string) bool { return strings.HasPrefix(path, m) })),
							"%s is in no volume, and the file system is read-only", path)
					}
				}
			}
		}
		parses(t, podScript(t, file), "sh", "bash")
	}
	spec := dig(t, objects(t, manifests[1])["Job"], "spec").(map[string]any)
	g.Expect(spec["completionMode"]).To(gomega.Equal("Indexed"))
	shards := fmt.Sprint(podEnv(t, manifests[1])["SHARDS"])
	for _, key := range []string{"completions", "parallelism"} {
		g.Expect(fmt.Sprint(spec[key])).To(gomega.Equal(fmt.Sprint(atoi(t, shards)+1)), "one pod more than shards: it merges")
	}
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	_, err := fmt.Sscan(s, &n)
	gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
	return n
}

func container(t *testing.T, file string) any {
	t.Helper()
	return dig(t, objects(t, file)["Job"], "spec", "template", "spec", "containers", 0)
}

// podScript is what the shell of the pod runs.
func podScript(t *testing.T, file string) string {
	t.Helper()
	gomega.NewWithT(t).Expect(dig(t, container(t, file), "command", 0)).To(gomega.Equal("/bin/sh"))
	return dig(t, container(t, file), "command", 2).(string)
}

func podEnv(t *testing.T, file string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, e := range dig(t, container(t, file), "env").([]any) {
		value, _ := e.(map[string]any)["value"].(string)
		out[dig(t, e, "name").(string)] = value
	}
	return out
}

// pod prepares the container of a Job, with directories of the test's own in place
// of its volumes.
func pod(t *testing.T, s *server, file, volume string, env ...string) *command {
	t.Helper()
	c := script(t, s, []string{"sh", "-c"}, podScript(t, file))
	for name, value := range podEnv(t, file) {
		c.with(name + "=" + value)
	}
	c.file("target.yaml", "version: 1\nname: staging\nissuer: "+s.URL+"\nclients:\n  - {id: the-client, secret: \"${CI_CLIENT_SECRET}\", auth: client_secret_basic, grants: [client_credentials], scopes: [read]}\n")
	return c.with("TOOLS="+filepath.Dir(binary), "TARGET="+c.path("target.yaml"), "REPORTS="+volume, "RUN=uid-1", "PAUSE=0.05", "CI_CLIENT_SECRET="+s.secret).with(env...)
}

// The target of the manifest is one that authassay takes.
func TestKubernetesTarget(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	data := dig(t, objects(t, manifests[0])["ConfigMap"], "data", "target.yaml").(string)
	o := newCommand(t, "lint", "target.yaml").with("CI_CLIENT_SECRET=x").file("target.yaml", data).run()
	g.Expect(o.code).To(gomega.Equal(0), o.all())
	g.Expect(o.stdout).To(gomega.Equal("target.yaml: no problems\n"))
}

// The Job of one pod ends with the exit code of the run.
func TestKubernetesJobRuns(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	volume := t.TempDir()
	o := pod(t, serve(t, nil, mockidp.WithRuleOff("jwks-public-only")), manifests[0], volume).run()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	g.Expect(readReports(t, filepath.Join(volume, "uid-1"), o.all()).Count().Fail).To(gomega.Equal(1))
}

// The indexed Job: whichever pod is first, the last index merges what all shards
// found, and its exit code is that of the whole.
func TestKubernetesShardsRunAndMerge(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s := serve(t, nil, mockidp.WithRuleOff("jwks-public-only"))
	volume := t.TempDir()
	merging := pod(t, s, manifests[1], volume, "JOB_COMPLETION_INDEX=3").start()
	var shards []*command
	for i := range 3 {
		shards = append(shards, pod(t, s, manifests[1], volume, fmt.Sprintf("JOB_COMPLETION_INDEX=%d", i)).start())
	}
	for i, c := range shards {
		o := c.wait()
		g.Expect(o.code).To(gomega.Equal(0), "a verdict does not fail a shard: "+o.all())
		g.Expect(o.stdout).To(gomega.ContainSubstring(fmt.Sprintf("shard %d of 3: ", i+1)))
	}
	o := merging.wait()
	g.Expect(o.code).To(gomega.Equal(1), o.all())
	merged := readReports(t, filepath.Join(volume, "uid-1", "report"), o.all())
	g.Expect(merged.Seed).To(gomega.Equal("uid-1"))
	whole := pod(t, s, manifests[0], volume, "RUN=uid-2").run()
	g.Expect(verdicts(merged)).To(gomega.Equal(verdicts(readReports(t, filepath.Join(volume, "uid-2"), whole.all()))))
}

// A pod whose run comes to no verdict fails, and leaves no mark of being done: the
// merging pod waits on, until the Job ends it.
func TestKubernetesShardThatFails(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s, volume := serve(t, nil), t.TempDir()
	o := pod(t, s, manifests[1], volume, "JOB_COMPLETION_INDEX=0").file("target.yaml", "version: 1\n").run()
	g.Expect(o.code).To(gomega.Equal(2), o.all())
	entries, err := os.ReadDir(filepath.Join(volume, "uid-1", "done"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(entries).To(gomega.BeEmpty())
}

// A pod that is told to end lets authassay write its reports.
func TestKubernetesShardThatIsStopped(t *testing.T) {
	t.Parallel()
	g := gomega.NewWithT(t)
	s, volume := serve(t, []answer{at("/token", hang)}), t.TempDir()
	c := pod(t, s, manifests[1], volume, "JOB_COMPLETION_INDEX=0", "SHARDS=1").start()
	<-s.first
	g.Expect(c.cmd.Process.Signal(syscall.SIGTERM)).To(gomega.Succeed())
	o := c.wait()
	g.Expect(o.code).To(gomega.Equal(143), o.all())
	g.Expect(readReports(t, filepath.Join(volume, "uid-1", "shard-1"), o.all()).Stopped).To(gomega.Equal(reports.StopTerminate))
}
