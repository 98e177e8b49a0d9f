package web_test

import (
	"time"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	patience = time.Minute            // for one browser spec on a machine that is busy
	heldFor  = 300 * time.Millisecond // how long something that must not happen is watched
)

var _ = Describe("The page", func() {
	var alice *person

	BeforeEach(func() { alice = newPerson() })

	It("signs a demo user in and shows the start screen", func(ctx SpecContext) {
		alice.opens(ctx)
		Eventually(ctx, alice.sees).WithArguments(ctx, "#name").Should(BeTrue())
		alice.pictures(ctx, "signin")
		alice.signsIn(ctx, "alice")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".greeting").Should(Equal([]string{"What’s on your list, alice?"}))
		Expect(alice.reads(ctx, ".who")).To(Equal([]string{"Signed in as alice"}))
		alice.pictures(ctx, "start")
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("shows an answer while it is streamed, and whole at its end", func(ctx SpecContext) {
		next := make(chan struct{})
		answer := "I have added **buy groceries** to your list."
		alice.fake.when("Add a task to buy groceries", func(turn *fakeTurn) {
			turn.send(object{"type": "progress_update", "text": "Adding the task…"})
			turn.waits(next)
			turn.tool("✓ Task created: Buy groceries")
			turn.says(answer, func(piece int) {
				if piece == 2 {
					turn.waits(next)
				}
			})
			turn.title("Groceries")
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Add a task to buy groceries")

		Eventually(ctx, alice.reads).WithArguments(ctx, ".progress").Should(Equal([]string{"Adding the task…"}))
		Expect(alice.reads(ctx, ".user .bubble")).To(Equal([]string{"Add a task to buy groceries"}))
		next <- struct{}{}
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"I have added **"}))
		Expect(alice.reads(ctx, ".task-line")).To(Equal([]string{"✓ Task created: Buy groceries"}))
		alice.pictures(ctx, "streaming")
		next <- struct{}{}
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"I have added buy groceries to your list."}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".title").Should(Equal([]string{"Groceries"}))
		Eventually(ctx, alice.reads).WithArguments(ctx, "[role=status]").Should(ContainElement(ContainSubstring("added **buy groceries**")))
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("shows the tasks as a card", func(ctx SpecContext) {
		alice.fake.when("Show all my tasks", func(turn *fakeTurn) {
			turn.widget(taskCard())
			turn.says("You have three tasks, one is done.")
			turn.title("My tasks")
		})
		alice.signsIn(ctx, "alice")
		alice.clicks(ctx, ".prompts li:nth-child(2) button")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You have three tasks, one is done."}))
		Expect(alice.reads(ctx, ".w-card .w-title")).To(Equal([]string{"Your tasks"}))
		Expect(alice.reads(ctx, ".w-card .w-text")).To(Equal([]string{"Buy groceries", "Call the plumber", "Book the flights to Lisbon"}))
		alice.pictures(ctx, "card")
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("shows the same after a reload", func(ctx SpecContext) {
		alice.fake.when("Show all my tasks", func(turn *fakeTurn) {
			turn.tool("✓ Task created: Buy groceries")
			turn.widget(taskCard())
			turn.says("Here they are:\n\n- one\n- *two*\n\n```sql\nSELECT 1;\n```")
		})
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Show all my tasks")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".send").Should(BeTrue())
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer pre").Should(HaveLen(1))
		before := alice.reads(ctx, ".items")

		Expect(alice.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, alice.reads).WithArguments(ctx, ".items").Should(Equal(before))
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("loads a conversation of many pages whole and in order", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "Hello")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(1))
		alice.fake.grow(450)

		Expect(alice.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(451))
		Expect(alice.reads(ctx, ".answer")[450]).To(Equal("Item 449"))
		Expect(alice.fake.requests("items.list")).To(HaveLen(3))
	}, SpecTimeout(patience))

	It("lists past conversations, opens, renames and deletes them", func(ctx SpecContext) {
		for _, message := range []string{"First", "Second"} {
			alice.fake.when(message, func(turn *fakeTurn) {
				turn.says("Answer to " + message)
				turn.title("About " + message)
			})
		}
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "First")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".main .title").Should(Equal([]string{"About First"}))
		alice.clicks(ctx, ".new-button")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".greeting").Should(BeTrue())
		alice.says(ctx, "Second")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".main .title").Should(Equal([]string{"About Second"}))

		alice.clicks(ctx, ".history-button")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".thread .name").Should(Equal([]string{"About Second", "About First"}))
		alice.pictures(ctx, "history")
		alice.clicks(ctx, ".thread:nth-child(2) .open")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"Answer to First"}))
		Expect(alice.sees(ctx, ".panel")).To(BeFalse())

		alice.clicks(ctx, ".history-button")
		alice.clicks(ctx, ".thread:nth-child(2) [aria-label='Rename: About First']")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".edit input:focus").Should(BeTrue())
		alice.types(ctx, "Renamed"+kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".thread .name").Should(Equal([]string{"About Second", "Renamed"}))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".main .title").Should(Equal([]string{"Renamed"}))
		alice.clicks(ctx, ".thread:nth-child(2) [aria-label='Delete: Renamed']")
		alice.clicks(ctx, ".sure .danger")
		Eventually(ctx, func() []ask { return alice.fake.requests("threads.delete") }).Should(HaveLen(1))
		Eventually(ctx, alice.reads).WithArguments(ctx, ".thread").Should(ConsistOf(ContainSubstring("About Second")))
		Expect(alice.page.Errors()).To(BeEmpty())
	}, SpecTimeout(patience))

	It("leads back and forth between conversations by the browser's own buttons", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "First")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: First"}))
		alice.clicks(ctx, ".new-button")
		Eventually(ctx, alice.sees).WithArguments(ctx, ".greeting").Should(BeTrue())
		alice.evaluates(ctx, `window.history.back()`, nil)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: First"}))
		alice.evaluates(ctx, `window.history.forward()`, nil)
		Eventually(ctx, alice.sees).WithArguments(ctx, ".greeting").Should(BeTrue())
	}, SpecTimeout(patience))

	It("says so when the conversation in the address is not there, and starts a new one", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		alice.evaluates(ctx, `history.replaceState(null, '', '#thread=thr_nope')`, nil) // the page is not told before it is loaded anew
		Expect(alice.page.Reload(ctx)).To(Succeed())
		Eventually(ctx, alice.reads).WithArguments(ctx, ".failure").Should(ConsistOf(ContainSubstring("not there any more")))
		var hash string
		alice.evaluates(ctx, `window.location.hash`, &hash)
		Expect(hash).To(BeEmpty())
		Expect(alice.sees(ctx, ".greeting")).To(BeTrue())
	}, SpecTimeout(patience))

	It("gets a new token when the old one is refused, and nobody notices", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		alice.fake.expireTokens()
		alice.says(ctx, "Hello")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(Equal([]string{"You said: Hello"}))
	}, SpecTimeout(patience))

	It("shows nothing of one user to the next one at the same page", func(ctx SpecContext) {
		alice.signsIn(ctx, "alice")
		alice.says(ctx, "My secret")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".answer").Should(HaveLen(1))
		alice.clicks(ctx, ".top .plain:last-child")
		Eventually(ctx, alice.sees).WithArguments(ctx, "#name").Should(BeTrue())
		Eventually(ctx, alice.focus).WithArguments(ctx).Should(Equal("name"))
		alice.types(ctx, "bob"+kb.Enter)
		Eventually(ctx, alice.reads).WithArguments(ctx, ".who").Should(Equal([]string{"Signed in as bob"}))
		Eventually(ctx, alice.sees).WithArguments(ctx, ".greeting").Should(BeTrue())
		alice.clicks(ctx, ".history-button")
		Eventually(ctx, alice.reads).WithArguments(ctx, ".panel .aside").Should(Equal([]string{"No conversations yet."}))
	}, SpecTimeout(patience))
})

// taskCard is a list of tasks as the adapter shows it.
func taskCard() object {
	row := func(title string, done bool) object {
		icon, colour := "empty-circle", "secondary"
		if done {
			icon, colour = "check-circle-filled", "success"
		}
		return object{"type": "Row", "gap": 3, "children": []object{
			{"type": "Icon", "name": icon, "color": colour},
			{"type": "Text", "value": title, "lineThrough": done},
		}}
	}
	return object{"type": "Card", "size": "md", "children": []object{
		{"type": "Row", "justify": "between", "children": []object{
			{"type": "Title", "value": "Your tasks"},
			{"type": "Badge", "label": "2 open · 1 done", "color": "info"},
		}},
		{"type": "Divider", "flush": true},
		row("Buy groceries", false), row("Call the plumber", true), row("Book the flights to Lisbon", false),
		{"type": "Caption", "value": "3 tasks in all"},
	}}
}
