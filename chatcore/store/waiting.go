package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// ErrNotWaiting says that a run does not wait for this: it was answered, or talked past, or waits for something else.
var ErrNotWaiting = errors.New("the run does not wait for this")

// NewInput is what a page sends to a run that waits.
type NewInput struct {
	UserID     string
	RunID      int64
	RecordID   int64 // the call that it is for; 0: the one that is waited for
	Guard      string
	Result     func(record api.ToolCall) (json.RawMessage, error) // what the model reads of the call; an error refuses the input
	MaxHistory int
	MaxTurns   int    // as in NewTurn
	OwnerURL   string // as in NewTurn
	Lease      time.Duration
}

// AcceptInput ends the call that a run waits for, and leases the run to this replica, in one transaction. The turn that
// comes back is to be gone on with, unless it is Joined: then the same input came before. ErrNotFound, ErrNotWaiting,
// ErrManyTurns, *NotActiveError and Result's errors say why it was not accepted.
func (s *Store) AcceptInput(ctx context.Context, input NewInput) (StoredTurn, error) {
	turn := StoredTurn{Turn: Turn{UserID: input.UserID, RunID: input.RunID}}
	err := s.db.As(ctx, input.UserID, func(tx *ownerdb.Tx) error {
		turn = StoredTurn{Turn: Turn{UserID: input.UserID, RunID: input.RunID}}
		conversation, err := lockAnswer(ctx, tx, input)
		if err != nil {
			return err
		}
		if turn.Joined, err = s.inputBefore(ctx, tx, input); err != nil {
			return err
		}
		if !turn.Joined {
			if err := s.goOn(ctx, tx, input, conversation); err != nil {
				return err
			}
		}
		return loadWhole(ctx, tx, &turn, input.MaxHistory)
	})
	return turn, err
}

// lockAnswer locks the conversation of a run, so that nothing else begins in it.
func lockAnswer(ctx context.Context, tx *ownerdb.Tx, input NewInput) (row conversationRow, err error) {
	err = tx.Get(ctx, &row, `
		SELECT `+conversationColumns+` FROM conversations
		WHERE user_id = $1 AND id = (
			SELECT conversation_id FROM messages WHERE user_id = $1 AND id = $2 AND role = 'assistant' AND superseded_at IS NULL)
		FOR UPDATE`, input.UserID, input.RunID)
	return row, found(err, "locking a conversation")
}

// inputBefore says that the run goes on, or went on, because of the same request, and that nobody can have seen its end.
func (s *Store) inputBefore(ctx context.Context, tx *ownerdb.Tx, input NewInput) (bool, error) {
	var row latestRow
	err := tx.Get(ctx, &row, latest+` AND m.id = $2`, input.UserID, input.RunID)
	if err != nil {
		return false, found(err, "looking for an earlier input")
	}
	return input.Guard != "" && row.Guard != nil && *row.Guard == input.Guard && s.joinable(row, input.Guard), nil
}

// goOn ends the call and makes the answer one that is at work.
func (s *Store) goOn(ctx context.Context, tx *ownerdb.Tx, input NewInput, conversation conversationRow) error {
	record, err := waitedFor(ctx, tx, input.UserID, input.RunID)
	if errors.Is(err, ErrNotFound) || err == nil && input.RecordID != 0 && input.RecordID != record.ID {
		return ErrNotWaiting
	}
	if err != nil {
		return err
	}
	if err := conversation.active(); err != nil {
		return err
	}
	if err := refuseCrowd(ctx, tx, NewTurn{UserID: input.UserID, MaxTurns: input.MaxTurns}); err != nil {
		return err
	}
	result, err := input.Result(record)
	if err != nil {
		return err
	}
	now := s.now()
	resumed, err := tx.Exec(ctx, `
		UPDATE messages SET state = 'running', content = '', ended_at = NULL, end_seen = false, resend_guard = NULLIF($3, '')
		WHERE user_id = $1 AND id = $2 AND state = 'waiting'`, input.UserID, input.RunID, input.Guard)
	if err != nil {
		return fmt.Errorf("going on with an answer: %w", err)
	}
	if resumed == 0 {
		return ErrNotWaiting // not yet: its replica is about to store that it waits
	}
	if _, err := s.recordCall(ctx, tx, input.UserID, record.ID, CallEnd{Status: api.CallExecuted, Result: result}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE conversations SET message_count = message_count - 1, updated_at = $3 WHERE user_id = $1 AND id = $2`,
		input.UserID, conversation.ID, now); err != nil {
		return fmt.Errorf("counting what is left: %w", err)
	}
	return beginLease(ctx, tx, input.UserID, input.RunID, input.OwnerURL, input.Lease)
}

// waitedFor is the call that a run waits for, or is about to wait for. ErrNotFound says that there is none.
func waitedFor(ctx context.Context, tx *ownerdb.Tx, userID string, runID int64) (api.ToolCall, error) {
	var row callRow
	err := tx.Get(ctx, &row, `
		SELECT `+callColumns+` FROM tool_calls
		WHERE user_id = $1 AND status = 'pending' AND waits_for IS NOT NULL AND step_id IN (
			SELECT id FROM steps WHERE user_id = $1 AND message_id = $2 AND state = 'done')
		ORDER BY step_id DESC LIMIT 1`, userID, runID)
	return row.record(), found(err, "looking for what is waited for")
}

// declaredJSON is what a request declared, or NULL.
func declaredJSON(tools []api.ClientTool) (any, error) {
	if len(tools) == 0 {
		return nil, nil
	}
	encoded, err := json.Marshal(tools)
	if err != nil {
		return nil, fmt.Errorf("encoding client tools: %w", err)
	}
	return string(encoded), nil
}
