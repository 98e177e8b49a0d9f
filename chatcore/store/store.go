package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskpilot/internal/ownerdb"
)

// Database is what the store needs of a pool: transactions that belong to one owner.
type Database interface {
	As(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error
	Look(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error
	AsRole(ctx context.Context, role string, do func(*ownerdb.Tx) error) error
}

// IDs gives ids that are time-ordered, unique per owner but for a rare clash, and below 2^53.
type IDs interface{ Next() int64 }

// Store keeps conversations.
type Store struct {
	db    Database
	ids   IDs
	clock func() time.Time
}

// New makes a Store.
func New(db Database, ids IDs, clock func() time.Time) *Store {
	return &Store{db: db, ids: ids, clock: clock}
}

// Errors that callers tell apart.
var (
	ErrNotFound = errors.New("not there, or not yours")
	ErrBusy     = errors.New("a turn is at work in this conversation")
)

// now is the time as the database will give it back.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// maxClashes is how many ids in a row may be taken before something else must be wrong.
const maxClashes = 5

// insert runs do in a transaction again when an id it made was taken.
func (s *Store) insert(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error {
	for clash := 1; ; clash++ {
		err := s.db.As(ctx, userID, do)
		if err == nil || !ownerdb.IsTaken(err) || clash == maxClashes {
			return err
		}
	}
}

// found turns "no row" into ErrNotFound and says what was being done of every other error.
func found(err error, doing string) error {
	if errors.Is(err, ownerdb.ErrNoRow) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
