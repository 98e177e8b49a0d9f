package faults_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"taskpilot/chatcore/api"
)

// reading is what a reader of a run has seen of it, over all streams.
type reading struct {
	mu      sync.Mutex
	run     int64
	last    string // the last event's id
	seen    []api.Event
	steps   []*readStep
	end     api.Body
	strange []string
}

type readStep struct {
	id     int64
	text   strings.Builder
	stored *api.Step
	begun  int // calls that were seen to begin
	ended  int
}

// read takes in a stream; nil when it came to the turn's end.
func (r *reading) read(events iter.Seq2[api.Event, error]) error {
	for event, err := range events {
		if err != nil {
			return err
		}
		r.take(event)
	}
	if r.end == nil {
		return errors.New("the stream ended without an end")
	}
	return nil
}

func (r *reading) take(event api.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, event)
	if event.ID != "" {
		at, err := api.ParsePosition(event.ID)
		before, _ := api.ParsePosition(r.last)
		if err != nil || r.last != "" && !before.Before(at) {
			r.note("event %s (%s) came after %s", event.ID, event.Body.EventType(), r.last)
		}
		r.last = event.ID
	}
	if r.end != nil {
		r.note("%s came after the end", event.Body.EventType())
	}
	switch body := event.Body.(type) {
	case api.RunStarted:
		r.run = body.RunID
	case api.MessageStarted:
		r.steps = append(r.steps, &readStep{id: body.Step.ID})
	case api.MessageDelta:
		r.step(body.StepID).text.WriteString(body.Text)
	case api.ToolCallStarted:
		r.step(body.StepID).begun++
	case api.ToolCallFinished:
		r.step(body.StepID).ended++
	case api.MessageCompleted:
		r.step(body.Step.ID).stored = &body.Step
	case api.MessageDiscarded:
		r.discard(body.StepID)
	}
	if api.Ends(event.Body) {
		r.end = event.Body
	}
}

func (r *reading) note(format string, args ...any) {
	r.strange = append(r.strange, fmt.Sprintf(format, args...))
}

func (r *reading) step(id int64) *readStep {
	for _, step := range r.steps {
		if step.id == id {
			return step
		}
	}
	r.note("step %d was not announced", id)
	step := &readStep{id: id}
	r.steps = append(r.steps, step)
	return step
}

func (r *reading) discard(id int64) {
	for i, step := range r.steps {
		if step.id == id {
			r.steps = append(r.steps[:i], r.steps[i+1:]...)
			return
		}
	}
	r.note("step %d was discarded and not announced", id)
}

// events are those that came so far.
func (r *reading) events() []api.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

// text is all that was said so far.
func (r *reading) text() (text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, step := range r.steps {
		text += step.text.String()
	}
	return text
}

// answer is the message that the end has.
func (r *reading) answer() *api.Message {
	switch end := r.end.(type) {
	case api.RunCompleted:
		return &end.Answer
	case api.RunFailed:
		return end.Answer
	case api.RunCancelled:
		return end.Answer
	}
	return nil
}

// faults are the differences between what was read and the answer at the end.
func (r *reading) faults() []string {
	answer := r.answer()
	if answer == nil {
		return append(r.strange, fmt.Sprintf("the end %T has no answer", r.end))
	}
	if len(answer.Steps) != len(r.steps) {
		return append(r.strange, fmt.Sprintf("%d steps were seen, %d are stored", len(r.steps), len(answer.Steps)))
	}
	for i, stored := range answer.Steps {
		seen := r.steps[i]
		if seen.id != stored.ID || seen.text.String() != stored.Content || seen.stored == nil {
			r.note("step %d was seen as %d %q (completed: %v) and is stored as %d %q", i, seen.id, seen.text.String(), seen.stored != nil, stored.ID, stored.Content)
		}
		if n := len(stored.ToolCalls); seen.begun != n || seen.ended != n {
			r.note("step %d has %d calls, of which %d were seen to begin and %d to end", i, n, seen.begun, seen.ended)
		}
	}
	return r.strange
}
