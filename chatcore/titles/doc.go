// Package titles asks a model for the title of a conversation, once, and checks what comes: a title is a stranger's text
// that stands in lists, so it is one short line of plain words or none.
package titles
