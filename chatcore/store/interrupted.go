package store

import (
	"context"
	"fmt"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// Sentence is something chatcore itself says.
type Sentence struct{ Code, Text string }

// closeInterrupted ends a turn whose replica is gone: what was stored stays, and a sentence says what happened.
func (s *Store) closeInterrupted(ctx context.Context, tx *ownerdb.Tx, turn NewTurn, conversationID, runID int64) error {
	var last int
	if err := tx.Get(ctx, &last, `
		SELECT COALESCE(max(ordinal), 0) FROM steps WHERE user_id = $1 AND message_id = $2`, turn.UserID, runID); err != nil {
		return fmt.Errorf("looking for the last step: %w", err)
	}
	step, err := s.openStep(ctx, tx, StepPlace{
		UserID: turn.UserID, ConversationID: conversationID, RunID: runID, Ordinal: last + 1, Code: turn.Interrupted.Code,
	})
	if err != nil {
		return err
	}
	if err := finishStep(ctx, tx, turn.UserID, step.ID, turn.Interrupted.Text, ""); err != nil {
		return err
	}
	_, _, err = s.endTurn(ctx, tx, TurnEnd{
		UserID: turn.UserID, ConversationID: conversationID, RunID: runID,
		State: api.StateFailed, Code: turn.Interrupted.Code, LostCall: turn.LostCall,
	})
	return err
}
