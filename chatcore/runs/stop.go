package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskpilot/chatcore/api"
)

// ErrStopped is the cause of a run that somebody ended.
var ErrStopped = errors.New("the turn was stopped")

// Stop ends a user's run and keeps what was said; a run that has ended already stays as it is. At another replica it ends
// within a third of a lease.
func (m *Manager) Stop(ctx context.Context, userID string, runID int64) error {
	if run := m.local(userID, runID); run != nil {
		run.stop(ErrStopped)
		return nil
	}
	return m.known(ctx, userID, runID, m.store.AskToStop)
}

// PageLeft is told when the page that showed a run went away: unless it comes back in time, the run is stopped. The end of
// one that has ended meanwhile did not reach it.
func (m *Manager) PageLeft(ctx context.Context, userID string, runID int64) error {
	if !m.config.Finish {
		if err := m.known(ctx, userID, runID, m.store.PageLeft); err != nil {
			return err
		}
	}
	return m.store.EndSeen(ctx, userID, runID, false)
}

// known changes a run's lease. store.ErrNotFound says that there is no such run; one that has ended is fine.
func (m *Manager) known(ctx context.Context, userID string, runID int64, change func(context.Context, string, int64) (bool, error)) error {
	atWork, err := change(ctx, userID, runID)
	if err == nil && !atWork {
		_, err = m.store.LoadTurn(ctx, userID, runID)
	}
	if err != nil {
		return fmt.Errorf("telling a run: %w", err)
	}
	return nil
}

// MakeWay ends a run whose page left, for the person has said or done something new, and waits until it has ended.
func (m *Manager) MakeWay(ctx context.Context, userID string, runID int64) error {
	ctx, cancel := context.WithTimeout(ctx, changeOfHands*m.config.Lease)
	defer cancel()
	if err := m.Stop(ctx, userID, runID); err != nil {
		return err
	}
	if run := m.local(userID, runID); run != nil {
		select {
		case <-run.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for { // it ends elsewhere, or was given up here
		turn, err := m.store.LoadTurn(ctx, userID, runID)
		if err != nil || turn.Answer.State != api.StateRunning {
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}
