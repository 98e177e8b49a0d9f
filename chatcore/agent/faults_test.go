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

var _ = Describe("A call that can't be made", func() {
	DescribeTable("is stored, recorded as failed, told to the model, and never sent",
		func(ctx SpecContext, made agent.Call, stored, code string) {
			d := newDesk(asks(made), says("Sorry."))
			Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
			Expect(d.journal.lines[:2]).To(Equal([]string{"commit  " + stored, "record 0 " + code}))
			Expect(d.tools.sent).To(BeEmpty())
			told := d.model.prompts[1].Messages
			Expect(told[len(told)-1]).To(Equal(agent.PromptMessage{
				Role: agent.RoleTool, CallID: "call_1", Text: told[len(told)-1].Text,
			}))
			Expect(told[len(told)-1].Text).To(ContainSubstring(code))
		},
		Entry("when its arguments are cut", call("add_task", `{"title":"Te`), `[add_task {"invalid":"{\"title\":\"Te"}]`, "invalid_arguments"),
		Entry("when its arguments are a list", call("add_task", `["Tea"]`), `[add_task {"invalid":"[\"Tea\"]"}]`, "invalid_arguments"),
		Entry("when its arguments are null", call("add_task", `null`), `[add_task {"invalid":"null"}]`, "invalid_arguments"),
		Entry("when its arguments are two objects", call("add_task", `{}{}`), `[add_task {"invalid":"{}{}"}]`, "invalid_arguments"),
		Entry("when its arguments have what a database can't keep", call("add_task", "{\"a\x00"), `[add_task {"invalid":"{\"a�"}]`, "invalid_arguments"),
		Entry("when its arguments are broken bytes", call("add_task", "{\"a\xff"), `[add_task {"invalid":"{\"a�"}]`, "invalid_arguments"),
		Entry("when there is no such tool", call("drop_tables", `{"a":1}`), `[drop_tables {"a":1}]`, "unknown_tool"),
		Entry("when its tool has no name", call("", `{}`), `[unnamed {}]`, "unknown_tool"),
		Entry("when its tool's name would be refused later", call("rm -rf /\x00é", `{}`), `[rm_-rf____ {}]`, "unknown_tool"),
		Entry("when its tool's name is endless", call(strings.Repeat("x", 1000), `{}`), `[`+strings.Repeat("x", 64)+` {}]`, "unknown_tool"),
		Entry("when neither tool nor arguments are any", call("é", `no`), `[_ {"invalid":"no"}]`, "unknown_tool"),
	)

	DescribeTable("is made when it can be read kindly",
		func(ctx SpecContext, arguments, sent string) {
			d := newDesk(asks(call("add_task", arguments)), says("Done."))
			Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
			Expect(d.tools.sent).To(HaveLen(1))
			Expect(string(d.tools.sent[0].Arguments)).To(Equal(sent))
		},
		Entry("without arguments", "", "{}"),
		Entry("with blanks for arguments", " \n", "{}"),
		Entry("with bytes that are no UTF-8", "{\"a\":\"\xff\"}", `{"a":"�"}`),
		Entry("with numbers that must stay as they are", `{"id": 9007199254740993}`, `{"id":9007199254740993}`),
	)

	It("leaves the others of its reply alone", func(ctx SpecContext) {
		d := newDesk(asks(call("nothing", "{}"), call("add_task", "{}"), call("add_task", "?")), says("Done."))
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.tools.sent).To(HaveLen(1))
		Expect(d.tools.sent[0].Key).To(Equal("key2"))
		Expect(d.journal.recorded).To(Equal(3))
	})

	It("is recorded as lost when no answer came", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", "{}")), says("I don't know."))
		d.tools.do = func(context.Context, agent.ToolRequest) (agent.Outcome, error) {
			return agent.Outcome{}, agent.ErrUnreachable
		}
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.journal.lines[1]).To(Equal("record 0 tool_unreachable"))
	})
})

var _ = Describe("A call that panics on its way", func() {
	It("is lost, and nothing else is", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", "{}"), call("list_tasks", "{}")), says("I don't know."))
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			if request.Tool == "add_task" {
				panic("a bug")
			}
			return worked(ctx, request)
		}
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.journal.lines[1:3]).To(ConsistOf("record 0 tool_unreachable", "record 1 executed"))
	})
})

