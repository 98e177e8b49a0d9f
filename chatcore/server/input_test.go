package server_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

// give sends input to the run that an answer of chat's names.
func (u *user) give(ctx context.Context, answered object, body string, headers ...string) answer {
	GinkgoHelper()
	return u.call(ctx, http.MethodPost, u.path(fmt.Sprintf("/runs/%.0f/input", answered["message_id"])), body, headers...)
}

const chosen = `{"status": "answered", "answers": {"which": {"values": ["Buy milk (done)"]}}}`

var _ = Describe("A run that waits", func() {
	var alice *user

	BeforeEach(func() { alice = newDesk().user() })

	It("gives a caller that does not stream the question in words, and goes on in the same message", func(ctx SpecContext) {
		asked := alice.say(ctx, "ask")
		Expect(asked).To(And(HaveKeyWithValue("status", "success"), HaveKeyWithValue("response", "Which one?\n- Buy milk (open)\n- Buy milk (done)")))
		Expect(asked["tool_calls"]).To(HaveExactElements(And(HaveKeyWithValue("status", "pending"), HaveKeyWithValue("for", "structured_input"))))
		conversationID := int64(asked["conversation_id"].(float64))
		whole := alice.get(ctx, conversation(conversationID)).object(http.StatusOK)
		Expect(whole["messages"]).To(HaveExactElements(HaveKeyWithValue("content", "ask"), HaveKeyWithValue("content", asked["response"])))
		Expect(whole).To(HaveKeyWithValue("message_count", BeNumerically("==", 2)))

		said := alice.give(ctx, asked, chosen).object(http.StatusOK)
		Expect(said).To(And(HaveKeyWithValue("message_id", asked["message_id"]), HaveKeyWithValue("status", "success"),
			HaveKeyWithValue("response", "I added it."), HaveKeyWithValue("conversation_id", asked["conversation_id"])))
		whole = alice.get(ctx, conversation(conversationID)).object(http.StatusOK)
		Expect(whole).To(HaveKeyWithValue("message_count", BeNumerically("==", 2)))
		alice.give(ctx, asked, chosen).problem(http.StatusConflict, "not_waiting")
	})

	It("ends its stream with run.waiting, and goes on in a stream that begins there", func(ctx SpecContext) {
		first := alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"content": "ask"}`, "Accept", "text/event-stream")
		events := decoded(bytes.NewReader(first.body))
		waits := events[len(events)-1].Body.(api.RunWaiting)
		run := object{"message_id": float64(waits.Answer.ID)}
		events = decoded(bytes.NewReader(alice.give(ctx, run, chosen, "Accept", "text/event-stream").body))
		Expect(events[0].Body.(api.RunStarted).RunID).To(Equal(waits.Answer.ID))
		Expect(events[1].Body.(api.ToolCallFinished).Record.ID).To(Equal(waits.Record.ID))
		Expect(events[len(events)-1].Body).To(BeAssignableToTypeOf(api.RunCompleted{}))

		behind := alice.call(ctx, http.MethodGet, alice.path(fmt.Sprintf("/runs/%d/events", waits.Answer.ID)), "", "Last-Event-ID", events[0].ID)
		Expect(decoded(bytes.NewReader(behind.body))).To(HaveLen(len(events)-1), "whoever was cut off behind the first event misses nothing")
	})

	DescribeTable("refuses what does not answer it, and waits on",
		func(ctx SpecContext, body string, status int, code string) {
			asked := alice.say(ctx, "ask")
			problem := alice.give(ctx, asked, body).problem(status, code)
			Expect(problem["detail"]).To(HaveSuffix("."))
			alice.give(ctx, asked, chosen).object(http.StatusOK)
		},
		Entry("nothing", `{}`, 400, "wrong_input"),
		Entry("a result", `{"result": 1}`, 400, "wrong_input"),
		Entry("no answer", `{"status": "answered"}`, 400, "answer_missing"),
		Entry("an answer to what nobody asked", `{"status": "answered", "answers": {"who": {"values": ["x"]}}}`, 400, "unknown_question"),
		Entry("what is no option", `{"status": "answered", "answers": {"which": {"values": ["x"]}}}`, 400, "not_an_option"),
		Entry("several values", `{"status": "answered", "answers": {"which": {"values": ["Buy milk (done)", "Buy milk (open)"]}}}`, 400, "one_value_only"),
		Entry("another call's", `{"record_id": 5, "status": "skipped"}`, 409, "not_waiting"),
	)

	It("can be skipped", func(ctx SpecContext) {
		said := alice.give(ctx, alice.say(ctx, "ask"), `{"status": "skipped"}`).object(http.StatusOK)
		Expect(said["tool_calls"].([]any)[0]).To(HaveKeyWithValue("result", HaveKeyWithValue("status", "skipped")))
	})

	It("is another's for everybody else", func(ctx SpecContext) {
		asked := alice.say(ctx, "ask")
		alice.desk.user().give(ctx, asked, chosen).problem(http.StatusNotFound, "not_found")
	})

	It("waits for a tool of the page's, declared with the message", func(ctx SpecContext) {
		asked := alice.call(ctx, http.MethodPost, alice.path("/chat"),
			`{"content": "page switch_theme", "client_tools": [{"name": "switch_theme", "description": "Switches the colours.", "schema": {"type": "object"}}]}`).object(http.StatusOK)
		Expect(asked["response"]).To(Equal("I'm waiting for your page to do this: switch_theme."))
		alice.give(ctx, asked, chosen).problem(http.StatusBadRequest, "wrong_input")
		said := alice.give(ctx, asked, `{"result": {"theme": "dark"}}`).object(http.StatusOK)
		Expect(said["tool_calls"].([]any)[0]).To(And(HaveKeyWithValue("for", "client_tool"), HaveKeyWithValue("result", HaveKeyWithValue("theme", "dark"))))
	})

	It("does not go on in a conversation that takes no messages", func(ctx SpecContext) {
		asked := alice.say(ctx, "ask")
		moderator := &user{desk: alice.desk, name: alice.name, scope: "conversations:moderate"}
		moderator.call(ctx, http.MethodPatch, alice.path(conversation(int64(asked["conversation_id"].(float64)))), `{"status": "locked"}`).object(http.StatusOK)
		alice.give(ctx, asked, chosen).problem(http.StatusConflict, "conversation_locked")
	})
})
