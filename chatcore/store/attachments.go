package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// NewAttachment is a file that a person is about to send.
type NewAttachment struct {
	UserID    string
	Name      string
	MIMEType  string
	Size      int64
	Keep      time.Duration // how long it stays without being sent
	MaxUnsent int           // how many that were not sent a user may have
}

// StoredAttachment is an attachment with what its API form does not tell.
type StoredAttachment struct {
	api.Attachment
	Blob string // where its bytes are; empty until they are stored
}

// Errors of attachments that callers tell apart.
var (
	ErrTooManyUnsent  = errors.New("too many attachments that were not sent")
	ErrAlreadyStored  = errors.New("the attachment's bytes are stored already")
	ErrAttachmentSent = errors.New("the attachment is in a message")
)

type attachmentRow struct {
	ID             int64          `db:"id"`
	ConversationID sql.NullInt64  `db:"conversation_id"`
	Name           string         `db:"name"`
	MIMEType       string         `db:"mime_type"`
	Size           int64          `db:"size"`
	State          string         `db:"state"`
	Blob           sql.NullString `db:"blob"`
	CreatedAt      time.Time      `db:"created_at"`
}

const attachmentColumns = `attachments.id, attachments.conversation_id, attachments.name, attachments.mime_type, attachments.size,
	attachments.state, attachments.blob, attachments.created_at`

func (r attachmentRow) stored() StoredAttachment {
	return StoredAttachment{Blob: r.Blob.String, Attachment: api.Attachment{
		ID: r.ID, ConversationID: r.ConversationID.Int64, Name: r.Name, MIMEType: r.MIMEType, Size: r.Size, State: r.State,
		CreatedAt: r.CreatedAt.UTC(),
	}}
}

// CreateAttachment makes room for a file whose bytes will come. Nothing of it stays when it is not sent in time.
func (s *Store) CreateAttachment(ctx context.Context, file NewAttachment) (api.Attachment, error) {
	var row attachmentRow
	err := s.insert(ctx, file.UserID, func(tx *ownerdb.Tx) error {
		var unsent int
		if err := tx.Get(ctx, &unsent, `
			SELECT count(*) FROM attachments WHERE user_id = $1 AND conversation_id IS NULL`, file.UserID); err != nil {
			return fmt.Errorf("counting attachments: %w", err)
		}
		if unsent >= file.MaxUnsent {
			return ErrTooManyUnsent
		}
		if err := tx.Get(ctx, &row, `
			INSERT INTO attachments (user_id, id, name, mime_type, size, state, created_at)
			VALUES ($1, $2, $3, $4, $5, 'created', $6) RETURNING `+attachmentColumns,
			file.UserID, s.ids.Next(), file.Name, file.MIMEType, file.Size, s.now()); err != nil {
			return fmt.Errorf("making an attachment: %w", err)
		}
		return sweepIn(ctx, tx, file.UserID, row.ID, file.Keep)
	})
	return row.stored().Attachment, err
}

// Attachment gives one.
func (s *Store) Attachment(ctx context.Context, userID string, id int64) (StoredAttachment, error) {
	var row attachmentRow
	err := s.db.Look(ctx, userID, func(tx *ownerdb.Tx) error {
		err := tx.Get(ctx, &row, `SELECT `+attachmentColumns+` FROM attachments WHERE user_id = $1 AND id = $2`, userID, id)
		return found(err, "reading an attachment")
	})
	return row.stored(), err
}

// KeepBlob says that an attachment's bytes are stored, size of them, and where. Only the first time: ErrAlreadyStored.
func (s *Store) KeepBlob(ctx context.Context, userID string, id int64, blob string, size int64) (api.Attachment, error) {
	var row attachmentRow
	err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		err := tx.Get(ctx, &row, `
			SELECT `+attachmentColumns+` FROM attachments WHERE user_id = $1 AND id = $2 FOR UPDATE`, userID, id)
		if err != nil {
			return found(err, "locking an attachment")
		}
		if row.State == api.AttachmentStored {
			return ErrAlreadyStored
		}
		err = tx.Get(ctx, &row, `
			UPDATE attachments SET state = 'stored', blob = $3, size = $4
			WHERE user_id = $1 AND id = $2 RETURNING `+attachmentColumns, userID, id, blob, size)
		return found(err, "keeping an attachment's bytes")
	})
	return row.stored().Attachment, err
}

// DeleteAttachment deletes one that was not sent. Its bytes go with the next sweep.
func (s *Store) DeleteAttachment(ctx context.Context, userID string, id int64) error {
	return s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		deleted, err := tx.Exec(ctx, `
			DELETE FROM attachments WHERE user_id = $1 AND id = $2 AND conversation_id IS NULL`, userID, id)
		if err != nil {
			return fmt.Errorf("deleting an attachment: %w", err)
		}
		if deleted > 0 {
			return sweepIn(ctx, tx, userID, id, 0)
		}
		var sent int
		err = tx.Get(ctx, &sent, `SELECT count(*) FROM attachments WHERE user_id = $1 AND id = $2`, userID, id)
		if err != nil {
			return fmt.Errorf("looking for an attachment: %w", err)
		}
		if sent > 0 {
			return ErrAttachmentSent
		}
		return ErrNotFound
	})
}
