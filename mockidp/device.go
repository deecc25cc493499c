package mockidp

import (
	"crypto/rand"
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Paths of the device authorization grant (RFC 8628 §3.1, §3.3).
const (
	pathDeviceAuthorization = "/device_authorization"
	pathDevice              = "/device"
)

// GrantDeviceCode is the device authorization grant (RFC 8628 §3.4).
const GrantDeviceCode = "urn:ietf:params:oauth:grant-type:device_code"

// KindDeviceCode is a device code that was redeemed.
const KindDeviceCode TokenKind = "device_code"

const (
	defaultDeviceLifetime = 10 * time.Minute
	// defaultDeviceInterval is what RFC 8628 §3.2 makes the default.
	defaultDeviceInterval = 5 * time.Second
	// slowDownStep is by how much slow_down lengthens the interval (§3.5).
	slowDownStep = 5 * time.Second
	// pollTolerance is how much too early a poll may come: a client that polls by
	// a ticker cannot make up for what the network adds to one request only.
	pollTolerance = 500 * time.Millisecond
	// deviceMemory is how long a device code is known after it has expired.
	deviceMemory = time.Hour
	maxDevices   = 5000
)

// userCodeAlphabet has no vowels, so that no words come about, and nothing that
// is mistaken for something else (RFC 8628 §6.1).
const userCodeAlphabet = "BCDFGHJKLMNPQRSTVWXZ"

type deviceState int

const (
	devicePending deviceState = iota
	deviceAllowed
	deviceRefused
	deviceRedeemed
)

// deviceRequest is one device authorization. All but the fields guarded by
// devices.mu stay as they were made.
type deviceRequest struct {
	code, userCode string
	client         *Client
	scope          granted
	resources      []string
	params         form
	expires        time.Time

	state    deviceState
	who      *login
	interval time.Duration
	polled   time.Time // the last poll, zero before the first
	polls    int       // answered with authorization_pending
	script   int       // so many polls are pending, and then it is allowed; negative: no script
}

// devices keeps device authorizations and how they are to go on.
type devices struct {
	lifetime, interval time.Duration
	byCode             *shelf[*deviceRequest]
	byUserCode         *shelf[*deviceRequest]

	mu     sync.Mutex
	script int // negative: wait for someone to allow or refuse
}

func newDevices(c extendedConfig) *devices {
	weigh := func(r *deviceRequest) int { return r.params.size() }
	d := &devices{
		lifetime: c.deviceLifetime, interval: c.deviceInterval, script: -1,
		byCode:     newShelf[*deviceRequest](maxDevices).weighing(maxKeptBytes, weigh),
		byUserCode: newShelf[*deviceRequest](maxDevices).weighing(maxKeptBytes, weigh),
	}
	if d.lifetime == 0 {
		d.lifetime, d.interval = defaultDeviceLifetime, defaultDeviceInterval
	}
	return d
}

// WithDeviceTiming sets how long device and user codes can be used and how long a
// client waits between polls (RFC 8628 §3.2), in whole seconds. The defaults are
// ten minutes and five seconds.
func WithDeviceTiming(lifetime, interval time.Duration) Option {
	return func(c *config) error {
		if lifetime < time.Second || interval < time.Second {
			return errors.New("mockidp: WithDeviceTiming: both count in whole seconds, from 1s")
		}
		c.ext.deviceLifetime, c.ext.deviceInterval = lifetime.Truncate(time.Second), interval.Truncate(time.Second)
		return nil
	}
}

// newUserCode makes a code of eight letters that a person types.
func newUserCode() string {
	var b strings.Builder
	for i := range 8 {
		if i == 4 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(userCodeAlphabet))))
		if err != nil {
			panic("mockidp: no random numbers: " + err.Error()) // crypto/rand never fails
		}
		b.WriteByte(userCodeAlphabet[n.Int64()])
	}
	return b.String()
}

// typedUserCode is a user code as it was made, whatever case and punctuation it
// was typed with (RFC 8628 §6.1).
func typedUserCode(s string) string {
	letters := strings.Map(func(r rune) rune {
		if strings.ContainsRune(userCodeAlphabet, r) {
			return r
		}
		return -1
	}, strings.ToUpper(s))
	if len(letters) != 8 {
		return ""
	}
	return letters[:4] + "-" + letters[4:]
}

// authorizeDevice answers at the device authorization endpoint (RFC 8628 §3.1,
// §3.2).
func (x *exchange) authorizeDevice() *reply {
	f, c, rep := x.backRequest()
	if rep != nil {
		return rep
	}
	if x.breaks(ruleClientGrantRegistered, c.mayUseGrant(GrantDeviceCode), "a client registered for the device grant", "another") {
		return x.refused(refuse(errUnauthorizedClient, "the client is not registered for this grant type"))
	}
	scope, bad := x.grantScope(c, f.get("scope"))
	if bad != nil {
		return x.refused(bad)
	}
	resources, bad := x.resources(c, f)
	if bad != nil {
		return x.refused(bad)
	}
	if f.size() > maxKept { // the page at the verification URI holds on to it
		return x.refused(refuse(errInvalidRequest, "the request is too long"))
	}
	now, d := x.p.clock.Now(), x.p.ext.devices
	request := &deviceRequest{
		code: randomWord(), userCode: newUserCode(), client: c, scope: scope, resources: resources,
		params: remembered(f), expires: now.Add(d.lifetime), interval: d.interval,
	}
	d.mu.Lock()
	request.script = d.script
	d.mu.Unlock()
	if !x.keeps(ruleDeviceCodeUnpredictable) {
		request.code = "device-" + request.userCode
	}
	// Of twenty-five thousand million codes two alike are unlikely, not impossible.
	for !d.byUserCode.put(request.userCode, request, now, request.expires.Add(deviceMemory)) {
		request.userCode = newUserCode()
	}
	d.byCode.put(request.code, request, now, request.expires.Add(deviceMemory))
	return x.deviceAnswer(request, d)
}

func (x *exchange) deviceAnswer(request *deviceRequest, d *devices) *reply {
	doc := object{
		"device_code": request.code, "user_code": request.userCode, "interval": int64(d.interval / time.Second),
		"verification_uri":          x.id.endpoint(pathDevice),
		"verification_uri_complete": x.id.endpoint(pathDevice) + "?" + url.Values{"user_code": {request.userCode}}.Encode(),
	}
	if x.keeps(ruleDeviceExpiresIn) {
		doc["expires_in"] = int64(d.lifetime / time.Second)
	}
	rep := x.json(http.StatusOK, doc)
	if x.keeps(ruleDeviceNoStore) {
		x.noStore(rep)
	}
	return rep
}
