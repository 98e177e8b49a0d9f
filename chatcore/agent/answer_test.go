package agent_test

import (
	"context"
	"errors"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
)

// endWith matches an Ending with this code, and a sentence for the person.
func endWith(code string, retryable bool) OmegaMatcher {
	return And(HaveField("Failed", true), HaveField("Code", code), HaveField("Retryable", retryable),
		HaveField("Sentence", Not(BeEmpty())), HaveField("Err", HaveOccurred()))
}

var _ = Describe("An answer", func() {
	It("is what the model says, shown as it comes and stored whole", func(ctx SpecContext) {
		d := newDesk(says("Good ", "morning"))
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.journal.lines).To(Equal([]string{"open", "say Good ", "say morning", "commit Good morning"}))
		Expect(d.journal.faults).To(BeEmpty())
		Expect(d.model.prompts[0].System).To(Equal("Be kind."))
		Expect(d.model.prompts[0].Tools).To(HaveLen(2))
	})

	It("comes after the tools that the model asked for", func(ctx SpecContext) {
		d := newDesk(replies([]agent.Call{call("add_task", ` {"title": "Tea"} `)}, "One moment."), says("Done it."))
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.journal.lines).To(Equal([]string{
			"open", "say One moment.", `commit One moment. [add_task {"title":"Tea"}]`, "record 0 executed",
			"open", "say Done it.", "commit Done it.",
		}))
		Expect(d.journal.faults).To(BeEmpty())
		Expect(d.model.prompts[1].Messages[1:]).To(Equal([]agent.PromptMessage{
			{Role: agent.RoleAssistant, Text: "One moment.", Calls: []agent.Call{{ID: "call_1", Tool: "add_task", Arguments: `{"title":"Tea"}`}}},
			{Role: agent.RoleTool, CallID: "call_1", Text: `{"ok":true}`},
		}))
	})

	It("is worked out as the user whose turn it is", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", "{}")), says("Done it."))
		d.answer(ctx)
		Expect(d.tools.as).To(Equal([]agent.Caller{alice, alice}))
	})

	It("has calls of one reply made side by side, and told to the model in their order", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", `{"n":0}`), call("add_task", `{"n":1}`), call("list_tasks", `{}`)), says("All done."))
		first := make(chan struct{})
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			if string(request.Arguments) != `{"n":0}` {
				if request.Tool == "list_tasks" {
					close(first) // the first call waits for the last: one after the other would hang
				}
				return agent.Outcome{Result: []byte(`"later"`)}, nil
			}
			select {
			case <-first:
			case <-time.After(time.Minute):
			}
			return agent.Outcome{Result: []byte(`"first"`)}, nil
		}
		Expect(d.answer(ctx).Failed).To(BeFalse())
		told := d.model.prompts[1].Messages[2:]
		Expect(told).To(HaveLen(3))
		Expect(told[0]).To(Equal(agent.PromptMessage{Role: agent.RoleTool, CallID: "call_1", Text: `"first"`}))
		Expect(told[1].CallID).To(Equal("call_2"))
		Expect(told[2].CallID).To(Equal("call_3"))
	})

	It("has no more calls at work at the same time than are allowed", func(ctx SpecContext) {
		many := make([]agent.Call, 12)
		for i := range many {
			many[i] = call("add_task", "{}")
		}
		d := newDesk(asks(many...), says("All done."))
		d.config.MaxParallel = 3
		atWork := make(chan struct{}, 3)
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			select {
			case atWork <- struct{}{}:
			default:
				return agent.Outcome{}, errors.New("one too many")
			}
			defer func() { <-atWork }()
			return worked(ctx, request)
		}
		Expect(d.answer(ctx).Failed).To(BeFalse())
		Expect(d.journal.recorded).To(Equal(12))
		Expect(strings.Join(d.journal.lines, "\n")).NotTo(ContainSubstring(agent.CallUnreachable))
	})

	DescribeTable("is never without words",
		func(ctx SpecContext, script []replyScript, want OmegaMatcher) {
			d := newDesk(script...)
			Expect(d.answer(ctx)).To(want)
			Expect(d.journal.faults).To(BeEmpty())
		},
		Entry("when the model said nothing", []replyScript{says()}, endWith(agent.CodeNoAnswer, true)),
		Entry("when the model said nothing but blanks", []replyScript{says(" ", "\n")}, endWith(agent.CodeNoAnswer, true)),
		Entry("when the model acted and said nothing", []replyScript{asks(call("add_task", "{}")), says()},
			Equal(agent.Ending{Code: agent.CodeDone, Sentence: "Done."})),
		Entry("when the model failed to act and said nothing", []replyScript{asks(call("no_tool", "{}")), says("")},
			endWith(agent.CodeNoAnswer, true)),
		Entry("when the model spoke before it acted", []replyScript{replies([]agent.Call{call("add_task", "{}")}, "Here."), says()},
			Equal(agent.Ending{})),
	)

	It("needs the tools", func(ctx SpecContext) {
		d := newDesk(says("Hello"))
		d.tools.listErr = agent.ErrUnreachable
		Expect(d.answer(ctx)).To(endWith(agent.CodeToolsUnreachable, true))
		Expect(d.journal.lines).To(BeEmpty())
	})

	DescribeTable("ends when its journal can't store",
		func(ctx SpecContext, word string) {
			d := newDesk(replies([]agent.Call{call("add_task", "{}")}, "One moment."), says("Done."))
			d.journal.fail[word] = errors.New("the database is away")
			Expect(d.answer(ctx)).To(endWith(agent.CodeInternal, true))
			if word != "record" {
				Expect(d.tools.sent).To(BeEmpty(), "nothing leaves that is not stored")
			}
		},
		Entry("that a step begins", "open"), Entry("a reply", "commit"), Entry("how a call ended", "record"),
	)
})
