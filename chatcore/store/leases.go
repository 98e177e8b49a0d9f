package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"taskpilot/internal/ownerdb"
)

// workerRole may see the leases of all owners, and nothing else of anybody's.
const workerRole = "taskpilot_worker"

// Leased names a run that this replica is at work on. OwnerURL is another one at each claim, also of the same replica's:
// whoever had the run before, and does not know yet that it is lost, can store nothing of it any more.
type Leased struct {
	UserID   string `db:"user_id"`
	RunID    int64  `db:"run_id"`
	OwnerURL string `db:"owner_url"`
}

// FirstOwner is the OwnerURL of a run that a replica begins.
func FirstOwner(replica string) string { return replica + ".1" }

// OwnedBy says whether an OwnerURL is one of a replica's.
func OwnedBy(ownerURL, replica string) bool { return strings.HasPrefix(ownerURL, replica+".") }

// columns are the runs as arrays for a statement.
func columns(runs []Leased) (users, ids, owners any) {
	u, i, o := make([]string, 0, len(runs)), make([]int64, 0, len(runs)), make([]string, 0, len(runs))
	for _, run := range runs {
		u, i, o = append(u, run.UserID), append(i, run.RunID), append(o, run.OwnerURL)
	}
	return pq.Array(u), pq.Array(i), pq.Array(o)
}

// beginLease leases a run that begins, or that goes on from waiting, to a replica.
func beginLease(ctx context.Context, tx *ownerdb.Tx, userID string, runID int64, ownerURL string, lease time.Duration) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO turn_leases (user_id, run_id, owner_url, until) VALUES ($1, $2, $3, now() + $4 * interval '1 second')`,
		userID, runID, ownerURL, lease.Seconds())
	if err != nil {
		return fmt.Errorf("leasing the turn: %w", err)
	}
	return nil
}

// LeaseNews is what others want of a run that this replica is at work on.
type LeaseNews struct {
	Leased
	Stop  bool `db:"stop"`  // it is to end: somebody asked for it, or its page left and did not come back in time
	Asked bool `db:"asked"` // somebody asked for it
}

// RenewLeases says of these runs that this replica is still at work on them, whoever owns them, and gives what others
// want of them. A run that is not named is not renewed. grace is how long a page that left may come back.
func (s *Store) RenewLeases(ctx context.Context, runs []Leased, lease, grace time.Duration) ([]LeaseNews, error) {
	users, ids, owners := columns(runs)
	var news []LeaseNews
	err := s.db.AsRole(ctx, workerRole, func(tx *ownerdb.Tx) error {
		err := tx.Select(ctx, &news, `
			UPDATE turn_leases SET until = now() + $1 * interval '1 second'
			FROM unnest($2::text[], $3::bigint[], $4::text[]) AS run (user_id, run_id, owner_url)
			WHERE turn_leases.user_id = run.user_id AND turn_leases.run_id = run.run_id AND turn_leases.owner_url = run.owner_url
			RETURNING turn_leases.user_id, turn_leases.run_id, turn_leases.owner_url,
				stop_asked AS asked, stop_asked OR COALESCE(left_at < now() - $5 * interval '1 second', false) AS stop`,
			lease.Seconds(), users, ids, owners, grace.Seconds())
		if err != nil {
			return fmt.Errorf("renewing leases: %w", err)
		}
		return nil
	})
	return news, err
}

// Claim is a run that this replica has taken over.
type Claim struct{ Leased }

// ClaimTurns takes over runs whose replica is gone, at most limit of them. Several replicas may claim at once. What this
// replica itself has at work it keeps, also when it was late with the lease, unless another one had the run meanwhile.
func (s *Store) ClaimTurns(ctx context.Context, replica string, atWork []Leased, lease time.Duration, limit int) ([]Claim, error) {
	users, ids, owners := columns(atWork)
	name := fmt.Sprintf("%s.%d", replica, s.ids.Next())
	var claims []Claim
	err := s.db.AsRole(ctx, workerRole, func(tx *ownerdb.Tx) error {
		err := tx.Select(ctx, &claims, `
			UPDATE turn_leases
			SET owner_url = $1, until = now() + $2 * interval '1 second'
			FROM (
				SELECT user_id, run_id FROM turn_leases
				WHERE until <= now() AND (user_id, run_id, owner_url) NOT IN (
					SELECT * FROM unnest($4::text[], $5::bigint[], $6::text[]))
				ORDER BY until LIMIT $3 FOR UPDATE SKIP LOCKED) AS over
			WHERE turn_leases.user_id = over.user_id AND turn_leases.run_id = over.run_id
			RETURNING turn_leases.user_id, turn_leases.run_id, turn_leases.owner_url`,
			name, lease.Seconds(), limit, users, ids, owners)
		if err != nil {
			return fmt.Errorf("taking turns over: %w", err)
		}
		return nil
	})
	return claims, err
}

// ReleaseTurn gives a run up, so that another replica takes it over at once. The attempt was none of the turn's fault.
func (s *Store) ReleaseTurn(ctx context.Context, run Leased) error {
	return s.db.As(ctx, run.UserID, func(tx *ownerdb.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE turn_leases SET until = now(), attempt = attempt - 1
			WHERE user_id = $1 AND run_id = $2 AND owner_url = $3`, run.UserID, run.RunID, run.OwnerURL)
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
