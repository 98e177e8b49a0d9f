package runs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// Peers are the other replicas.
type Peers interface {
	// Follow gives the events of a run that the replica at url has at work, behind a position. It ends with an error
	// unless it ends with the turn's end.
	Follow(ctx context.Context, url, userID string, runID int64, after api.Position) iter.Seq2[api.Event, error]
	// Followed says whether an open stream shows the run at that replica.
	Followed(ctx context.Context, url, userID string, runID int64) (bool, error)
}

// source yields a turn's events behind a position, as far as it can.
type source func(ctx context.Context, after api.Position) iter.Seq2[api.Event, error]

// Follow gives the events of a user's run behind a position, wherever it is or was at work, to its end. While the turn
// changes hands the reader waits. store.ErrNotFound says that there is no such run. alone follows only what is at work
// here: for a replica that asks another. The events are nil when there are none behind the position any more.
func (m *Manager) Follow(ctx context.Context, userID string, runID int64, after api.Position, alone bool) (iter.Seq2[api.Event, error], error) {
	from, err := m.find(ctx, userID, runID, after, alone)
	if errors.Is(err, errNobody) {
		from, err = nobody, nil
	}
	if err != nil || from == nil {
		return nil, err
	}
	return func(yield func(api.Event, error) bool) {
		for {
			broke := false
			for event, err := range from(ctx, after) {
				if broke = err != nil; broke {
					break
				}
				if at, err := api.ParsePosition(event.ID); err == nil {
					after = at
				}
				if !yield(event, nil) || api.Ends(event.Body) {
					return
				}
			}
			if !broke {
				return
			}
			err := errGiven
			if !alone {
				from, err = m.findAgain(ctx, userID, runID, after)
			}
			if errors.Is(err, store.ErrNotFound) { // it was deleted with its conversation
				yield(api.Event{ID: endOfNothing(after), Body: lost()}, nil)
				return
			}
			if err != nil {
				yield(api.Event{}, err)
				return
			}
			if from == nil {
				return
			}
		}
	}, nil
}

// lost is the end of a turn of which nothing is stored any more.
func lost() api.Body {
	ending := agent.Interrupted()
	return api.RunFailed{Code: ending.Code, Message: ending.Sentence, Retryable: ending.Retryable}
}

// endOfNothing is where a turn ends of which nothing is stored any more, behind all that was seen of it.
func endOfNothing(after api.Position) string {
	return api.Position{Step: max(after.Step, 0), Part: api.PartEnd}.String()
}

// changeOfHands is how many leases a follower waits for a turn to be taken over.
const changeOfHands = 4

// findAgain looks for a run that broke off, until somebody has it.
func (m *Manager) findAgain(ctx context.Context, userID string, runID int64, after api.Position) (source, error) {
	ctx, cancel := context.WithTimeout(ctx, changeOfHands*m.config.Lease)
	defer cancel()
	for {
		if m.goingDown() {
			return nil, ErrGoingDown
		}
		if err := pause(ctx, m.config.Lease/20); err != nil {
			return nil, err
		}
		from, err := m.find(ctx, userID, runID, after, false)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			return from, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

var errNobody = errors.New("nobody is at work on the turn right now")

// find says where a run can be followed: here, in the database, or at another replica. It is nil when the turn has ended
// and nothing of it lies behind the position. errNobody says that it waits to be taken over.
func (m *Manager) find(ctx context.Context, userID string, runID int64, after api.Position, alone bool) (source, error) {
	if run := m.local(userID, runID); run != nil {
		return m.newer(ctx, run), nil
	}
	if alone {
		return nil, store.ErrNotFound
	}
	turn, err := m.store.LoadTurn(ctx, userID, runID)
	switch {
	case err != nil:
		return nil, fmt.Errorf("looking for a run: %w", err)
	case turn.Answer.State != api.StateRunning:
		return stored(turn, after), nil
	case turn.Live && !store.OwnedBy(turn.OwnerURL, m.config.OwnerURL) && m.config.Peers != nil:
		return func(ctx context.Context, after api.Position) iter.Seq2[api.Event, error] {
			return m.config.Peers.Follow(ctx, turn.OwnerURL, userID, runID, after)
		}, nil
	default:
		return nil, errNobody
	}
}

// nobody is a source that has nothing: who follows it looks again a little later.
func nobody(context.Context, api.Position) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) { yield(api.Event{}, errNobody) }
}

// stored follows a turn that has ended.
func stored(turn store.StoredTurn, after api.Position) source {
	run := &Run{transcript: Restore(turn)}
	if run.transcript.Over(after) {
		return nil
	}
	return run.Follow
}

// local is a run at work here, or nil.
func (m *Manager) local(userID string, runID int64) *Run {
	m.mu.Lock()
	defer m.mu.Unlock()
	for run := range m.atWork {
		if run.ID == runID && run.UserID == userID {
			return run
		}
	}
	return nil
}
