package tools_test

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/tools"
)

var _ = Describe("A preview", func() {
	It("is asked of a tool that is listed with it, without a key, and brings its question", func(ctx SpecContext) {
		there, asked := newServer(nil), make(chan mcp.Meta, 1)
		there.mcp.AddTool(&mcp.Tool{Meta: mcp.Meta{tools.PreviewKey: true}, Name: "drop", Description: "Drops.", InputSchema: json.RawMessage(`{"type":"object"}`)},
			func(_ context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				asked <- request.Params.Meta
				return &mcp.CallToolResult{Meta: mcp.Meta{tools.QuestionKey: "Drop it?"}, StructuredContent: map[string]any{"n": 1}}, nil
			})
		box := client(tools.Config{URL: there.start().URL})
		listed, err := box.List(ctx, alice)
		Expect(err).NotTo(HaveOccurred())
		Expect(listed).To(ContainElement(And(HaveField("Name", "drop"), HaveField("Previews", true))))
		Expect(listed).To(ContainElement(And(HaveField("Name", "add_task"), HaveField("Previews", false))))

		outcome, err := box.Call(ctx, alice, agent.ToolRequest{Tool: "drop", Preview: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(outcome).To(And(HaveField("Question", "Drop it?"), HaveField("Failed", false)))
		Expect(<-asked).To(And(HaveKeyWithValue(tools.PreviewKey, true), Not(HaveKey(tools.CallKey))))
	})

	It("has no question that is no text, or longer than a person reads", func(ctx SpecContext) {
		for _, question := range []any{7, map[string]any{"x": 1}, strings.Repeat("x", 1001)} {
			there := newServer(nil)
			there.mcp.AddTool(&mcp.Tool{Name: "drop", Description: "Drops.", InputSchema: json.RawMessage(`{"type":"object"}`)},
				func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					return &mcp.CallToolResult{Meta: mcp.Meta{tools.QuestionKey: question}, StructuredContent: map[string]any{}}, nil
				})
			outcome, err := client(tools.Config{URL: there.start().URL}).Call(ctx, alice, agent.ToolRequest{Tool: "drop", Preview: true})
			Expect(err).NotTo(HaveOccurred())
			Expect(outcome.Question).To(BeEmpty())
		}
	})
})
