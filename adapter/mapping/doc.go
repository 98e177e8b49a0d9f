// Package mapping says where a chat service that is not chatcore differs from the three lines that are enough: its routes,
// what its fields are called, who the person is and with which token it is called, how long it may take. All of it has a
// default, which is the three lines (POST chat, GET conversations, GET one conversation). schema.json is published.
package mapping
