package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

// goOn takes up a turn where these steps end.
func (d *desk) goOn(ctx context.Context, steps ...agent.Taken) agent.Ending {
	a := agent.New(d.model, d.tools, d.config, slog.New(slog.DiscardHandler))
	for _, step := range steps {
		d.journal.keys = step.Keys
		for i, record := range step.ToolCalls {
			if !record.Status.Done() {
				d.journal.pending[step.Keys[i]] = agent.Asked{Tool: record.Tool, Parameters: record.Parameters}
			}
		}
	}
	return a.Answer(ctx, agent.Turn{Caller: alice, History: []api.Message{{Role: api.RoleUser, Content: "Hello"}}, Steps: steps}, d.journal)
}

func record(id int64, index int, status api.CallStatus) api.ToolCall {
	call := api.ToolCall{ID: id, Index: index, Tool: "add_task", Parameters: json.RawMessage(`{"n":1}`), Status: status}
	if status == api.CallExecuted {
		call.Result = json.RawMessage(`{"task":1}`)
	}
	return call
}

var _ = Describe("A turn that another process had begun", func() {
	It("makes the calls that did not end, each with its key, and no other", func(ctx SpecContext) {
		d := newDesk(says("Done."))
		Expect(d.goOn(ctx, agent.Taken{Keys: []string{"a", "b", "c"}, Step: api.Step{Content: "One moment.", ToolCalls: []api.ToolCall{
			record(1, 0, api.CallExecuted), record(2, 1, api.CallPending), record(3, 2, api.CallFailed),
		}}})).To(Equal(agent.Ending{}))
		Expect(d.tools.sent).To(Equal([]agent.ToolRequest{{Key: "b", Tool: "add_task", Arguments: json.RawMessage(`{"n":1}`)}}))
		Expect(d.journal.lines).To(Equal([]string{"record 1 executed", "open", "say Done.", "commit Done."}))
		Expect(d.journal.faults).To(BeEmpty())
		Expect(d.model.prompts[0].Messages).To(HaveExactElements(
			HaveField("Text", "Hello"), And(HaveField("Text", "One moment."), HaveField("Calls", HaveLen(3))),
			And(HaveField("CallID", "call_1"), HaveField("Text", `{"task":1}`)),
			And(HaveField("CallID", "call_2"), HaveField("Text", `{"ok":true}`)),
			HaveField("CallID", "call_3"),
		))
	})

	It("skips no call when it is stopped: it may have acted already", func(ctx SpecContext) {
		stopped, stop := context.WithCancelCause(ctx)
		stop(errors.New("the person had enough"))
		d := newDesk(says("Never."))
		ending := d.goOn(stopped, agent.Taken{Keys: []string{"a"}, Step: api.Step{ToolCalls: []api.ToolCall{record(1, 0, api.CallPending)}}})
		Expect(ending).To(HaveField("Code", agent.CodeStopped))
		Expect(d.journal.lines).To(Equal([]string{"record 0 executed"}))
	})

	It("is over behind a last word", func(ctx SpecContext) {
		d := newDesk()
		Expect(d.goOn(ctx, agent.Taken{Step: api.Step{Content: "All of it."}})).To(Equal(agent.Ending{}))
		Expect(d.model.prompts).To(BeEmpty())
		Expect(d.journal.lines).To(BeEmpty())
	})

	DescribeTable("ends as chatcore's own sentence says that stands there already",
		func(ctx SpecContext, code string, failed bool) {
			d := newDesk()
			ending := d.goOn(ctx, agent.Taken{Step: api.Step{Content: "…", Code: code}})
			Expect(ending).To(And(HaveField("Code", code), HaveField("Failed", failed), HaveField("Sentence", "")))
			Expect(d.model.prompts).To(BeEmpty())
		},
		Entry("a failure", agent.CodeStepLimit, true), Entry("no words", agent.CodeDone, false), Entry("a stop", agent.CodeStopped, true),
	)

	DescribeTable("ends as the process before would have when its last reply was cut, and does not take it for whole",
		func(ctx SpecContext, code string) {
			d := newDesk()
			ending := d.goOn(ctx, agent.Taken{Step: api.Step{Content: "Half a sen"}, Cut: code})
			Expect(ending).To(And(HaveField("Failed", true), HaveField("Code", code), HaveField("Sentence", Not(BeEmpty()))))
			Expect(d.model.prompts).To(BeEmpty())
			Expect(d.tools.as).To(BeEmpty())
		},
		Entry("by the model", agent.ModelCut),
		Entry("by the person", agent.CodeStopped),
	)

	It("has no more steps than a turn has", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", "{}")), says("Never."))
		d.config.MaxSteps = 2
		Expect(d.goOn(ctx, agent.Taken{Keys: []string{"a"}, Step: api.Step{ToolCalls: []api.ToolCall{record(1, 0, api.CallExecuted)}}})).
			To(HaveField("Code", agent.CodeStepLimit))
	})

	It("needs no words when something was done before", func(ctx SpecContext) {
		d := newDesk(says())
		Expect(d.goOn(ctx, agent.Taken{Keys: []string{"a"}, Step: api.Step{ToolCalls: []api.ToolCall{record(1, 0, api.CallExecuted)}}})).
			To(HaveField("Code", agent.CodeDone))
	})
})

