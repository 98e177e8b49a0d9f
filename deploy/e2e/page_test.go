package e2e_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The page", func() {
	const patience = 2 * time.Minute
	var sophie visitor

	BeforeEach(func() { sophie = newVisitor(system) })

	It("manages tasks by chatting, and shows the same after a reload", func(ctx SpecContext) {
		const user = "sophie" // nobody else's name in these specs; it stands in the README's picture
		sophie.signsIn(ctx, user)
		for _, message := range []string{"Add a task to buy groceries", "Add a task to book the flights to Lisbon", "Mark buy groceries as done"} {
			sophie.tells(ctx, message)
		}
		Expect(tasksOf(ctx, user)).To(HaveLen(2))
		Expect(tasksOf(ctx, user)[0].Completed).To(BeTrue())
		Expect(sophie.reads(ctx, ".items")).To(ConsistOf(ContainSubstring("Task created: Buy groceries")))

		sophie.tells(ctx, "Show all my tasks")
		Expect(sophie.reads(ctx, ".w-card")).To(ConsistOf(And(ContainSubstring("Buy groceries"), ContainSubstring("Book the flights to Lisbon"))))
		sophie.pictures(ctx, "page")

		before := sophie.reads(ctx, ".items")
		Expect(sophie.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".items").Should(Equal(before))
		Expect(sophie.page.Errors()).To(BeEmpty(), "no violation of the page's policy, nothing uncaught, nothing refused")
	}, SpecTimeout(patience))

	It("lists past conversations and opens them", func(ctx SpecContext) {
		sophie.signsIn(ctx, newUser("sophie"))
		sophie.tells(ctx, "Add a task to water the plants")
		Expect(sophie.page.ClickOn(ctx, ".new-button")).To(Succeed())
		Eventually(ctx, sophie.sees).WithArguments(ctx, ".greeting").Should(BeTrue())
		sophie.tells(ctx, "Show my tasks")
		Expect(sophie.page.ClickOn(ctx, ".history-button")).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".thread .name").Should(Equal([]string{"Show my tasks", "Add a task to water the plants"}))
		sophie.pictures(ctx, "page-history")
		Expect(sophie.page.ClickOn(ctx, ".thread:nth-child(2) .open")).To(Succeed())
		Eventually(ctx, sophie.reads).WithArguments(ctx, ".bubble").Should(Equal([]string{"Add a task to water the plants"}))
		Expect(sophie.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))
})
