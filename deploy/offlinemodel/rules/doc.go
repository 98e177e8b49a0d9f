// Package rules answers a chat by rules: no language model, no key, no network. One table of intents (table.go) says which
// phrasings it knows, which tool each calls, and what it says afterwards. It reads the tools on offer and the whole
// history, and keeps nothing: the same request has the same answer.
package rules
