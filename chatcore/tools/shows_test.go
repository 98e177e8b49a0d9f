package tools_test

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/tools"
)

var _ = Describe("What a result's _meta shows", func() {
	var there *server
	BeforeEach(func() { there = newServer(nil) })

	// shown calls a tool whose result has a _meta.
	shown := func(ctx SpecContext, meta string) agent.Outcome {
		GinkgoHelper()
		var given mcp.Meta
		Expect(json.Unmarshal([]byte(meta), &given)).To(Succeed())
		there.mcp.AddTool(&mcp.Tool{Name: "show", Description: "Shows.", InputSchema: json.RawMessage(`{"type":"object"}`)},
			func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return &mcp.CallToolResult{Meta: given, StructuredContent: map[string]any{"ok": true}}, nil
			})
		there.start()
		outcome, err := client(tools.Config{URL: there.URL}).Call(ctx, alice, agent.ToolRequest{Key: "k", Tool: "show"})
		Expect(err).NotTo(HaveOccurred())
		Expect(outcome.Failed).To(BeFalse())
		Expect(outcome.Result).To(MatchJSON(`{"ok":true}`), "the model reads nothing of it")
		return outcome
	}

	It("is taken when it fits", func(ctx SpecContext) {
		outcome := shown(ctx, `{
			"taskpilot/notice": {"level": "warning", "message": "Nearly full", "title": "Quota"},
			"taskpilot/effect": {"name": "map.show", "data": {"lat": 48.4}},
			"taskpilot/annotations": [
				{"type": "url", "title": "Docs", "url": "https://example.com/a?b=c", "attribution": "example", "filename": "left out"},
				{"type": "file", "title": "Notes", "filename": "notes.txt", "url": "javascript:left out"},
				{"type": "entity", "title": "Milk", "id": "e1", "data": {"n": 1}, "interactive": true}],
			"taskpilot/image": {"url": "http://example.com/i.png", "id": "i1"},
			"taskpilot/end_of_turn": true,
			"somebody/else": {"x": 1}}`)
		Expect(outcome.Asides).To(Equal([]api.Body{
			api.Notice{Level: "warning", Message: "Nearly full", Title: "Quota"},
			api.Effect{Name: "map.show", Data: map[string]any{"lat": 48.4}},
		}))
		Expect(outcome.Shows).To(Equal(&api.Shows{
			Annotations: []api.Source{
				{Type: "url", Title: "Docs", URL: "https://example.com/a?b=c", Attribution: "example"},
				{Type: "file", Title: "Notes", Filename: "notes.txt"},
				{Type: "entity", Title: "Milk", ID: "e1", Data: json.RawMessage(`{"n":1}`), Interactive: true},
			},
			Image: &api.ShownImage{URL: "http://example.com/i.png", ID: "i1"}, EndOfTurn: true,
		}))
	})

	It("may leave a notice's level and an effect's data out", func(ctx SpecContext) {
		Expect(shown(ctx, `{"taskpilot/notice": {"message": "m"}, "taskpilot/effect": {"name": "e"}}`).Asides).To(Equal([]api.Body{
			api.Notice{Level: "info", Message: "m"}, api.Effect{Name: "e"},
		}))
	})

	It("is taken as far as it fits", func(ctx SpecContext) {
		outcome := shown(ctx, `{"taskpilot/annotations": [{"type": "url", "title": "Bad", "url": "ftp://x"}, {"type": "file", "title": "Good", "filename": "f"}], "taskpilot/notice": 7, "taskpilot/end_of_turn": true}`)
		Expect(outcome.Shows).To(Equal(&api.Shows{Annotations: []api.Source{{Type: "file", Title: "Good", Filename: "f"}}, EndOfTurn: true}))
		Expect(outcome.Asides).To(BeEmpty())
	})

	It("has U+0000 replaced, which no database takes", func(ctx SpecContext) {
		outcome := shown(ctx, `{"taskpilot/annotations": [{"type": "entity", "title": "a\u0000b", "id": "e", "data": {"x": "\u0000"}}]}`)
		Expect(json.Marshal(outcome.Shows)).NotTo(ContainSubstring(`\u0000`))
	})

	It("has no more annotations than people can look at", func(ctx SpecContext) {
		one := `{"type": "file", "title": "t", "filename": "f"}`
		Expect(shown(ctx, `{"taskpilot/annotations": [`+strings.Repeat(one+",", 30)+one+`]}`).Shows.Annotations).To(HaveLen(api.MaxAnnotations))
	})

	DescribeTable("is left out when it does not fit, and the call stands", func(ctx SpecContext, meta string) {
		outcome := shown(ctx, meta)
		Expect(outcome.Shows).To(BeNil())
		Expect(outcome.Asides).To(BeEmpty())
	},
		Entry("nothing", `{}`),
		Entry("null", `{"taskpilot/notice": null, "taskpilot/image": null, "taskpilot/annotations": null, "taskpilot/end_of_turn": null}`),
		Entry("no end", `{"taskpilot/end_of_turn": false}`),
		Entry("an end in words", `{"taskpilot/end_of_turn": "yes"}`),
		Entry("a level that is none", `{"taskpilot/notice": {"level": "fatal", "message": "m"}}`),
		Entry("a notice without words", `{"taskpilot/notice": {"level": "info", "message": " "}}`),
		Entry("a notice that is too long", `{"taskpilot/notice": {"message": "`+strings.Repeat("x", api.MaxShownText+1)+`"}}`),
		Entry("an effect without a name", `{"taskpilot/effect": {"data": {}}}`),
		Entry("an effect whose name is markup", `{"taskpilot/effect": {"name": "<script>"}}`),
		Entry("an effect with a list", `{"taskpilot/effect": {"name": "e", "data": [1]}}`),
		Entry("an effect that is too large", `{"taskpilot/effect": {"name": "e", "data": {"x": "`+strings.Repeat("x", 17<<10)+`"}}}`),
		Entry("an effect that is too deep", `{"taskpilot/effect": {"name": "e", "data": {"x": `+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`}}}`),
		Entry("an image of a script", `{"taskpilot/image": {"url": "javascript:alert(1)"}}`),
		Entry("an image in the address", `{"taskpilot/image": {"url": "data:image/png;base64,AA=="}}`),
		Entry("an image on this disk", `{"taskpilot/image": {"url": "file:///etc/passwd"}}`),
		Entry("an image somewhere", `{"taskpilot/image": {"url": "/i.png"}}`),
		Entry("an image with a password", `{"taskpilot/image": {"url": "https://user:pass@example.com/i.png"}}`),
		Entry("an image far away", `{"taskpilot/image": {"url": "https://example.com/`+strings.Repeat("x", api.MaxShownURL)+`"}}`),
		Entry("an image that is a text", `{"taskpilot/image": "https://example.com/i.png"}`),
		Entry("an annotation of no type", `{"taskpilot/annotations": [{"title": "t"}]}`),
		Entry("an annotation of another type", `{"taskpilot/annotations": [{"type": "book", "title": "t"}]}`),
		Entry("an annotation without a title", `{"taskpilot/annotations": [{"type": "file", "filename": "f"}]}`),
		Entry("an annotation of a script", `{"taskpilot/annotations": [{"type": "url", "title": "t", "url": "javascript:alert(1)"}]}`),
		Entry("a file without a name", `{"taskpilot/annotations": [{"type": "file", "title": "t"}]}`),
		Entry("an entity without an id", `{"taskpilot/annotations": [{"type": "entity", "title": "t"}]}`),
		Entry("an entity with a list", `{"taskpilot/annotations": [{"type": "entity", "title": "t", "id": "e", "data": []}]}`),
		Entry("annotations that are one", `{"taskpilot/annotations": {"type": "file", "title": "t", "filename": "f"}}`),
	)
})

