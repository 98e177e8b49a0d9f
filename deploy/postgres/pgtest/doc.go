// Package pgtest gives specs a real Postgres: one server a test process, or the one that DATABASE_URL names, and
// databases made from a template that has the schema. A Postgres that can't be had fails the test.
//
// A private server and its data end with the test process, however that ends.
package pgtest
