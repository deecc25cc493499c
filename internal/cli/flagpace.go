package cli

import (
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

type rateValue struct{ p *float64 }

// RateVar defines a flag with a number above 0, which may be broken. Its default
// is not to limit anything.
func RateVar(f *pflag.FlagSet, p *float64, name, usage string) { f.Var(&rateValue{p}, name, usage) }

func (v *rateValue) Set(s string) error {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n > 0) || math.IsInf(n, 0) {
		return errors.New("is not a number above 0; write 5, or 0.5 for one every two seconds")
	}
	*v.p = n
	return nil
}

func (v *rateValue) String() string {
	if *v.p == 0 {
		return ""
	}
	return strconv.FormatFloat(*v.p, 'g', -1, 64)
}
func (v *rateValue) Type() string { return "N" }

type patienceValue struct{ durationValue }

// PatienceVar defines a flag with a time that may be 0.
func PatienceVar(f *pflag.FlagSet, p *time.Duration, name string, value time.Duration, usage string) {
	*p = value
	f.Var(&patienceValue{durationValue{p}}, name, usage)
}

func (v *patienceValue) Set(s string) error {
	if d, err := time.ParseDuration(s); err == nil && d == 0 {
		*v.p = 0
		return nil
	}
	return v.durationValue.Set(s)
}
