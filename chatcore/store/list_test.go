package store_test

import (
	"slices"
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

	It("gives all that stay where they are, once and in order, while others change and go between its pages", func(ctx SpecContext) {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			d := d.of(newUser())
			for range rapid.IntRange(1, 8).Draw(t, "conversations") {
				d.exchange(ctx, "Hello", 0)
			}
			page := store.Page{Limit: rapid.IntRange(1, 3).Draw(t, "limit"), Ascending: rapid.Bool().Draw(t, "ascending")}
			still, _ := d.list(ctx, store.Page{Limit: 100, Ascending: page.Ascending})
			var seen []int64
			for more := true; more; {
				part, hasMore, err := d.Conversations(ctx, d.user, page)
				Expect(err).NotTo(HaveOccurred())
				for _, conversation := range part {
					seen = append(seen, conversation.ID)
					page.After, page.Changed = conversation.ID, conversation.UpdatedAt
				}
				if more = hasMore; !more {
					break
				}
				moved := rapid.SampledFrom(still).Draw(t, "one")
				switch rapid.SampledFrom([]string{"nothing", "a change", "a deletion", "the last one's change", "the last one's deletion"}).Draw(t, "between") {
				case "nothing":
					continue
				case "the last one's change":
					moved = page.After
					fallthrough
				case "a change":
					if _, err := d.ChangeConversation(ctx, d.user, moved, api.ConversationPatch{Title: ptr("Changed")}); err != nil {
						Expect(err).To(MatchError(store.ErrNotFound))
					}
				case "the last one's deletion":
					moved = page.After
					fallthrough
				case "a deletion":
					if err := d.DeleteConversation(ctx, d.user, moved); err != nil {
						Expect(err).To(MatchError(store.ErrNotFound))
					}
				}
				if still = slices.DeleteFunc(still, func(id int64) bool { return id == moved }); len(still) == 0 {
					return
				}
			}
			seen = slices.DeleteFunc(seen, func(id int64) bool { return !slices.Contains(still, id) })
			Expect(seen).To(Equal(still))
		})
	})

	It("goes on behind one that was deleted, for a day at least", func(ctx SpecContext) {
		var ids []int64
		for range 4 {
			ids = append(ids, d.exchange(ctx, "Hello", 0).Conversation.ID)
		}
		Expect(d.DeleteConversation(ctx, d.user, ids[2])).To(Succeed())
		behind, _ := d.list(ctx, store.Page{Limit: 10, After: ids[2]})
		Expect(behind).To(Equal([]int64{ids[1], ids[0]}))
		behind, _ = d.list(ctx, store.Page{Limit: 10, After: ids[2], Ascending: true})
		Expect(behind).To(Equal([]int64{ids[3]}))
		_, _, err := d.Conversations(ctx, "somebody else", store.Page{Limit: 10, After: ids[2]})
		Expect(err).To(MatchError(store.ErrNotFound))
		d.clock.Advance(25 * time.Hour)
		Expect(d.DeleteConversation(ctx, d.user, ids[0])).To(Succeed())
		Expect(d.count(ctx, "deleted_conversations")).To(Equal(1), "what was long ago is forgotten")
	})
})
