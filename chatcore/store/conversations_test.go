package store_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

func (d *desk) list(ctx SpecContext, page store.Page) (listed []int64, more bool) {
	GinkgoHelper()
	list, more, err := d.Conversations(ctx, d.user, page)
	Expect(err).NotTo(HaveOccurred())
	for _, conversation := range list {
		listed = append(listed, conversation.ID)
	}
	return listed, more
}

var _ = Describe("A list of conversations", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	It("is empty and no null at first", func(ctx SpecContext) {
		list, more, err := d.Conversations(ctx, d.user, store.Page{Limit: 10})
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(Equal([]api.Conversation{}))
		Expect(more).To(BeFalse())
	})

	It("has the newest change first", func(ctx SpecContext) {
		first, second := d.exchange(ctx, "One", 0).Conversation.ID, d.exchange(ctx, "Two", 0).Conversation.ID
		listed, _ := d.list(ctx, store.Page{Limit: 10})
		Expect(listed).To(Equal([]int64{second, first}))
		d.accept(ctx, d.said("More", first))
		listed, _ = d.list(ctx, store.Page{Limit: 10})
		Expect(listed).To(Equal([]int64{first, second}))
		_, err := d.ChangeConversation(ctx, d.user, second, api.ConversationPatch{Title: ptr("Renamed")})
		Expect(err).NotTo(HaveOccurred())
		listed, _ = d.list(ctx, store.Page{Limit: 10, Ascending: true})
		Expect(listed).To(Equal([]int64{first, second}))
	})

	It("leaves out empty and archived ones", func(ctx SpecContext) {
		empty, err := d.CreateConversation(ctx, d.user, "Empty")
		Expect(err).NotTo(HaveOccurred())
		Expect(empty.MessageCount).To(BeZero())
		archived := d.exchange(ctx, "Old", 0).Conversation.ID
		changed, err := d.ChangeConversation(ctx, d.user, archived, api.ConversationPatch{Archived: ptr(true)})
		Expect(err).NotTo(HaveOccurred())
		Expect(changed.Archived).To(BeTrue())
		Expect(changed.Title).To(Equal("Old"))
		listed, _ := d.list(ctx, store.Page{Limit: 10})
		Expect(listed).To(BeEmpty())

		_, err = d.ChangeConversation(ctx, d.user, archived, api.ConversationPatch{Archived: ptr(false)})
		Expect(err).NotTo(HaveOccurred())
		d.accept(ctx, d.said("Hello", empty.ID))
		listed, _ = d.list(ctx, store.Page{Limit: 10})
		Expect(listed).To(Equal([]int64{empty.ID, archived}))
	})

	It("is whole in pages of every size, both ways", func(ctx SpecContext) {
		for range 5 {
			d.exchange(ctx, "Hello", 0)
		}
		whole, more := d.list(ctx, store.Page{Limit: 5})
		Expect(more).To(BeFalse())
		up, _ := d.list(ctx, store.Page{Limit: 5, Ascending: true})
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			page := store.Page{Limit: rapid.IntRange(1, 6).Draw(t, "limit"), Ascending: rapid.Bool().Draw(t, "ascending")}
			var all []int64
			for more := true; more; page.After = all[len(all)-1] {
				var part []int64
				part, more = d.list(ctx, page)
				all = append(all, part...)
			}
			if page.Ascending {
				Expect(all).To(Equal(up))
			} else {
				Expect(all).To(Equal(whole))
			}
		})
	})

	It("keeps conversations apart that changed at the same moment", func(ctx SpecContext) {
		still := d.clock.Now()
		same := store.New(d.db, d.ids, func() time.Time { return still })
		for range 3 {
			_, err := same.Accept(ctx, d.said("Hello", 0))
			Expect(err).NotTo(HaveOccurred())
		}
		var all []int64
		page := store.Page{Limit: 1}
		for more := true; more; page.After = all[len(all)-1] {
			var part []int64
			part, more = d.list(ctx, page)
			all = append(all, part...)
		}
		whole, _ := d.list(ctx, store.Page{Limit: 10})
		Expect(all).To(Equal(whole))
		Expect(all).To(HaveLen(3))
	})

	It("can't go on behind one that is not there", func(ctx SpecContext) {
		_, _, err := d.Conversations(ctx, d.user, store.Page{Limit: 1, After: 12345})
		Expect(err).To(MatchError(store.ErrNotFound))
	})
})

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
