package e2e_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("A thread", func() {
	It("begins with a task, streamed, stored, and the same in its history", func(ctx SpecContext) {
		user := newUser("alice")
		page := pageOf(ctx, user)
		thread, events := create(ctx, page, "Add a task to buy groceries")

		By("streaming in order")
		types := typesOf(events)
		Expect(types[:2]).To(Equal([]string{"thread.created", "thread.item.done"}))
		Expect(types).To(ContainElements("stream_options", "progress_update", "thread.item.added", "thread.item.updated"))
		Expect(events[1]["item"]).To(HaveKeyWithValue("type", "user_message"))
		Expect(events[2]).To(Equal(wire.Object{"type": "stream_options", "stream_options": wire.Object{"allow_cancel": true}}))
		Expect(types[len(types)-1]).To(Equal("thread.item.done"))

		By("saying what the tool did, then answering in several deltas")
		texts := textsOf(thread.Items)
		Expect(texts[0]).To(Equal("✓ Task created: Buy groceries"))
		Expect(texts).To(HaveLen(2))
		Expect(deltasOf(events)).To(BeNumerically(">=", 3))

		By("keeping the task in Postgres")
		tasks := tasksOf(ctx, user)
		Expect(tasks).To(HaveLen(1))
		Expect(tasks[0].Title).To(Equal("Buy groceries"))

		By("having the same history in every page size and order")
		id := thread.Meta["id"].(string)
		for _, limit := range []int{1, 2, 3, 20} {
			Expect(history(ctx, page, id, limit)).To(Equal(thread.Items))
		}
		newest, err := page.Call(ctx, "items.list", wire.Object{"thread_id": id, "limit": 1})
		Expect(err).NotTo(HaveOccurred())
		Expect(newest["data"]).To(Equal([]any{thread.Items[len(thread.Items)-1]}))

		By("being found again")
		got, err := page.Call(ctx, "threads.get_by_id", wire.Object{"thread_id": id})
		Expect(err).NotTo(HaveOccurred())
		Expect(got["items"].(wire.Object)["data"]).To(HaveLen(len(thread.Items)))
		list, err := page.Call(ctx, "threads.list", wire.Object{"limit": 9999})
		Expect(err).NotTo(HaveOccurred())
		Expect(list["data"]).To(HaveLen(1))
		Expect(list["data"].([]any)[0]).To(And(HaveKeyWithValue("id", id), HaveKeyWithValue("title", "Add a task to buy groceries")))
	})

	It("is renamed and deleted", func(ctx SpecContext) {
		page := pageOf(ctx, newUser("alice"))
		thread, _ := create(ctx, page, "hello")
		id := thread.Meta["id"].(string)
		renamed, err := page.Call(ctx, "threads.update", wire.Object{"thread_id": id, "title": "Greetings"})
		Expect(err).NotTo(HaveOccurred())
		Expect(renamed).To(HaveKeyWithValue("title", "Greetings"))

		Expect(page.Call(ctx, "threads.delete", wire.Object{"thread_id": id})).To(BeEmpty())
		_, err = page.Call(ctx, "threads.get_by_id", wire.Object{"thread_id": id})
		Expect(err).To(HaveField("Status", 404))
		Expect(page.Call(ctx, "threads.list", wire.Object{})).To(HaveKeyWithValue("data", BeEmpty()))
	})

	It("that is not there is one error in a stream that ends in order", func(ctx SpecContext) {
		page := pageOf(ctx, newUser("alice"))
		for _, id := range []string{"thr_1", "thr_nope", ""} {
			events, err := page.Stream(ctx, "threads.add_user_message", wire.Say(id+"", "hello"))
			if id == "" { // no thread_id at all
				Expect(err).To(HaveField("Status", 400))
				continue
			}
			Expect(err).NotTo(HaveOccurred())
			Expect(events).To(HaveLen(1))
			Expect(events[0]).To(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("code", "custom"), HaveKeyWithValue("allow_retry", false)))
		}
	})
})

// deltasOf counts the text deltas of a stream.
func deltasOf(events []wire.Object) int {
	n := 0
	for _, event := range events {
		if update, ok := event["update"].(wire.Object); ok && update["type"] == "assistant_message.content_part.text_delta" {
			n++
		}
	}
	return n
}
