package suites_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
	"github.com/authassay/authassay/suites"
	"github.com/authassay/authassay/suites/useragent"
)

func TestOptionsReachTheRun(t *testing.T) {
	g := NewWithT(t)
	tg, _ := server(t)
	r := suites.Test(t, tg, suites.Checks("cc-*"), suites.Skip("cc-no-*"), suites.Seed("a-seed-of-mine"), suites.Workers(1))
	g.Expect(verdicts(r)).To(HaveLen(3))
	g.Expect(verdicts(r)).To(HaveKey("cc-public-refused"))
	g.Expect(verdicts(r)).To(HaveKey("cc-happy"))
	g.Expect(verdicts(r)).To(HaveKey("cc-invalid-scope"))
	g.Expect(r.Seed).To(Equal("a-seed-of-mine"))

	// The same seed invents the same names.
	again := suites.Test(t, tg, suites.Checks("cc-invalid-scope"), suites.Seed("a-seed-of-mine"), suites.Timeout(time.Minute))
	var first, second []string
	for _, e := range r.Targets[0].Exchanges {
		if e.Check == "cc-invalid-scope" {
			first = append(first, e.Step)
		}
	}
	for _, e := range again.Targets[0].Exchanges {
		if e.Check == "cc-invalid-scope" {
			second = append(second, e.Step)
		}
	}
	g.Expect(first).To(ContainElement(HavePrefix("with the made-up scope authassay-")))
	g.Expect(second).To(Equal(first))
}

func TestFixedProvidesWhatItWasGiven(t *testing.T) {
	g := NewWithT(t)
	want := &target.Target{Name: "x", Issuer: "https://id.example.com"}
	got, end, err := suites.Fixed(want)()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(end).To(BeNil())
	g.Expect(got).To(BeIdenticalTo(want))
}

// What a run may do and how patient it is reaches the engine, and a person who
// logs in is asked.
func TestOptionsForWaitingAndLogins(t *testing.T) {
	g := NewWithT(t)
	tg, _ := server(t)
	r := suites.Test(t, tg, suites.Checks("code-happy", "code-expires"), suites.Patience(time.Minute))
	late := r.Targets[0].Results[1]
	g.Expect(late.Verdict).To(Equal(reports.NotRun))
	g.Expect(late.Need).To(ContainSubstring("to wait for a code to expire"))
	g.Expect(late.Hint).To(Equal("add --patience 10m15s"))

	began := time.Now()
	r = suites.Test(t, tg, suites.Areas("cc"), suites.Rate(50), suites.Patience(0))
	n := len(r.Targets[0].Exchanges)
	g.Expect(n).To(BeNumerically(">", 10))
	g.Expect(time.Since(began)).To(BeNumerically(">=", time.Duration(n-1)*time.Second/50))

	tg.Login.Driver = target.DriverPerson
	shown := make(chan useragent.Errand, 100)
	pasted, paste := io.Pipe()
	defer paste.Close()
	go func() {
		for e := range shown {
			l, err := mockidp.Drive(t.Context(), http.DefaultClient, e.URL, mockidp.DriveOptions{User: e.User})
			if err != nil {
				_ = paste.CloseWithError(err)
				return
			}
			_, _ = io.WriteString(paste, l.URL.String()+"\n")
		}
	}()
	r = suites.Test(t, tg, suites.Checks("code-happy"), suites.Login(useragent.WithPerson(&useragent.Person{
		Show: func(e useragent.Errand) { shown <- e }, In: pasted,
	})))
	close(shown)
	g.Expect(r.Targets[0].Results[0].Verdict).To(Equal(reports.Pass), r.Targets[0].Results[0].Message)
	g.Expect(r.Targets[0].Logins).To(BeNumerically(">", 0))
}

// The environment adds a client and a user, before those of the file.
func TestTheEnvironmentAddsAClientAndAUser(t *testing.T) {
	g := NewWithT(t)
	want, file := server(t)
	for name, value := range map[string]string{
		suites.EnvTarget: file, suites.EnvClientID: "app", suites.EnvClientSecret: "s3cr3t-of-app", suites.EnvRedirectURI: "https://app.example/cb",
		suites.EnvUsername: "carol", suites.EnvPassword: "hush-hush",
	} {
		t.Setenv(name, value)
	}
	tg, end, err := suites.FromEnvironment()
	g.Expect(err).NotTo(HaveOccurred())
	defer end()
	g.Expect(tg.Clients[0]).To(Equal(target.Client{ID: "app", Secret: "s3cr3t-of-app", RedirectURIs: []string{"https://app.example/cb"}}))
	g.Expect(tg.Clients).To(HaveLen(len(want.Clients) + 1))
	g.Expect(tg.Users[0]).To(Equal(target.User{Name: "carol", Password: "hush-hush"}))
	g.Expect(tg.Users).To(HaveLen(len(want.Users) + 1))
}
