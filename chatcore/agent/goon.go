package agent

import (
	"context"
	"strings"

	"taskpilot/chatcore/api"
)

// Taken is a stored step of a turn that another process had begun.
type Taken struct {
	api.Step
	Keys []string // of its calls: each is sent again with its own, unchanged
	Cut  string   // the code that Journal.Keep was given; empty: the reply is whole
}

// EndedBefore gives the ending of a turn of which nothing but its end is missing: its last step is chatcore's own sentence,
// or a reply that was cut, or one with words and without calls.
func EndedBefore(steps []Taken) (ending Ending, ended bool) {
	if len(steps) == 0 {
		return Ending{}, false
	}
	last := steps[len(steps)-1]
	switch {
	case last.Code == CodeDone:
		return Ending{Code: CodeDone}, true
	case last.Code != "":
		ending = failed(last.Code, nil)
		ending.Sentence = "" // it stands there already
		return ending, true
	case last.Cut != "":
		return failed(last.Cut, nil), true
	default:
		return Ending{}, len(last.ToolCalls) == 0 && strings.TrimSpace(last.Content) != ""
	}
}

// goOn takes up a turn where its steps end: calls that did not end are made.
func (w *turnAtWork) goOn(ctx context.Context, steps []Taken) error {
	for _, step := range steps {
		w.said = w.said || strings.TrimSpace(step.Content) != ""
		prompt := promptOfStep(step.Step)
		if len(step.ToolCalls) == 0 {
			w.messages = append(w.messages, prompt...)
		} else {
			w.messages = append(w.messages, prompt[0])
			if err := w.act(ctx, w.replyOf(step)); err != nil {
				return err
			}
		}
		w.heard(step.Step)
	}
	return w.makeAllowed(ctx)
}

// replyOf is a stored step as a reply whose calls have ended or not.
func (w *turnAtWork) replyOf(step Taken) reply {
	r := reply{text: step.Content, taken: true}
	for i, record := range step.ToolCalls {
		call := Call{ID: CallID(record.ID), Tool: record.Tool, Arguments: string(record.Parameters)}
		asked, fault := w.examineAgain(call, record)
		r.calls, r.asked, r.faults = append(r.calls, call), append(r.asked, asked), append(r.faults, fault)
		r.pending = append(r.pending, Pending{ID: call.ID, Key: step.Keys[i]})
		r.ended = append(r.ended, outcomeOf(record))
	}
	return r
}

// examineAgain finds of a stored call what was found before it was stored.
func (w *turnAtWork) examineAgain(call Call, record api.ToolCall) (Asked, *Outcome) {
	if record.For != "" {
		return Asked{Tool: record.Tool, Parameters: record.Parameters, For: record.For}, nil
	}
	asked, fault := w.examine(call)
	if asked.For != "" { // only one is waited for, and it was not this
		asked.For, asked.Confirms, fault = "", nil, oneAtATime()
	}
	return asked, fault
}

// stepsSince counts the steps since the person was last waited for: each answer of the page's gives the turn its steps anew.
func stepsSince(steps []Taken) (n int) {
	for _, step := range steps {
		n++
		if last := len(step.ToolCalls) - 1; last >= 0 && step.ToolCalls[last].For != "" && step.ToolCalls[last].Status.Done() {
			n = 0
		}
	}
	return n
}

// outcomeOf is how a recorded call ended, or nil when it did not.
func outcomeOf(record api.ToolCall) *Outcome {
	if !record.Status.Done() {
		return nil
	}
	return &Outcome{Failed: record.Status != api.CallExecuted, Result: resultOf(record), Code: record.Code, Error: record.Error, Shows: record.Shows}
}
