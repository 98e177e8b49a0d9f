package rules_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// asking is a chat with chatcore's own tool on offer.
func asking(titles ...string) *chat {
	c := newChat(titles...)
	c.tools = append(c.tools, offered("ask_person")...)
	return c
}

// picks chooses the options with these numbers, from 0.
func picks(numbers ...int) func([]string) []string {
	return func(options []string) (chosen []string) {
		for _, n := range numbers {
			chosen = append(chosen, options[n])
		}
		return chosen
	}
}

var _ = Describe("a model that may ask the person", func() {
	It("asks which one is meant when a name fits several tasks", func() {
		c := asking("Buy milk", "Sell milk", "Call mum")
		c.answer = picks(1)
		Expect(c.says("Delete milk")).To(Equal("“Buy milk” is off your list."))
		Expect(c.asked).To(Equal("Several tasks fit “milk”. Which one do you mean? | Sell milk | Buy milk"))
		Expect(c.tasks).To(HaveLen(2))
	})

	It("tells tasks apart that are called the same", func() {
		c := asking("Buy milk", "Buy milk", "Buy milk (open, #7001)")
		c.tasks[2].Completed = true
		c.answer = picks(0)
		c.says("complete milk")
		Expect(c.asked).To(HaveSuffix("| Buy milk (open, #7001) | Buy milk (open, #7002) | Buy milk (done, #7001)"))
	})

	It("keeps labels apart though a title looks like one", func() {
		c := asking("Milk", "Milk", "Milk (open, #7001)")
		c.answer = picks(2)
		Expect(c.says("complete mil")).To(Equal("“Milk” is done. Nice work!"))
		Expect(c.asked).To(HaveSuffix("| Milk (open, #7001) (open, #7003) | Milk (open, #7002) | Milk (open, #7001)"))
		Expect(c.tasks[2].Completed).To(BeTrue())
	})

	It("goes on with what else was said", func() {
		c := asking("Buy milk", "Sell milk")
		c.answer = picks(0)
		Expect(c.says("Rename milk to get cheese")).To(Equal("It's called “Get cheese” now."))
		Expect(c.tasks[0].Title).To(Equal("Get cheese"))
	})

	It("asks before it deletes more than one task, and deletes what was chosen", func() {
		c := asking("Buy milk", "Call mum", "Water the plants")
		c.answer = picks(0, 2)
		Expect(c.says("Delete all my tasks")).To(Equal("2 tasks are off your list."))
		Expect(c.asked).To(Equal("Which of these tasks shall I delete? | Water the plants | Call mum | Buy milk"))
		Expect(c.tasks).To(HaveExactElements(HaveField("Title", "Call mum")))
		Expect(c.calls).To(ContainElements(`delete_task {"task_id":7003}`, `delete_task {"task_id":7001}`))
	})

	It("offers only the tasks that were spoken of", func() {
		c := asking("Buy milk", "Call mum", "Water the plants")
		c.tasks[0].Completed, c.tasks[1].Completed = true, true
		c.answer = picks(0)
		c.says("Delete my completed tasks")
		Expect(c.asked).To(HaveSuffix("delete? | Water the plants | Call mum"))
		c.tasks[0].Completed = false
		c.says("Show my open tasks")
		c.says("Delete them all")
		Expect(c.asked).To(HaveSuffix("delete? | Call mum | Buy milk"))
	})

	It("asks nothing about a list of one, or of none", func() {
		c := asking("Buy milk")
		c.answer = func([]string) []string { panic("asked") }
		Expect(c.says("Delete all tasks")).To(Equal("“Buy milk” is off your list."))
		Expect(c.says("Delete all tasks")).To(Equal("There is nothing to delete."))
	})

	It("leaves everything as it is when the person skips the question", func() {
		c := asking("Buy milk", "Sell milk")
		c.answer = func([]string) []string { return nil }
		Expect(c.says("Delete milk")).To(Equal("All right, I leave everything as it is."))
		Expect(c.says("Delete everything")).To(Equal("All right, I leave everything as it is."))
		Expect(c.tasks).To(HaveLen(2))
	})

	It("takes a message for the answer when the person talks past the question", func() {
		c := asking("Buy milk", "Sell milk")
		Expect(c.says("Delete milk")).To(BeEmpty())
		Expect(c.says("the second one")).To(Equal("“Buy milk” is off your list."))
		Expect(c.says("Hello")).To(HavePrefix("Hello!"))
		Expect(c.tasks).To(HaveLen(1))
	})

	It("offers no more than can be asked", func() {
		c := asking()
		for n := range 60 {
			c.add(fmt.Sprint("Task ", n), "")
		}
		c.answer = picks(49)
		Expect(c.says("Delete all my tasks")).To(Equal("“Task 10” is off your list."))
	})

	It("deletes no two tasks without having asked", func() {
		c := newChat("Buy milk", "Sell milk")
		Expect(c.says("Delete all my tasks")).To(HavePrefix("I change one task at a time."))
	})
})
