package e2e_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("Feedback", func() {
	var (
		user   string
		page   wire.Page
		thread *wire.Thread
	)
	BeforeEach(func(ctx SpecContext) {
		user = newUser("fay")
		page = pageOf(ctx, user)
		thread, _ = create(ctx, page, "Add a task to buy groceries")
		say(ctx, page, thread, "hello")
	})
	// shown is what messages say of it.
	shown := func(ctx context.Context) (feedback []string) {
		GinkgoHelper()
		var conversations []api.Conversation
		caller := serviceOf(ctx, user)
		Expect(caller.json(ctx, "GET", "/conversations", nil, &conversations)).To(Equal(200))
		var messages api.MessagePage
		Expect(caller.json(ctx, "GET", "/conversations/"+thread.Meta["id"].(string)[len("thr_"):]+"/messages", nil, &messages)).To(Equal(200))
		for _, message := range messages.Data {
			feedback = append(feedback, message.Feedback)
		}
		return feedback
	}
	rate := func(ctx context.Context, page wire.Page, kind string, items ...wire.Object) (wire.Object, error) {
		ids := []any{}
		for _, item := range items {
			ids = append(ids, item["id"])
		}
		return page.Call(ctx, "items.feedback", wire.Object{"thread_id": thread.Meta["id"], "item_ids": ids, "kind": kind})
	}

	It("on any item of an answer is stored with the answer, and the last word counts", func(ctx SpecContext) {
		Expect(rate(ctx, page, "positive", thread.Items[1], thread.Items[2])).To(BeEmpty())
		Expect(shown(ctx)).To(Equal([]string{"", "positive", "", ""}))
		Expect(rate(ctx, page, "negative", thread.Items[1], thread.Items[len(thread.Items)-1])).To(BeEmpty())
		Expect(shown(ctx)).To(Equal([]string{"", "negative", "", "negative"}))
		Expect(history(ctx, page, thread.Meta["id"].(string), 20)).To(Equal(thread.Items), "items don't show it")
	})

	It("is all or nothing", func(ctx SpecContext) {
		_, err := rate(ctx, page, "positive", thread.Items[1], wire.Object{"id": "msg_1_3"})
		Expect(err).To(HaveField("Status", 404))
		_, err = rate(ctx, page, "positive", thread.Items[1], thread.Items[0])
		Expect(err).To(And(HaveField("Status", 400), HaveField("Body", HaveKeyWithValue("field", "params.item_ids[1]"))))
		_, err = rate(ctx, pageOf(ctx, newUser("mallory")), "positive", thread.Items[1])
		Expect(err).To(HaveField("Status", 404))
		Expect(shown(ctx)).To(HaveEach(""))
	})

	It("goes with its conversation", func(ctx SpecContext) {
		Expect(rate(ctx, page, "positive", thread.Items[1])).To(BeEmpty())
		Expect(page.Call(ctx, "threads.delete", wire.Object{"thread_id": thread.Meta["id"]})).To(BeEmpty())
		_, err := rate(ctx, page, "positive", thread.Items[1])
		Expect(err).To(HaveField("Status", 404))
		var left int
		Expect(database.GetContext(ctx, &left, `SELECT count(*) FROM messages WHERE user_id = $1`, user)).To(Succeed())
		Expect(left).To(BeZero())
	})
})
