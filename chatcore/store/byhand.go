package store

import (
	"context"
	"fmt"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// ByHand is what the person did without words.
type ByHand struct {
	Record api.ToolCall
	Behind int64 // the position behind which it had ended
}

// readByHand gives the actions that the model is told of with these messages, in the order in which they ended. An action
// belongs to the first thing that was said after its end, so it stands at the same place in every later turn.
func readByHand(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64, history []api.Message) ([]ByHand, error) {
	if len(history) == 0 {
		return nil, nil
	}
	var rows []actionRow
	err := tx.Select(ctx, &rows, `
		SELECT `+actionColumns+` FROM actions
		WHERE user_id = $1 AND conversation_id = $2 AND ended_behind >= COALESCE((
			SELECT max(position) FROM messages
			WHERE user_id = $1 AND conversation_id = $2 AND role = 'user' AND position < $3 AND superseded_at IS NULL), 0)
		ORDER BY ended_behind, position`, userID, conversationID, history[0].Position)
	if err != nil {
		return nil, fmt.Errorf("reading what was done by hand: %w", err)
	}
	var byHand []ByHand
	for _, row := range rows {
		byHand = append(byHand, ByHand{Record: row.record(), Behind: row.EndedBehind.Int64})
	}
	return byHand, nil
}
