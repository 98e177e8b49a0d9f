package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"taskpilot/internal/ownerdb"
)

// NewAction is what a person did without words, on its way in.
type NewAction struct {
	UserID         string
	ConversationID int64
	RecordID       int64 // the record that was clicked in; 0: none
	Tool           string
	Parameters     json.RawMessage // a JSON object
	Key            string          // Idempotency-Key; empty: none
	Hash           []byte          // of the request, to tell another one with the same key
	Lease          time.Duration   // how long it is believed to be at work without a word
	Interrupted    Sentence        // closes a turn here whose replica is gone
	LostCall       Sentence        // is recorded for a call of such a turn whose end nobody saw
}

// ActionAtWorkError says that another action must end first: one on the same record, or another that stands by itself.
type ActionAtWorkError struct{ ID int64 }

func (e *ActionAtWorkError) Error() string { return "another action is at work" }

// BeginAction stores an action as pending, with the key that makes its call act once. ErrNotFound covers a record of another
// conversation; ErrBusy and *PageLeftError, *NotActiveError, *ActionAtWorkError and ErrKeyUsed say why it was not stored.
func (s *Store) BeginAction(ctx context.Context, action NewAction) (StoredAction, error) {
	var stored StoredAction
	err := s.insert(ctx, action.UserID, func(tx *ownerdb.Tx) (err error) {
		stored, err = s.beginAction(ctx, tx, action)
		return err
	})
	return stored, err
}

func (s *Store) beginAction(ctx context.Context, tx *ownerdb.Tx, action NewAction) (StoredAction, error) {
	var conversation conversationRow
	err := tx.Get(ctx, &conversation, `
		SELECT `+conversationColumns+` FROM conversations WHERE user_id = $1 AND id = $2 FOR UPDATE`, action.UserID, action.ConversationID)
	if err != nil {
		return StoredAction{}, found(err, "locking a conversation")
	}
	before, err := actionSentBefore(ctx, tx, action)
	if err != nil || before.Joined {
		return before, err
	}
	if err := conversation.active(); err != nil {
		return StoredAction{}, err
	}
	var clicked *Clicked
	if action.RecordID != 0 {
		if clicked, err = clickable(ctx, tx, action); err != nil {
			return StoredAction{}, err
		}
	}
	if err := s.refuseAction(ctx, tx, action); err != nil {
		return StoredAction{}, err
	}
	row, err := s.insertAction(ctx, tx, action)
	return StoredAction{
		Action: row.action(), UserID: action.UserID, ConversationID: row.ConversationID, CallKey: row.CallKey, Clicked: clicked,
	}, err
}

// actionSentBefore finds the action that the same request began before.
func actionSentBefore(ctx context.Context, tx *ownerdb.Tx, action NewAction) (StoredAction, error) {
	if action.Key == "" {
		return StoredAction{}, nil
	}
	var row struct {
		ID   int64  `db:"id"`
		Hash []byte `db:"request_hash"`
		In   int64  `db:"conversation_id"`
	}
	err := tx.Get(ctx, &row, `
		SELECT id, request_hash, conversation_id FROM actions WHERE user_id = $1 AND idempotency_key = $2`, action.UserID, action.Key)
	switch {
	case errors.Is(err, ownerdb.ErrNoRow):
		return StoredAction{}, nil
	case err != nil:
		return StoredAction{}, fmt.Errorf("looking for an action's key: %w", err)
	case row.In != action.ConversationID || !bytes.Equal(row.Hash, action.Hash):
		return StoredAction{}, ErrKeyUsed
	}
	stored, err := loadAction(ctx, tx, action.UserID, row.ID)
	stored.Joined = true
	return stored, err
}

// refuseAction says what must end before an action may begin. One on a record may be done while an answer is written; one
// that stands by itself shows what it did as an item of its own, and no item comes into the middle of an answer.
func (s *Store) refuseAction(ctx context.Context, tx *ownerdb.Tx, action NewAction) error {
	var other int64
	err := tx.Get(ctx, &other, `
		SELECT id FROM actions
		WHERE user_id = $1 AND conversation_id = $2 AND status = 'pending' AND COALESCE(record_id, 0) = $3 LIMIT 1`,
		action.UserID, action.ConversationID, action.RecordID)
	if err == nil {
		return &ActionAtWorkError{ID: other}
	}
	if !errors.Is(err, ownerdb.ErrNoRow) {
		return fmt.Errorf("looking for an action at work: %w", err)
	}
	err = s.refuseBusy(ctx, tx, NewTurn{
		UserID: action.UserID, Interrupted: action.Interrupted, LostCall: action.LostCall,
	}, action.ConversationID)
	if action.RecordID != 0 && errors.Is(err, ErrBusy) {
		return nil
	}
	if action.RecordID != 0 || err != nil {
		return err
	}
	return refuseWaiting(ctx, tx, action.UserID, action.ConversationID)
}

// refuseWaiting returns ErrBusy while a turn waits: its answer goes on when it was told what it waits for.
func refuseWaiting(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64) error {
	var waits bool
	err := tx.Get(ctx, &waits, `
		SELECT EXISTS (SELECT 1 FROM messages WHERE user_id = $1 AND conversation_id = $2 AND state = 'waiting')`, userID, conversationID)
	if err != nil {
		return fmt.Errorf("looking for a turn that waits: %w", err)
	}
	if waits {
		return ErrBusy
	}
	return nil
}

func (s *Store) insertAction(ctx context.Context, tx *ownerdb.Tx, action NewAction) (actionRow, error) {
	now, id := s.now(), s.ids.Next()
	var position int64
	err := tx.Get(ctx, &position, `
		UPDATE conversations
		SET last_position = last_position + 1, updated_at = CASE WHEN $3::bigint = 0 THEN $4 ELSE updated_at END
		WHERE user_id = $1 AND id = $2 RETURNING last_position`,
		action.UserID, action.ConversationID, action.RecordID, now)
	if err != nil {
		return actionRow{}, fmt.Errorf("giving an action its position: %w", err)
	}
	var row actionRow
	err = tx.Get(ctx, &row, `
		INSERT INTO actions (user_id, id, conversation_id, position, record_id, call_key, tool, parameters, status,
			idempotency_key, request_hash, created_at)
		VALUES ($1, $2, $3, $4, NULLIF($5::bigint, 0), $6, $7, $8, 'pending', NULLIF($9, ''), $10, $11)
		RETURNING `+actionColumns,
		action.UserID, id, action.ConversationID, position, action.RecordID, callKey(action, id), action.Tool,
		string(action.Parameters), action.Key, action.Hash, now)
	if err != nil {
		return row, fmt.Errorf("storing an action: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO action_leases (user_id, action_id, until) VALUES ($1, $2, now() + $3 * interval '1 second')`,
		action.UserID, id, action.Lease.Seconds())
	if err != nil {
		return row, fmt.Errorf("leasing an action: %w", err)
	}
	return row, nil
}

// callKey makes the call act once. It is the same for the same request: one that is sent again, after nobody could say
// whether it had acted, does not act twice.
func callKey(action NewAction, id int64) string {
	if action.Key == "" {
		return fmt.Sprintf("action.%d", id)
	}
	sum := sha256.Sum256([]byte(action.Key))
	return fmt.Sprintf("action.%d.%s", action.ConversationID, hex.EncodeToString(sum[:16]))
}
