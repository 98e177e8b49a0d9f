// Package upstream calls the chat API on behalf of the person whose request is being answered.
//
// It knows which token goes along (a hop token of its own for each call, or without signing keys the caller's), and which
// calls may be repeated: reads, briefly, when no connection came about. A turn is sent once.
package upstream
