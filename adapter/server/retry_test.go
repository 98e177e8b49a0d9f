package server_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("A message that is answered again", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter(); a.start() })

	It("loses its answer and what came after it, then has a new one", func(ctx SpecContext) {
		told, old := theStory(), answer()
		old.ID, old.Steps = 13, []api.Step{{ID: 15, Position: 13, ToolCalls: []api.ToolCall{executed()}}, {ID: 16, Position: 14, Content: "Done."}}
		after := api.Message{ID: 17, Role: api.RoleUser, Position: 17, Content: "and?"}
		told[0].Body = api.RunStarted{RunID: 3, Conversation: conversation(), UserMessage: question(), Superseded: []api.Message{old, after}}
		a.chat.on(chatOf, told.cut(len(told)))
		all := events(a.post(ctx, retryOf2))
		Expect(types(all)[:6]).To(Equal([]any{
			"stream_options", "thread.item.removed", "thread.item.removed", "thread.item.removed", "progress_update", "thread.item.done",
		}))
		for i, id := range []string{"msg_15_13_0", "msg_16_14", "msg_17_17"} {
			Expect(all[1+i]).To(HaveKeyWithValue("item_id", id))
		}
		Expect(types(all)[len(all)-1]).To(Equal("thread.item.done"))
		Expect(a.chat.requests()[0].body).To(MatchRegexp(`^\{"conversation_id":7,"retry_of":2,"resend_guard":"[^"]+"\}$`))
	})

	DescribeTable("is one error when it cannot be, and nobody is asked", func(ctx SpecContext, thread, item, message string) {
		told, retry := oneError(a.post(ctx, fmt.Sprintf(`{"type":"threads.retry_after_item","params":{"thread_id":%q,"item_id":%q}}`, thread, item)))
		Expect(told).To(ContainSubstring(message))
		Expect(retry).To(BeFalse())
		Expect(a.chat.requests()).To(BeEmpty())
	},
		Entry("no thread's id", "7", "msg_2_1", "conversation isn't there"), Entry("no item's id", "thr_7", "nope", "can't be answered again"),
		Entry("what a call showed", "thr_7", "msg_5_3_0", "can't be answered again"), Entry("nothing", "thr_7", "", "can't be answered again"),
	)

	It("is one error when chatcore knows no such message of the person's", func(ctx SpecContext) {
		a.chat.on(chatOf, refusing(404, "not_found", "d"))
		told, retry := oneError(a.post(ctx, retryOf2))
		Expect(told).To(ContainSubstring("can't be answered again"))
		Expect(retry).To(BeFalse())
	})

	It("is one error while a turn is at work", func(ctx SpecContext) {
		a.chat.on(chatOf, refusing(409, "turn_at_work", "d"))
		told, _ := oneError(a.post(ctx, retryOf2))
		Expect(told).To(ContainSubstring("still working"))
	})
})
