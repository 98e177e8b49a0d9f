package store

import (
	"context"
	"errors"
	"fmt"

	"taskpilot/internal/ownerdb"
)

// ErrNoAnswer says that a message is the person's own, where an answer is wanted.
var ErrNoAnswer = errors.New("the message is no answer")

// GiveFeedback keeps how the person likes an answer; their last word counts. changed is false when it is what they said
// before. One that was superseded is not there any more.
func (s *Store) GiveFeedback(ctx context.Context, userID string, messageID int64, kind string) (changed bool, err error) {
	err = s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		var before messageRow
		err := tx.Get(ctx, &before, `
			SELECT `+messageColumns+` FROM messages WHERE user_id = $1 AND id = $2 AND superseded_at IS NULL FOR UPDATE`, userID, messageID)
		if err != nil {
			return found(err, "reading the message that feedback is for")
		}
		if before.ReplyTo.Int64 == 0 {
			return ErrNoAnswer
		}
		if changed = before.Feedback.String != kind; !changed {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE messages SET feedback = $3 WHERE user_id = $1 AND id = $2`, userID, messageID, kind); err != nil {
			return fmt.Errorf("keeping feedback: %w", err)
		}
		return nil
	})
	return changed, err
}
