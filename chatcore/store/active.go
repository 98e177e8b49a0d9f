package store

import (
	"context"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// NotActiveError says that a conversation takes nothing more: it is locked or closed. Reason may be empty.
type NotActiveError struct{ Status, Reason string }

func (e *NotActiveError) Error() string { return "the conversation is " + e.Status }

// active is nil while a person may do something in the conversation, and else a *NotActiveError.
func (r conversationRow) active() error {
	if r.Status == api.ConversationActive {
		return nil
	}
	return &NotActiveError{Status: r.Status, Reason: r.StatusReason.String}
}

// lockActive locks a conversation's row for something that a person does in it: whatever adds to it, or changes what it
// shows, begins here or holds the row to active. Only what was accepted before goes on in a conversation that was locked since.
func lockActive(ctx context.Context, tx *ownerdb.Tx, userID string, id int64) (conversationRow, error) {
	var row conversationRow
	err := tx.Get(ctx, &row, `
		SELECT `+conversationColumns+` FROM conversations WHERE user_id = $1 AND id = $2 FOR UPDATE`, userID, id)
	if err != nil {
		return row, found(err, "locking a conversation")
	}
	return row, row.active()
}
