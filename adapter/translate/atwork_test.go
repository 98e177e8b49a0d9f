package translate_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("A step whose calls are at work", func() {
	call := func(index int, status api.CallStatus) api.ToolCall {
		return api.ToolCall{ID: int64(index + 1), Index: index, Tool: "add_task", Parameters: json.RawMessage(`{}`),
			Status: status, Result: json.RawMessage(`{"task_id":1,"title":"x","completed":false}`)}
	}
	shown := func(calls ...api.ToolCall) int {
		step := api.Step{ID: 7, Position: 3, ToolCalls: calls}
		return len(fresh(GinkgoT()).Items("1", api.Message{ID: 6, Role: api.RoleAssistant, State: api.StateRunning, Steps: []api.Step{step}}))
	}

	It("shows those that ended as far as none before them is at work: who follows from here gets the rest behind them", func() {
		Expect(shown(call(0, api.CallExecuted), call(1, api.CallExecuted))).To(Equal(2))
		Expect(shown(call(0, api.CallExecuted), call(1, api.CallPending), call(2, api.CallExecuted))).To(Equal(1))
		Expect(shown(call(0, api.CallRunning), call(1, api.CallExecuted))).To(BeZero())
		Expect(shown(call(0, ""), call(1, api.CallExecuted))).To(BeNumerically(">=", 1), "an older service says no status")
	})
})
