package store

import (
	"context"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

type sessionRow struct {
	SessionID      string    `db:"session_id"`
	ThreadID       string    `db:"thread_id"`
	ConversationID int64     `db:"conversation_id"`
	CreatedAt      time.Time `db:"created_at"`
	ExpiresAt      time.Time `db:"expires_at"`
}

// ThreadID is how ChatKit names a conversation.
func ThreadID(conversationID int64) string { return fmt.Sprintf("thr_%d", conversationID) }

// CreateSession makes a session with an empty conversation of its own. The user's sessions that are over go first, with
// the conversations that stayed empty in them, so nothing has to sweep across owners.
func (s *Store) CreateSession(ctx context.Context, userID, sessionID string, lifetime time.Duration) (api.Session, error) {
	var session api.Session
	err := s.insert(ctx, userID, func(tx *ownerdb.Tx) error {
		now := s.now()
		var over []string
		if err := tx.Select(ctx, &over, `
			SELECT session_id FROM chatkit_sessions WHERE user_id = $1 AND expires_at <= $2`, userID, now); err != nil {
			return fmt.Errorf("looking for sessions that are over: %w", err)
		}
		for _, id := range over {
			if err := endSession(ctx, tx, userID, id); err != nil {
				return err
			}
		}
		conversation, err := s.newConversation(ctx, tx, userID, "", sessionID)
		if err != nil {
			return err
		}
		session = api.Session{
			SessionID: sessionID, ThreadID: ThreadID(conversation.ID), ConversationID: conversation.ID,
			CreatedAt: now, ExpiresAt: now.Add(lifetime).Truncate(time.Second), // whole seconds, as tokens count
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO chatkit_sessions (user_id, session_id, thread_id, conversation_id, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			userID, sessionID, session.ThreadID, conversation.ID, now, session.ExpiresAt)
		if err != nil {
			return fmt.Errorf("storing a session: %w", err)
		}
		return nil
	})
	return session, err
}

// Session gives a session that is neither revoked nor over, else ErrNotFound.
func (s *Store) Session(ctx context.Context, userID, sessionID string) (api.Session, error) {
	var row sessionRow
	err := s.db.Look(ctx, userID, func(tx *ownerdb.Tx) error {
		err := tx.Get(ctx, &row, `
			SELECT session_id, thread_id, conversation_id, created_at, expires_at FROM chatkit_sessions
			WHERE user_id = $1 AND session_id = $2 AND expires_at > $3`, userID, sessionID, s.now())
		return found(err, "reading a session")
	})
	return api.Session{
		SessionID: row.SessionID, ThreadID: row.ThreadID, ConversationID: row.ConversationID,
		CreatedAt: row.CreatedAt.UTC(), ExpiresAt: row.ExpiresAt.UTC(),
	}, err
}

// DeleteSession revokes a session. Its conversation goes with it if nothing was said there.
func (s *Store) DeleteSession(ctx context.Context, userID, sessionID string) error {
	return s.db.As(ctx, userID, func(tx *ownerdb.Tx) error { return endSession(ctx, tx, userID, sessionID) })
}

func endSession(ctx context.Context, tx *ownerdb.Tx, userID, sessionID string) error {
	if _, err := tx.Exec(ctx, `
		DELETE FROM conversations
		WHERE user_id = $1 AND message_count = 0 AND id = (
			SELECT conversation_id FROM chatkit_sessions WHERE user_id = $1 AND session_id = $2)`,
		userID, sessionID); err != nil {
		return fmt.Errorf("deleting an empty conversation: %w", err)
	}
	ended, err := tx.Exec(ctx, `DELETE FROM chatkit_sessions WHERE user_id = $1 AND session_id = $2`, userID, sessionID)
	if err != nil {
		return fmt.Errorf("deleting a session: %w", err)
	}
	if ended == 0 {
		return ErrNotFound
	}
	return nil
}
