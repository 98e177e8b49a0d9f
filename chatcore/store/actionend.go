package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
	"taskpilot/internal/ownerdb"
)

// ActionEnd is how an action ended.
type ActionEnd struct {
	UserID   string
	ActionID int64
	Status   api.CallStatus // executed or failed
	Result   json.RawMessage
	Code     string
	Error    string
	Refresh  *Refresh // of the record that was clicked in; nil: nobody knows a newer state
	Unknown  bool     // nobody knows whether it acted: the same request may be made again, and acts once still
}

// EndAction records how an action's call ended and refreshes the record that was clicked in. An action ends once: what an
// earlier end stored stays.
func (s *Store) EndAction(ctx context.Context, end ActionEnd) (StoredAction, error) {
	var stored StoredAction
	err := s.db.As(ctx, end.UserID, func(tx *ownerdb.Tx) (err error) {
		if err := s.endAction(ctx, tx, end); err != nil {
			return err
		}
		stored, err = loadAction(ctx, tx, end.UserID, end.ActionID)
		return err
	})
	return stored, err
}

func (s *Store) endAction(ctx context.Context, tx *ownerdb.Tx, end ActionEnd) error {
	var last int64 // under the lock: no message gets its position at the same time
	err := tx.Get(ctx, &last, `
		SELECT last_position FROM conversations
		WHERE user_id = $1 AND id = (SELECT conversation_id FROM actions WHERE user_id = $1 AND id = $2)
		FOR UPDATE`, end.UserID, end.ActionID)
	if err != nil {
		return found(err, "locking an action's conversation")
	}
	ended, err := tx.Exec(ctx, `
		UPDATE actions
		SET status = $3, result = $4, code = NULLIF($5, ''), error = NULLIF($6, ''), finished_at = $7, ended_behind = $8,
			idempotency_key = CASE WHEN $9 THEN NULL ELSE idempotency_key END
		WHERE user_id = $1 AND id = $2 AND status = 'pending'`,
		end.UserID, end.ActionID, end.Status, nullJSON(end.Result), end.Code, end.Error, s.now(), last, end.Unknown)
	if err != nil {
		return fmt.Errorf("ending an action: %w", err)
	}
	if ended == 0 {
		return nil
	}
	var record int64
	if err := tx.Get(ctx, &record, `SELECT COALESCE(record_id, 0) FROM actions WHERE user_id = $1 AND id = $2`, end.UserID, end.ActionID); err != nil {
		return fmt.Errorf("reading what was clicked in: %w", err)
	}
	if record != 0 {
		if err := refresh(ctx, tx, end.UserID, record, end.Refresh); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM action_leases WHERE user_id = $1 AND action_id = $2`, end.UserID, end.ActionID); err != nil {
		return fmt.Errorf("giving an action's lease back: %w", err)
	}
	return nil
}

// ClaimedAction is an action that was left.
type ClaimedAction struct {
	UserID   string `db:"user_id"`
	ActionID int64  `db:"action_id"`
	Attempt  int    `db:"attempt"` // the first replica's was 1
}

// ClaimActions takes over actions whose replica is gone, at most limit of them.
func (s *Store) ClaimActions(ctx context.Context, lease time.Duration, limit int) ([]ClaimedAction, error) {
	var claims []ClaimedAction
	err := s.db.AsRole(ctx, workerRole, func(tx *ownerdb.Tx) error {
		err := tx.Select(ctx, &claims, `
			UPDATE action_leases SET until = now() + $1 * interval '1 second', attempt = attempt + 1
			FROM (
				SELECT user_id, action_id FROM action_leases WHERE until <= now()
				ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED) AS left_over
			WHERE action_leases.user_id = left_over.user_id AND action_leases.action_id = left_over.action_id
			RETURNING action_leases.user_id, action_leases.action_id, attempt`, lease.Seconds(), limit)
		if err != nil {
			return fmt.Errorf("taking actions over: %w", err)
		}
		return nil
	})
	return claims, err
}

// HoldAction says that an action is still at work.
func (s *Store) HoldAction(ctx context.Context, userID string, actionID int64, lease time.Duration) error {
	return s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE action_leases SET until = now() + $3 * interval '1 second' WHERE user_id = $1 AND action_id = $2`,
			userID, actionID, lease.Seconds())
		if err != nil {
			return fmt.Errorf("holding an action: %w", err)
		}
		return nil
	})
}
