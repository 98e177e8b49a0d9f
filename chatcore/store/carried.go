package store

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// AttachmentError says that a message can't carry an attachment. Why is one of the Attachment* constants.
type AttachmentError struct {
	ID  int64
	Why string
}

func (e *AttachmentError) Error() string { return fmt.Sprintf("attachment %d: %s", e.ID, e.Why) }

// Why a message can't carry an attachment.
const (
	AttachmentMissing   = "attachment_not_found"  // not there, or not this user's
	AttachmentNotStored = "attachment_not_stored" // its bytes have not come
	AttachmentUsed      = "attachment_used"       // a message carries it already
)

// carry puts a turn's attachments, which it may carry, into its message, in their order. They belong to the conversation from
// then on.
func carry(ctx context.Context, tx *ownerdb.Tx, turn NewTurn, conversationID, messageID int64) error {
	if len(turn.Attachments) == 0 {
		return nil
	}
	for _, statement := range []struct {
		doing, query string
		args         []any
	}{
		{"giving attachments to a conversation", `
			UPDATE attachments SET conversation_id = $3 WHERE user_id = $1 AND id = ANY($2)`, []any{conversationID}},
		{"putting attachments into a message", `
			INSERT INTO message_attachments (user_id, message_id, ordinal, attachment_id)
			SELECT $1, $3, ordinal - 1, id FROM unnest($2::bigint[]) WITH ORDINALITY AS given (id, ordinal)`, []any{messageID}},
		{"keeping sent attachments", `
			DELETE FROM attachment_sweeps WHERE user_id = $1 AND attachment_id = ANY($2)`, nil},
	} {
		args := append([]any{turn.UserID, pq.Array(turn.Attachments)}, statement.args...)
		if _, err := tx.Exec(ctx, statement.query, args...); err != nil {
			return fmt.Errorf("%s: %w", statement.doing, err)
		}
	}
	return nil
}

// mayCarry locks a turn's attachments and gives them, but not those that are not this user's, not stored, or in a message
// already: *AttachmentError.
func mayCarry(ctx context.Context, tx *ownerdb.Tx, turn NewTurn) ([]api.Attachment, error) {
	if len(turn.Attachments) == 0 {
		return nil, nil
	}
	var rows []attachmentRow
	err := tx.Select(ctx, &rows, `
		SELECT `+attachmentColumns+` FROM attachments WHERE user_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE`,
		turn.UserID, pq.Array(turn.Attachments))
	if err != nil {
		return nil, fmt.Errorf("locking attachments: %w", err)
	}
	known := make(map[int64]attachmentRow, len(rows))
	for _, row := range rows {
		known[row.ID] = row
	}
	files := make([]api.Attachment, 0, len(rows))
	for _, id := range turn.Attachments {
		row, there := known[id]
		switch {
		case !there:
			return nil, &AttachmentError{ID: id, Why: AttachmentMissing}
		case row.State != api.AttachmentStored:
			return nil, &AttachmentError{ID: id, Why: AttachmentNotStored}
		case row.ConversationID.Valid:
			return nil, &AttachmentError{ID: id, Why: AttachmentUsed}
		}
		files = append(files, row.stored().Attachment)
	}
	return files, nil
}

// readCarried gives the attachments of messages, in order, by message.
func readCarried(ctx context.Context, tx *ownerdb.Tx, userID string, messages []int64) (map[int64][]api.Attachment, error) {
	if len(messages) == 0 {
		return nil, nil
	}
	var rows []struct {
		attachmentRow
		MessageID int64 `db:"message_id"`
	}
	err := tx.Select(ctx, &rows, `
		SELECT message_attachments.message_id, `+attachmentColumns+` FROM message_attachments
		JOIN attachments ON attachments.user_id = message_attachments.user_id AND attachments.id = message_attachments.attachment_id
		WHERE message_attachments.user_id = $1 AND message_attachments.message_id = ANY($2)
		ORDER BY message_attachments.message_id, message_attachments.ordinal`, userID, pq.Array(messages))
	if err != nil {
		return nil, fmt.Errorf("reading messages' attachments: %w", err)
	}
	carried := map[int64][]api.Attachment{}
	for _, row := range rows {
		carried[row.MessageID] = append(carried[row.MessageID], row.stored().Attachment)
	}
	return carried, nil
}
