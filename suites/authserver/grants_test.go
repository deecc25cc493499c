package authserver_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/authassay/authassay/fixtures/bundled"
	"github.com/authassay/authassay/fixtures/target"
	"github.com/authassay/authassay/mockidp"
	"github.com/authassay/authassay/reports"
)

const refreshGrantName = "refresh_token"

// A token endpoint that answers refresh requests with something that is neither a
// refusal nor a success decides nothing.
func TestRefreshAnswersThatDecideNothing(t *testing.T) {
	for name, answer := range map[string]func(path string, form url.Values, status int, body string) (int, string){
		"5xx": func(_ string, form url.Values, status int, body string) (int, string) {
			if form.Get("grant_type") == refreshGrantName {
				return 503, `{"error":"server_error"}`
			}
			return status, body
		},
		"a page": func(_ string, form url.Values, status int, body string) (int, string) {
			if form.Get("grant_type") == refreshGrantName {
				return 200, "<html><title>Welcome</title>\"access_token\":\"example\"</html>"
			}
			return status, body
		},
		"not set up for the grant": func(_ string, form url.Values, status int, body string) (int, string) {
			if form.Get("grant_type") == refreshGrantName {
				return 400, `{"error":"unauthorized_client"}`
			}
			return status, body
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := meddled(t, nil, answer, bundled.MockOptions(), "rt-*")
			delete(got, "rt-offline-access") // refreshes nothing
			gomega.NewWithT(t).Expect(got).To(gomega.HaveLen(14))
			gomega.NewWithT(t).Expect(verdicts(got, reports.Error)).To(gomega.BeEmpty())
		})
	}
}

// A server that answers only wrong requests with 5xx has refused nothing.
func TestRefusalsWith5xxDecideNothing(t *testing.T) {
	got := meddled(t, nil, func(_ string, form url.Values, status int, body string) (int, string) {
		if form.Get("grant_type") != "authorization_code" && status == 400 || status == 401 {
			return 500, `{"error":"server_error"}`
		}
		return status, body
	}, bundled.PasswordOptions(), "rt-missing", "rt-garbage", "rt-client-auth", "rt-wrong-client", "rt-public-client-id",
		"rt-scope-widen", "rt-rotated-old-refused", "ropc-client-auth", "ropc-missing-param")
	gomega.NewWithT(t).Expect(got).To(gomega.HaveLen(9))
	gomega.NewWithT(t).Expect(verdicts(got, reports.Error)).To(gomega.BeEmpty())
}

// confidentialOnly leaves out the public clients that use the code grant, and has
// none registered in their place.
func confidentialOnly(tg *target.Target) {
	tg.Own = false
	tg.Clients = slices.DeleteFunc(tg.Clients, func(c target.Client) bool { return !c.Confidential() })
}

// RFC 9700 §4.14.2 has replay detected for public clients; of a client that
// authenticates the same behaviour is worth a note.
func TestRotationIsForPublicClients(t *testing.T) {
	for fault, id := range map[string]string{
		"refresh-single-use": "rt-rotated-old-refused", "refresh-reuse-revokes": "rt-replay-revokes-family", "refresh-spent-atomically": "rt-parallel",
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			opts := append(bundled.MockOptions(), mockidp.WithRuleOff(fault))
			gomega.NewWithT(t).Expect(meddled(t, nil, nil, opts, id)[id].Verdict).To(gomega.Equal(reports.Fail))
			gomega.NewWithT(t).Expect(meddled(t, confidentialOnly, nil, opts, id)[id].Verdict).To(gomega.Equal(reports.Info))
			old := func(tg *target.Target) { tg.Policy = target.PolicyRFC6749 }
			gomega.NewWithT(t).Expect(meddled(t, old, nil, opts, id)[id].Verdict).To(gomega.Equal(reports.Info))
		})
	}
	got := meddled(t, confidentialOnly, nil, bundled.MockOptions(), "rt-rotation-public")
	gomega.NewWithT(t).Expect(got["rt-rotation-public"].Verdict).To(gomega.Equal(reports.NotRun))
}

// graceful lets every rotated refresh token live on for a while.
func graceful(d time.Duration) []mockidp.Option {
	clients := mockidp.DefaultClients()
	for i := range clients {
		clients[i].RefreshGrace = d
	}
	return []mockidp.Option{mockidp.WithClients(clients...)}
}

// A moment of grace is worth a note; one that lasts is not rotation. Where an old
// token is good one request after the other, nothing follows from several at once.
func TestGraceForRotatedTokens(t *testing.T) {
	short := meddled(t, nil, nil, graceful(time.Second), "rt-rotated-old-refused", "rt-replay-revokes-family", "rt-parallel")
	g := gomega.NewWithT(t)
	g.Expect(short["rt-rotated-old-refused"].Verdict).To(gomega.Equal(reports.Info), say(short["rt-rotated-old-refused"]))
	g.Expect(short["rt-replay-revokes-family"].Verdict).To(gomega.Equal(reports.NotRun), say(short["rt-replay-revokes-family"]))
	g.Expect(short["rt-parallel"].Verdict).To(gomega.Equal(reports.NotRun), say(short["rt-parallel"]))
	long := meddled(t, nil, nil, graceful(time.Hour), "rt-rotated-old-refused")
	g.Expect(long["rt-rotated-old-refused"].Verdict).To(gomega.Equal(reports.Fail), say(long["rt-rotated-old-refused"]))
}

