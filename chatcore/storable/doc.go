// Package storable makes what a model or a tool said fit for Postgres, whose text and jsonb take neither U+0000 nor half a
// surrogate pair. Both come from outside and must not fail a turn; so they are replaced by U+FFFD, not refused.
package storable
