package tasks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"taskpilot/internal/ownerdb"
)

// MaxKey is how many characters a call's key may have.
const MaxKey = 200

// maxRaces bounds how often a call that lost to its own repeat looks again. The winner has committed by then, so one
// look is enough; the bound is there for what nobody thought of.
const maxRaces = 3

// Call names one call of a tool, so that it acts once: the caller's key, and what was asked for with it.
type Call struct {
	key  string
	hash [sha256.Size]byte
}

// NewCall makes a Call. arguments are canonical: the same call always gives the same bytes. The error is a *Failure.
func NewCall(field, key, tool string, arguments []byte) (Call, error) {
	if err := sound(field, key); err != nil {
		return Call{}, err
	}
	switch count := utf8.RuneCountInString(key); {
	case count == 0:
		return Call{}, invalidLength(field, MaxKey, fmt.Sprintf("The %s is empty: give 1 to %d characters, or leave it out.", field, MaxKey))
	case count > MaxKey:
		return Call{}, tooLong(field, count, MaxKey)
	}
	asked := append([]byte(tool), 0) // no tool's name has this byte: the name ends here
	return Call{key: key, hash: sha256.Sum256(append(asked, arguments...))}, nil
}

// outcome is what a call came to, as it is stored. One of the two is set.
type outcome struct {
	Answer  json.RawMessage `json:"answer,omitempty"`
	Failure *Failure        `json:"failure,omitempty"`
}

func (o outcome) tell() (json.RawMessage, error) {
	if o.Failure != nil {
		return nil, o.Failure
	}
	return o.Answer, nil
}

// errRaced says that a repeat of this very call committed first: what was done here must not be.
var errRaced = errors.New("the same call was made at the same time")

// Once does what Do does, unless the call was made before: then it gives the answer of that time, byte for byte, also
// when that was a Failure (a late twin of a failed call must not act after all). A key that was used for another call is
// a Failure. Two repeats at the same time act once.
func (s *Store) Once(ctx context.Context, userID string, call Call, act Act) (json.RawMessage, error) {
	for range maxRaces {
		var told outcome
		err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) (err error) {
			told, err = s.once(ctx, tx, userID, call, act)
			return err
		})
		if errors.Is(err, errRaced) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return told.tell()
	}
	return nil, errRaced
}

func (s *Store) once(ctx context.Context, tx *ownerdb.Tx, userID string, call Call, act Act) (outcome, error) {
	earlier, err := recall(ctx, tx, userID, call)
	if err == nil || !errors.Is(err, ownerdb.ErrNoRow) {
		return earlier, err
	}
	var told outcome
	told.Answer, err = s.run(ctx, tx, userID, act)
	if err != nil && !errors.As(err, &told.Failure) {
		return outcome{}, err
	}
	return told, remember(ctx, tx, userID, call, told, s.now())
}

// recall finds what the call came to before, or ErrNoRow.
func recall(ctx context.Context, tx *ownerdb.Tx, userID string, call Call) (outcome, error) {
	var row struct {
		Hash   []byte `db:"request_hash"`
		Result string `db:"result"`
	}
	err := tx.Get(ctx, &row, `SELECT request_hash, result FROM tool_effects WHERE user_id = $1 AND call_key = $2`,
		userID, call.key)
	if err != nil {
		return outcome{}, fmt.Errorf("looking for an earlier call: %w", err)
	}
	if !bytes.Equal(row.Hash, call.hash[:]) {
		return outcome{Failure: keyReused()}, nil
	}
	var told outcome
	if err := json.Unmarshal([]byte(row.Result), &told); err != nil {
		return outcome{}, fmt.Errorf("reading an earlier call's result: %w", err)
	}
	return told, nil
}

// Results are kept for longer than any call is sent again: a turn whose replica is gone is taken over when a lease ends, or, when
// nothing at all runs, when something does again. A few of a user's that are older go with each new one.
const (
	keptFor   = 30 * 24 * time.Hour
	forgotten = 100 // at once
)

// remember stores what the call came to. The insert waits for a twin that is about to commit, and then says errRaced.
func remember(ctx context.Context, tx *ownerdb.Tx, userID string, call Call, told outcome, now time.Time) error {
	result, err := tell(told)
	if err != nil {
		return err
	}
	stored, err := tx.Exec(ctx, `
		WITH old AS (
			DELETE FROM tool_effects WHERE user_id = $1 AND call_key IN (
				SELECT call_key FROM tool_effects WHERE user_id = $1 AND created_at < $6 ORDER BY created_at LIMIT $7))
		INSERT INTO tool_effects (user_id, call_key, request_hash, result, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		userID, call.key, call.hash[:], string(result), now, now.Add(-keptFor), forgotten)
	if err != nil {
		return fmt.Errorf("storing a call's result: %w", err)
	}
	if stored == 0 {
		return errRaced
	}
	return nil
}
