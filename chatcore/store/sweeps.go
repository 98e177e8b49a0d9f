package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskpilot/internal/ownerdb"
)

// Sweep names an attachment whose bytes are due to go.
type Sweep struct {
	UserID       string `db:"user_id"`
	AttachmentID int64  `db:"attachment_id"`
	Swept        bool   `db:"swept"` // its bytes went once before
}

// sweepIn has an attachment's bytes go after a time, whatever was said of it before.
func sweepIn(ctx context.Context, tx *ownerdb.Tx, userID string, attachmentID int64, after time.Duration) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO attachment_sweeps (user_id, attachment_id, due_at) VALUES ($1, $2, now() + $3 * interval '1 second')
		ON CONFLICT (user_id, attachment_id) DO UPDATE SET due_at = EXCLUDED.due_at, swept = false`,
		userID, attachmentID, after.Seconds())
	if err != nil {
		return fmt.Errorf("planning an attachment's end: %w", err)
	}
	return nil
}

// sweepConversation has the bytes of all of a conversation's attachments go, and locks it first: no message may bring
// another one between this and the conversation's own end.
func sweepConversation(ctx context.Context, tx *ownerdb.Tx, userID string, conversationID int64) error {
	var locked int64
	err := tx.Get(ctx, &locked, `SELECT id FROM conversations WHERE user_id = $1 AND id = $2 FOR UPDATE`, userID, conversationID)
	if err != nil {
		return found(err, "locking a conversation")
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO attachment_sweeps (user_id, attachment_id, due_at)
		SELECT user_id, id, now() FROM attachments WHERE user_id = $1 AND conversation_id = $2
		ON CONFLICT (user_id, attachment_id) DO UPDATE SET due_at = EXCLUDED.due_at, swept = false`, userID, conversationID)
	if err != nil {
		return fmt.Errorf("planning the end of a conversation's attachments: %w", err)
	}
	return nil
}

// DueSweeps claims attachments of anybody's whose bytes are due to go, at most limit of them, for as long as hold: when
// nothing comes of it they are due again. Several replicas may claim at once.
func (s *Store) DueSweeps(ctx context.Context, limit int, hold time.Duration) ([]Sweep, error) {
	var due []Sweep
	err := s.db.AsRole(ctx, workerRole, func(tx *ownerdb.Tx) error {
		err := tx.Select(ctx, &due, `
			UPDATE attachment_sweeps SET due_at = now() + $2 * interval '1 second'
			FROM (
				SELECT user_id, attachment_id FROM attachment_sweeps
				WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS due
			WHERE attachment_sweeps.user_id = due.user_id AND attachment_sweeps.attachment_id = due.attachment_id
			RETURNING attachment_sweeps.user_id, attachment_sweeps.attachment_id, attachment_sweeps.swept`, limit, hold.Seconds())
		if err != nil {
			return fmt.Errorf("claiming attachments to sweep: %w", err)
		}
		return nil
	})
	return due, err
}

// BeginSweep forgets an attachment that was never sent, and says whether its bytes may go: not when it was sent meanwhile.
func (s *Store) BeginSweep(ctx context.Context, sweep Sweep) (gone bool, err error) {
	err = s.db.As(ctx, sweep.UserID, func(tx *ownerdb.Tx) error {
		if _, err := tx.Exec(ctx, `
			DELETE FROM attachments WHERE user_id = $1 AND id = $2 AND conversation_id IS NULL`,
			sweep.UserID, sweep.AttachmentID); err != nil {
			return fmt.Errorf("forgetting an attachment: %w", err)
		}
		var sent int64
		err := tx.Get(ctx, &sent, `SELECT id FROM attachments WHERE user_id = $1 AND id = $2`, sweep.UserID, sweep.AttachmentID)
		if gone = errors.Is(err, ownerdb.ErrNoRow); gone {
			return nil
		}
		return found(err, "looking for an attachment")
	})
	return gone, err
}

// EndSweep says that the bytes are gone. The first time it plans a second sweep after again, for an upload may have been
// on its way; then the sweep is over.
func (s *Store) EndSweep(ctx context.Context, sweep Sweep, again time.Duration) error {
	return s.db.As(ctx, sweep.UserID, func(tx *ownerdb.Tx) (err error) {
		if sweep.Swept {
			_, err = tx.Exec(ctx, `
				DELETE FROM attachment_sweeps WHERE user_id = $1 AND attachment_id = $2`, sweep.UserID, sweep.AttachmentID)
		} else {
			_, err = tx.Exec(ctx, `
				UPDATE attachment_sweeps SET swept = true, due_at = now() + $3 * interval '1 second'
				WHERE user_id = $1 AND attachment_id = $2`, sweep.UserID, sweep.AttachmentID, again.Seconds())
		}
		if err != nil {
			return fmt.Errorf("ending a sweep: %w", err)
		}
		return nil
	})
}
