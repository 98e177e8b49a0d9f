package runs

import (
	"context"
	"iter"
	"sync"

	"taskpilot/chatcore/api"
)

// Run is one turn at work, or one that has just ended.
type Run struct {
	UserID string
	ID     int64

	mu         sync.Mutex
	transcript Transcript
	changed    chan struct{} // closed and replaced at each change
	stop       context.CancelCauseFunc
}

func newRun(userID string, started api.RunStarted, stop context.CancelCauseFunc) *Run {
	return &Run{
		UserID: userID, ID: started.RunID, stop: stop,
		transcript: Transcript{Started: started}, changed: make(chan struct{}),
	}
}

// Follow yields the events behind a position as they happen, to the turn's end. It yields an error only when ctx ends.
func (r *Run) Follow(ctx context.Context, after api.Position) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		for {
			r.mu.Lock()
			at, body, ok := r.transcript.Next(after)
			over, changed := r.transcript.Over(after), r.changed
			r.mu.Unlock()
			switch {
			case ok:
				if !yield(api.Event{ID: at.String(), Body: body}, nil) {
					return
				}
				after = at
			case over:
				return
			default:
				select {
				case <-changed:
				case <-ctx.Done():
					yield(api.Event{}, context.Cause(ctx))
					return
				}
			}
		}
	}
}

// change applies do to the transcript and wakes everybody who follows.
func (r *Run) change(do func(*Transcript)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do(&r.transcript)
	close(r.changed)
	r.changed = make(chan struct{})
}