var _ = Describe("A turn that is handed over", func() {
	It("stores no half reply", func(ctx SpecContext) {
		turn, stop := context.WithCancelCause(ctx)
		d := newDesk(func(ctx context.Context, yield func(agent.Piece, error) bool) {
			yield(agent.Text("Once upon"), nil)
			stop(agent.ErrInterrupted)
			yield(nil, ctx.Err())
		})
		Expect(d.answer(turn)).To(HaveField("Code", agent.CodeInterrupted))
		Expect(d.journal.lines).To(Equal([]string{"open", "say Once upon"}))
	})

	It("ends the calls that began, and leaves the others to whoever goes on", func(ctx SpecContext) {
		turn, stop := context.WithCancelCause(ctx)
		d := newDesk(asks(call("add_task", "{}"), call("list_tasks", "{}")))
		d.config.MaxParallel = 1
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			stop(agent.ErrInterrupted)
			return worked(ctx, request)
		}
		Expect(d.answer(turn)).To(HaveField("Code", agent.CodeInterrupted))
		Expect(d.journal.lines[1:]).To(Equal([]string{"record 0 executed"}))
		Expect(d.journal.pending).To(HaveKey("key2"))
	})
})

var _ = Describe("A question that is answered again", func() {
	It("comes with a note of what earlier answers did, and of nothing else", func(ctx SpecContext) {
		d := newDesk(says("Fine."))
		a := agent.New(d.model, d.tools, d.config, slog.New(slog.DiscardHandler))
		ending := a.Answer(ctx, agent.Turn{
			Caller: alice, History: []api.Message{{Role: api.RoleUser, Content: "Add tea"}},
			Earlier: []api.Message{{ToolCalls: []api.ToolCall{record(1, 0, api.CallExecuted), record(2, 1, api.CallFailed)}}, {}},
		}, d.journal)
		Expect(errors.Join(ending.Err)).NotTo(HaveOccurred())
		Expect(d.model.prompts[0].Messages).To(HaveLen(1))
		Expect(d.model.prompts[0].Messages[0].Text).To(HavePrefix("Add tea\n\n(Note"))
		Expect(d.model.prompts[0].Messages[0].Text).To(ContainSubstring("- add_task {\"n\":1} → {\"task\":1})"))
	})

	It("comes without a note when they did nothing", func(ctx SpecContext) {
		d := newDesk(says("Fine."))
		a := agent.New(d.model, d.tools, d.config, slog.New(slog.DiscardHandler))
		a.Answer(ctx, agent.Turn{
			Caller: alice, History: []api.Message{{Role: api.RoleUser, Content: "Add tea"}},
			Earlier: []api.Message{{ToolCalls: []api.ToolCall{record(2, 0, api.CallFailed)}}},
		}, d.journal)
		Expect(d.model.prompts[0].Messages[0].Text).To(Equal("Add tea"))
	})
})
