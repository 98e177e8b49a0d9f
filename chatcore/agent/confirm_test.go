package agent_test

import (
	"context"
	"encoding/json"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/pagetools"
)

// asking is a stored step in which the person was asked about a call of add_task, and how that ended.
func asking(status api.CallStatus, result string) agent.Taken {
	asked := record(8, 0, status)
	asked.Tool, asked.For, asked.Result = pagetools.AskPerson, api.ForStructuredInput, nil
	asked.Confirms = &api.Confirms{Tool: "add_task", Parameters: json.RawMessage(`{"n":1}`)}
	asked.Parameters = json.RawMessage(`{"inputs":[{"id":"confirm","question":"May I?","type":"multiple_choice","options":[{"value":"Yes"},{"value":"No"}]}]}`)
	if result != "" {
		asked.Result = json.RawMessage(result)
	}
	return agent.Taken{Keys: []string{"asked"}, Step: api.Step{ToolCalls: []api.ToolCall{asked}}}
}

const (
	saidYes = `{"status":"answered","answers":{"confirm":{"values":["Yes"],"skipped":false}}}`
	saidNo  = `{"status":"answered","answers":{"confirm":{"values":["No"],"skipped":false}}}`
)

var _ = Describe("A call that needs the person's word", func() {
	var d *desk

	guarded := func(script ...replyScript) *desk {
		d = newDesk(script...)
		d.config.PageTools = []agent.PageTool{pagetools.Questions()}
		d.config.Confirm = pagetools.Confirm{"add_task"}
		return d
	}

	It("is not made: the person is asked in its place, and the turn waits", func(ctx SpecContext) {
		guarded(asks(call("list_tasks", `{}`), call("add_task", `{"n":1}`)))
		ending := d.answer(ctx)
		Expect(ending.Waits).To(HaveValue(And(HaveField("For", api.ForStructuredInput), HaveField("Index", 1),
			HaveField("Sentence", ContainSubstring(`May I do this: add_task {"n":1}?`)))))
		Expect(d.tools.sent).To(HaveExactElements(HaveField("Tool", "list_tasks")))
		Expect(d.journal.lines).To(ContainElement(MatchRegexp(`^commit  \[list_tasks {}] \[ask_person .*"confirm"`)))
	})

	It("is asked about in its tool's own words, after its tool said what it would do", func(ctx SpecContext) {
		guarded(asks(call("add_task", `{"n":1}`)))
		d.tools.previews = "add_task"
		d.tools.do = func(_ context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			Expect(request).To(Equal(agent.ToolRequest{Tool: "add_task", Arguments: json.RawMessage(`{"n":1}`), Preview: true}))
			return agent.Outcome{Result: json.RawMessage(`{"title":"Milk"}`), Question: "Add “Milk”?"}, nil
		}
		Expect(d.answer(ctx).Waits).To(HaveValue(HaveField("Sentence", "Add “Milk”?\n- Yes\n- No")))
		Expect(d.journal.confirms).To(HaveValue(Equal(api.Confirms{
			Tool: "add_task", Parameters: json.RawMessage(`{"n":1}`), Preview: json.RawMessage(`{"title":"Milk"}`), Question: "Add “Milk”?",
		})))
	})

	DescribeTable("is not asked about when it would fail: the model reads why",
		func(ctx SpecContext, do func(context.Context, agent.ToolRequest) (agent.Outcome, error), code string) {
			guarded(asks(call("add_task", `{}`)), says("Never mind."))
			d.tools.previews, d.tools.do = "add_task", do
			Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
			Expect(d.journal.lines).To(ContainElements("commit  [add_task {}]", "record 0 "+code))
			Expect(d.tools.sent).To(HaveExactElements(HaveField("Preview", true)))
		},
		Entry("because there is no such thing", failedTool, "not_found"),
		Entry("because nobody answers", func(context.Context, agent.ToolRequest) (agent.Outcome, error) {
			return agent.Outcome{}, agent.ErrUnreachable
		}, agent.CallUnreachable),
	)

	It("is made when the person said yes, stored before it leaves", func(ctx SpecContext) {
		guarded(says("Done it."))
		Expect(d.goOn(ctx, asking(api.CallExecuted, saidYes))).To(Equal(agent.Ending{}))
		Expect(d.journal.lines).To(Equal([]string{`commit  [add_task {"n":1}]`, "record 0 executed", "open", "say Done it.", "commit Done it."}))
		Expect(d.tools.sent).To(HaveExactElements(agent.ToolRequest{Key: "key1", Tool: "add_task", Arguments: json.RawMessage(`{"n":1}`)}))
		Expect(d.model.prompts[0].Messages).To(HaveLen(5), "what was said, the question and its answer, the call and its result")
	})

	It("is sent again with its key by whoever takes over, and asked about no more", func(ctx SpecContext) {
		guarded(says("Done it."))
		made := record(9, 0, api.CallPending)
		made.Tool, made.Parameters = "add_task", json.RawMessage(`{"n": 1}`)
		Expect(d.goOn(ctx, asking(api.CallExecuted, saidYes), agent.Taken{Keys: []string{"made"}, Step: api.Step{ToolCalls: []api.ToolCall{made}}})).To(Equal(agent.Ending{}))
		Expect(d.tools.sent).To(HaveExactElements(HaveField("Key", "made")))
	})

	DescribeTable("is never made without a yes, however often the model tries",
		func(ctx SpecContext, status api.CallStatus, result string) {
			guarded(asks(call("add_task", `{ "n": 1 }`)), says("All right."))
			Expect(d.goOn(ctx, asking(status, result))).To(Equal(agent.Ending{}))
			Expect(d.tools.sent).To(BeEmpty())
			Expect(d.journal.lines).To(ContainElement("record 0 " + agent.CallDeclined))
		},
		Entry("after a no", api.CallExecuted, saidNo),
		Entry("after a skipped question", api.CallExecuted, `{"status":"skipped","answers":{}}`),
		Entry("after a skipped answer that has a value", api.CallExecuted, `{"status":"answered","answers":{"confirm":{"values":["Yes"],"skipped":true}}}`),
		Entry("after both at once", api.CallExecuted, `{"status":"answered","answers":{"confirm":{"values":["Yes","No"],"skipped":false}}}`),
		Entry("after an answer in other letters", api.CallExecuted, `{"status":"answered","answers":{"confirm":{"values":["yes"],"skipped":false}}}`),
		Entry("after a yes to something else", api.CallExecuted, `{"status":"answered","answers":{"other":{"values":["Yes"],"skipped":false}}}`),
		Entry("after a yes that is none of the page's", api.CallFailed, saidYes),
		Entry("after a result that is no answer", api.CallExecuted, `"Yes"`),
	)

	It("is asked about again when it is another one", func(ctx SpecContext) {
		guarded(asks(call("add_task", `{"n":2}`)))
		Expect(d.goOn(ctx, asking(api.CallExecuted, saidNo)).Waits).NotTo(BeNil())
		Expect(d.tools.sent).To(BeEmpty())
	})

	It("is not allowed by a yes to a question of the model's own", func(ctx SpecContext) {
		guarded(asks(call("add_task", `{"n":1}`)))
		own := asking(api.CallExecuted, saidYes)
		own.ToolCalls[0].Confirms = nil
		own.ToolCalls[0].Parameters = json.RawMessage(`{"inputs":[],"confirms":{"tool":"add_task","parameters":{"n":1}}}`)
		Expect(d.goOn(ctx, own).Waits).NotTo(BeNil())
		Expect(d.tools.sent).To(BeEmpty())
	})

	It("is allowed once: the next one like it is asked about", func(ctx SpecContext) {
		guarded(asks(call("add_task", `{"n":1}`)))
		Expect(d.goOn(ctx, asking(api.CallExecuted, saidYes)).Waits).NotTo(BeNil())
		Expect(d.tools.sent).To(HaveLen(1))
	})

	It("is not made when the turn was stopped meanwhile", func(ctx SpecContext) {
		stopped, stop := context.WithCancelCause(ctx)
		stop(errors.New("enough"))
		guarded()
		Expect(d.goOn(stopped, asking(api.CallExecuted, saidYes))).To(HaveField("Code", agent.CodeStopped))
		Expect(d.tools.sent).To(BeEmpty())
	})

	It("is one of the calls that are waited for one at a time", func(ctx SpecContext) {
		guarded(asks(call("add_task", `{"n":1}`), call("add_task", `{"n":2}`)))
		Expect(d.answer(ctx).Waits).NotTo(BeNil())
		Expect(d.journal.lines).To(ContainElement("record 0 one_at_a_time"))
		Expect(d.tools.sent).To(BeEmpty())
	})
})
