package store_test

import (
	"slices"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// walk reads a conversation page by page to its end.
func (d *desk) walk(ctx SpecContext, conversation int64, limit int, ascending bool) (all []api.Message) {
	GinkgoHelper()
	page := store.Page{Limit: limit, Ascending: ascending}
	for range 100 {
		result, err := d.Messages(ctx, d.user, conversation, page)
		Expect(err).NotTo(HaveOccurred())
		Expect(result.HasMore).To(Equal(result.After != ""))
		all = append(all, result.Data...)
		if !result.HasMore {
			return all
		}
		Expect(result.Data).To(HaveLen(limit), "no page comes up short while more follows")
		page.After, err = strconv.ParseInt(result.After, 10, 64)
		Expect(err).NotTo(HaveOccurred())
	}
	Fail("the pages have no end")
	return nil
}

func reversed(messages []api.Message) []api.Message {
	turned := slices.Clone(messages)
	slices.Reverse(turned)
	return turned
}

// anyConversation draws a conversation of a few turns, the last of which may be at work still.
func (d *desk) anyConversation(ctx SpecContext, t *rapid.T) (conversation int64) {
	turns := rapid.IntRange(1, 4).Draw(t, "turns")
	for n := range turns {
		turn := d.accept(ctx, d.said("Message "+strconv.Itoa(n), conversation))
		conversation = turn.Conversation.ID
		steps := rapid.IntRange(0, 3).Draw(t, "steps")
		for ordinal := 1; ordinal <= steps; ordinal++ {
			var tools []string
			for range rapid.IntRange(0, 2).Draw(t, "calls") {
				tools = append(tools, "add_task")
			}
			step := d.reply(ctx, turn, ordinal, "Step "+strconv.Itoa(ordinal), tools...)
			for _, call := range step.ToolCalls {
				d.record(ctx, call)
			}
		}
		if rapid.Bool().Draw(t, "one more began") {
			_, err := d.OpenStep(ctx, d.place(turn, steps+1))
			Expect(err).NotTo(HaveOccurred())
		}
		if n < turns-1 || rapid.Bool().Draw(t, "ended") {
			d.end(ctx, turn)
		}
	}
	return conversation
}

// positions gives every position of messages and their steps, in their order.
func positions(messages []api.Message) (all []int64) {
	for _, message := range messages {
		all = append(all, message.Position)
		for _, step := range message.Steps {
			all = append(all, step.Position)
		}
	}
	return all
}

// behind gives the messages that lie behind a position, or have a step that does.
func behind(messages []api.Message, position int64) []api.Message {
	return slices.DeleteFunc(slices.Clone(messages), func(m api.Message) bool { return slices.Max(positions([]api.Message{m})) <= position })
}

func before(messages []api.Message, position int64) []api.Message {
	return slices.DeleteFunc(slices.Clone(messages), func(m api.Message) bool { return m.Position >= position })
}

var _ = Describe("Messages", func() {
	It("are whole in pages of every size, both ways, and behind every position", func(ctx SpecContext) {
		d := newDesk()
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			id := d.anyConversation(ctx, t)
			whole := d.everything(ctx, id)
			places := positions(whole)
			for i := 1; i < len(places); i++ {
				if places[i] <= places[i-1] {
					t.Fatalf("positions do not rise: %v", places)
				}
			}
			limit := rapid.IntRange(1, len(whole)+1).Draw(t, "limit")
			Expect(d.walk(ctx, id, limit, true)).To(Equal(whole))
			Expect(d.walk(ctx, id, limit, false)).To(Equal(reversed(whole)))

			at := rapid.Int64Range(1, places[len(places)-1]+2).Draw(t, "position")
			up, err := d.Messages(ctx, d.user, id, store.Page{Limit: limit, After: at, Ascending: true})
			Expect(err).NotTo(HaveOccurred())
			expectPage(up, behind(whole, at), limit)
			down, err := d.Messages(ctx, d.user, id, store.Page{Limit: limit, After: at})
			Expect(err).NotTo(HaveOccurred())
			expectPage(down, reversed(before(whole, at)), limit)
		})
	})

	It("come with their conversation", func(ctx SpecContext) {
		d := newDesk()
		turn := d.exchange(ctx, "Hello", 0)
		page, err := d.Messages(ctx, d.user, turn.Conversation.ID, store.Page{Limit: 1})
		Expect(err).NotTo(HaveOccurred())
		Expect(page.Conversation.ID).To(Equal(turn.Conversation.ID))
		Expect(page.Conversation.MessageCount).To(Equal(2))
	})

	It("are a list in an empty conversation, too", func(ctx SpecContext) {
		d := newDesk()
		conversation, err := d.CreateConversation(ctx, d.user, "")
		Expect(err).NotTo(HaveOccurred())
		Expect(d.everything(ctx, conversation.ID)).To(Equal([]api.Message{}))
		whole, err := d.ConversationWithMessages(ctx, d.user, conversation.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(whole.Messages).To(Equal([]api.Message{}))
	})

	It("are all there in the whole conversation, but for an answer at work", func(ctx SpecContext) {
		d := newDesk()
		first := d.exchange(ctx, "One", 0)
		second := d.accept(ctx, d.said("Two", first.Conversation.ID))
		whole, err := d.ConversationWithMessages(ctx, d.user, first.Conversation.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(whole.Messages).To(Equal(d.everything(ctx, first.Conversation.ID)[:3]))
		Expect(whole.MessageCount).To(Equal(3))
		d.end(ctx, second)
		whole, err = d.ConversationWithMessages(ctx, d.user, first.Conversation.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(whole.Messages).To(HaveLen(4))
		Expect(whole.MessageCount).To(Equal(4))
	})
})

// expectPage holds a page to be the beginning of what follows.
func expectPage(page api.MessagePage, following []api.Message, limit int) {
	GinkgoHelper()
	Expect(page.HasMore).To(Equal(len(following) > limit))
	Expect(page.Data).To(Equal(following[:min(limit, len(following))]))
}
