package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("What a message carries", Ordered, func() {
	var (
		at    *stack.Stack
		model *scripted.Endpoint
		page  wire.Page
	)
	BeforeAll(func(ctx SpecContext) {
		at, model = scriptedStack(ctx, "AGENT_MODEL=usual", "MODELS=clever, wise", "TURN_LEASE=1s")
	})
	BeforeEach(func(ctx SpecContext) {
		model.Reset()
		page = pageAt(ctx, at, newUser("cara"))
	})

	type prompt struct {
		Model      string          `json:"model"`
		ToolChoice json.RawMessage `json:"tool_choice"`
		said       string
	}
	// prompts is what the model was sent so far.
	prompts := func() (sent []prompt) {
		GinkgoHelper()
		for _, request := range model.Requests() {
			var one prompt
			Expect(json.Unmarshal(request.Body, &one)).To(Succeed())
			for _, message := range request.Request.Messages {
				if message.Role == "user" {
					one.said = message.Content.Text
				}
			}
			sent = append(sent, one)
		}
		return sent
	}
	tool := func(name string) json.RawMessage {
		return json.RawMessage(`{"type":"function","function":{"name":"` + name + `"}}`)
	}
	// input is a message with all that it may carry.
	input := func(model, choice string) wire.Object {
		return wire.Object{"input": wire.Object{
			"content": []any{
				wire.Object{"type": "input_text", "text": "Add a task to buy "},
				wire.Object{"type": "input_tag", "id": "g1", "text": "groceries", "data": wire.Object{"shop": wire.Object{"id": 7.0}}, "group": "things", "interactive": true},
				wire.Object{"type": "input_tag", "id": "g2", "text": " today"},
			},
			"attachments": []any{}, "quoted_text": "I am hungry.\nAnd thirsty.",
			"inference_options": wire.Object{"model": model, "tool_choice": wire.Object{"id": choice}},
		}}
	}
	begin := func(ctx context.Context, params wire.Object) (*wire.Thread, []wire.Object) {
		GinkgoHelper()
		events, err := page.Stream(ctx, "threads.create", params)
		Expect(err).NotTo(HaveOccurred())
		thread := &wire.Thread{}
		Expect(thread.Fold(events)).To(Succeed())
		return thread, events
	}

	It("comes back in the items, live and after a reload, and reaches the model", func(ctx SpecContext) {
		params := input("clever", "add_task")
		thread, events := begin(ctx, params)
		said := events[1]["item"].(wire.Object)
		sent := params["input"].(wire.Object)
		sent["content"].([]any)[2].(wire.Object)["data"] = wire.Object{}
		sent["content"].([]any)[2].(wire.Object)["interactive"] = false
		for name, value := range sent {
			Expect(said).To(HaveKeyWithValue(name, value))
		}
		Expect(history(ctx, page, thread.Meta["id"].(string), 20)).To(Equal(thread.Items))
		Expect(textsOf(thread.Items)).To(ContainElement("✓ Task created: Buy groceries today"))

		Expect(prompts()).To(HaveLen(2))
		for i, choice := range []json.RawMessage{tool("add_task"), nil} {
			Expect(prompts()[i]).To(And(HaveField("Model", "clever"), HaveField("ToolChoice", Equal(choice))), "reply %d", i)
		}
		Expect(prompts()[0].said).To(HavePrefix("(The person quotes:)\n> I am hungry.\n> And thirsty.\n\nAdd a task to buy groceries today\n\n(Tags"))
		Expect(prompts()[0].said).To(ContainSubstring(`{"id":"g1","text":"groceries","data":{"shop":{"id":7}},"group":"things","interactive":true}`))
	})

	It("is asked with again when it is answered again", func(ctx SpecContext) {
		thread, _ := begin(ctx, input("wise", "none"))
		before := thread.Items[0]
		events, err := page.Stream(ctx, "threads.retry_after_item", wire.Object{"thread_id": thread.Meta["id"], "item_id": before["id"]})
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.Fold(events)).To(Succeed())
		Expect(prompts()).To(HaveLen(2))
		Expect(prompts()).To(HaveEach(And(HaveField("Model", "wise"), HaveField("ToolChoice", MatchJSON(`"none"`)))))
		Expect(thread.Items[0]).To(Equal(before))
		Expect(history(ctx, page, thread.Meta["id"].(string), 20)).To(Equal(thread.Items))
	})

	It("is the usual model's when none is chosen", func(ctx SpecContext) {
		create(ctx, page, "hello")
		Expect(prompts()).To(HaveExactElements(And(HaveField("Model", "usual"), HaveField("ToolChoice", BeNil()))))
	})

	DescribeTable("is one error, and nothing else, when it chooses what is not on offer",
		func(ctx SpecContext, model, choice, words string) {
			params := input(model, choice)
			if choice == "" {
				delete(params["input"].(wire.Object)["inference_options"].(wire.Object), "tool_choice")
			}
			events, err := page.Stream(ctx, "threads.create", params)
			Expect(err).NotTo(HaveOccurred())
			Expect(events).To(HaveExactElements(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("code", "custom"),
				HaveKeyWithValue("message", ContainSubstring(words)), HaveKeyWithValue("allow_retry", false))))
			Expect(prompts()).To(BeEmpty())
			Expect(page.Call(ctx, "threads.list", wire.Object{})).To(HaveKeyWithValue("data", BeEmpty()))
		},
		Entry("a model", "gpt-x", "", "model isn't available"),
		Entry("a tool", "clever", "burn_everything", "tool isn't available"),
	)

	DescribeTable("is refused in words when there is too much of it",
		func(ctx SpecContext, change func(input wire.Object), words string) {
			params := input("clever", "add_task")
			change(params["input"].(wire.Object))
			events, err := page.Stream(ctx, "threads.create", params)
			Expect(err).NotTo(HaveOccurred())
			Expect(events).To(HaveExactElements(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("message", ContainSubstring(words)))))
			Expect(prompts()).To(BeEmpty())
		},
		Entry("of the text", func(input wire.Object) {
			input["content"] = []any{wire.Object{"type": "input_text", "text": fmt.Sprintf("%03000d", 0)}, wire.Object{"type": "input_tag", "id": "1", "text": fmt.Sprintf("%02001d", 0)}}
		}, "at most 5,000 characters"),
		Entry("of the quote", func(input wire.Object) { input["quoted_text"] = fmt.Sprintf("%05001d", 0) }, "quoted_text may have at most 5000 characters"),
		Entry("of a tag", func(input wire.Object) {
			input["content"].([]any)[1].(wire.Object)["data"] = wire.Object{"x": fmt.Sprintf("%020000d", 0)}
		}, "parts[1].tag.data may have at most 16384 bytes"),
	)

	It("is what another process goes on with when the first is killed", func(ctx SpecContext) {
		model.Use(scripted.Rule{Times: -1, Replies: []scripted.Reply{{Gate: "crash", Chunks: []scripted.Chunk{{Text: "Done."}}}}})
		response, err := page.Post(ctx, "threads.create", input("wise", "add_task"))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(response.Body.Close)
		Eventually(ctx, func() int { return model.Waiting("crash") }).Should(Equal(1))
		Expect(at.Read()).To(Succeed())
		Expect(syscall.Kill(at.Chatcore.PID, syscall.SIGKILL)).To(Succeed())
		Eventually(ctx, prompts).WithTimeout(testPatience).Should(HaveLen(2))
		model.Open("crash")
		Expect(prompts()).To(HaveEach(And(HaveField("Model", "wise"), HaveField("ToolChoice", Equal(tool("add_task"))))))
		Eventually(ctx, func() []any {
			list, err := page.Call(ctx, "threads.list", wire.Object{})
			if err != nil || len(list["data"].([]any)) == 0 {
				return nil
			}
			items, err := page.Call(ctx, "items.list", wire.Object{"thread_id": list["data"].([]any)[0].(wire.Object)["id"], "order": "asc"})
			if err != nil {
				return nil
			}
			return items["data"].([]any)
		}).WithTimeout(testPatience).Should(HaveExactElements(
			HaveKeyWithValue("quoted_text", "I am hungry.\nAnd thirsty."), HaveKeyWithValue("type", "assistant_message")))
	})
})
