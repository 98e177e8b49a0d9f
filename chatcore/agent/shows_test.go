package agent_test

import (
	"context"
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

var _ = Describe("What a tool wants to be seen", func() {
	ends := func(context.Context, agent.ToolRequest) (agent.Outcome, error) {
		return agent.Outcome{Result: json.RawMessage(`{}`), Shows: &api.Shows{EndOfTurn: true}}, nil
	}

	It("is told while the tool works, and the rest when its record is stored", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", `{}`)), says("Done."))
		d.tools.do = func(_ context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			request.Tell(api.Progress{Text: "Half of it"})
			return agent.Outcome{Result: json.RawMessage(`{}`), Asides: []api.Body{api.Notice{Level: "info", Message: "m"}, api.Effect{Name: "e"}}}, nil
		}
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.journal.told).To(Equal([]string{"progress after 0 calls", "notice after 1 calls", "effect after 1 calls"}))
	})

	It("is never read by the model", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", `{}`)), says("Done."))
		d.tools.do = func(context.Context, agent.ToolRequest) (agent.Outcome, error) {
			return agent.Outcome{Result: json.RawMessage(`{"ok":true}`), Shows: &api.Shows{Image: &api.ShownImage{URL: "https://secret.example/i.png"}}}, nil
		}
		d.answer(ctx)
		sent, err := json.Marshal(d.model.prompts)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(sent)).NotTo(ContainSubstring("secret.example"))
	})

	It("may be the end of the turn: the model is not asked again", func(ctx SpecContext) {
		d := newDesk(replies([]agent.Call{call("add_task", `{}`)}, "Here it is."))
		d.tools.do = ends
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.model.prompts).To(HaveLen(1))
	})

	It("leaves no answer without words at the end of the turn", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", `{}`)))
		d.tools.do = ends
		Expect(d.answer(ctx)).To(And(HaveField("Code", agent.CodeDone), HaveField("Failed", false), HaveField("Sentence", Not(BeEmpty()))))
	})

	It("ends no turn when the tool failed", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", `{}`)), says("Sorry."))
		d.tools.do = func(context.Context, agent.ToolRequest) (agent.Outcome, error) {
			return agent.Outcome{Failed: true, Code: "x", Result: json.RawMessage(`{}`), Shows: &api.Shows{EndOfTurn: true}}, nil
		}
		Expect(d.answer(ctx)).To(Equal(agent.Ending{}))
		Expect(d.model.prompts).To(HaveLen(2))
	})

	It("ends the turn for whoever takes it over, too", func(ctx SpecContext) {
		d := newDesk()
		ended := record(1, 0, api.CallExecuted)
		ended.Shows = &api.Shows{EndOfTurn: true}
		ending := d.goOn(ctx, agent.Taken{Keys: []string{"a"}, Step: api.Step{Content: "Here it is.", ToolCalls: []api.ToolCall{ended}}})
		Expect(ending).To(Equal(agent.Ending{}))
		Expect(d.model.prompts).To(BeEmpty())
	})
})
