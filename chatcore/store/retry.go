package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// question is the user's message that a retry answers again.
func question(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID, messageID int64) (messageRow, error) {
	var row messageRow
	err := tx.Get(ctx, &row, `
		SELECT `+messageColumns+` FROM messages
		WHERE user_id = $1 AND conversation_id = $2 AND id = $3 AND role = 'user' AND superseded_at IS NULL`,
		userID, conversationID, messageID)
	return row, found(err, "reading what is to be answered again")
}

// supersede takes what came after a question out of lists and of the model's input. It stays in the database.
func supersede(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64, question messageRow, now time.Time) ([]api.Message, error) {
	gone, err := readMessages(ctx, tx, userID, `
		SELECT `+messageColumns+` FROM messages
		WHERE user_id = $1 AND conversation_id = $2 AND position > $3 AND superseded_at IS NULL ORDER BY position`,
		userID, conversationID, question.Position)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE messages SET superseded_at = $4
		WHERE user_id = $1 AND conversation_id = $2 AND position > $3 AND superseded_at IS NULL`,
		userID, conversationID, question.Position, now); err != nil {
		return nil, fmt.Errorf("superseding: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE conversations SET message_count = message_count - $3 WHERE user_id = $1 AND id = $2`,
		userID, conversationID, len(gone)); err != nil {
		return nil, fmt.Errorf("counting what is left: %w", err)
	}
	return gone, nil
}

// supersedeActions does the same with actions. What they did still stands, and the model is told of it. ErrBusy says that
// one is at work: its answer would show what has just gone.
func supersedeActions(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64, question messageRow, now time.Time) ([]api.Action, error) {
	gone, err := readActions(ctx, tx, `
		UPDATE actions SET superseded_at = $4
		WHERE user_id = $1 AND conversation_id = $2 AND position > $3 AND superseded_at IS NULL
		RETURNING `+actionColumns, userID, conversationID, question.Position, now)
	if slices.ContainsFunc(gone, func(a api.Action) bool { return !a.Record.Status.Done() }) {
		return nil, ErrBusy
	}
	slices.SortFunc(gone, func(a, b api.Action) int { return cmp.Compare(a.Position, b.Position) })
	return gone, err
}

// actionsSupersededBy are the actions that went when an answer began.
func actionsSupersededBy(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn) ([]api.Action, error) {
	return readActions(ctx, tx, `
		SELECT `+actionColumns+` FROM actions
		WHERE user_id = $1 AND conversation_id = $2 AND position > $3 AND position < $4 AND superseded_at = $5
		ORDER BY position`, turn.UserID, turn.Conversation.ID, turn.UserMessage.Position, turn.Answer.Position, turn.Answer.CreatedAt)
}

// supersededBy are the messages that went when an answer began.
func supersededBy(ctx context.Context, tx *ownerdb.Tx, turn *StoredTurn) ([]api.Message, error) {
	return readMessages(ctx, tx, turn.UserID, `
		SELECT `+messageColumns+` FROM messages
		WHERE user_id = $1 AND conversation_id = $2 AND position > $3 AND position < $4 AND superseded_at = $5
		ORDER BY position`, turn.UserID, turn.Conversation.ID, turn.UserMessage.Position, turn.Answer.Position, turn.Answer.CreatedAt)
}

// earlier are the answers to a question that were superseded: what they did still stands, and the model is told.
func earlier(ctx context.Context, tx *ownerdb.Tx, userID string, questionID int64) ([]api.Message, error) {
	return readMessages(ctx, tx, userID, `
		SELECT `+messageColumns+` FROM messages
		WHERE user_id = $1 AND reply_to = $2 AND superseded_at IS NOT NULL ORDER BY position`, userID, questionID)
}
