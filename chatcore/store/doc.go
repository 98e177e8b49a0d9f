// Package store keeps conversations in Postgres: messages, the steps under answers, their tool calls, what
// people did without words, and sessions.
//
// Each exported method is one transaction of one owner (internal/ownerdb). Whatever orders things in a conversation is a
// position, given out under the conversation's row lock. What is not there and what is another's are the same to every
// statement here, and give ErrNotFound.
package store
