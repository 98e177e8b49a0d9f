package agent

import _ "embed"

// DefaultPrompt is the system prompt where configuration names no file of its own.
//
//go:embed prompt.md
var DefaultPrompt string
