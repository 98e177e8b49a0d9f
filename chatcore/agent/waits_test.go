package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

// pageTool is a tool of the page's. Arguments with "bad" in them do not fit it.
func pageTool(name, what string) agent.PageTool {
	return agent.PageTool{
		Tool: agent.Tool{Name: name}, For: what,
		Check: func(arguments json.RawMessage) error {
			if strings.Contains(string(arguments), "bad") {
				return errors.New("bad is not good")
			}
			return nil
		},
		Words: func(json.RawMessage) string { return "Which one?" },
	}
}

// waiting is a stored step whose last call is the page's.
func waiting(status api.CallStatus) agent.Taken {
	asked := record(8, 1, status)
	asked.Tool, asked.For = "ask", api.ForStructuredInput
	return agent.Taken{Keys: []string{"a", "b"}, Step: api.Step{Content: "Let me see.", ToolCalls: []api.ToolCall{record(7, 0, api.CallExecuted), asked}}}
}

var _ = Describe("A turn with a call that the page answers", func() {
	var d *desk

	withPage := func(script ...replyScript) *desk {
		d = newDesk(script...)
		d.config.PageTools = []agent.PageTool{pageTool("ask", api.ForStructuredInput), pageTool("show", api.ForClientTool)}
		return d
	}

	It("waits for it after all other calls, and as the last of them", func(ctx SpecContext) {
		withPage(replies([]agent.Call{call("ask", `{"q":1}`), call("add_task", `{"n":1}`)}, "One moment."))
		Expect(d.answer(ctx)).To(Equal(agent.Ending{Waits: &agent.Waits{For: api.ForStructuredInput, Index: 1, Sentence: "Which one?"}}))
		Expect(d.journal.lines).To(Equal([]string{
			"open", "say One moment.", `commit One moment. [add_task {"n":1}] [ask {"q":1}]`, "record 0 executed",
		}))
		Expect(d.tools.sent).To(HaveExactElements(HaveField("Tool", "add_task")))
		Expect(d.model.prompts[0].Tools).To(ContainElement(HaveField("Name", "ask")))
	})

	It("waits for one call only: the model reads of the others that they were not made", func(ctx SpecContext) {
		withPage(asks(call("show", `{}`), call("ask", `{}`), call("ask", `{}`)))
		Expect(d.answer(ctx).Waits).To(HaveValue(And(HaveField("For", api.ForClientTool), HaveField("Index", 2))))
		Expect(d.journal.lines).To(ConsistOf("commit  [ask {}] [ask {}] [show {}]", "record 0 one_at_a_time", "record 1 one_at_a_time"))
	})

	It("does not wait for what does not fit: the model reads why", func(ctx SpecContext) {
		withPage(asks(call("ask", `{"bad":1}`), call("show", `no JSON`)), says("Never mind."))
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.journal.lines).To(ContainElements("record 0 invalid_arguments", "record 1 invalid_arguments"))
		Expect(d.model.prompts[1].Messages[2].Text).To(ContainSubstring("bad is not good"))
	})

	It("is offered a tool of this turn's only", func(ctx SpecContext) {
		d = newDesk(asks(call("blink", `{}`)))
		a := agent.New(d.model, d.tools, d.config, d.log())
		ending := a.Answer(ctx, agent.Turn{
			Caller: alice, History: []api.Message{{Role: api.RoleUser, Content: "Hello"}},
			PageTools: []agent.PageTool{pageTool("blink", api.ForClientTool)},
		}, d.journal)
		Expect(ending.Waits).To(HaveValue(HaveField("For", api.ForClientTool)))
	})

	It("never hides another tool", func(ctx SpecContext) {
		d = newDesk(asks(call("add_task", `{}`)), says("Done it."))
		d.config.PageTools = []agent.PageTool{pageTool("add_task", api.ForClientTool)}
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.tools.sent).To(HaveLen(1))
		Expect(d.model.prompts[0].Tools).To(HaveLen(2))
	})

	It("waits for nothing when it is stopped", func(ctx SpecContext) {
		stopped, stop := context.WithCancelCause(ctx)
		withPage(asks(call("add_task", `{}`), call("ask", `{}`)))
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			stop(errors.New("enough"))
			return worked(ctx, request)
		}
		Expect(d.answer(stopped)).To(HaveField("Code", agent.CodeStopped))
		Expect(d.journal.lines).To(ContainElement("record 1 skipped"))
	})

	It("leaves the call to whoever goes on when the process goes down", func(ctx SpecContext) {
		down, goDown := context.WithCancelCause(ctx)
		withPage(asks(call("add_task", `{}`), call("ask", `{}`)))
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			goDown(agent.ErrInterrupted)
			return worked(ctx, request)
		}
		Expect(d.answer(down)).To(HaveField("Code", agent.CodeInterrupted))
		Expect(d.journal.lines).NotTo(ContainElement(HavePrefix("record 1")))
	})

	Context("when another process had begun it", func() {
		It("waits again, also when the tool is not offered any more", func(ctx SpecContext) {
			d = newDesk()
			Expect(d.goOn(ctx, waiting(api.CallPending)).Waits).To(HaveValue(And(
				HaveField("For", api.ForStructuredInput), HaveField("Index", 1), HaveField("Sentence", Not(BeEmpty())))))
			Expect(d.tools.sent).To(BeEmpty())
		})

		It("goes on with the answer", func(ctx SpecContext) {
			withPage(says("Thank you."))
			Expect(d.goOn(ctx, waiting(api.CallExecuted))).To(Equal(agent.Ending{}))
			Expect(d.model.prompts[0].Messages).To(HaveLen(4))
			Expect(d.model.prompts[0].Messages[3]).To(Equal(agent.PromptMessage{Role: agent.RoleTool, CallID: "call_8", Text: `{"task":1}`}))
		})

		It("may take as many steps again as at its beginning", func(ctx SpecContext) {
			withPage(says("Thank you."))
			d.config.MaxSteps = 1
			Expect(d.goOn(ctx, waiting(api.CallExecuted))).To(Equal(agent.Ending{}))
		})
	})
})
