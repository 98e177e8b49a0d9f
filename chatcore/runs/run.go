package runs

import (
	"context"
	"errors"
	"iter"
	"sync"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// Run is one turn at work, or one that has just ended.
type Run struct {
	UserID string
	ID     int64

	conversation int64
	owner        string // the lease's OwnerURL

	titling chan struct{} // closed when the model's title is there, or will not come; nil: none was asked for

	mu         sync.Mutex
	transcript Transcript
	asides     []api.Body    // told so far; who comes later is not told
	changed    chan struct{} // closed and replaced at each change
	followers  int
	given      bool          // to another replica: nothing more will be seen here
	ended      chan struct{} // closed when nothing more will be seen here
	stop       context.CancelCauseFunc
}

func newRun(userID, owner string, started api.RunStarted, stop context.CancelCauseFunc) *Run {
	return &Run{
		UserID: userID, ID: started.RunID, conversation: started.Conversation.ID, owner: owner, stop: stop,
		transcript: Transcript{Started: started}, changed: make(chan struct{}), ended: make(chan struct{}),
	}
}

// leased is the run's lease.
func (r *Run) leased() store.Leased {
	return store.Leased{UserID: r.UserID, RunID: r.ID, OwnerURL: r.owner}
}

// errGiven says that a run goes on elsewhere.
var errGiven = errors.New("the turn goes on at another replica")

// Follow yields the events behind a position as they happen, to the turn's end. It yields an error only when ctx ends, or
// when the run was given to another replica.
func (r *Run) Follow(ctx context.Context, after api.Position) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		told := r.join()
		defer r.leave()
		for {
			r.mu.Lock()
			at, body, ok := r.transcript.Next(after)
			over, given, changed := r.transcript.Over(after), r.given, r.changed
			asides := r.asides[told:]
			r.mu.Unlock()
			switch {
			case len(asides) > 0 && (!ok || api.Ends(body)) && !over: // behind what they are beside, and before the end
				if !yield(api.Event{Body: asides[0]}, nil) {
					return
				}
				told++
			case ok:
				if !yield(api.Event{ID: at.String(), Body: body}, nil) {
					return
				}
				after = at
			case over:
				return
			case given:
				yield(api.Event{}, errGiven)
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

// join counts a follower in, and says how much was told before it came.
func (r *Run) join() (told int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.followers++
	return len(r.asides)
}

func (r *Run) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.followers--
}

// maxAsides is how much one run tells beside its answer: a tool decides how often it speaks.
const maxAsides = 500

// tell shows something that is stored nowhere to whoever follows now.
func (r *Run) tell(aside api.Body) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.asides) == maxAsides {
		return
	}
	r.asides = append(r.asides, aside)
	close(r.changed)
	r.changed = make(chan struct{})
}

// Followed says that somebody follows the run here.
func (r *Run) Followed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.followers > 0
}

// giveUp tells followers to look elsewhere.
func (r *Run) giveUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.given = true
	close(r.changed)
	r.changed = make(chan struct{})
}

// change applies do to the transcript and wakes everybody who follows.
func (r *Run) change(do func(*Transcript)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do(&r.transcript)
	close(r.changed)
	r.changed = make(chan struct{})
}
