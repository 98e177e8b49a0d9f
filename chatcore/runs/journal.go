package runs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

// journal is a run's agent.Journal: it stores first, and shows then. It stores also what comes after the turn was
// stopped, so it takes nothing from a context but its values.
type journal struct {
	run      *Run
	store    Store
	patience time.Duration // how long a write is tried while the database is away
	place    store.StepPlace
	step     *api.Step // the open one

	recording sync.Mutex // calls end side by side; their order is the order in which they are stored
	committed api.Step
	unheard   bool // nobody knows whether the end of one of its calls was stored: no more of them is shown before the turn's end
}

// storeTime bounds one transaction of a run's.
const storeTime = 15 * time.Second

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), storeTime)
}

// persist stores something, and tries on while the database is away: the store's writes may be repeated.
func persist[T any](ctx context.Context, patience time.Duration, write func(context.Context) (T, error)) (T, error) {
	waiting, done := untilInterrupted(ctx)
	defer done()
	return backoff.Retry(waiting, func() (T, error) {
		ctx, cancel := bounded(ctx)
		defer cancel()
		stored, err := write(ctx)
		if err != nil && !ownerdb.IsAway(err) {
			err = backoff.Permanent(err)
		}
		return stored, err
	}, backoff.WithBackOff(delays(backoff.DefaultInitialInterval)), backoff.WithMaxElapsedTime(patience))
}

// delays grow from the first on, and never so far that the database is back for long before it is tried again.
func delays(first time.Duration) *backoff.ExponentialBackOff {
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval, delays.MaxInterval = first, 2*time.Second
	return delays
}

// untilInterrupted is for waiting to try again: it ends when the process goes down, and not when the turn is stopped.
func untilInterrupted(ctx context.Context) (waiting context.Context, done func()) {
	waiting, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if cause := context.Cause(ctx); errors.Is(cause, agent.ErrInterrupted) {
			cancel(cause)
		}
	})
	return waiting, func() { stop(); cancel(nil) }
}

func (j *journal) Open(ctx context.Context) error {
	j.place.Ordinal++
	step, err := persist(ctx, j.patience, func(ctx context.Context) (api.Step, error) { return j.store.OpenStep(ctx, j.place) })
	if err != nil {
		return fmt.Errorf("opening step %d: %w", j.place.Ordinal, err)
	}
	j.step = &step
	j.show(step)
	return nil
}

func (j *journal) show(step api.Step) {
	head := api.StepHead{ID: step.ID, Position: step.Position, Code: step.Code, CreatedAt: step.CreatedAt}
	ordinal := j.place.Ordinal
	j.run.change(func(t *Transcript) { t.Steps = append(t.Steps, &StepTranscript{Ordinal: ordinal, Head: head}) })
}

func (j *journal) Say(text string) {
	j.run.change(func(t *Transcript) {
		step := t.Steps[len(t.Steps)-1]
		step.Text = append(step.Text, text...)
		step.Cuts = append(step.Cuts, len(step.Text))
	})
}

func (j *journal) Commit(ctx context.Context, text string, asked []agent.Asked) ([]agent.Pending, error) {
	reply := store.Reply{Step: j.step, Text: text}
	if j.step == nil {
		j.place.Ordinal++
	}
	reply.Place = j.place
	for _, call := range asked {
		reply.Calls = append(reply.Calls, store.NewCall{Tool: call.Tool, Parameters: call.Parameters, For: call.For, Confirms: call.Confirms})
	}
	var keys []string
	step, err := persist(ctx, j.patience, func(ctx context.Context) (step api.Step, err error) {
		step, keys, err = j.store.CommitStep(ctx, reply)
		return step, err
	})
	if err != nil {
		return nil, err
	}
	if j.step == nil {
		j.show(step)
	}
	j.stored(step)
	pending := make([]agent.Pending, 0, len(keys))
	for i, key := range keys {
		pending = append(pending, agent.Pending{ID: agent.CallID(step.ToolCalls[i].ID), Key: key})
	}
	return pending, nil
}

// stored shows that the last step is whole.
func (j *journal) stored(step api.Step) {
	j.step, j.committed, j.unheard = nil, step, false
	j.run.change(func(t *Transcript) {
		shown := t.Steps[len(t.Steps)-1]
		shown.Text, shown.Stored = []byte(step.Content), &step
	})
}

