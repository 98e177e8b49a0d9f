package runs

import (
	"context"
	"iter"
	"slices"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// newer follows a run that is at work here, with what actions made of its records meanwhile: the run knows nothing of
// that, and a reader who has the newer state must not be given the older one. While nobody can say, the older one is better
// than none.
func (m *Manager) newer(ctx context.Context, run *Run) source {
	if !run.acted() {
		return run.Follow
	}
	refreshed, err := m.store.Refreshed(ctx, run.UserID, run.ID)
	if err != nil {
		m.log.WarnContext(ctx, "a run is followed without what actions refreshed", "run_id", run.ID, "error", err)
	}
	if len(refreshed) == 0 {
		return run.Follow
	}
	return func(ctx context.Context, after api.Position) iter.Seq2[api.Event, error] {
		return func(yield func(api.Event, error) bool) {
			for event, err := range run.Follow(ctx, after) {
				event.Body = withRefreshed(event.Body, refreshed)
				if !yield(event, err) {
					return
				}
			}
		}
	}
}

// acted says that a call of the run has ended: before that there is nothing to click in.
func (r *Run) acted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.transcript.Steps, func(step *StepTranscript) bool { return len(step.Finished) > 0 })
}

// withRefreshed puts the newer records into an event that has older ones.
func withRefreshed(body api.Body, refreshed []api.ToolCall) api.Body {
	newest := func(record api.ToolCall) api.ToolCall {
		for _, newer := range refreshed {
			if newer.ID == record.ID && newer.Revision > record.Revision {
				return newer
			}
		}
		return record
	}
	switch e := body.(type) {
	case api.ToolCallFinished:
		e.Record = newest(e.Record)
		return e
	case api.MessageCompleted:
		e.Step.ToolCalls = slices.Clone(e.Step.ToolCalls)
		for i, record := range e.Step.ToolCalls {
			e.Step.ToolCalls[i] = newest(record)
		}
		return e
	}
	return body
}

// byHand is what the model is told of a turn's actions.
func byHand(turn store.Turn) []agent.ByHand {
	done := make([]agent.ByHand, 0, len(turn.ByHand))
	for _, action := range turn.ByHand {
		done = append(done, agent.ByHand{Record: action.Record, Behind: action.Behind})
	}
	return done
}
