package tasks_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/toolserver/tasks"
)

var _ = Describe("A book of tasks", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	It("has what was added, as it was told", func(ctx SpecContext) {
		task := d.add(ctx, "  Buy groceries ")
		Expect(task.Title).To(Equal("Buy groceries"))
		Expect(task.Description).To(BeNil())
		Expect(task.Completed).To(BeFalse())
		Expect(task.CreatedAt).To(Equal(time.Date(2026, 3, 1, 8, 0, 0, 123456000, time.UTC)))
		Expect(task.UpdatedAt).To(Equal(task.CreatedAt))
		Expect(task.ID).To(And(BeNumerically(">", 0), BeNumerically("<", int64(1)<<53)))
		Expect(d.list(ctx, tasks.All).Tasks).To(Equal([]tasks.Task{task}))
	})

	It("takes the longest words", func(ctx SpecContext) {
		title, words := strings.Repeat("🍏", tasks.MaxTitle), strings.Repeat("ß", tasks.MaxDescription)
		d.add(ctx, title)
		changed, err := d.update(ctx, d.list(ctx, tasks.All).Tasks[0].ID, tasks.Change{Description: ptr(aDescription(words))})
		Expect(err).NotTo(HaveOccurred())
		Expect(d.list(ctx, tasks.All).Tasks).To(Equal([]tasks.Task{changed.Task}))
		Expect(*changed.Description).To(Equal(words))
	})

	It("takes another id when one is taken", func(ctx SpecContext) {
		taken := d.add(ctx, "First").ID
		d.store = tasks.NewStore(d.db, &fixedIDs{taken, taken, taken + 1}, d.clock.Now)
		Expect(d.add(ctx, "Second").ID).To(Equal(taken + 1))
		Expect(d.list(ctx, tasks.All).Total).To(Equal(2))
	})

	Describe("completing", func() {
		It("turns a task over each time", func(ctx SpecContext) {
			task := d.add(ctx, "Call Ada")
			for _, want := range []bool{true, false, true} {
				d.clock.Advance(time.Minute)
				turned, err := d.complete(ctx, task.ID, nil)
				Expect(err).NotTo(HaveOccurred())
				Expect(turned.Completed).To(Equal(want))
				Expect(turned.UpdatedAt).To(Equal(d.clock.Now().UTC().Truncate(time.Microsecond)))
				Expect(turned.CreatedAt).To(Equal(task.CreatedAt))
				Expect(d.list(ctx, tasks.All).Tasks).To(Equal([]tasks.Task{turned}))
			}
		})

		It("sets what was asked for, and leaves a task that is so already untouched", func(ctx SpecContext) {
			task := d.add(ctx, "Call Ada")
			d.clock.Advance(time.Minute)
			done, err := d.complete(ctx, task.ID, ptr(true))
			Expect(err).NotTo(HaveOccurred())
			Expect(done.Completed).To(BeTrue())
			d.clock.Advance(time.Minute)
			Expect(d.complete(ctx, task.ID, ptr(true))).To(Equal(done))
		})
	})

	Describe("updating", func() {
		It("changes what was named and says what is different", func(ctx SpecContext) {
			task := d.add(ctx, "Buy milk")
			d.clock.Advance(time.Minute)
			changed, err := d.update(ctx, task.ID, tasks.Change{Title: ptr(aTitle("Buy oat milk"))})
			Expect(err).NotTo(HaveOccurred())
			Expect(changed.Changed).To(Equal([]string{"title"}))
			Expect(changed.Title).To(Equal("Buy oat milk"))
			Expect(changed.UpdatedAt).To(BeTemporally(">", task.UpdatedAt))

			both, err := d.update(ctx, task.ID,
				tasks.Change{Title: ptr(aTitle("Buy rye")), Description: ptr(aDescription("two loaves"))})
			Expect(err).NotTo(HaveOccurred())
			Expect(both.Changed).To(Equal([]string{"title", "description"}))
			Expect(d.list(ctx, tasks.All).Tasks).To(Equal([]tasks.Task{both.Task}))
		})

		It("clears a description with an empty one", func(ctx SpecContext) {
			task := d.add(ctx, "Buy milk")
			_, err := d.update(ctx, task.ID, tasks.Change{Description: ptr(aDescription("two bottles"))})
			Expect(err).NotTo(HaveOccurred())
			cleared, err := d.update(ctx, task.ID, tasks.Change{Description: ptr(aDescription(""))})
			Expect(err).NotTo(HaveOccurred())
			Expect(cleared.Changed).To(Equal([]string{"description"}))
			Expect(cleared.Description).To(BeNil())
			Expect(d.list(ctx, tasks.All).Tasks[0].Description).To(BeNil())
		})

		It("leaves a task untouched that has these words already", func(ctx SpecContext) {
			task := d.add(ctx, "Buy milk")
			d.clock.Advance(time.Minute)
			same, err := d.update(ctx, task.ID, tasks.Change{Title: ptr(aTitle("Buy milk")), Description: ptr(aDescription(""))})
			Expect(err).NotTo(HaveOccurred())
			Expect(same).To(Equal(tasks.Changed{Task: task, Changed: []string{}}))
		})

		It("refuses to change nothing", func(ctx SpecContext) {
			_, err := d.update(ctx, d.add(ctx, "Buy milk").ID, tasks.Change{})
			Expect(err).To(failWith(tasks.CodeNothingToChange))
		})
	})

	It("gives a deleted task as it was, once", func(ctx SpecContext) {
		task := d.add(ctx, "Old idea")
		Expect(d.delete(ctx, task.ID)).To(Equal(task))
		_, err := d.delete(ctx, task.ID)
		Expect(err).To(failWith(tasks.CodeNotFound))
		Expect(d.list(ctx, tasks.All)).To(Equal(tasks.List{Tasks: []tasks.Task{}, Filtered: tasks.All}))
	})

	It("does not find what never was", func(ctx SpecContext) {
		for _, id := range []int64{-1, 0, 7, 1<<63 - 1} {
			_, err := d.complete(ctx, id, nil)
			Expect(err).To(failWith(tasks.CodeNotFound))
			_, err = d.update(ctx, id, tasks.Change{Title: ptr(aTitle("x"))})
			Expect(err).To(failWith(tasks.CodeNotFound))
			_, err = d.delete(ctx, id)
			Expect(err).To(failWith(tasks.CodeNotFound))
		}
	})
})

// fixedIDs gives these ids, one after the other.
type fixedIDs []int64

func (ids *fixedIDs) Next() int64 {
	next := (*ids)[0]
	*ids = (*ids)[1:]
	return next
}
