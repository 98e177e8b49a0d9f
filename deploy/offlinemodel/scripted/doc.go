// Package scripted is a chat completions endpoint that does what a script says, for specs: cut streams, bad arguments,
// endless calls, slow tokens, errors, silence. It has the wire of package openai and checks requests as that does, and
// records each one.
//
// A script is Go values (Play, Use, Answer) or the same as JSON over HTTP (Control), for an endpoint in another process.
// Gates make specs deterministic: a reply waits at a gate until the spec opens it.
package scripted
