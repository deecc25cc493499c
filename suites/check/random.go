package check

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

// NewSeed makes the seed of a run. It is printed, so that what the run
// invented can be invented again.
func NewSeed() string { return strings.ToLower(rand.Text()[:16]) }

var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// derive gives n characters [a-z2-7] that depend on the seed and on the words
// alone, not on the order in which checks happen to run.
func derive(seed string, n int, words ...string) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		mac := hmac.New(sha256.New, []byte(seed))
		mac.Write([]byte(strings.Join(words, "\x00") + "\x00" + strconv.Itoa(i)))
		b.WriteString(lower.EncodeToString(mac.Sum(nil)))
	}
	return b.String()[:n]
}
