package agent

import (
	"context"
	"fmt"
	"slices"
)

// Waits says what a turn waits for: the last call of its last step.
type Waits struct {
	For      string // as of its PageTool
	Index    int    // of the call in its step
	Sentence string // what is waited for, for callers without a user interface
}

func (w *Waits) Error() string { return "the turn waits for a " + w.For }

// offer puts the tools together. A page's tool never takes another tool's name.
func (w *turnAtWork) offer(ctx context.Context, offered []Tool, ofTurn []PageTool) {
	w.offered = slices.Clone(offered)
	for _, tool := range slices.Concat(w.config.PageTools, ofTurn) {
		if slices.ContainsFunc(w.offered, func(other Tool) bool { return other.Name == tool.Name }) {
			w.log.ErrorContext(ctx, "a page's tool has the name of another tool and is not offered", "tool", tool.Name)
			continue
		}
		w.offered, w.page = append(w.offered, tool.Tool), append(w.page, tool)
	}
}

func (w *turnAtWork) pageTool(name string) (PageTool, bool) {
	at := slices.IndexFunc(w.page, func(tool PageTool) bool { return tool.Name == name })
	if at < 0 {
		return PageTool{}, false
	}
	return w.page[at], true
}

// examinePage looks at a call of a page's tool; other calls are fine as they are.
func (w *turnAtWork) examinePage(asked Asked) (Asked, *Outcome) {
	tool, ok := w.pageTool(asked.Tool)
	if !ok {
		return asked, nil
	}
	if err := tool.Check(asked.Parameters); err != nil {
		return asked, failedCall(CallInvalidArguments, fmt.Sprintf("This was not asked: %v.", err))
	}
	asked.For = tool.For
	return asked, nil
}

// waitForOne lets the turn wait for one call at most, and makes it the last: the model reads of the others that they were
// not made, and can ask again.
func (r *reply) waitForOne() {
	first := slices.IndexFunc(r.asked, func(asked Asked) bool { return asked.For != "" })
	if first < 0 {
		return
	}
	for i := first + 1; i < len(r.asked); i++ {
		if r.asked[i].For != "" {
			r.asked[i].For, r.asked[i].Confirms = "", nil
			r.faults[i] = oneAtATime()
		}
	}
	r.calls, r.asked, r.faults = toEnd(r.calls, first), toEnd(r.asked, first), toEnd(r.faults, first)
}

func oneAtATime() *Outcome {
	return failedCall(CallOneAtATime,
		"Only one question or page tool can be waited for at a time, and another one came first. Ask again when that was answered.")
}

func toEnd[T any](list []T, index int) []T {
	moved := list[index]
	return append(slices.Delete(slices.Clone(list), index, index+1), moved)
}

// waiting is the index of the call that is waited for, or -1.
func (r *reply) waiting() int {
	last := len(r.asked) - 1
	if last < 0 || r.asked[last].For == "" || r.ended[last] != nil {
		return -1
	}
	return last
}

// await ends the work of this process when there is a call to wait for. A turn that was stopped waits for nothing.
func (w *turnAtWork) await(ctx context.Context, r reply, outcomes []Outcome) error {
	at := r.waiting()
	switch {
	case at < 0:
		return nil
	case interrupted(ctx):
		return ErrInterrupted // whoever goes on waits for it
	case ctx.Err() != nil:
		outcomes[at] = *failedCall(CallSkipped, "The turn ended before this was done.")
		return w.journal.Record(ctx, at, outcomes[at])
	}
	waits := &Waits{For: r.asked[at].For, Index: at}
	if tool, ok := w.pageTool(r.asked[at].Tool); ok {
		waits.Sentence = tool.Words(r.asked[at].Parameters)
	}
	if waits.Sentence == "" { // the tool was taken out of the configuration meanwhile
		waits.Sentence = "I'm waiting for an answer from your page."
	}
	return waits
}
