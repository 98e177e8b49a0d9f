// Package tasks says what a task is, which rules it keeps, and stores it in Postgres.
//
// A Store opens a Book: the tasks of one user, for the length of one transaction. Store.Do lets an Act work in a Book;
// Store.Once does the same at most one time for a Call's key, for a caller that may have to ask again: the effect, the
// key and the answer are committed together. Whatever a person or a model can put right is a *Failure; every other
// error is the plumbing's.
//
// The package knows nothing of MCP, and nothing of who may ask: it is told whose tasks to open.
package tasks
