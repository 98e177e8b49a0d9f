package store_test

import (
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("A turn", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	It("begins a conversation, and gives it its title", func(ctx SpecContext) {
		turn := d.accept(ctx, d.said("Add a task to buy groceries", 0))
		Expect(turn.Titled).To(BeTrue())
		Expect(turn.Conversation.Title).To(Equal("Add a task to buy groceries"))
		Expect(turn.Conversation.MessageCount).To(Equal(1))
		Expect(turn.Conversation.Status).To(Equal("active"))
		Expect(turn.UserMessage.Role).To(Equal(api.RoleUser))
		Expect(turn.UserMessage.Position).To(BeEquivalentTo(1))
		Expect(turn.UserMessage.CreatedAt).To(BeTemporally("==", turn.UserMessage.CreatedAt.Truncate(time.Microsecond)))
		Expect(turn.History).To(Equal([]api.Message{turn.UserMessage}))
		Expect(d.Conversation(ctx, d.user, turn.Conversation.ID)).To(Equal(turn.Conversation))
	})

	It("goes on with a conversation, and gets what was said there", func(ctx SpecContext) {
		first := d.exchange(ctx, "One", 0)
		second := d.accept(ctx, d.said("Two", first.Conversation.ID))
		Expect(second.Titled).To(BeFalse())
		Expect(second.Conversation.ID).To(Equal(first.Conversation.ID))
		Expect(second.Conversation.Title).To(Equal("One"))
		Expect(second.Conversation.MessageCount).To(Equal(3))
		var history []string
		for _, message := range second.History {
			history = append(history, message.Content)
		}
		Expect(history).To(Equal([]string{"One", "Re: One", "Two"}))
		Expect(second.History[1].Steps).To(HaveLen(1))
	})

	It("gets no more of what was said than it asks for, the latest of it", func(ctx SpecContext) {
		id := d.exchange(ctx, "One", 0).Conversation.ID
		d.exchange(ctx, "Two", id)
		turn := d.said("Three", id)
		turn.MaxHistory = 2
		history := d.accept(ctx, turn).History
		Expect(history).To(HaveLen(2))
		Expect(history[0].Content).To(Equal("Re: Two"))
		Expect(history[1].Content).To(Equal("Three"))
	})

	It("takes the empty conversation of its session, once", func(ctx SpecContext) {
		session, err := d.CreateSession(ctx, d.user, "cks_1", time.Hour)
		Expect(err).NotTo(HaveOccurred())
		said := d.said("Hello", 0)
		said.SessionID = "cks_1"
		first, second := d.accept(ctx, said), d.accept(ctx, said)
		Expect(first.Conversation.ID).To(Equal(session.ConversationID))
		Expect(second.Conversation.ID).NotTo(Equal(session.ConversationID))
	})

	It("makes a conversation when that of its session is gone", func(ctx SpecContext) {
		session, err := d.CreateSession(ctx, d.user, "cks_1", time.Hour)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.DeleteConversation(ctx, d.user, session.ConversationID)).To(Succeed())
		said := d.said("Hello", 0)
		said.SessionID = "cks_1"
		Expect(d.accept(ctx, said).Conversation.ID).NotTo(Equal(session.ConversationID))
	})

	It("is the only one at work in its conversation", func(ctx SpecContext) {
		turn := d.accept(ctx, d.said("One", 0))
		_, err := d.Accept(ctx, d.said("Two", turn.Conversation.ID))
		Expect(err).To(MatchError(store.ErrBusy))
		Expect(d.everything(ctx, turn.Conversation.ID)).To(HaveLen(2))
		d.end(ctx, turn)
		d.accept(ctx, d.said("Two", turn.Conversation.ID))
	})

	It("is the only one of several that come at the same moment", func(ctx SpecContext) {
		id := d.exchange(ctx, "One", 0).Conversation.ID
		var wait sync.WaitGroup
		results := make(chan error, 8)
		for range cap(results) {
			wait.Go(func() {
				_, err := d.Accept(ctx, d.said("Two", id))
				results <- err
			})
		}
		wait.Wait()
		close(results)
		var accepted int
		for err := range results {
			if err == nil {
				accepted++
				continue
			}
			Expect(err).To(MatchError(store.ErrBusy))
		}
		Expect(accepted).To(Equal(1))
	})

	DescribeTable("is refused where nothing may be said",
		func(ctx SpecContext, status string) {
			id := d.exchange(ctx, "One", 0).Conversation.ID
			Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE conversations SET status = $1, status_reason = 'spam' WHERE id = $2`, status, id)
				return err
			})).To(Succeed())
			_, err := d.Accept(ctx, d.said("Two", id))
			var inactive *store.NotActiveError
			Expect(err).To(BeAssignableToTypeOf(inactive))
			Expect(err).To(HaveValue(Equal(store.NotActiveError{Status: status, Reason: "spam"})))
		},
		Entry("in a locked conversation", "locked"), Entry("in a closed one", "closed"),
	)

	It("is refused in a conversation that is not there", func(ctx SpecContext) {
		_, err := d.Accept(ctx, d.said("Hello", 12345))
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(d.count(ctx, "messages")).To(BeZero())
	})

	It("keeps nothing of what a database can't keep", func(ctx SpecContext) {
		_, err := d.Accept(ctx, d.said("a\x00b", 0))
		Expect(err).To(HaveOccurred())
		Expect(d.count(ctx, "conversations")).To(BeZero())
	})

	It("takes other ids when its own are taken", func(ctx SpecContext) {
		first := d.exchange(ctx, "One", 0)
		taken := []int64{first.Conversation.ID, first.UserMessage.ID, first.RunID}
		fresh := d.ids.then.Next
		d.ids.next = []int64{taken[0], fresh(), taken[1], fresh(), fresh(), taken[2]}
		second := d.accept(ctx, d.said("Two", 0))
		Expect(taken).NotTo(ContainElement(second.Conversation.ID))
		Expect(taken).NotTo(ContainElements(second.UserMessage.ID, second.RunID))
		Expect(d.ids.next).To(BeEmpty())
		Expect(d.count(ctx, "messages")).To(Equal(4))
	})

	It("gives up when every id is taken", func(ctx SpecContext) {
		taken := d.exchange(ctx, "One", 0).Conversation.ID
		for range 20 {
			d.ids.next = append(d.ids.next, taken)
		}
		_, err := d.CreateConversation(ctx, d.user, "")
		Expect(ownerdb.IsTaken(err)).To(BeTrue())
	})
})

var _ = Describe("A title", func() {
	DescribeTable("is made of the first thing that was said",
		func(ctx SpecContext, content, title string) {
			d := newDesk()
			turn := d.accept(ctx, d.said(content, 0))
			Expect(turn.Conversation.Title).To(Equal(title))
			Expect(turn.Titled).To(Equal(title != api.Untitled))
		},
		Entry("as it is", "Buy milk", "Buy milk"),
		Entry("in one line", "  Buy\n\n\tmilk\r\nnow ", "Buy milk now"),
		Entry("cut between words", strings.Repeat("word ", 20), strings.TrimSpace(strings.Repeat("word ", 11))+"…"),
		Entry("cut anywhere when it is one word", strings.Repeat("x", 5000), strings.Repeat("x", 59)+"…"),
		Entry("counted in characters", strings.Repeat("ü", 60), strings.Repeat("ü", 60)),
		Entry("or of nothing, when there is nothing to show", "\x01\x02", api.Untitled),
	)

	It("is given by the first message that can give one", func(ctx SpecContext) {
		d := newDesk()
		id := d.exchange(ctx, "\x01", 0).Conversation.ID
		turn := d.accept(ctx, d.said("Buy milk", id))
		Expect(turn.Titled).To(BeTrue())
		Expect(turn.Conversation.Title).To(Equal("Buy milk"))
	})

	It("that was there stays", func(ctx SpecContext) {
		d := newDesk()
		conversation, err := d.CreateConversation(ctx, d.user, "Mine")
		Expect(err).NotTo(HaveOccurred())
		turn := d.accept(ctx, d.said("Buy milk", conversation.ID))
		Expect(turn.Titled).To(BeFalse())
		Expect(turn.Conversation.Title).To(Equal("Mine"))
	})
})

var _ = Describe("A title of the model's", func() {
	var (
		d    *desk
		turn store.Turn
	)

	BeforeEach(func(ctx SpecContext) {
		d = newDesk()
		turn = d.exchange(ctx, "Buy milk", 0)
		d.exchange(ctx, "Something else, later", 0)
	})

	retitle := func(ctx SpecContext, title string) error {
		return d.Retitle(ctx, d.user, turn.Conversation.ID, turn.UserMessage.Position, title)
	}
	loaded := func(ctx SpecContext) store.StoredTurn {
		GinkgoHelper()
		stored, err := d.LoadTurn(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		return stored
	}

	It("takes the place of the first one, once, and moves nothing", func(ctx SpecContext) {
		before, _ := d.list(ctx, store.Page{Limit: 10})
		for range 2 { // the word of the first time may be lost
			Expect(retitle(ctx, "Groceries")).To(Succeed())
		}
		Expect(retitle(ctx, "Shopping")).To(MatchError(store.ErrNotFound))
		Expect(d.Conversation(ctx, d.user, turn.Conversation.ID)).To(HaveField("Title", "Groceries"))
		after, _ := d.list(ctx, store.Page{Limit: 10})
		Expect(after).To(Equal(before))
		Expect(loaded(ctx).Turn).To(And(HaveField("Titled", true), HaveField("FirstTitle", "Buy milk"), HaveField("Retitled", true)))
	})

	It("never takes the place of the person's, not even of one that reads the same", func(ctx SpecContext) {
		for _, own := range []string{"Mine", "Buy milk"} {
			_, err := d.ChangeConversation(ctx, d.user, turn.Conversation.ID, api.ConversationPatch{Title: &own})
			Expect(err).NotTo(HaveOccurred())
			Expect(retitle(ctx, "Groceries")).To(MatchError(store.ErrNotFound))
			Expect(d.Conversation(ctx, d.user, turn.Conversation.ID)).To(HaveField("Title", own))
			Expect(loaded(ctx).Turn).To(And(HaveField("Titled", false), HaveField("Retitled", false)))
		}
	})

	It("gives way to the person's", func(ctx SpecContext) {
		Expect(retitle(ctx, "Groceries")).To(Succeed())
		_, err := d.ChangeConversation(ctx, d.user, turn.Conversation.ID, api.ConversationPatch{Archived: ptr(false)})
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded(ctx).Retitled).To(BeTrue(), "that was no rename")
		_, err = d.ChangeConversation(ctx, d.user, turn.Conversation.ID, api.ConversationPatch{Title: ptr("Mine")})
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded(ctx).Turn).To(And(HaveField("Titled", false), HaveField("Retitled", false), HaveField("Conversation.Title", "Mine")))
	})

	It("belongs to the turn that gave the first one, and to no other", func(ctx SpecContext) {
		second := d.exchange(ctx, "Buy milk", turn.Conversation.ID)
		stored, err := d.LoadTurn(ctx, d.user, second.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(stored.Titled).To(BeFalse(), "it said the same words")
		Expect(d.Retitle(ctx, d.user, turn.Conversation.ID, second.UserMessage.Position, "Groceries")).To(MatchError(store.ErrNotFound))
		Expect(d.Retitle(ctx, "somebody else", turn.Conversation.ID, turn.UserMessage.Position, "Groceries")).To(MatchError(store.ErrNotFound))
	})
})
