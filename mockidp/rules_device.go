package mockidp

// Rules of the device authorization grant: RFC 8628.
const (
	ruleDeviceCodeUnpredictable = "device-code-unpredictable"
	ruleDeviceExpiresIn         = "device-expires-in"
	ruleDeviceNoStore           = "device-no-store"
	ruleDeviceConfirmed         = "device-user-confirms"
	ruleDeviceCSRF              = "device-form-own"
	ruleDeviceBound             = "device-code-client-bound"
	ruleDeviceUnexpired         = "device-code-unexpired"
	ruleDeviceOnce              = "device-code-single-use"
	ruleDeviceInterval          = "device-poll-interval"
	ruleDeviceSlowDownGrows     = "device-slow-down-grows"
)

var deviceRules = []Rule{{
	Name: ruleDeviceCodeUnpredictable, Clause: "RFC 8628 §5.2", Kind: KindResponse,
	Text: "A device code cannot be guessed.",
	Off:  "It is the user code with a word before it.",
}, {
	Name: ruleDeviceExpiresIn, Clause: "RFC 8628 §3.2", Kind: KindResponse,
	Text: "The device authorization response has expires_in.",
	Off:  "The member is missing.",
}, {
	Name: ruleDeviceNoStore, Clause: "RFC 8628 §3.2", Kind: KindResponse,
	Text: "The device authorization response has Cache-Control: no-store and Pragma: no-cache.",
	Off:  "It has neither.",
}, {
	Name: ruleDeviceConfirmed, Clause: "RFC 8628 §3.3.1", Kind: KindResponse,
	Text: "Who comes with the user code in the URL is shown it and asked to allow or refuse.",
	Off:  "Opening the URL is enough; who is logged in has allowed it.",
}, {
	Name: ruleDeviceCSRF, Clause: "RFC 6749 §10.12", Kind: KindRequest,
	Text: "The answer to the page comes from the page, once, from the browser it was shown to.",
	Off:  "Any form that names the page is taken.",
}, {
	Name: ruleDeviceBound, Clause: "RFC 6749 §5.2", Kind: KindRequest,
	Text: "A device code is redeemed by the client it was issued to.",
	Off:  "Any client that has the grant may redeem it.",
}, {
	Name: ruleDeviceUnexpired, Clause: "RFC 8628 §3.5", Kind: KindRequest,
	Text: "A device code is redeemed before it expires; later polls are answered expired_token.",
	Off:  "It can be redeemed for an hour longer.",
}, {
	Name: ruleDeviceOnce, Clause: "RFC 6749 §10.5", Kind: KindRequest,
	Text: "A device code is redeemed once.",
	Off:  "It gives tokens as often as it is presented.",
}, {
	Name: ruleDeviceInterval, Clause: "RFC 8628 §3.5", Kind: KindRequest,
	Text: "A client whose request is pending waits for the interval between polls, half a second more or less; else it is answered slow_down.",
	Off:  "It may poll as often as it likes.",
}, {
	Name: ruleDeviceSlowDownGrows, Clause: "RFC 8628 §3.5", Kind: KindResponse,
	Text: "Each slow_down makes the interval five seconds longer, for this and all later polls.",
	Off:  "The interval stays as it was.",
}}
