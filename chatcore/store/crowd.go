package store

import (
	"context"
	"errors"
	"fmt"

	"taskpilot/internal/ownerdb"
)

// ErrManyTurns says that as many turns of the user are at work as may be at the same time.
var ErrManyTurns = errors.New("too many turns of this user are at work")

// turnsLock tells this use of advisory locks from others.
const turnsLock = 7401

// refuseCrowd returns ErrManyTurns when another turn of the user would be one too many. The lock is the user's and lasts
// to the transaction's end: two replicas must not both find the last free place.
func refuseCrowd(ctx context.Context, tx *ownerdb.Tx, turn NewTurn) error {
	if turn.MaxTurns <= 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($2, hashtext($1))`, turn.UserID, turnsLock); err != nil {
		return fmt.Errorf("locking a user's turns: %w", err)
	}
	var atWork int
	if err := tx.Get(ctx, &atWork, `SELECT count(*) FROM turn_leases WHERE user_id = $1`, turn.UserID); err != nil {
		return fmt.Errorf("counting a user's turns: %w", err)
	}
	if atWork >= turn.MaxTurns {
		return ErrManyTurns
	}
	return nil
}
