package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"taskpilot/chatcore/api"
)

// Confirmation says which calls are made only when the person said yes to them, and how they are asked.
type Confirmation interface {
	Needed(tool string) bool
	// Question is the call that stands in the place of one that needs the person's word.
	Question(about api.Confirms) (tool string, parameters json.RawMessage)
	// Given says that the person was asked by this record, and said yes.
	Given(record api.ToolCall) bool
}

// CallDeclined is the code of a call to which the person said no before, in this turn: they are not asked again.
const CallDeclined = "declined"

// examineConfirmed turns a call that needs the person's word into one that the turn waits for.
func (w *turnAtWork) examineConfirmed(asked Asked) (Asked, *Outcome) {
	confirms := api.Confirms{Tool: asked.Tool, Parameters: asked.Parameters}
	switch {
	case w.config.Confirm == nil || !w.config.Confirm.Needed(asked.Tool):
		return asked, nil
	case w.allowed != nil && same(*w.allowed, confirms):
		return asked, nil
	case slices.ContainsFunc(w.declined, func(other api.Confirms) bool { return same(other, confirms) }):
		return asked, failedCall(CallDeclined, "The person did not agree to this. Do not try it again.")
	}
	asked.For, asked.Confirms = api.ForStructuredInput, &confirms
	return asked, nil
}

func same(a, b api.Confirms) bool {
	return a.Tool == b.Tool && bytes.Equal(compact(a.Parameters), compact(b.Parameters))
}

// compact is JSON in one way of writing it.
func compact(text json.RawMessage) []byte {
	encoded, err := json.Marshal(text)
	if err != nil {
		return text
	}
	return encoded
}

// putQuestion puts a question in the place of the first call that needs the person's word. What the call would do is what its
// tool says of it, never what the model does; a call that would fail is not asked about.
func (w *turnAtWork) putQuestion(ctx context.Context, r *reply) {
	for i := range r.asked {
		asked := &r.asked[i]
		switch {
		case asked.For == "":
			continue
		case asked.Confirms == nil:
			return // the page's own comes first
		}
		preview := w.preview(ctx, *asked)
		if preview.Failed {
			asked.For, asked.Confirms, r.faults[i] = "", nil, &preview
			continue
		}
		asked.Confirms.Question = preview.Question
		if len(preview.Result) <= maxPreview {
			asked.Confirms.Preview = preview.Result
		}
		asked.Tool, asked.Parameters = w.config.Confirm.Question(*asked.Confirms)
		return
	}
}

// maxPreview bounds what is kept of a preview with its question, in bytes of JSON.
const maxPreview = 16 << 10

// preview asks a tool what a call would do, when it can say so.
func (w *turnAtWork) preview(ctx context.Context, asked Asked) Outcome {
	if !slices.ContainsFunc(w.offered, func(tool Tool) bool { return tool.Name == asked.Tool && tool.Previews }) {
		return Outcome{}
	}
	request := ToolRequest{Tool: asked.Tool, Arguments: asked.Parameters, Preview: true}
	outcome, err := w.tools.Call(context.WithoutCancel(ctx), w.caller, request)
	if err != nil {
		w.log.ErrorContext(ctx, "a tool did not say what a call would do", "tool", asked.Tool, "error", err)
		return *failedCall(CallUnreachable, "The tool did not answer. Nothing was done.")
	}
	return outcome
}

// heard keeps what the person said to the question that a step ended with.
func (w *turnAtWork) heard(step api.Step) {
	w.allowed = nil
	if len(step.ToolCalls) == 0 {
		return
	}
	record := step.ToolCalls[len(step.ToolCalls)-1]
	switch {
	case record.Confirms == nil || w.config.Confirm == nil:
	case w.config.Confirm.Given(record):
		w.allowed = record.Confirms
	case record.Status.Done():
		w.declined = append(w.declined, *record.Confirms)
	}
}

// makeAllowed makes the call to which the person has just said yes, as a step of its own: stored before it leaves, with a key
// of its own.
func (w *turnAtWork) makeAllowed(ctx context.Context) error {
	if w.allowed == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	asked := Asked{Tool: w.allowed.Tool, Parameters: w.allowed.Parameters}
	w.allowed = nil
	r, err := w.store(ctx, reply{calls: []Call{{Tool: asked.Tool, Arguments: string(asked.Parameters)}}, asked: []Asked{asked}, faults: []*Outcome{nil}})
	if err != nil {
		return err
	}
	return w.act(ctx, r)
}
