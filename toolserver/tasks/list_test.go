package tasks_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/toolserver/tasks"
)

var _ = Describe("A list of tasks", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	titles := func(list tasks.List) []string {
		all := make([]string, 0, len(list.Tasks))
		for _, task := range list.Tasks {
			all = append(all, task.Title)
		}
		return all
	}

	It("has the newest first, also of one moment, and counts all whatever it shows", func(ctx SpecContext) {
		d.add(ctx, "one")
		two := d.add(ctx, "two")
		d.clock.Advance(time.Second)
		d.add(ctx, "three")
		_, err := d.complete(ctx, two.ID, nil)
		Expect(err).NotTo(HaveOccurred())

		all := d.list(ctx, tasks.All)
		Expect(titles(all)).To(Equal([]string{"three", "two", "one"}))
		for _, status := range []tasks.Status{tasks.All, tasks.Pending, tasks.Completed} {
			list := d.list(ctx, status)
			Expect([]int{list.Total, list.Pending, list.Completed}).To(Equal([]int{3, 2, 1}))
			Expect(list.Filtered).To(Equal(status))
			Expect(list.HasMore).To(BeFalse())
		}
		Expect(titles(d.list(ctx, tasks.Pending))).To(Equal([]string{"three", "one"}))
		Expect(titles(d.list(ctx, tasks.Completed))).To(Equal([]string{"two"}))
	})

	It("keeps its counts when nothing has the status", func(ctx SpecContext) {
		d.add(ctx, "one")
		list := d.list(ctx, tasks.Completed)
		Expect(list.Tasks).To(Equal([]tasks.Task{}))
		Expect(list.Total).To(Equal(1))
		Expect(list.Pending).To(Equal(1))
	})

	It("has at most 100 tasks, and says when there are more", func(ctx SpecContext) {
		for i := range tasks.MaxList {
			d.add(ctx, fmt.Sprint("task ", i))
		}
		Expect(d.list(ctx, tasks.All).HasMore).To(BeFalse())
		d.add(ctx, "one too many")
		list := d.list(ctx, tasks.All)
		Expect(list.Tasks).To(HaveLen(tasks.MaxList))
		Expect(list.HasMore).To(BeTrue())
		Expect(list.Total).To(Equal(tasks.MaxList + 1))
		Expect(list.Tasks[0].Title).To(Equal("one too many"))
		Expect(list.Tasks[tasks.MaxList-1].Title).To(Equal("task 1"))
	})
})
