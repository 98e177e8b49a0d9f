package store

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"taskpilot/internal/ownerdb"
)

// Leased names a run that this replica is at work on.
type Leased struct {
	UserID string
	RunID  int64
}

// RenewLeases says of these runs that this replica is still at work on them, whoever owns them. The lease of a run that
// is not named ends: nobody is at work on it any more, also when an earlier process was reached at the same address.
func (s *Store) RenewLeases(ctx context.Context, ownerURL string, runs []Leased, lease time.Duration) error {
	users, ids := make([]string, 0, len(runs)), make([]int64, 0, len(runs))
	for _, run := range runs {
		users, ids = append(users, run.UserID), append(ids, run.RunID)
	}
	return s.db.AsRole(ctx, "taskpilot_worker", func(tx *ownerdb.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE turn_leases SET until = now() + $2 * interval '1 second'
			FROM unnest($3::text[], $4::bigint[]) AS run (user_id, run_id)
			WHERE turn_leases.user_id = run.user_id AND turn_leases.run_id = run.run_id AND owner_url = $1`,
			ownerURL, lease.Seconds(), pq.Array(users), pq.Array(ids))
		if err != nil {
			return fmt.Errorf("renewing leases: %w", err)
		}
		return nil
	})
}
