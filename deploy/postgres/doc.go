// Package postgres runs a private Postgres, for development and for tests, and sets any Postgres up for taskpilot.
//
// Start finds the binaries, makes the cluster when there is none, and serves it on a unix socket only. The server ends
// with the process that started it. Setup applies the schema and lets the processes' roles log in; it works on any
// Postgres, private or not.
package postgres