var _ = Describe("A turn that goes nowhere", func() {
	failing := func(n int) (script []replyScript) {
		for range n {
			script = append(script, asks(call("add_task", "{}")))
		}
		return append(script, says("I gave up."))
	}

	It("ends after three replies in a row whose calls all failed", func(ctx SpecContext) {
		d := newDesk(failing(5)...)
		d.tools.do = failedTool
		Expect(d.answer(ctx)).To(endWith(agent.CodeToolFailures, false))
		Expect(d.model.prompts).To(HaveLen(3))
		Expect(d.journal.recorded).To(Equal(3))
	})

	It("goes on when a call worked in between", func(ctx SpecContext) {
		d := newDesk(failing(5)...)
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			if len(d.tools.sent) == 3 {
				return worked(ctx, request)
			}
			return failedTool(ctx, request)
		}
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
	})

	It("ends at the limit of its steps", func(ctx SpecContext) {
		d := newDesk(failing(5)...)
		d.config.MaxSteps = 4
		Expect(d.answer(ctx)).To(endWith(agent.CodeStepLimit, false))
		Expect(d.journal.recorded).To(Equal(4))
		Expect(d.model.prompts).To(HaveLen(4))
	})

	It("ends at the limit of its time, and keeps what was said", func(ctx SpecContext) {
		d := newDesk(stalls("Well, ", "let me"))
		d.config.MaxTime = 20 * time.Millisecond
		Expect(d.answer(ctx)).To(endWith(agent.CodeTimeLimit, true))
		Expect(d.journal.lines).To(HaveExactElements("open", "say Well, ", "say let me", "keep Well, let me (time_limit)"))
	})
})

var _ = Describe("A model that fails", func() {
	DescribeTable("is asked again while nothing was shown",
		func(ctx SpecContext, code string) {
			d := newDesk(fails(code), fails(code), fails(code), says("There you are."))
			Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
			Expect(d.journal.lines).To(Equal([]string{"open", "say There you are.", "commit There you are."}))
		},
		Entry("when it could not be reached", agent.ModelUnreachable),
		Entry("when it is overloaded", agent.ModelOverloaded),
		Entry("when its stream was cut", agent.ModelCut),
	)

	It("is asked again when its reply had no end", func(ctx SpecContext) {
		endless := func(context.Context, func(agent.Piece, error) bool) {}
		d := newDesk(endless, says("There you are."))
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
	})

	It("is asked again for a later step, too", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", "{}")), fails(agent.ModelCut), says("Done."))
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.tools.sent).To(HaveLen(1))
	})

	It("is given up after some tries", func(ctx SpecContext) {
		d := newDesk(fails(agent.ModelOverloaded), fails(agent.ModelOverloaded), says("Too late."))
		d.config.MaxTries = 2
		Expect(d.answer(ctx)).To(endWith(agent.ModelOverloaded, true))
		Expect(d.journal.lines).To(BeEmpty())
	})

	DescribeTable("is not asked again when that can't help",
		func(ctx SpecContext, err error, want OmegaMatcher) {
			d := newDesk(failsWith(err), says("Never."))
			Expect(d.answer(ctx)).To(want)
			Expect(d.model.prompts).To(HaveLen(1))
		},
		Entry("for it refused", &agent.ModelError{Code: agent.ModelRefused, Err: errors.New("401")}, endWith(agent.ModelRefused, false)),
		Entry("for it said nonsense", &agent.ModelError{Code: agent.ModelInvalid, Err: errors.New("html")}, endWith(agent.ModelInvalid, true)),
		Entry("for nobody knows what it was", errors.New("a bug"), endWith(agent.CodeInternal, true)),
	)

	It("is not asked again once something was shown, and what was shown stays", func(ctx SpecContext) {
		d := newDesk(fails(agent.ModelCut, "Half a sen"), says("Never."))
		Expect(d.answer(ctx)).To(endWith(agent.ModelCut, true))
		Expect(d.journal.lines).To(Equal([]string{"open", "say Half a sen", "keep Half a sen (model_cut)"}))
		Expect(d.model.prompts).To(HaveLen(1))
	})

	It("is given the time that it asked for", func(ctx SpecContext) {
		wait := 60 * time.Millisecond
		d := newDesk(failsWith(&agent.ModelError{Code: agent.ModelOverloaded, RetryAfter: wait, Err: errors.New("429")}), says("Hello."))
		began := time.Now()
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(time.Since(began)).To(BeNumerically(">=", wait))
	})

	It("is not waited for when it asks for more time than the turn has", func(ctx SpecContext) {
		d := newDesk(failsWith(&agent.ModelError{Code: agent.ModelOverloaded, RetryAfter: time.Hour, Err: errors.New("429")}), says("Never."))
		began := time.Now()
		Expect(d.answer(ctx)).To(endWith(agent.ModelOverloaded, true))
		Expect(time.Since(began)).To(BeNumerically("<", 30*time.Second))
	})
})
