package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

var _ = Describe("What a message carries", func() {
	const carried = `"parts": [{"text": "Finish "}, {"tag": {"id": "t1", "text": "@milk", "data": {"task_id": 12345678901234567890, "<b>": [1.50, null]}, "group": "tasks", "interactive": true}}, {"text": " today"}],
		"quoted_text": "You have two tasks.\n> And more", "model": "clever", "tool_choice": "add_task"`

	var alice *user

	BeforeEach(func() { alice = newDesk().user() })

	say := func(ctx SpecContext, body string) (turn api.ChatResponse) {
		GinkgoHelper()
		alice.call(ctx, "POST", alice.path("/chat"), body).into(http.StatusOK, &turn)
		return turn
	}
	stored := func(ctx SpecContext, id int64) (page api.MessagePage) {
		GinkgoHelper()
		alice.get(ctx, conversation(id)+"/messages").into(http.StatusOK, &page)
		return page
	}
	last := func() agent.Prompt { return alice.model.prompts()[len(alice.model.prompts())-1] }

	It("comes back as it was said, live and later", func(ctx SpecContext) {
		var started api.RunStarted
		for event, err := range api.Decode(alice.open(ctx, `{`+carried+`}`).Body) {
			Expect(err).NotTo(HaveOccurred())
			if body, ok := event.Body.(api.RunStarted); ok {
				started = body
			}
		}
		var sent map[string]json.RawMessage
		Expect(json.Unmarshal([]byte(`{`+carried+`}`), &sent)).To(Succeed())
		for _, message := range []api.Message{started.UserMessage, stored(ctx, started.Conversation.ID).Data[0]} {
			Expect(message.Content).To(Equal("Finish @milk today"), "the three lines know the text in one piece")
			Expect(message.QuotedText).To(Equal("You have two tasks.\n> And more"))
			Expect(message.Model).To(Equal("clever"))
			Expect(message.ToolChoice).To(Equal("add_task"))
			Expect(string(message.Parts[1].Tag.Data)).To(ContainSubstring("12345678901234567890"))
			Expect(json.Marshal(message.Parts)).To(MatchJSON(sent["parts"]))
		}
		Expect(started.Conversation.Title).To(Equal("Finish @milk today"))
		answer := stored(ctx, started.Conversation.ID).Data[1]
		Expect(answer.Said).To(Equal(api.Said{}))
	})

	It("is plain text where nothing else came", func(ctx SpecContext) {
		turn := say(ctx, `{"content": "Hi", "parts": null, "quoted_text": null, "tool_choice": null}`)
		Expect(stored(ctx, turn.ConversationID).Data[0].Said).To(Equal(api.Said{}))
		turn = say(ctx, `{"parts": [{"tag": {"id": "1", "text": "Tea", "data": null}}]}`)
		Expect(stored(ctx, turn.ConversationID).Data[0].Parts).To(Equal([]api.MessagePart{{Tag: &api.Tag{ID: "1", Text: "Tea"}}}))
	})

	It("reaches the model, the quote marked as one and the tags with their data", func(ctx SpecContext) {
		say(ctx, `{`+carried+`}`)
		Expect(last().Model).To(Equal("clever"))
		Expect(last().ToolChoice).To(Equal("add_task"))
		Expect(last().Messages[0].Text).To(And(
			HavePrefix("(The person quotes:)\n> You have two tasks.\n> > And more\n\nFinish @milk today\n\n(Tags"),
			ContainSubstring(`"task_id":12345678901234567890`), ContainSubstring(`"id":"t1"`), ContainSubstring(`"group":"tasks"`)))
	})

	It("chooses for the first reply only", func(ctx SpecContext) {
		say(ctx, `{"content": "add Tea", "tool_choice": "required"}`)
		Expect(alice.model.prompts()).To(HaveExactElements(HaveField("ToolChoice", "required"), HaveField("ToolChoice", "")))
	})

	DescribeTable("is asked for again when the message is answered again",
		func(ctx SpecContext, body, model, choice string) {
			turn := say(ctx, `{`+carried+`}`)
			question := stored(ctx, turn.ConversationID).Data[0]
			say(ctx, fmt.Sprintf(`{"retry_of": %d%s}`, question.ID, body))
			Expect(last().Model).To(Equal(model))
			Expect(last().ToolChoice).To(Equal(choice))
			Expect(last().Messages[0].Text).To(ContainSubstring("> You have two tasks."))
			Expect(stored(ctx, turn.ConversationID).Data[0]).To(Equal(question), "what the person said is as it was")
		},
		Entry("as it was", ``, "clever", "add_task"),
		Entry("with another model", `, "model": "usual"`, "usual", "add_task"),
		Entry("with another choice of tools", `, "tool_choice": "none"`, "clever", "none"),
	)

	It("is the usual model's where none is chosen, and no tool's", func(ctx SpecContext) {
		say(ctx, `{"content": "Hi"}`)
		Expect(last().Model).To(Equal("usual"))
		Expect(last().ToolChoice).To(BeEmpty())
	})

	It("is part of what an idempotency key stands for", func(ctx SpecContext) {
		send := func(body string) answer {
			return alice.call(ctx, "POST", alice.path("/chat"), body, "Idempotency-Key", "k")
		}
		first := send(`{` + carried + `}`).object(http.StatusOK)
		Expect(send(`{` + carried + `}`).object(http.StatusOK)["message_id"]).To(Equal(first["message_id"]))
		send(`{"content": "Finish @milk today"}`).problem(http.StatusConflict, "key_used")
	})
})
