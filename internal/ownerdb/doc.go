// Package ownerdb opens Postgres so that every statement runs as one owner.
//
// Row-level security is forced on every table, and reads the owner from the setting app.user_id. DB.As begins a
// transaction, sets the owner for exactly that transaction, and runs a function in it; there is no other way to send
// a statement. So a query that forgets its WHERE user_id finds nothing of anybody else's.
//
// The connection gives every read and write a deadline: lib/pq ignores the context on a network that went silent.
package ownerdb
