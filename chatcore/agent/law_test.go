package agent_test

import (
	"context"
	"errors"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	"pgregory.net/rapid"

	"taskpilot/chatcore/agent"
)

// anyReply draws a reply: words, calls good and bad, and faults.
func anyReply() *rapid.Generator[replyScript] {
	texts := rapid.SliceOfN(rapid.SampledFrom([]string{"", " ", "Hello", "é", "\n"}), 0, 3)
	return rapid.Custom(func(t *rapid.T) replyScript {
		pieces := texts.Draw(t, "text")
		switch rapid.SampledFrom([]string{"says", "asks", "asks", "asks", "cut", "refused", "endless"}).Draw(t, "kind") {
		case "says":
			return says(pieces...)
		case "cut":
			return fails(agent.ModelCut, pieces...)
		case "refused":
			return fails(agent.ModelRefused, pieces...)
		case "endless":
			return func(context.Context, func(agent.Piece, error) bool) {}
		}
		var calls []agent.Call
		for range rapid.IntRange(1, 4).Draw(t, "calls") {
			calls = append(calls, call(
				rapid.SampledFrom([]string{"add_task", "list_tasks", "", "no tool"}).Draw(t, "tool"),
				rapid.SampledFrom([]string{"{}", "", `{"a":1}`, "null", "{"}).Draw(t, "arguments")))
		}
		return replies(calls, pieces...)
	})
}

// anyDo draws tools that work, fail, break, and stop the turn while they are at work.
func anyDo(t *rapid.T, stop context.CancelCauseFunc) func(context.Context, agent.ToolRequest) (agent.Outcome, error) {
	ways := rapid.SliceOfN(rapid.SampledFrom([]string{"works", "works", "fails", "lost", "stops"}), 1, 6).Draw(t, "tools")
	return func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
		switch ways[len(request.Key+string(request.Arguments))%len(ways)] {
		case "fails":
			return failedTool(ctx, request)
		case "lost":
			return agent.Outcome{}, agent.ErrUnreachable
		case "stops":
			stop(errors.New("enough"))
		}
		return worked(ctx, request)
	}
}

var _ = Describe("Whatever a model and its tools do", func() {
	It("is stored before it is built on, each call ends once, and the turn ends in words", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			d := newDesk(rapid.SliceOfN(anyReply(), 1, 8).Draw(t, "replies")...)
			turn, stop := context.WithCancelCause(context.Background())
			defer stop(nil)
			d.tools.do = anyDo(t, stop)
			d.config.MaxSteps = rapid.IntRange(1, 5).Draw(t, "steps")
			d.config.RetryDelay = 1
			ending := d.answer(turn)

			if len(d.journal.faults) > 0 {
				t.Fatalf("%v in %q", d.journal.faults, d.journal.lines)
			}
			if d.journal.open || len(d.journal.pending) > 0 || d.journal.recorded != d.journal.stored {
				t.Fatalf("left open: %q", d.journal.lines)
			}
			for _, prompt := range d.model.prompts {
				if why := refused(prompt.Messages); why != "" {
					t.Fatal(why)
				}
			}
			if problem := wordless(d, ending); problem != "" {
				t.Fatalf("%s: %+v after %q", problem, ending, d.journal.lines)
			}
		})
	})
})

// wordless says how a turn ended without a word for the person, or nothing.
func wordless(d *desk, ending agent.Ending) string {
	switch {
	case ending.Failed != (ending.Err != nil):
		return "an error and a failure are not the same"
	case ending.Sentence != "" && ending.Code == "":
		return "a sentence has no code"
	case ending.Sentence != "":
		return ""
	case ending.Failed:
		return "a failure has no sentence"
	}
	for _, line := range d.journal.lines {
		var word string
		if n, _ := fmt.Sscanf(line, "say %s", &word); n == 1 {
			return ""
		}
	}
	return "nothing was said"
}
