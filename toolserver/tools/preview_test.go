package tools_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/toolserver/tasks"
	"taskpilot/toolserver/tools"
)

var _ = Describe("A preview", func() {
	var alice *client
	var task tasks.Task

	BeforeEach(func(ctx SpecContext) {
		alice = connect(ctx, newStore(), newUser())
		task = alice.add(ctx, "Buy “milk”")
	})

	ask := func(ctx context.Context, who *client, tool string, id int64, preview any) *mcp.CallToolResult {
		GinkgoHelper()
		result, err := who.session.CallTool(ctx, &mcp.CallToolParams{
			Meta: mcp.Meta{tools.PreviewName: preview, tools.KeyName: "k"}, Name: tool, Arguments: json.RawMessage(fmt.Sprintf(`{"task_id":%d}`, id)),
		})
		Expect(err).NotTo(HaveOccurred())
		return result
	}

	It("says what a deletion would take, asks whether it may, and takes nothing", func(ctx SpecContext) {
		result := ask(ctx, alice, "delete_task", task.ID, true)
		Expect(result.IsError).To(BeFalse())
		Expect(result.Meta).To(HaveKeyWithValue(tools.QuestionName, "Delete the task “Buy “milk””?"))
		Expect(result.StructuredContent).To(HaveKeyWithValue("title", "Buy “milk”"))
		Expect(alice.list(ctx).Total).To(Equal(1))
		deleted := alice.keyed(ctx, "delete_task", object{"task_id": task.ID}.JSON(), "k")
		Expect(deleted.Failed).To(BeFalse(), "its key is free still")
		Expect(alice.list(ctx).Total).To(BeZero())
	})

	It("says of another's task what it says of none", func(ctx SpecContext) {
		bob := connect(ctx, newStore(), newUser())
		Expect(ask(ctx, bob, "delete_task", task.ID, true).StructuredContent).To(HaveKeyWithValue("code", "not_found"))
	})

	DescribeTable("is refused, and nothing is done",
		func(ctx SpecContext, tool string, preview any) {
			Expect(ask(ctx, alice, tool, task.ID, preview).IsError).To(BeTrue())
			Expect(alice.list(ctx).Tasks).To(Equal([]tasks.Task{task}))
		},
		Entry("of a tool that has none", "complete_task", true),
		Entry("that says no", "delete_task", false), Entry("that is a text", "delete_task", "true"),
	)
})
