package agent

import (
	"context"

	"taskpilot/chatcore/api"
)

// Taken is a stored step of a turn that another process had begun.
type Taken struct {
	api.Step
	Keys []string // of its calls: each is sent again with its own, unchanged
}

// saidBefore gives the ending of a turn whose last step is chatcore's own sentence: only the end was not stored.
func saidBefore(steps []Taken) (Ending, bool) {
	if len(steps) == 0 || steps[len(steps)-1].Code == "" {
		return Ending{}, false
	}
	ending := Ending{Code: steps[len(steps)-1].Code}
	if ending.Code != CodeDone {
		ending = failed(ending.Code, nil)
		ending.Sentence = "" // it stands there already
	}
	return ending, true
}

// goOn takes up a turn where its steps end: calls that did not end are made, and a reply without calls was the last.
func (w *turnAtWork) goOn(ctx context.Context, steps []Taken) (over bool, err error) {
	for i, step := range steps {
		w.said = w.said || step.Content != ""
		if len(step.ToolCalls) == 0 {
			w.messages = append(w.messages, promptOfStep(step.Step)...)
			over = i == len(steps)-1
			continue
		}
		message := promptOfStep(step.Step)[0]
		w.messages = append(w.messages, message)
		if err := w.act(ctx, w.replyOf(step)); err != nil {
			return false, err
		}
	}
	return over, nil
}

// replyOf is a stored step as a reply whose calls have ended or not.
func (w *turnAtWork) replyOf(step Taken) reply {
	r := reply{text: step.Content, taken: true}
	for i, record := range step.ToolCalls {
		call := Call{ID: CallID(record.ID), Tool: record.Tool, Arguments: string(record.Parameters)}
		asked, fault := w.examine(call)
		r.calls, r.asked, r.faults = append(r.calls, call), append(r.asked, asked), append(r.faults, fault)
		r.pending = append(r.pending, Pending{ID: call.ID, Key: step.Keys[i]})
		r.ended = append(r.ended, outcomeOf(record))
	}
	return r
}

// outcomeOf is how a recorded call ended, or nil when it did not.
func outcomeOf(record api.ToolCall) *Outcome {
	if !record.Status.Done() {
		return nil
	}
	return &Outcome{Failed: record.Status != api.CallExecuted, Result: resultOf(record), Code: record.Code, Error: record.Error}
}
