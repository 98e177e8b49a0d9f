// Package agent is the loop between a model and tools that makes the answer to one thing a person said.
//
// It names what it needs and nothing else: a Model that streams replies, Tools that act, and a Journal that stores what
// happened before anything is built on it. It knows neither HTTP nor Postgres.
package agent
