package tasks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"taskpilot/internal/ownerdb"
)

// Database is what a Store needs of ownerdb.DB.
type Database interface {
	As(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error
	Look(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error
}

// IDs gives ids that grow with time.
type IDs interface {
	Next() int64
}

// Store keeps the tasks of all users, each user's apart.
type Store struct {
	db    Database
	ids   IDs
	clock func() time.Time
}

// NewStore makes a Store on a database that has the schema.
func NewStore(db Database, ids IDs, clock func() time.Time) *Store {
	return &Store{db: db, ids: ids, clock: clock}
}

// Act is what is done in a Book; its answer is told as JSON. It may be run more than once when its transaction has to
// begin anew, so it keeps nothing from one run to the next. When it returns an error, it has written nothing.
type Act func(ctx context.Context, book *Book) (any, error)

// Do lets act work in the user's Book, in one transaction. The error is a *Failure when the caller can do something
// about it.
func (s *Store) Do(ctx context.Context, userID string, act Act) (json.RawMessage, error) {
	return s.in(ctx, s.db.As, userID, act)
}

// Look is Do for an act that only reads: the database refuses it everything else.
func (s *Store) Look(ctx context.Context, userID string, act Act) (json.RawMessage, error) {
	return s.in(ctx, s.db.Look, userID, act)
}

type transaction func(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error

func (s *Store) in(ctx context.Context, transaction transaction, userID string, act Act) (json.RawMessage, error) {
	var answer json.RawMessage
	err := transaction(ctx, userID, func(tx *ownerdb.Tx) (err error) {
		answer, err = s.run(ctx, tx, userID, act)
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func (s *Store) run(ctx context.Context, tx *ownerdb.Tx, userID string, act Act) (json.RawMessage, error) {
	answer, err := act(ctx, &Book{tx: tx, userID: userID, ids: s.ids, now: s.now()})
	if err != nil {
		return nil, err
	}
	return tell(answer)
}

// tell writes JSON for a reader that is no browser: < and & stay what they are. JSON inside of value stays as it is too,
// so what was told once is told again byte for byte.
func tell(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("telling what was done: %w", err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// now is cut to what Postgres keeps, so that a time is the same before and after it.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }
