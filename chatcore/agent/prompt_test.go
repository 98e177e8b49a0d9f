package agent_test

import (
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

// refused says why an endpoint would refuse these messages, or nothing.
func refused(messages []agent.PromptMessage) string {
	var open []string // ids of calls without a result
	seen := map[string]bool{}
	for i, m := range messages {
		if m.Role != agent.RoleTool && len(open) > 0 {
			return fmt.Sprintf("message %d comes before the results of %v", i, open)
		}
		switch m.Role {
		case agent.RoleTool:
			if len(open) == 0 || open[0] != m.CallID || !json.Valid([]byte(m.Text)) {
				return fmt.Sprintf("message %d is the result %q of %s, open are %v", i, m.Text, m.CallID, open)
			}
			open = open[1:]
		case agent.RoleAssistant:
			if m.Text == "" && len(m.Calls) == 0 {
				return fmt.Sprintf("message %d is empty", i)
			}
			for _, call := range m.Calls {
				if call.ID == "" || seen[call.ID] || call.Tool == "" || !json.Valid([]byte(call.Arguments)) {
					return fmt.Sprintf("message %d has the call %+v", i, call)
				}
				seen[call.ID], open = true, append(open, call.ID)
			}
		}
	}
	if len(open) > 0 {
		return fmt.Sprintf("%v have no results", open)
	}
	return ""
}

var _ = Describe("What the model is sent", func() {
	record := func(id int64, status api.CallStatus) api.ToolCall {
		return api.ToolCall{ID: id, Tool: "add_task", Parameters: []byte(`{"title":"Tea"}`), Status: status}
	}
	sent := func(ctx SpecContext, history ...api.Message) []agent.PromptMessage {
		GinkgoHelper()
		d := newDesk(says("Hello"))
		d.answer(ctx, history...)
		Expect(refused(d.model.prompts[0].Messages)).To(BeEmpty())
		return d.model.prompts[0].Messages
	}

	It("is each message, each step with its calls, and each call with its result", func(ctx SpecContext) {
		executed := record(31, api.CallExecuted)
		executed.Result, executed.Refreshed = []byte(`{"task_id":7}`), []byte(`{"task_id":7,"completed":true}`)
		Expect(sent(ctx,
			api.Message{Role: api.RoleUser, Content: "Add tea"},
			api.Message{Role: api.RoleAssistant, Content: "One moment.\n\nAdded.", Steps: []api.Step{
				{Content: "One moment.", ToolCalls: []api.ToolCall{executed}}, {Content: "Added."},
			}},
			api.Message{Role: api.RoleUser, Content: "Thanks"},
		)).To(Equal([]agent.PromptMessage{
			{Role: agent.RoleUser, Text: "Add tea"},
			{Role: agent.RoleAssistant, Text: "One moment.", Calls: []agent.Call{{ID: "call_31", Tool: "add_task", Arguments: `{"title":"Tea"}`}}},
			{Role: agent.RoleTool, CallID: "call_31", Text: `{"task_id":7}`},
			{Role: agent.RoleAssistant, Text: "Added."},
			{Role: agent.RoleUser, Text: "Thanks"},
		}))
	})

	It("names a call as it was named in the turn it was made in", func(ctx SpecContext) {
		Expect(agent.CallID(31)).To(Equal("call_31"))
	})

	It("leaves out a step in which nothing was said or done", func(ctx SpecContext) {
		Expect(sent(ctx, api.Message{Role: api.RoleAssistant, Steps: []api.Step{{}}}, api.Message{Role: api.RoleUser, Content: "Hi"})).To(HaveLen(1))
	})

	DescribeTable("has a word on every call",
		func(ctx SpecContext, of api.ToolCall, word string) {
			messages := sent(ctx, api.Message{Role: api.RoleAssistant, Steps: []api.Step{{ToolCalls: []api.ToolCall{of}}}})
			Expect(messages[1].Text).To(ContainSubstring(word))
		},
		Entry("that has only an error", func() api.ToolCall {
			r := record(1, api.CallFailed)
			r.Code, r.Error = "tool_unreachable", "The tool did not answer."
			return r
		}(), `"message":"The tool did not answer."`),
		Entry("that was skipped", record(1, api.CallSkipped), "not done"),
		Entry("whose end nobody saw", record(1, api.CallPending), "not known whether it acted"),
		Entry("that has no result at all", record(1, api.CallExecuted), "not known whether it acted"),
	)

	It("has no end without a result, whatever ends a turn", func(ctx SpecContext) {
		d := newDesk(asks(call("add_task", "{}"), call("what", "}")), asks(call("add_task", "[]")), says("Bye"))
		d.answer(ctx)
		for _, prompt := range d.model.prompts {
			Expect(refused(prompt.Messages)).To(BeEmpty())
		}
	})
})
