package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// conversationRow is a row of conversations.
type conversationRow struct {
	ID           int64          `db:"id"`
	Title        sql.NullString `db:"title"`
	TitleFrom    sql.NullInt64  `db:"title_position"`
	TitleByModel bool           `db:"title_by_model"`
	Status       string         `db:"status"`
	StatusReason sql.NullString `db:"status_reason"`
	Archived     bool           `db:"archived"`
	MessageCount int            `db:"message_count"`
	LastPosition int64          `db:"last_position"`
	CreatedAt    time.Time      `db:"created_at"`
	UpdatedAt    time.Time      `db:"updated_at"`
}

const conversationColumns = `id, title, title_position, title_by_model, status, status_reason, archived, message_count, last_position, created_at, updated_at`

func (r conversationRow) conversation() api.Conversation {
	title := api.Untitled
	if r.Title.Valid {
		title = r.Title.String
	}
	return api.Conversation{
		ID: r.ID, Title: title, MessageCount: r.MessageCount, Status: r.Status, StatusReason: r.StatusReason.String,
		Archived: r.Archived, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

// CreateConversation makes an empty one. It is in no list until it has a message.
func (s *Store) CreateConversation(ctx context.Context, userID, title string) (api.Conversation, error) {
	var row conversationRow
	err := s.insert(ctx, userID, func(tx *ownerdb.Tx) (err error) {
		row, err = s.newConversation(ctx, tx, userID, title, "")
		return err
	})
	return row.conversation(), err
}

func (s *Store) newConversation(ctx context.Context, tx *ownerdb.Tx, userID, title, sessionID string) (conversationRow, error) {
	var row conversationRow
	err := tx.Get(ctx, &row, `
		INSERT INTO conversations (user_id, id, title, chatkit_session_id, created_at, updated_at)
		VALUES ($1, $2, NULLIF($3, ''), NULLIF($4, ''), $5, $5)
		RETURNING `+conversationColumns, userID, s.ids.Next(), title, sessionID, s.now())
	if err != nil {
		return row, fmt.Errorf("making a conversation: %w", err)
	}
	return row, nil
}

// Conversation gives one.
func (s *Store) Conversation(ctx context.Context, userID string, id int64) (api.Conversation, error) {
	var row conversationRow
	err := s.db.Look(ctx, userID, func(tx *ownerdb.Tx) error {
		return readConversation(ctx, tx, &row, userID, id)
	})
	return row.conversation(), err
}

func readConversation(ctx context.Context, tx *ownerdb.Tx, row *conversationRow, userID string, id int64) error {
	err := tx.Get(ctx, row, `SELECT `+conversationColumns+` FROM conversations WHERE user_id = $1 AND id = $2`, userID, id)
	return found(err, "reading a conversation")
}

// Page asks for a part of a list. After is the id or position of the element that the part begins behind; 0 begins at the
// list's own beginning.
type Page struct {
	Limit     int
	After     int64
	Changed   time.Time // of conversations: when After had changed last, as a page before said; zero: where it stands now
	Ascending bool
	Glance    bool // of messages: nobody sees them, so no end was seen
}

// ChangeConversation applies what is not nil of the patch. A new status takes the reason along; without one the title of
// a conversation that is not active stays: *NotActiveError.
func (s *Store) ChangeConversation(ctx context.Context, userID string, id int64, patch api.ConversationPatch) (api.Conversation, error) {
	var row conversationRow
	err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		if patch.Title != nil && patch.Status == nil {
			if _, err := lockActive(ctx, tx, userID, id); err != nil {
				return err
			}
		}
		err := tx.Get(ctx, &row, `
			UPDATE conversations
			SET title = COALESCE($3, title), title_by_model = title_by_model AND $3::text IS NULL,
				title_position = CASE WHEN $3::text IS NULL THEN title_position END, archived = COALESCE($4, archived), status = COALESCE($5, status),
				status_reason = CASE WHEN $5::text IS NULL THEN status_reason ELSE $6 END, updated_at = $7
			WHERE user_id = $1 AND id = $2
			RETURNING `+conversationColumns, userID, id, patch.Title, patch.Archived, patch.Status, patch.Reason, s.now())
		return found(err, "changing a conversation")
	})
	return row.conversation(), err
}

// DeleteConversation deletes it with all that hangs on it. The bytes of its attachments go with the next sweep.
func (s *Store) DeleteConversation(ctx context.Context, userID string, id int64) error {
	return s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		if err := s.keepPlace(ctx, tx, userID, id); err != nil {
			return err
		}
		if err := sweepConversation(ctx, tx, userID, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM conversations WHERE user_id = $1 AND id = $2`, userID, id); err != nil {
			return fmt.Errorf("deleting a conversation: %w", err)
		}
		return nil
	})
}