// A server that keeps an old refresh token until the new access token is used
// cannot be told from one that never spends it where there is nothing to use it at.
func TestOldTokenWithNowhereToUseTheNewOne(t *testing.T) {
	nowhere := func(tg *target.Target) {
		for i := range tg.Clients {
			tg.Clients[i].Scopes = slices.DeleteFunc(slices.Clone(tg.Clients[i].Scopes), func(s string) bool { return s == "openid" })
		}
	}
	opts := append(bundled.MockOptions(), mockidp.WithRuleOff("refresh-single-use"))
	got := meddled(t, nowhere, nil, opts, "rt-rotated-old-refused")["rt-rotated-old-refused"]
	gomega.NewWithT(t).Expect(got.Verdict).To(gomega.Equal(reports.Error), say(got))
}

// The password grant is forbidden by RFC 9700 whoever lists it, and part of RFC
// 6749; a target that has it is seen by its error code, by its metadata, and by a
// user who exists.
func TestPasswordGrantOffered(t *testing.T) {
	const id = "ropc-disabled"
	policy := func(p target.Policy) func(*target.Target) { return func(tg *target.Target) { tg.Policy = p } }
	forbid := func(grant string) func(*target.Target) {
		return func(tg *target.Target) {
			for i, c := range tg.Clients {
				tg.Clients[i].Grants = slices.DeleteFunc(slices.Clone(c.Grants), func(g string) bool { return g == grant })
			}
		}
	}
	mute := func(_ string, form url.Values, status int, body string) (int, string) {
		if status == 400 && form.Get("grant_type") != "authorization_code" {
			return 403, ""
		}
		return status, body
	}
	for name, c := range map[string]struct {
		change func(*target.Target)
		answer func(path string, form url.Values, status int, body string) (int, string)
		opts   []mockidp.Option
		want   reports.Verdict
	}{
		"bcp":                          {nil, nil, bundled.PasswordOptions(), reports.Fail},
		"OAuth 2.1":                    {policy(target.PolicyOAuth21), nil, bundled.PasswordOptions(), reports.Fail},
		"RFC 6749":                     {policy(target.PolicyRFC6749), nil, bundled.PasswordOptions(), reports.Info},
		"by other clients only":        {func(tg *target.Target) { tg.Clients = tg.Clients[:3] }, nil, bundled.PasswordOptions(), reports.Fail},
		"without words":                {nil, mute, bundled.PasswordOptions(), reports.Fail},
		"without words and clients":    {forbid("password"), mute, bundled.PasswordOptions(), reports.Error},
		"not there":                    {nil, nil, bundled.MockOptions(), reports.Pass},
		"listed, and not there":        {nil, nil, append(bundled.MockOptions(), mockidp.WithRuleOff("metadata-grants-served")), reports.Pass},
		"any grant is the same":        {nil, nil, append(bundled.MockOptions(), mockidp.WithRuleOff("grant-type-known")), reports.Pass},
		"not there, and without words": {nil, mute, bundled.MockOptions(), reports.Error},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := meddled(t, c.change, c.answer, c.opts, id)[id]
			gomega.NewWithT(t).Expect(got.Verdict).To(gomega.Equal(c.want), say(got))
		})
	}
}

// Where the credentials of the target file may be wrong, nobody is blamed for
// refusing them.
func TestPasswordBeyondASCII(t *testing.T) {
	const id = "ropc-utf8"
	wrong := func(tg *target.Target) { tg.Users[len(tg.Users)-1].Password = "wrong" }
	got := meddled(t, wrong, nil, bundled.PasswordOptions(), id)[id]
	gomega.NewWithT(t).Expect(got.Verdict).To(gomega.Equal(reports.Error), say(got))
}

// An ID token that is not signed with a published key says nothing.
func TestIDTokensOfNobody(t *testing.T) {
	got := meddled(t, nil, func(path string, _ url.Values, status int, body string) (int, string) {
		if strings.HasSuffix(path, "/jwks") || strings.Contains(body, `"kty"`) {
			return status, `{"keys":[]}`
		}
		return status, body
	}, bundled.MockOptions(), "hyb-*", "rt-same-sub")
	gomega.NewWithT(t).Expect(got).To(gomega.HaveLen(4))
	gomega.NewWithT(t).Expect(verdicts(got, reports.Error)).To(gomega.BeEmpty())
}

// A target without RFC 9207 is told so, and is not called wrong.
func TestWithoutTheIssuerParameter(t *testing.T) {
	got := meddled(t, nil, nil, append(bundled.MockOptions(), mockidp.WithVariance("authorization-iss-absent")), "iss-*", "meta-iss-param-flag")
	g := gomega.NewWithT(t)
	g.Expect(got["iss-success"].Verdict).To(gomega.Equal(reports.Info))
	g.Expect(got["meta-iss-param-flag"].Verdict).To(gomega.Equal(reports.Pass))
	delete(got, "iss-success")
	delete(got, "meta-iss-param-flag")
	g.Expect(got).To(gomega.HaveLen(7))
	g.Expect(verdicts(got, reports.NotRun)).To(gomega.BeEmpty())
}
