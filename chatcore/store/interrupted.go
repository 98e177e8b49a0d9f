package store

import (
	"context"
	"fmt"

	"taskpilot/internal/ownerdb"
)

// Sentence is something chatcore itself says at the end of an answer.
type Sentence struct{ Code, Text string }

// closeInterrupted ends a turn whose replica is gone: what was stored stays, a reply that was not whole goes, and a call
// whose end nobody saw says so.
func (s *Store) closeInterrupted(ctx context.Context, tx *ownerdb.Tx, turn NewTurn, conversationID, runID int64) error {
	if _, err := tx.Exec(ctx, `
		UPDATE steps SET state = 'discarded' WHERE user_id = $1 AND message_id = $2 AND state = 'open'`,
		turn.UserID, runID); err != nil {
		return fmt.Errorf("discarding an unfinished reply: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE tool_calls SET status = 'failed', code = $3, error = $4, finished_at = $5
		WHERE user_id = $1 AND status = 'pending' AND step_id IN (SELECT id FROM steps WHERE user_id = $1 AND message_id = $2)`,
		turn.UserID, runID, turn.LostCall.Code, turn.LostCall.Text, s.now()); err != nil {
		return fmt.Errorf("closing lost calls: %w", err)
	}
	var steps int
	if err := tx.Get(ctx, &steps, `
		SELECT count(*) FROM steps WHERE user_id = $1 AND message_id = $2`, turn.UserID, runID); err != nil {
		return fmt.Errorf("counting steps: %w", err)
	}
	step, err := s.openStep(ctx, tx, StepPlace{
		UserID: turn.UserID, ConversationID: conversationID, RunID: runID, Ordinal: steps + 1, Code: turn.Interrupted.Code,
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE steps SET content = $3, state = 'done' WHERE user_id = $1 AND id = $2`,
		turn.UserID, step.ID, turn.Interrupted.Text); err != nil {
		return fmt.Errorf("storing the sentence: %w", err)
	}
	_, _, err = s.endTurn(ctx, tx, TurnEnd{
		UserID: turn.UserID, ConversationID: conversationID, RunID: runID, State: "failed", Code: turn.Interrupted.Code,
	})
	return err
}
