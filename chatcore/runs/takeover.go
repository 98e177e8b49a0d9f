package runs

import (
	"context"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/store"
)

// maxClaims is how many turns a replica takes over at a time; the rest is for the next round, and for other replicas.
const maxClaims = 16

// maxAttempts is how often a turn is begun. After that something in the turn itself must be what ends its replicas.
const maxAttempts = 3

// TakeOver goes on with turns whose replica is gone, until ctx ends.
func (m *Manager) TakeOver(ctx context.Context) {
	ticker := time.NewTicker(m.config.Lease / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !m.enter(maxClaims) {
			return // going down
		}
		claims, err := m.store.ClaimTurns(ctx, m.config.OwnerURL, m.leased(), m.config.Lease, maxClaims)
		if err != nil && ctx.Err() == nil {
			m.log.WarnContext(ctx, "turns could not be taken over", "error", err)
		}
		for _, claim := range claims {
			m.log.InfoContext(ctx, "took a turn over", "run_id", claim.RunID)
			go m.goOn(context.WithoutCancel(ctx), claim)
		}
		m.wait.Add(len(claims) - maxClaims)
	}
}

// enter counts n goroutines that are about to begin; false when the replica goes down.
func (m *Manager) enter(n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closing {
		return false
	}
	m.wait.Add(n)
	return true
}

// goOn is the goroutine of a turn that was taken over.
func (m *Manager) goOn(ctx context.Context, claim store.Claim) {
	turn, err := m.resume(ctx, claim)
	if err != nil {
		m.log.WarnContext(ctx, "a turn that was taken over could not be read", "run_id", claim.RunID, "error", err)
		m.wait.Done() // its lease ends, and somebody tries again
		return
	}
	work, stop := context.WithCancelCause(ctx)
	run, j := m.restored(turn, claim.OwnerURL, stop)
	if turn.Titled && !turn.Retitled && turn.Attempt <= maxAttempts {
		m.title(ctx, run, turn.UserMessage)
	}
	m.begin(run)
	m.work(work, j, func(ctx context.Context) agent.Ending {
		if turn.Attempt > maxAttempts {
			return exhausted(taken(turn))
		}
		toGoOn := turnFor(agent.Caller{UserID: turn.UserID}, turn.Turn)
		toGoOn.Steps = taken(turn)
		return m.answer(ctx, toGoOn, j)
	})
}

// restored is the run of a stored turn, and its journal, which goes on where the steps end.
func (m *Manager) restored(turn store.StoredTurn, owner string, stop context.CancelCauseFunc) (*Run, *journal) {
	run := newRun(turn.UserID, owner, startedOf(turn.Turn), stop)
	run.transcript = Restore(turn)
	j := m.journal(run)
	j.restore(turn)
	return run, j
}

// exhausted ends a turn that was begun too often: as it was to end, if only that is missing.
func exhausted(steps []agent.Taken) agent.Ending {
	if ending, ended := agent.EndedBefore(steps); ended {
		return ending
	}
	return agent.Failed(agent.CodeInterrupted)
}

func (m *Manager) resume(ctx context.Context, claim store.Claim) (store.StoredTurn, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return m.store.ResumeTurn(ctx, claim, m.config.MaxHistory)
}

// restore sets the journal where the turn's steps end.
func (j *journal) restore(turn store.StoredTurn) {
	for _, step := range turn.Steps {
		j.place.Ordinal = step.Ordinal
		if !step.Discarded {
			j.committed = step.Step
		}
	}
}
