package store_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

var _ = Describe("A conversation", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	It("without a title has a name all the same", func(ctx SpecContext) {
		conversation, err := d.CreateConversation(ctx, d.user, "")
		Expect(err).NotTo(HaveOccurred())
		Expect(conversation.Title).To(Equal("New Conversation"))
	})

	It("is renamed", func(ctx SpecContext) {
		id := d.exchange(ctx, "Hello", 0).Conversation.ID
		changed, err := d.ChangeConversation(ctx, d.user, id, api.ConversationPatch{Title: ptr("Greetings")})
		Expect(err).NotTo(HaveOccurred())
		Expect(changed.Title).To(Equal("Greetings"))
		Expect(changed.Archived).To(BeFalse())
		Expect(d.Conversation(ctx, d.user, id)).To(Equal(changed))
	})

	It("is deleted with all that hangs on it, a turn at work too", func(ctx SpecContext) {
		kept := d.exchange(ctx, "Keep", 0)
		turn := d.exchange(ctx, "Hello", 0)
		second := d.accept(ctx, d.said("More", turn.Conversation.ID))
		d.reply(ctx, second, 1, "", "add_task")
		Expect(d.DeleteConversation(ctx, d.user, turn.Conversation.ID)).To(Succeed())
		Expect(d.DeleteConversation(ctx, d.user, turn.Conversation.ID)).To(MatchError(store.ErrNotFound))
		_, err := d.Conversation(ctx, d.user, turn.Conversation.ID)
		Expect(err).To(MatchError(store.ErrNotFound))
		for table, left := range map[string]int{"conversations": 1, "messages": 2, "steps": 1, "tool_calls": 0, "turn_leases": 0} {
			Expect(d.count(ctx, table)).To(Equal(left), table)
		}
		Expect(d.everything(ctx, kept.Conversation.ID)).To(HaveLen(2))
	})

	It("can't be given what a database can't keep", func(ctx SpecContext) {
		id := d.exchange(ctx, "Hello", 0).Conversation.ID
		_, err := d.ChangeConversation(ctx, d.user, id, api.ConversationPatch{Title: ptr("a\x00b")})
		Expect(err).To(HaveOccurred())
		_, err = d.CreateConversation(ctx, d.user, "a\x00b")
		Expect(err).To(HaveOccurred())
		Expect(d.count(ctx, "conversations")).To(Equal(1))
	})
})
