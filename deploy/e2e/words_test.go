package e2e_test

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("Words", func() {
	var (
		user   string
		page   wire.Page
		thread *wire.Thread
	)
	BeforeEach(func(ctx SpecContext) {
		user = newUser("wanda")
		page = pageOf(ctx, user)
		thread, _ = create(ctx, page, "Add a task to buy groceries")
	})
	tell := func(ctx context.Context, text string) []wire.Object {
		GinkgoHelper()
		before := len(thread.Items)
		say(ctx, page, thread, text)
		return thread.Items[before:]
	}

	It("reach all six tools", func(ctx SpecContext) {
		tell(ctx, "Add a task to call mom")
		list := tell(ctx, "Show me all my tasks")
		Expect(list).To(ContainElement(And(HaveKeyWithValue("type", "widget"), HaveKey("widget"))))

		tell(ctx, "Mark buy groceries as done")
		Expect(tasksOf(ctx, user)[0].Completed).To(BeTrue())
		tell(ctx, "Reopen buy groceries")
		Expect(tasksOf(ctx, user)[0].Completed).To(BeFalse())
		tell(ctx, "Rename buy groceries to Buy fruit")
		Expect(tasksOf(ctx, user)[0].Title).To(Equal("Buy fruit"))
		tell(ctx, "Describe buy fruit as apples and pears")
		Expect(tasksOf(ctx, user)[0].Description).To(HaveValue(Equal("apples and pears")))
		Expect(textsOf(tell(ctx, "Find call mom"))).To(ContainElement(ContainSubstring("Call mom")))
		Expect(textsOf(tell(ctx, "Delete the task call mom"))).To(ContainElement("✓ Task deleted: Call mom"))
		Expect(tasksOf(ctx, user)).To(HaveLen(1))
		Expect(history(ctx, page, thread.Meta["id"].(string), 7)).To(Equal(thread.Items))
	})

	It("refer to what was said before", func(ctx SpecContext) {
		tell(ctx, "mark it as done")
		Expect(tasksOf(ctx, user)[0].Completed).To(BeTrue())
		tell(ctx, "Add a task to call mom")
		tell(ctx, "Show my tasks")
		tell(ctx, "delete the second one") // newest first: the groceries
		Expect(tasksOf(ctx, user)).To(HaveExactElements(HaveField("Title", "Call mom")))
	})

	DescribeTable("that can't be done end in a sentence and change nothing",
		func(ctx SpecContext, text string, sentence string) {
			tell(ctx, "Add a task to buy gifts")
			before := tasksOf(ctx, user)
			texts := textsOf(tell(ctx, text))
			Expect(texts).NotTo(BeEmpty())
			Expect(strings.ToLower(strings.Join(texts, "\n"))).To(ContainSubstring(sentence))
			Expect(tasksOf(ctx, user)).To(Equal(before))
		},
		Entry("a missing task", "Mark fly to the moon as done", "moon"),
		Entry("an over-long title", "Add a task to "+strings.Repeat("x", 250), "200"),
		Entry("an ambiguous name", "Delete the task buy", "gifts"),
	)
})
