//go:build race

package main

// Under -race the command is built with the race detector too: a data race in
// it ends it with exit code 66, which no test expects.
func init() { buildFlags = append(buildFlags, "-race") }
