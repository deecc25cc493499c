package reports

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What counts as noise between two runs of one thing.
const (
	// noisyNumber is the part by which a number in a text may differ: estimates,
	// and times that run, never come out alike.
	noisyNumber = 0.05
	// fewLatencies is the number of answers below which a median says nothing.
	fewLatencies = 10
	// noisyLatency is how far medians may differ in any case, in milliseconds.
	noisyLatency = 20
)

var (
	number = regexp.MustCompile(`\d+(\.\d+)?`)
	mark   = regexp.MustCompile(`\[redacted #[0-9a-f]+\]`)
)

// tamer gives a function that takes out of a text what differs from run to run: the
// marks in place of secrets, whose hash has a new key each time, and the address of
// a server that was started for the run.
func tamer(t *TargetReport) func(string) string {
	host := ""
	if u, err := url.Parse(t.Issuer); err == nil && t.Own {
		host = u.Host
	}
	return func(s string) string {
		if host != "" {
			s = strings.ReplaceAll(s, host, "its-own-address")
		}
		return mark.ReplaceAllString(s, "[redacted]")
	}
}

// nearly tells whether two texts are the same but for numbers, and those differ by
// no more than noise.
func nearly(a, b string) bool {
	if number.ReplaceAllString(a, "0") != number.ReplaceAllString(b, "0") {
		return false
	}
	x, y := number.FindAllString(a, -1), number.FindAllString(b, -1)
	for i := range x {
		m, _ := strconv.ParseFloat(x[i], 64)
		n, _ := strconv.ParseFloat(y[i], 64)
		if math.Abs(m-n) > noisyNumber*max(math.Abs(m), math.Abs(n)) {
			return false
		}
	}
	return true
}

// latencies compares how long a target takes to answer, by what the endpoint is.
// Medians count as different when each is of ten answers or more and they are
// further apart than 20 ms, than half the old one, and than the middle half of the
// answers of either run is wide. So neither a single slow answer nor a busy machine
// that makes all of them waver is drift.
func latencies(before, after *TargetReport) []Drift {
	var out []Drift
	x, y := answered(before), answered(after)
	purposes := make([]string, 0, len(x))
	for p := range x {
		purposes = append(purposes, p)
	}
	slices.Sort(purposes)
	for _, p := range purposes {
		a, b := x[p], y[p]
		if min(len(a), len(b)) < fewLatencies {
			continue
		}
		was, is := quantile(a, 2), quantile(b, 2)
		noise := max(noisyLatency, was/2, quantile(a, 3)-quantile(a, 1), quantile(b, 3)-quantile(b, 1))
		if diff := is - was; diff > noise || -diff > noise {
			out = append(out, Drift{What: "latency at " + p, Old: counted(was, len(a)), New: counted(is, len(b))})
		}
	}
	return out
}

// answered are the times of the whole answers in milliseconds, sorted, by purpose.
func answered(t *TargetReport) map[string][]int {
	out := map[string][]int{}
	for _, e := range t.Exchanges {
		if e.Purpose != "" && e.Response != nil && e.Error == "" {
			out[e.Purpose] = append(out[e.Purpose], int(e.DurationMS))
		}
	}
	for _, times := range out {
		slices.Sort(times)
	}
	return out
}

// quantile is the value below which so many quarters of the sorted times lie.
func quantile(sorted []int, quarters int) int { return sorted[(len(sorted)-1)*quarters/4] }
