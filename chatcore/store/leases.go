package store

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"taskpilot/internal/ownerdb"
)

// workerRole may see the leases of all owners, and nothing else of anybody's.
const workerRole = "taskpilot_worker"

// Leased names a run that this replica is at work on.
type Leased struct {
	UserID string `db:"user_id"`
	RunID  int64  `db:"run_id"`
}

// LeaseNews is what others want of a run that this replica is at work on.
type LeaseNews struct {
	Leased
	Stop  bool `db:"stop"`  // it is to end: somebody asked for it, or its page left and did not come back in time
	Asked bool `db:"asked"` // somebody asked for it
}

// RenewLeases says of these runs that this replica is still at work on them, whoever owns them, and gives what others
// want of them. A run that is not named is not renewed. grace is how long a page that left may come back.
func (s *Store) RenewLeases(ctx context.Context, ownerURL string, runs []Leased, lease, grace time.Duration) ([]LeaseNews, error) {
	users, ids := make([]string, 0, len(runs)), make([]int64, 0, len(runs))
	for _, run := range runs {
		users, ids = append(users, run.UserID), append(ids, run.RunID)
	}
	var news []LeaseNews
	err := s.db.AsRole(ctx, workerRole, func(tx *ownerdb.Tx) error {
		err := tx.Select(ctx, &news, `
			UPDATE turn_leases SET until = now() + $2 * interval '1 second'
			FROM unnest($3::text[], $4::bigint[]) AS run (user_id, run_id)
			WHERE turn_leases.user_id = run.user_id AND turn_leases.run_id = run.run_id AND owner_url = $1
			RETURNING turn_leases.user_id, turn_leases.run_id,
				stop_asked AS asked, stop_asked OR COALESCE(left_at < now() - $5 * interval '1 second', false) AS stop`,
			ownerURL, lease.Seconds(), pq.Array(users), pq.Array(ids), grace.Seconds())
		if err != nil {
			return fmt.Errorf("renewing leases: %w", err)
		}
		return nil
	})
	return news, err
}

// Claim is a run that this replica has taken over.
type Claim struct {
	Leased
	Attempt int `db:"attempt"` // the first replica's was 1
}

// ClaimTurns takes over runs whose replica is gone, at most limit of them. Several replicas may claim at once.
func (s *Store) ClaimTurns(ctx context.Context, ownerURL string, lease time.Duration, limit int) ([]Claim, error) {
	var claims []Claim
	err := s.db.AsRole(ctx, workerRole, func(tx *ownerdb.Tx) error {
		err := tx.Select(ctx, &claims, `
			UPDATE turn_leases SET owner_url = $1, until = now() + $2 * interval '1 second', attempt = attempt + 1
			FROM (
				SELECT user_id, run_id FROM turn_leases WHERE until <= now()
				ORDER BY until LIMIT $3 FOR UPDATE SKIP LOCKED) AS over
			WHERE turn_leases.user_id = over.user_id AND turn_leases.run_id = over.run_id
			RETURNING turn_leases.user_id, turn_leases.run_id, attempt`, ownerURL, lease.Seconds(), limit)
		if err != nil {
			return fmt.Errorf("taking turns over: %w", err)
		}
		return nil
	})
	return claims, err
}

// ReleaseTurn gives a run up, so that another replica takes it over at once. The attempt was none of the turn's fault.
func (s *Store) ReleaseTurn(ctx context.Context, userID string, runID int64, ownerURL string) error {
	return s.db.As(ctx, userID, func(tx *ownerdb.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE turn_leases SET until = now(), attempt = attempt - 1
			WHERE user_id = $1 AND run_id = $2 AND owner_url = $3`, userID, runID, ownerURL)
		if err != nil {
			return fmt.Errorf("giving a turn up: %w", err)
		}
		return nil
	})
}

// AskToStop asks whoever is at work on a run to end it. It reports whether the run is at work.
func (s *Store) AskToStop(ctx context.Context, userID string, runID int64) (atWork bool, err error) {
	return s.changeLease(ctx, userID, runID, `
		UPDATE turn_leases SET stop_asked = true WHERE user_id = $1 AND run_id = $2`)
}

// PageLeft begins the grace in which the page may come back. It reports whether the run is at work.
func (s *Store) PageLeft(ctx context.Context, userID string, runID int64) (atWork bool, err error) {
	return s.changeLease(ctx, userID, runID, `
		UPDATE turn_leases SET left_at = now() WHERE user_id = $1 AND run_id = $2`)
}

// PageBack ends the grace: somebody reads the conversation or follows the run.
func (s *Store) PageBack(ctx context.Context, userID string, runID int64) error {
	_, err := s.changeLease(ctx, userID, runID, `
		UPDATE turn_leases SET left_at = NULL WHERE user_id = $1 AND run_id = $2`)
	return err
}

func (s *Store) changeLease(ctx context.Context, userID string, runID int64, statement string) (bool, error) {
	var changed int64
	err := s.db.As(ctx, userID, func(tx *ownerdb.Tx) (err error) {
		changed, err = tx.Exec(ctx, statement, userID, runID)
		if err != nil {
			return fmt.Errorf("changing a lease: %w", err)
		}
		return nil
	})
	return changed > 0, err
}
