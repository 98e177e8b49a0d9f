// Package ownerdb opens Postgres so that every statement runs as one owner.
//
// Row-level security is forced on every table, and reads the owner from the setting app.user_id. DB.As begins a
// transaction, sets the owner for exactly that transaction, and runs a function in it; Look is the same for what
// only reads; there is no other way to send a statement. So a query that forgets its WHERE user_id finds nothing of anybody else's.
//
// What that costs: BEGIN and what says whose it is are one round trip, and what only reads is answered before its COMMIT. Against
// the same statements without row-level security and without any transaction (medians of 500 by turns, 2 cores, Unix socket) a turn
// with a tool call takes 1.11 times as long, a list of conversations 1.23, a conversation with its messages 1.25, adding and deleting a
// task 1.33, listing tasks 1.28. The specs named "Row-level security" in chatcore/store and toolserver/tasks measure it again.
//
// The connection gives every read and write a deadline: lib/pq ignores the context on a network that went silent.
package ownerdb
