package store_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

var _ = Describe("Answering again", func() {
	var (
		d          *desk
		one, other store.Turn
	)

	retry := func(conversation, message int64) store.NewTurn {
		turn := d.said("", conversation)
		turn.RetryOf = message
		return turn
	}

	BeforeEach(func(ctx SpecContext) {
		d = newDesk()
		one = d.accept(ctx, d.said("Add tea", 0))
		d.record(ctx, d.reply(ctx, one, 1, "One moment.", "add_task").ToolCalls[0])
		d.end(ctx, one)
		other = d.exchange(ctx, "Thanks", one.Conversation.ID)
	})

	It("replaces what came after the question, and deletes nothing", func(ctx SpecContext) {
		before := d.everything(ctx, one.Conversation.ID)
		turn := d.accept(ctx, retry(one.Conversation.ID, one.UserMessage.ID))
		Expect(turn.UserMessage).To(Equal(one.UserMessage))
		Expect(turn.Superseded).To(Equal(before[1:]))
		Expect(turn.Earlier).To(Equal(before[1:2]), "what it did still stands")
		Expect(turn.History).To(Equal([]api.Message{one.UserMessage}))
		Expect(turn.Titled).To(BeFalse())
		Expect(turn.Conversation.MessageCount).To(Equal(1))
		Expect(d.everything(ctx, one.Conversation.ID)).To(HaveExactElements(
			HaveField("ID", one.UserMessage.ID), And(HaveField("ID", turn.RunID), HaveField("ReplyTo", one.UserMessage.ID))))
		Expect(d.count(ctx, "messages")).To(Equal(5))

		loaded, err := d.LoadTurn(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded.Superseded).To(Equal(turn.Superseded), "whoever follows later is told too")
		Expect(loaded.Titled).To(BeFalse())

		d.reply(ctx, turn, 1, "It is there already.")
		_, conversation, err := d.EndTurn(ctx, d.ending(turn, api.StateDone, ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(conversation.MessageCount).To(Equal(2))
		whole, err := d.ConversationWithMessages(ctx, d.user, one.Conversation.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(whole.Messages).To(HaveLen(2))
		next := d.accept(ctx, d.said("Thanks", one.Conversation.ID))
		Expect(next.History).To(HaveExactElements(
			HaveField("Content", "Add tea"), HaveField("Content", "It is there already."), HaveField("Content", "Thanks")))
	})

	It("can be done again, and knows all that was done before", func(ctx SpecContext) {
		first := d.accept(ctx, retry(0, one.UserMessage.ID))
		d.reply(ctx, first, 1, "Hm.")
		answer := d.end(ctx, first)
		second := d.accept(ctx, retry(0, one.UserMessage.ID))
		Expect(second.Superseded).To(Equal([]api.Message{answer}))
		Expect(second.Earlier).To(HaveExactElements(HaveField("ID", one.RunID), HaveField("ID", first.RunID)))
	})

	It("is told to whoever takes the turn over", func(ctx SpecContext) {
		again := retry(0, one.UserMessage.ID)
		again.Lease = 0
		turn := d.accept(ctx, again)
		resumed, err := d.ResumeTurn(ctx, claimed(ctx, d, d.user)[0], 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(resumed.Earlier).To(Equal(turn.Earlier))
		Expect(resumed.Superseded).To(Equal(turn.Superseded))
	})

	DescribeTable("is refused, and changes nothing,",
		func(ctx SpecContext, what func() store.NewTurn) {
			before := d.everything(ctx, one.Conversation.ID)
			_, err := d.Accept(ctx, what())
			Expect(err).To(MatchError(store.ErrNotFound))
			Expect(d.everything(ctx, one.Conversation.ID)).To(Equal(before))
			Expect(d.count(ctx, "messages")).To(Equal(4))
			Expect(d.Conversation(ctx, d.user, one.Conversation.ID)).To(HaveField("MessageCount", 4))
			Expect(d.count(ctx, "turn_leases")).To(BeZero())
		},
		Entry("for what is not there", func() store.NewTurn { return retry(one.Conversation.ID, 12345) }),
		Entry("for what is nowhere", func() store.NewTurn { return retry(0, 12345) }),
		Entry("for an answer", func() store.NewTurn { return retry(one.Conversation.ID, one.RunID) }),
		Entry("for an answer, without its conversation", func() store.NewTurn { return retry(0, other.RunID) }),
		Entry("in another conversation", func() store.NewTurn { return retry(12345, one.UserMessage.ID) }),
		Entry("for another user", func() store.NewTurn {
			turn := retry(one.Conversation.ID, one.UserMessage.ID)
			turn.UserID = newUser()
			return turn
		}),
	)

	It("is refused for what was itself replaced", func(ctx SpecContext) {
		d.end(ctx, d.accept(ctx, retry(0, one.UserMessage.ID)))
		_, err := d.Accept(ctx, retry(0, other.UserMessage.ID))
		Expect(err).To(MatchError(store.ErrNotFound))
	})

	It("waits for a turn that is at work", func(ctx SpecContext) {
		d.accept(ctx, d.said("More", one.Conversation.ID))
		_, err := d.Accept(ctx, retry(0, one.UserMessage.ID))
		Expect(err).To(MatchError(store.ErrBusy))
	})
})
