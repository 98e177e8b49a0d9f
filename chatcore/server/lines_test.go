package server_test

import (
	"maps"
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// keys are an object's members, in order.
func keys(o map[string]any) []string { return slices.Sorted(maps.Keys(o)) }

var _ = Describe("The three lines", func() {
	var alice *user

	BeforeEach(func() { alice = newDesk().user() })

	It("answer a turn", func(ctx SpecContext) {
		said := alice.say(ctx, "Good morning")
		Expect(keys(said)).To(Equal([]string{"conversation_id", "message_id", "response", "status", "tool_calls"}))
		Expect(said["response"]).To(Equal("You said: Good morning"))
		Expect(said["status"]).To(Equal("success"))
		Expect(said["tool_calls"]).To(Equal([]any{}))
		for _, id := range []any{said["conversation_id"], said["message_id"]} {
			Expect(id).To(And(BeNumerically(">", 0), BeNumerically("<", 1<<53)))
		}
	})

	It("answer a turn that acted, with what was done", func(ctx SpecContext) {
		said := alice.say(ctx, "add Tea")
		Expect(said["response"]).To(Equal("One moment.\n\nI added it."))
		Expect(said["tool_calls"]).To(HaveLen(1))
		call := said["tool_calls"].([]any)[0].(map[string]any)
		Expect(keys(call)).To(Equal([]string{"finished_at", "id", "index", "parameters", "result", "started_at", "status", "tool"}))
		Expect(call).To(HaveKeyWithValue("tool", "add_task"))
		Expect(call).To(HaveKeyWithValue("status", "executed"))
		Expect(call).To(HaveKeyWithValue("parameters", map[string]any{"title": "Tea"}))
	})

	It("answer a turn that failed, with a sentence, which is stored", func(ctx SpecContext) {
		said := alice.say(ctx, "fail")
		Expect(said["status"]).To(Equal("error"))
		Expect(said["response"]).To(ContainSubstring("refused"))
		Expect(said["response"]).NotTo(ContainSubstring("sk-secret"))
		whole := alice.get(ctx, conversation(int64(said["conversation_id"].(float64)))).object(http.StatusOK)
		Expect(whole["messages"]).To(HaveLen(2))
		answer := whole["messages"].([]any)[1].(map[string]any)
		Expect(answer["content"]).To(Equal(said["response"]))
		Expect(answer["id"]).To(Equal(said["message_id"]))
	})

	It("go on with a conversation", func(ctx SpecContext) {
		id := alice.began(ctx, "One")
		Expect(alice.say(ctx, "Two", id)["conversation_id"]).To(BeEquivalentTo(id))
	})

	It("list conversations, newest change first", func(ctx SpecContext) {
		Expect(string(alice.get(ctx, "/conversations").body)).To(Equal("[]\n"))
		first, second := alice.began(ctx, "One"), alice.began(ctx, "\x01")
		alice.say(ctx, "More", first)
		var list []object
		alice.get(ctx, "/conversations").into(http.StatusOK, &list)
		Expect(list).To(HaveLen(2))
		Expect(list[0]["id"]).To(BeEquivalentTo(first))
		Expect(list[0]["title"]).To(Equal("One"))
		Expect(list[0]["message_count"]).To(BeEquivalentTo(4))
		Expect(list[1]["id"]).To(BeEquivalentTo(second))
		Expect(list[1]["title"]).To(Equal("New Conversation"))
		for _, o := range list {
			Expect(o).To(And(HaveKey("created_at"), HaveKey("updated_at")))
		}
	})

	It("give a conversation with its messages", func(ctx SpecContext) {
		id := alice.began(ctx, "add Tea")
		whole := alice.get(ctx, conversation(id)).object(http.StatusOK)
		Expect(whole).To(And(HaveKey("title"), HaveKey("created_at"), HaveKey("updated_at")))
		Expect(whole["id"]).To(BeEquivalentTo(id))
		messages := whole["messages"].([]any)
		Expect(messages).To(HaveLen(2))
		question, answer := messages[0].(map[string]any), messages[1].(map[string]any)
		Expect(question).To(And(HaveKeyWithValue("role", "user"), HaveKeyWithValue("content", "add Tea"), HaveKeyWithValue("tool_calls", []any{})))
		Expect(answer).To(And(HaveKeyWithValue("role", "assistant"), HaveKeyWithValue("content", "One moment.\n\nI added it.")))
		Expect(answer["tool_calls"]).To(HaveLen(1))
		Expect(answer).NotTo(HaveKey("steps"), "they know messages only")
		Expect(messages).To(HaveEach(HaveKey("created_at")))
	})

	It("leave out an answer at work", func(ctx SpecContext) {
		run := make(chan object, 1)
		go func() {
			defer GinkgoRecover()
			run <- alice.say(ctx, "wait a little")
		}()
		var list []object
		Eventually(ctx, func() []object {
			list = nil
			alice.get(ctx, "/conversations").into(http.StatusOK, &list)
			return list
		}).Should(HaveLen(1))
		id := int64(list[0]["id"].(float64))
		Expect(alice.get(ctx, conversation(id)).object(http.StatusOK)["messages"]).To(HaveLen(1))
		close(alice.model.hold)
		Eventually(ctx, run).Should(Receive(HaveKeyWithValue("status", "success")))
		Expect(alice.get(ctx, conversation(id)).object(http.StatusOK)["messages"]).To(HaveLen(2))
	})
})
