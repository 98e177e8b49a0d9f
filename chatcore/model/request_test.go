package model_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/model"
)

var _ = Describe("The request", func() {
	var received []byte
	var header http.Header
	keep := func(w http.ResponseWriter, r *http.Request) {
		received, _ = io.ReadAll(r.Body)
		header = r.Header
		Expect(r.URL.Path).To(Equal("/v1/chat/completions"))
		streaming(says("ok"), ends("stop"), done)(w, r)
	}

	It("carries the prompt, the history with its calls, and the tools", func(ctx SpecContext) {
		m := endpoint(model.Config{Model: "gpt-4-turbo", MaxCompletionTokens: 500}, keep)
		said := hear(ctx, m, agent.Prompt{
			System: "You manage <tasks>.",
			Messages: []agent.PromptMessage{
				{Role: agent.RoleUser, Text: "Add milk"},
				{Role: agent.RoleAssistant, Text: "Doing it.", Calls: []agent.Call{
					{ID: "a", Tool: "add_task", Arguments: `{"title":"Milk"}`},
					{ID: "b", Tool: "list_tasks", Arguments: ``},
					{ID: "c", Tool: "add_task", Arguments: `{"title":`},
				}},
				{Role: agent.RoleTool, CallID: "a", Text: `{"task_id":7}`},
				{Role: agent.RoleTool, CallID: "b", Text: ``},
				{Role: agent.RoleTool, CallID: "c", Text: `{"code":"invalid_arguments"}`},
				{Role: agent.RoleAssistant, Text: ""},
				{Role: agent.RoleUser, Text: "And now?"},
			},
			Tools: []agent.Tool{
				{Name: "add_task", Description: "Adds a task.", Schema: json.RawMessage(`{"type":"object","properties":{"title":{"type":"string"}},"required":["title"]}`)},
				{Name: "list_tasks"},
			},
		})
		Expect(said.Err).NotTo(HaveOccurred())
		golden, err := os.ReadFile("testdata/request.json")
		Expect(err).NotTo(HaveOccurred())
		Expect(received).To(MatchJSON(golden))
		Expect(header.Get("Authorization")).To(Equal("Bearer " + key))
	})

	It("carries what came with a message behind its text, images as data", func(ctx SpecContext) {
		m := endpoint(model.Config{}, keep)
		said := hear(ctx, m, agent.Prompt{Messages: []agent.PromptMessage{
			{Role: agent.RoleUser, Text: "Look", Parts: []agent.Part{{Text: "A file"}, {Image: &agent.Image{MIMEType: "image/png", Data: []byte("pixels")}}}},
			{Role: agent.RoleUser, Parts: []agent.Part{{Text: "Only a file"}}},
		}})
		Expect(said.Err).NotTo(HaveOccurred())
		var request struct {
			Messages []struct{ Content json.RawMessage }
		}
		Expect(json.Unmarshal(received, &request)).To(Succeed())
		Expect(request.Messages).To(HaveLen(2))
		Expect(request.Messages[0].Content).To(MatchJSON(`[{"type": "text", "text": "Look"}, {"type": "text", "text": "A file"},
			{"type": "image_url", "image_url": {"url": "data:image/png;base64,cGl4ZWxz"}}]`))
		Expect(request.Messages[1].Content).To(MatchJSON(`[{"type": "text", "text": "Only a file"}]`))
	})

	It("asks the prompt's model before the configured one", func(ctx SpecContext) {
		m := endpoint(model.Config{}, keep)
		prompt := ask
		prompt.Model = `other"model`
		Expect(hear(ctx, m, prompt).Err).NotTo(HaveOccurred())
		Expect(received).To(ContainSubstring(`"model":"other\"model"`))
	})

	DescribeTable("names the tool that is chosen, in the endpoint's terms",
		func(ctx SpecContext, choice, sent string) {
			m := endpoint(model.Config{}, keep)
			prompt := ask
			prompt.ToolChoice = choice
			Expect(hear(ctx, m, prompt).Err).NotTo(HaveOccurred())
			Expect(string(received)).NotTo(ContainSubstring("tool_choice"), "a choice without tools is refused")
			prompt.Tools = []agent.Tool{{Name: "add_task"}}
			Expect(hear(ctx, m, prompt).Err).NotTo(HaveOccurred())
			var request map[string]json.RawMessage
			Expect(json.Unmarshal(received, &request)).To(Succeed())
			Expect(string(request["tool_choice"])).To(Equal(sent))
		},
		Entry(nil, "", ""), Entry(nil, "auto", `"auto"`), Entry(nil, "none", `"none"`), Entry(nil, "required", `"required"`),
		Entry(nil, "add_task", `{"type":"function","function":{"name":"add_task"}}`),
	)

	DescribeTable("leaves it to the endpoint which models there are",
		func(ctx SpecContext, name string) {
			m := endpoint(model.Config{Model: name}, keep)
			prompt := ask
			prompt.Tools = []agent.Tool{{Name: "add_task"}}
			Expect(hear(ctx, m, prompt).Err).NotTo(HaveOccurred())
			var request struct{ Model string }
			Expect(json.Unmarshal(received, &request)).To(Succeed())
			Expect(request.Model).To(Equal(name))
		},
		Entry(nil, "gpt-6-astra"), Entry(nil, "gpt-6.1-sol"), Entry(nil, "o3-mini"), Entry(nil, "text-davinci-003"),
	)

	DescribeTable("is never sent when it can't be right",
		func(ctx SpecContext, prompt agent.Prompt) {
			m := endpoint(model.Config{}, func(http.ResponseWriter, *http.Request) { Fail("it was sent") })
			said := hear(ctx, m, prompt)
			Expect(said.Err).To(HaveOccurred())
			var fault *agent.ModelError
			Expect(said.Err).NotTo(BeAssignableToTypeOf(fault), "the model is not at fault")
		},
		Entry("with nothing to say", agent.Prompt{}),
		Entry("with an unknown role", agent.Prompt{Messages: []agent.PromptMessage{{Role: "system", Text: "x"}}}),
		Entry("with a schema that is no JSON", agent.Prompt{Messages: ask.Messages, Tools: []agent.Tool{{Name: "t", Schema: json.RawMessage(`{`)}}}),
	)
})