func (j *journal) Record(ctx context.Context, index int, outcome agent.Outcome) error {
	j.recording.Lock()
	defer j.recording.Unlock()
	record, err := persist(ctx, j.patience, func(ctx context.Context) (api.ToolCall, error) {
		return j.store.RecordCall(ctx, j.run.UserID, j.committed.ToolCalls[index], store.CallEnd{
			Status: statusOf(outcome), Result: outcome.Result, Code: outcome.Code, Error: outcome.Error, Shows: outcome.Shows, OwnerURL: j.place.OwnerURL,
		})
	})
	j.unheard = j.unheard || err != nil
	if j.unheard {
		return err
	}
	j.run.change(func(t *Transcript) {
		for _, shown := range t.Steps {
			if shown.Head.ID == j.committed.ID {
				shown.Finished = append(shown.Finished, record)
			}
		}
	})
	return nil
}

// Tell shows what is stored nowhere to whoever follows now.
func (j *journal) Tell(aside api.Body) { j.run.tell(aside) }

func statusOf(outcome agent.Outcome) api.CallStatus {
	switch {
	case outcome.Code == agent.CallSkipped:
		return api.CallSkipped
	case outcome.Failed:
		return api.CallFailed
	default:
		return api.CallExecuted
	}
}

// say adds a step in which chatcore itself speaks. It may be called again after an error.
func (j *journal) say(ctx context.Context, code, sentence string) error {
	if j.step != nil && j.step.Code != code {
		if err := j.keep(ctx, code); err != nil {
			return err
		}
	}
	if j.step == nil {
		j.place.Code = code
		if err := j.Open(ctx); err != nil {
			return err
		}
		j.Say(sentence)
	}
	_, err := j.Commit(ctx, sentence, nil)
	return err
}

func (j *journal) Keep(ctx context.Context, code string) error {
	_, err := persist(ctx, j.patience, func(ctx context.Context) (struct{}, error) { return struct{}{}, j.keep(ctx, code) })
	return err
}

// keep stores the open step as far as it was said, for a turn that ends with code.
func (j *journal) keep(ctx context.Context, code string) error {
	var said string
	j.run.change(func(t *Transcript) { said = string(t.Steps[len(t.Steps)-1].Text) })
	ctx, cancel := bounded(ctx)
	defer cancel()
	step, _, err := j.store.CommitStep(ctx, store.Reply{Place: j.place, Step: j.step, Text: said, Cut: code, Again: true})
	if err != nil {
		return err
	}
	j.stored(step)
	return nil
}

// shown names the steps that were announced.
func (j *journal) shown() []int64 {
	ids := []int64{}
	j.run.change(func(t *Transcript) {
		for _, step := range t.Steps {
			ids = append(ids, step.Head.ID)
		}
	})
	return ids
}

// end shows how the turn ended, or that it waits, and before it whatever of its steps was not shown to its end: as answer has
// it stored.
func (j *journal) end(body api.Body, answer api.Message) {
	stored := map[int64]api.Step{}
	for _, step := range answer.Steps {
		stored[step.ID] = step
	}
	_, waits := body.(api.RunWaiting)
	j.run.change(func(t *Transcript) {
		for _, step := range t.Steps {
			step.close(stored, waits)
		}
		t.End = body
	})
}

// close leaves nothing open in a step. One that was not stored whole is taken back: nobody will see it again. A call whose
// end was not seen ended as it is stored.
func (s *StepTranscript) close(stored map[int64]api.Step, waits bool) {
	last, isStored := stored[s.Head.ID]
	switch {
	case s.Discarded || s.whole() || waits && s.waits():
		return
	case !isStored:
		s.Discarded = true
		return
	case s.Stored == nil: // the word of its commit was lost
		s.Text, s.Stored = []byte(last.Content), &last
	}
	var missing []api.ToolCall
	for _, call := range last.ToolCalls {
		if !slices.ContainsFunc(s.Finished, func(f api.ToolCall) bool { return f.Index == call.Index }) {
			missing = append(missing, call)
		}
	}
	// They were stored one after the other; those that were lost were closed at once, in the order of their index.
	slices.SortStableFunc(missing, func(a, b api.ToolCall) int {
		if a.FinishedAt == nil || b.FinishedAt == nil {
			return 0
		}
		return a.FinishedAt.Compare(*b.FinishedAt)
	})
	s.Finished = append(s.Finished, missing...)
}
