package e2e_test

import (
	"context"
	"net/http"
	"net/http/httptest"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

// weatherServer is an MCP server of somebody else's, whose tools show all that tools can.
func weatherServer() string {
	server := mcp.NewServer(&mcp.Implementation{Name: "weather", Version: "1"}, nil)
	type place struct {
		City string `json:"city"`
	}
	add := func(name string, meta mcp.Meta) {
		mcp.AddTool(server, &mcp.Tool{Name: name, Description: name}, func(ctx context.Context, request *mcp.CallToolRequest, in place) (*mcp.CallToolResult, any, error) {
			if token := request.Params.GetProgressToken(); token != nil {
				_ = request.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: token, Message: "Asking the station", Progress: 1})
			}
			return &mcp.CallToolResult{Meta: meta}, map[string]any{"city": in.City, "degrees": 7}, nil
		})
	}
	add("forecast", mcp.Meta{
		"taskpilot/notice":      map[string]any{"level": "warning", "message": "From yesterday."},
		"taskpilot/effect":      map[string]any{"name": "map.show", "data": map[string]any{"zoom": 3}},
		"taskpilot/annotations": []any{map[string]any{"type": "url", "title": "The station", "url": "https://example.com/station"}},
	})
	add("picture", mcp.Meta{"taskpilot/image": map[string]any{"url": "https://example.com/sky.png"}})
	add("goodbye", mcp.Meta{"taskpilot/end_of_turn": true})
	listening := httptest.NewServer(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true}))
	DeferCleanup(listening.Close)
	return listening.URL
}

var _ = Describe("A tool of somebody else's", func() {
	It("shows its progress, notices, effects, sources, images and the turn's end; what stays is the same after a reload", func(ctx SpecContext) {
		at, model := scriptedStack(ctx, "MCP_URL="+weatherServer())
		model.Use(scripted.Rule{When: scripted.When{Said: "weather"}, Replies: []scripted.Reply{
			scripted.CallTool("forecast", `{"city": "Lisbon"}`),
			{Chunks: []scripted.Chunk{{Text: "It will be "}, {Text: "mild."}}, Calls: []scripted.Call{{Name: "picture", Arguments: `{"city": "Lisbon"}`}}},
			scripted.CallTool("goodbye", `{"city": "Lisbon"}`),
			{Chunks: []scripted.Chunk{{Text: "Nobody asks for this."}}},
		}})
		page := pageAt(ctx, at, newUser("wendy"))
		thread, events := create(ctx, page, "weather")
		told := func(kind string, with ...any) {
			GinkgoHelper()
			fields := HaveKeyWithValue("type", kind)
			for i := 0; i < len(with); i += 2 {
				fields = And(fields, HaveKeyWithValue(with[i], with[i+1]))
			}
			Expect(events).To(ContainElement(fields))
		}
		told("progress_update", "text", "Asking the station")
		told("notice", "level", "warning", "message", "From yesterday.")
		told("client_effect", "name", "map.show", "data", wire.Object{"zoom": 3.0})

		items := thread.Items[1:]
		Expect(items).To(HaveLen(5))
		Expect(items[0]).To(And(HaveKeyWithValue("type", "workflow"), HaveKeyWithValue("workflow", And(
			HaveKeyWithValue("expanded", false), HaveKeyWithValue("summary", HaveKeyWithValue("title", HavePrefix("Used forecast"))),
			HaveKeyWithValue("tasks", HaveExactElements(HaveKeyWithValue("content", ContainSubstring(`"degrees": 7`)))),
		))))
		Expect(items[1]["content"]).To(HaveExactElements(And(HaveKeyWithValue("text", "It will be mild."),
			HaveKeyWithValue("annotations", HaveExactElements(HaveKeyWithValue("source", And(
				HaveKeyWithValue("title", "The station"), HaveKeyWithValue("url", "https://example.com/station"))))))))
		Expect(items[2]).To(And(HaveKeyWithValue("type", "generated_image"), HaveKeyWithValue("image", HaveKeyWithValue("url", "https://example.com/sky.png"))))
		Expect(items[3]).To(HaveKeyWithValue("type", "workflow"))
		Expect(items[4]).To(HaveKeyWithValue("type", "end_of_turn"))
		for _, limit := range []int{1, 20} {
			Expect(history(ctx, page, thread.Meta["id"].(string), limit)).To(Equal(thread.Items))
		}
	})
})
