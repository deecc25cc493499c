package mockidp

const (
	varIssAbsent              = "authorization-iss-absent"
	varRefreshKept            = "refresh-token-kept"
	varRefreshUntilUsed       = "refresh-good-until-used"
	varRefreshOfflineOnly     = "refresh-for-offline-access"
	varRefreshMismatchRevokes = "refresh-mismatch-revokes"
	varRefreshNoIDToken       = "refresh-without-id-token"
	groupRefresh              = "refresh"
)

// grantVariances are those of the grants that involve a user.
var grantVariances = []Variance{
	{Name: varIssAbsent, Clause: "RFC 9207 §3", Text: "Authorization responses have no iss, and the metadata does not mention it."},
	{Name: varRefreshKept, Clause: "RFC 6749 §6", Group: groupRefresh, Text: "A confidential client's refresh token stays good when it is redeemed, and no new one is given."},
	{Name: varRefreshUntilUsed, Clause: "RFC 6749 §6", Group: groupRefresh, Text: "A refresh token that was rotated stays good until a token that it gave has been used: nobody knows before whether the answer arrived."},
	{Name: varRefreshOfflineOnly, Clause: "OpenID Connect Core §11", Text: "Refresh tokens are given for the scope offline_access only, which is ignored without prompt=consent."},
	{Name: varRefreshMismatchRevokes, Clause: "RFC 6749 §10.4", Text: "A refresh token that another client presents is revoked, with its family."},
	{Name: varRefreshNoIDToken, Clause: "OpenID Connect Core §12.2", Text: "A refresh gives no ID token."},
}
