// Package tools is toolserver's side of MCP: six tools over a user's tasks.
//
// Each tool stands in a file of its own, with its description beside it in a .md file of the same name: what a model reads
// is reviewed like code. Its listing (schemas, annotations) is held by a snapshot under testdata.
//
// A call is read here (arguments.go), done in package tasks, and told here (server.go). Whatever the caller can put right
// is a result with isError, one sentence, and {code, message, …} as structured content. Whose tasks are meant is told by
// whoever makes the server, never by an argument.
package tools
