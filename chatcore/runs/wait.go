package runs

import (
	"context"
	"time"

	"taskpilot/chatcore/api"
)

// Status says how a run stands.
func (m *Manager) Status(ctx context.Context, userID string, runID int64) (api.RunStatus, error) {
	if run := m.local(userID, runID); run != nil {
		return api.RunStatus{RunID: runID, State: api.StateRunning, Followed: run.Followed()}, nil
	}
	turn, err := m.store.LoadTurn(ctx, userID, runID)
	if err != nil {
		return api.RunStatus{}, err
	}
	return api.RunStatus{RunID: runID, State: turn.Answer.State}, nil
}

// Read is told when somebody reads a conversation in which a run is at work: its page is back. If no open stream shows the
// run, Read waits for its end, at most limit; whoever reads then finds the answer.
func (m *Manager) Read(ctx context.Context, userID string, runID int64, limit time.Duration) error {
	if err := m.store.PageBack(ctx, userID, runID); err != nil {
		return err
	}
	if limit <= 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if run := m.local(userID, runID); run != nil {
		if !run.Followed() {
			select {
			case <-run.ended:
			case <-ctx.Done():
			}
		}
		return nil
	}
	return m.readElsewhere(ctx, userID, runID)
}

// EndSeen is told before a run's end is written to a reader, for the reader may answer at once, and again with false when
// it could not be written.
func (m *Manager) EndSeen(ctx context.Context, userID string, runID int64, seen bool) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := m.store.EndSeen(ctx, userID, runID, seen); err != nil {
		m.log.WarnContext(ctx, "whether an end was seen could not be stored", "run_id", runID, "error", err)
	}
}

// howOften the end of a run at another replica is looked for.
const howOften = 100 * time.Millisecond

func (m *Manager) readElsewhere(ctx context.Context, userID string, runID int64) error {
	for first := true; ; first = false {
		turn, err := m.store.LoadTurn(ctx, userID, runID)
		if err != nil || turn.Answer.State != api.StateRunning {
			return nil //nolint:nilerr // whoever reads finds what is there
		}
		if first && turn.Live && m.config.Peers != nil {
			if followed, err := m.config.Peers.Followed(ctx, turn.OwnerURL, userID, runID); err == nil && followed {
				return nil
			}
		}
		if pause(ctx, howOften) != nil {
			return nil
		}
	}
}
