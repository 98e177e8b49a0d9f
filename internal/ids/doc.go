// Package ids makes the ids of rows: in the application, ordered by time, and below 2^53, for they travel as JSON
// numbers.
//
// An id is unique within its Source; between processes it is unique only as far as 12 random bits go. That is enough,
// for every key in the schema is led by its owner: whoever inserts takes another id when ownerdb.IsTaken.
package ids
