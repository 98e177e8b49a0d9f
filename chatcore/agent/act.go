package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Codes of a call that failed before or without its tool.
const (
	CallUnknownTool      = "unknown_tool"
	CallInvalidArguments = "invalid_arguments"
	CallUnreachable      = "tool_unreachable"
	CallSkipped          = "skipped"
	CallOneAtATime       = "one_at_a_time" // another call of the same reply is waited for
)

// examine looks at a call of the model's before it is stored: a nil fault means it may leave.
func (w *turnAtWork) examine(call Call) (Asked, *Outcome) {
	parameters, ok := object(call.Arguments)
	asked := Asked{Tool: call.Tool, Parameters: parameters}
	if !slices.ContainsFunc(w.offered, func(tool Tool) bool { return tool.Name == call.Tool }) {
		asked.Tool = name(call.Tool)
		return asked, failedCall(CallUnknownTool, fmt.Sprintf("There is no tool called %q.", asked.Tool))
	}
	if !ok {
		return asked, failedCall(CallInvalidArguments, "The arguments were not a JSON object.")
	}
	if asked, fault := w.examinePage(asked); fault != nil || asked.For != "" {
		return asked, fault
	}
	return w.examineConfirmed(asked)
}

// object gives the arguments as a JSON object that a database can keep; what is none is kept as text.
func object(arguments string) (json.RawMessage, bool) {
	text := strings.TrimSpace(strings.ToValidUTF8(arguments, "\uFFFD"))
	if text == "" {
		return json.RawMessage(`{}`), true // how some endpoints write "no arguments"
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &fields) == nil && fields != nil && !strings.Contains(text, `\u0000`) {
		var compact bytes.Buffer
		if json.Compact(&compact, []byte(text)) == nil {
			return compact.Bytes(), true
		}
	}
	kept, err := json.Marshal(map[string]string{"invalid": strings.ReplaceAll(text, "\x00", "\uFFFD")})
	if err != nil {
		return json.RawMessage(`{}`), false
	}
	return kept, false
}

// maxName is the longest tool name that endpoints take.
const maxName = 64

// name makes of what the model called a tool that does not exist a name that may be sent back: endpoints refuse a request
// for good when a name in its history is empty, long, or has other characters than these.
func name(tool string) string {
	fit := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, tool)
	if fit == "" {
		return "unnamed"
	}
	return fit[:min(len(fit), maxName)]
}

func failedCall(code, sentence string) *Outcome {
	result, err := json.Marshal(map[string]string{"code": code, "message": sentence})
	if err != nil {
		result = nil
	}
	return &Outcome{Failed: true, Code: code, Error: sentence, Result: result}
}

// act makes the calls of a stored reply side by side and records each as it ends. What began is finished and recorded
// even when the turn is stopped; a call that did not begin is recorded as skipped.
func (w *turnAtWork) act(ctx context.Context, r reply) error {
	outcomes := make([]Outcome, len(r.calls))
	var group errgroup.Group
	group.SetLimit(w.config.MaxParallel)
	for i := range r.calls {
		if i == r.waiting() {
			continue // after all others
		}
		if r.ended[i] != nil {
			outcomes[i] = *r.ended[i]
			continue
		}
		group.Go(func() error {
			if r.faults[i] == nil && interrupted(ctx) {
				return ErrInterrupted // it stays pending: whoever goes on makes it
			}
			outcomes[i] = w.call(ctx, r, i)
			if err := w.journal.Record(ctx, i, outcomes[i]); err != nil {
				return err
			}
			for _, aside := range outcomes[i].Asides {
				w.journal.Tell(aside)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("recording a call: %w", err)
	}
	if err := w.await(ctx, r, outcomes); err != nil {
		return err
	}
	return w.learn(ctx, r, outcomes)
}

// call makes one call, unless something forbids it. A panic on the way to the tool loses this call and nothing else.
func (w *turnAtWork) call(ctx context.Context, r reply, i int) (outcome Outcome) {
	defer func() {
		if value := recover(); value != nil {
			w.log.ErrorContext(ctx, "a tool call panicked", "tool", r.asked[i].Tool, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			outcome = LostCall()
		}
	}()
	if r.faults[i] != nil {
		return *r.faults[i]
	}
	if ctx.Err() != nil && !r.taken {
		return *failedCall(CallSkipped, "The turn ended before this was done.")
	}
	request := ToolRequest{Key: r.pending[i].Key, Tool: r.asked[i].Tool, Arguments: r.asked[i].Parameters, Tell: w.journal.Tell}
	outcome, err := w.tools.Call(context.WithoutCancel(ctx), w.caller, request)
	if err != nil {
		w.log.ErrorContext(ctx, "a tool call got no answer", "tool", request.Tool, "error", err)
		return LostCall()
	}
	return outcome
}

// learn adds the outcomes to what the model is sent next, and stops a turn that keeps failing.
func (w *turnAtWork) learn(ctx context.Context, r reply, outcomes []Outcome) error {
	allFailed := true
	w.over = false
	for i, outcome := range outcomes {
		w.over = w.over || !outcome.Failed && outcome.Shows != nil && outcome.Shows.EndOfTurn
		w.messages = append(w.messages, PromptMessage{Role: RoleTool, CallID: r.pending[i].ID, Text: string(outcome.Result)})
		if !outcome.Failed {
			allFailed, w.acted = false, true
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !allFailed {
		w.failures = 0
		return nil
	}
	w.failures++
	if w.failures == w.config.MaxFailures {
		return &failure{code: CodeToolFailures, err: errors.New(outcomes[len(outcomes)-1].Error)}
	}
	return nil
}
