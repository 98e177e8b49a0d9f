package e2e_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("A restart of everything", Ordered, Serial, func() {
	It("keeps every thread, item, id and time, and the talk goes on", func(ctx SpecContext) {
		user := newUser("rita")
		page := pageOf(ctx, user)
		thread, _ := create(ctx, page, "Add a task to buy groceries")
		id := thread.Meta["id"].(string)
		listed, err := page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).NotTo(HaveOccurred())

		Expect(system.Stop()).To(Succeed())
		restarted, err := launcher.Start(ctx, system.Data)
		Expect(err).NotTo(HaveOccurred())
		*system = *restarted
		connect(ctx)

		page = pageOf(ctx, user)
		Expect(page.Call(ctx, "threads.list", wire.Object{})).To(Equal(listed))
		Expect(history(ctx, page, id, 2)).To(Equal(thread.Items))
		got, err := page.Call(ctx, "threads.get_by_id", wire.Object{"thread_id": id})
		Expect(err).NotTo(HaveOccurred())
		Expect(got["items"].(wire.Object)["data"]).To(HaveExactElements(toAny(thread.Items)...))

		say(ctx, page, thread, "mark it as done")
		Expect(tasksOf(ctx, user)).To(HaveExactElements(HaveField("Completed", true)))
	})
})

func toAny(items []wire.Object) []any {
	list := make([]any, 0, len(items))
	for _, item := range items {
		list = append(list, item)
	}
	return list
}
