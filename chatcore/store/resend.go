package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// Again is how a request that is sent again finds the turn that it began the first time. Both are optional.
type Again struct {
	Key  string // the Idempotency-Key; with Hash, of the request
	Hash []byte
	// Guard is the same for a request that a page sends again by itself. With WeakGuard's prefix it may only join a turn
	// that is still at work.
	Guard string
}

// WeakGuard begins a guard of a page that has no name: two pages could have the same.
const WeakGuard = "weak:"

// ErrKeyUsed says that an Idempotency-Key was used for another request.
var ErrKeyUsed = errors.New("the idempotency key was used for another request")

// resendTime is how long after its end a turn can be what a page asks for again.
const resendTime = time.Minute

// sentBefore looks for the turn that the same request began before; 0: there is none.
func (s *Store) sentBefore(ctx context.Context, tx *ownerdb.Tx, turn NewTurn) (runID int64, err error) {
	if turn.Key != "" {
		runID, err = byKey(ctx, tx, turn)
	}
	if runID == 0 && err == nil && turn.Guard != "" {
		runID, err = s.byGuard(ctx, tx, turn)
	}
	return runID, err
}

func byKey(ctx context.Context, tx *ownerdb.Tx, turn NewTurn) (int64, error) {
	var used struct {
		ID   int64  `db:"id"`
		Hash []byte `db:"request_hash"`
	}
	err := tx.Get(ctx, &used, `
		SELECT id, request_hash FROM messages WHERE user_id = $1 AND idempotency_key = $2`, turn.UserID, turn.Key)
	switch {
	case errors.Is(err, ownerdb.ErrNoRow):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("looking for an idempotency key: %w", err)
	case !bytes.Equal(used.Hash, turn.Hash):
		return 0, ErrKeyUsed
	}
	return used.ID, nil
}

// latestRow is the user's latest turn, of a conversation or of all.
type latestRow struct {
	ID      int64      `db:"id"`
	Guard   *string    `db:"resend_guard"`
	State   string     `db:"state"`
	EndedAt *time.Time `db:"ended_at"`
	EndSeen bool       `db:"end_seen"`
	Leaving bool       `db:"leaving"` // it is being stopped, or its page left
}

// latest reads latestRows.
const latest = `
	SELECT m.id, m.resend_guard, m.state, m.ended_at, m.end_seen,
		COALESCE(l.stop_asked OR l.left_at IS NOT NULL, false) AS leaving
	FROM messages m LEFT JOIN turn_leases l ON l.user_id = m.user_id AND l.run_id = m.id
	WHERE m.user_id = $1 AND m.role = 'assistant'`

// byGuard joins the latest turn when it is the same request's and nobody can have seen its end. A turn that was stopped,
// or whose page left, never matches: whoever says the same again wants a new answer.
func (s *Store) byGuard(ctx context.Context, tx *ownerdb.Tx, turn NewTurn) (int64, error) {
	var row latestRow
	var err error
	if turn.ConversationID != 0 {
		err = tx.Get(ctx, &row, latest+` AND m.conversation_id = $2 ORDER BY m.position DESC LIMIT 1`, turn.UserID, turn.ConversationID)
	} else {
		err = tx.Get(ctx, &row, latest+` ORDER BY m.id DESC LIMIT 1`, turn.UserID)
	}
	if errors.Is(err, ownerdb.ErrNoRow) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking for the latest turn: %w", err)
	}
	if row.Guard == nil || *row.Guard != turn.Guard || !s.joinable(row, turn.Guard) {
		return 0, nil
	}
	return row.ID, nil
}

func (s *Store) joinable(row latestRow, guard string) bool {
	switch row.State {
	case api.StateRunning:
		return !row.Leaving
	case api.StateDone, api.StateFailed, api.StateWaiting:
		weak := strings.HasPrefix(guard, WeakGuard)
		return !weak && !row.EndSeen && row.EndedAt != nil && s.now().Sub(*row.EndedAt) < resendTime
	default:
		return false
	}
}

// EndSeen notes whether a turn's end reached a reader.
func (s *Store) EndSeen(ctx context.Context, userID string, runID int64, seen bool) error {
	return s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE messages SET end_seen = $3 WHERE user_id = $1 AND id = $2 AND end_seen <> $3`, userID, runID, seen)
		if err != nil {
			return fmt.Errorf("noting whether an end was seen: %w", err)
		}
		return nil
	})
}

// seen notes that whoever reads these messages has seen their ends. Only the latest answer matters: a request that is sent
// again can join no other.
func seen(ctx context.Context, tx *ownerdb.Tx, userID string, read []api.Message) error {
	latest := api.Message{}
	for _, message := range read {
		if message.Role == api.RoleAssistant && message.Position > latest.Position {
			latest = message
		}
	}
	if latest.ID == 0 || latest.State == api.StateRunning {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE messages SET end_seen = true WHERE user_id = $1 AND id = $2 AND NOT end_seen`, userID, latest.ID)
	if err != nil {
		return fmt.Errorf("noting that an end was seen: %w", err)
	}
	return nil
}