var _ = Describe("Progress of a call", func() {
	It("is told while the tool works, from a server that streams", func(ctx SpecContext) {
		there := newServer(&mcp.StreamableHTTPOptions{Stateless: true})
		there.mcp.AddTool(&mcp.Tool{Name: "slow", Description: "Is slow.", InputSchema: json.RawMessage(`{"type":"object"}`)},
			func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				for i, message := range []string{"Looking\n up", "", "Reading"} {
					if err := request.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{
						ProgressToken: request.Params.GetProgressToken(), Progress: float64(i), Message: message,
					}); err != nil {
						return nil, err
					}
				}
				select { // it ends when all of that was heard
				case <-there.wait:
				case <-ctx.Done():
				}
				return &mcp.CallToolResult{StructuredContent: map[string]any{"ok": true}}, nil
			})
		there.start()
		var heard []api.Body
		outcome, err := client(tools.Config{URL: there.URL}).Call(ctx, alice, agent.ToolRequest{Key: "k", Tool: "slow", Tell: func(said api.Body) {
			if heard = append(heard, said); len(heard) == 2 {
				close(there.wait)
			}
		}})
		Expect(err).NotTo(HaveOccurred())
		Expect(outcome.Result).To(MatchJSON(`{"ok":true}`))
		Expect(heard).To(Equal([]api.Body{api.Progress{Text: "Looking up"}, api.Progress{Text: "Reading"}}))
	})
})
