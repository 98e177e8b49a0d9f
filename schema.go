// Package taskpilot holds what the whole system shares: the schema of its database.
package taskpilot

import _ "embed"

// Schema is schema.sql: every table, policy and grant. Applying it again changes nothing.
//
//go:embed schema.sql
var Schema string
