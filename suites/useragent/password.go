package useragent

import "github.com/authassay/authassay/fixtures/target"

// PasswordState is what a run knows of a password.
type PasswordState int

// The states of a password.
const (
	// PasswordUntried was not sent, or nothing came of it.
	PasswordUntried PasswordState = iota
	// PasswordAccepted let the user in.
	PasswordAccepted
	// PasswordRefused did not, and is not sent again.
	PasswordRefused
)

// PasswordOf tells what is known of the password of a user of a target, for who
// sends it elsewhere than to a login page.
func PasswordOf(t *target.Target, u target.User) PasswordState {
	return map[verdict]PasswordState{untried: PasswordUntried, accepted: PasswordAccepted, refused: PasswordRefused}[trialsOf(t).of(u).is()]
}

// RefusedPassword notes that the password was refused elsewhere than at a login
// page. One that no page ever took is not sent again.
func RefusedPassword(t *target.Target, u target.User) { trialsOf(t).of(u).was(refused) }
