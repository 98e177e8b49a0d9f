package e2e_test

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

// asker is somebody whose thread ends with an open question.
type asker struct {
	name   string
	page   wire.Page
	thread *wire.Thread
}

// beAsked has two tasks of a name, and says something that fits both.
func beAsked(ctx context.Context, text string) *asker {
	GinkgoHelper()
	a := &asker{name: newUser("quentin")}
	a.page = pageOf(ctx, a.name)
	a.thread, _ = create(ctx, a.page, "Add a task to buy milk")
	say(ctx, a.page, a.thread, "Add a task to sell milk")
	a.say(ctx, text)
	Expect(a.question()).To(HaveKeyWithValue("status", "pending"))
	return a
}

func (a *asker) id() string { return a.thread.Meta["id"].(string) }

func (a *asker) say(ctx context.Context, text string) []wire.Object {
	GinkgoHelper()
	return say(ctx, a.page, a.thread, text)
}

// question is the last one that was asked.
func (a *asker) question() wire.Object {
	GinkgoHelper()
	return lastOf(a.thread.Items, "structured_input")
}

func lastOf(items []wire.Object, kind string) (last wire.Object) {
	GinkgoHelper()
	for _, item := range items {
		if item["type"] == kind {
			last = item
		}
	}
	Expect(last).NotTo(BeNil(), "no %s among %v", kind, items)
	return last
}

// options are what can be chosen.
func (a *asker) options() (values []string) {
	for _, option := range a.question()["inputs"].([]any)[0].(wire.Object)["options"].([]any) {
		values = append(values, option.(wire.Object)["value"].(string))
	}
	return values
}

// answer sends an answer to the last question, and folds what comes.
func (a *asker) answer(ctx context.Context, input wire.Object) []wire.Object {
	GinkgoHelper()
	events, err := a.page.Stream(ctx, "threads.add_structured_input", wire.Object{"thread_id": a.id(), "item_id": a.question()["id"], "input": input})
	Expect(err).NotTo(HaveOccurred())
	Expect(a.thread.Fold(events)).To(Succeed())
	return events
}

// chosen is the answer to the offline model's one question.
func chosen(values ...string) wire.Object {
	return wire.Object{"status": "answered", "answers": wire.Object{"which": wire.Object{"values": values}}}
}

// isHistory holds the law: another read of the thread gives what its streams made.
func (a *asker) isHistory(ctx context.Context) {
	GinkgoHelper()
	Expect(history(ctx, a.page, a.id(), 3)).To(Equal(a.thread.Items))
}

func titlesOf(tasks []task) (titles []string) {
	for _, task := range tasks {
		titles = append(titles, task.Title)
	}
	return titles
}

var _ = Describe("A question", func() {
	It("is asked when a name fits several tasks, waits, and its answer goes on in the same turn", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		a.isHistory(ctx)
		Expect(a.options()).To(ConsistOf("Buy milk", "Sell milk"))
		Expect(titlesOf(tasksOf(ctx, a.name))).To(ConsistOf("Buy milk", "Sell milk"))

		events := a.answer(ctx, chosen("Sell milk"))
		Expect(typesOf(events)[:2]).To(Equal([]string{"stream_options", "thread.item.replaced"}))
		Expect(a.question()).To(HaveKeyWithValue("status", "answered"))
		Expect(titlesOf(tasksOf(ctx, a.name))).To(Equal([]string{"Buy milk"}))
		a.isHistory(ctx)
		a.say(ctx, "Show my tasks")
		a.isHistory(ctx)
	})

	It("is asked before more than one task is deleted, and only what is chosen goes", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete all my tasks")
		Expect(a.question()["inputs"].([]any)[0]).To(HaveKeyWithValue("multiple", true))
		a.answer(ctx, chosen(a.options()...))
		Expect(tasksOf(ctx, a.name)).To(BeEmpty())
		Expect(textsOf(a.thread.Items)).To(ContainElement("2 tasks are off your list."))
		a.isHistory(ctx)
	})

	It("can be skipped", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		a.answer(ctx, wire.Object{"status": "skipped"})
		Expect(a.question()).To(HaveKeyWithValue("status", "skipped"))
		Expect(tasksOf(ctx, a.name)).To(HaveLen(2))
		a.isHistory(ctx)
	})

	It("is answered once: the second time is one error, and nothing changes", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		a.answer(ctx, chosen("Sell milk"))
		events := a.answer(ctx, chosen("Buy milk"))
		Expect(typesOf(events)).To(Equal([]string{"error"}))
		Expect(events[0]["message"]).To(ContainSubstring("answered already"))
		Expect(titlesOf(tasksOf(ctx, a.name))).To(Equal([]string{"Buy milk"}))
		a.isHistory(ctx)
	})

	DescribeTable("stays open after an answer that does not fit",
		func(ctx SpecContext, input wire.Object, message string) {
			a := beAsked(ctx, "Delete milk")
			events := a.answer(ctx, input)
			Expect(typesOf(events)).To(Equal([]string{"error"}))
			Expect(events[0]["message"]).To(ContainSubstring(message))
			Expect(tasksOf(ctx, a.name)).To(HaveLen(2))
			a.isHistory(ctx)
			a.answer(ctx, chosen("Buy milk"))
			Expect(titlesOf(tasksOf(ctx, a.name))).To(Equal([]string{"Sell milk"}))
		},
		Entry("to another question", wire.Object{"status": "answered", "answers": wire.Object{"who": wire.Object{"values": []string{"x"}}}}, "wasn't asked"),
		Entry("to none", wire.Object{"status": "answered", "answers": wire.Object{}}, "answer each question"),
		Entry("that is no option", chosen("Drink milk"), "among the options"),
		Entry("of several values", chosen("Buy milk", "Sell milk"), "only one answer"),
	)

	It("is another's for everybody else", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		events, err := pageOf(ctx, newUser("mallory")).Stream(ctx, "threads.add_structured_input",
			wire.Object{"thread_id": a.id(), "item_id": a.question()["id"], "input": chosen("Buy milk")})
		Expect(err).NotTo(HaveOccurred())
		Expect(typesOf(events)).To(Equal([]string{"error"}))
		Expect(tasksOf(ctx, a.name)).To(HaveLen(2))
	})

	It("is closed as skipped by a message in place of an answer", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		question := a.question()["id"]
		events := a.say(ctx, "Add a task to call mum")
		Expect(typesOf(events)[:3]).To(Equal([]string{"thread.item.done", "stream_options", "thread.item.replaced"}))
		Expect(a.question()).To(HaveKeyWithValue("status", "skipped"))
		Expect(tasksOf(ctx, a.name)).To(HaveLen(3))
		a.isHistory(ctx)
		events, err := a.page.Stream(ctx, "threads.add_structured_input", wire.Object{"thread_id": a.id(), "item_id": question, "input": chosen("Buy milk")})
		Expect(err).NotTo(HaveOccurred())
		Expect(events[0]["message"]).To(ContainSubstring("isn't open any more"))
	})

	It("goes when its message is answered again", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		message := lastOf(a.thread.Items, "user_message")
		before := a.question()["id"]
		events, err := a.page.Stream(ctx, "threads.retry_after_item", wire.Object{"thread_id": a.id(), "item_id": message["id"]})
		Expect(err).NotTo(HaveOccurred())
		Expect(a.thread.Fold(events)).To(Succeed())
		Expect(a.question()["id"]).NotTo(Equal(before))
		a.isHistory(ctx)
		a.answer(ctx, chosen("Buy milk"))
		a.isHistory(ctx)
	})

	It("goes with its thread", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		_, err := a.page.Call(ctx, "threads.delete", wire.Object{"thread_id": a.id()})
		Expect(err).NotTo(HaveOccurred())
		events, err := a.page.Stream(ctx, "threads.add_structured_input", wire.Object{"thread_id": a.id(), "item_id": a.question()["id"], "input": chosen("Buy milk")})
		Expect(err).NotTo(HaveOccurred())
		Expect(events[0]["message"]).To(ContainSubstring("conversation isn't there"))
	})

	It("leaves the task card alive", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete all my tasks")
		card := lastOf(a.thread.Items, "widget")
		answer, err := a.page.Call(ctx, "threads.sync_custom_action", wire.Object{
			"thread_id": a.id(), "item_id": card["id"], "action": wire.Object{"type": "tasks.show", "payload": wire.Object{"status": "pending"}},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(a.thread.Fold([]wire.Object{{"type": "thread.item.replaced", "item": answer["updated_item"]}})).To(Succeed())
		a.isHistory(ctx)
		a.answer(ctx, chosen(a.options()[0]))
		a.isHistory(ctx)
		Expect(tasksOf(ctx, a.name)).To(HaveLen(1))
	})

	It("tells tasks apart that are called the same", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		a.answer(ctx, wire.Object{"status": "skipped"})
		a.say(ctx, "Add a task to buy milk")
		a.say(ctx, "Delete buy milk")
		Expect(a.options()).To(ConsistOf(MatchRegexp(`^Buy milk \(open, #\d+\)$`), MatchRegexp(`^Buy milk \(open, #\d+\)$`)))
		a.answer(ctx, chosen(a.options()[0]))
		Expect(titlesOf(tasksOf(ctx, a.name))).To(ConsistOf("Buy milk", "Sell milk"))
		a.isHistory(ctx)
	})

	It("is in words for a service that knows only the three lines, which may just say something else", func(ctx SpecContext) {
		caller := serviceOf(ctx, newUser("sven"))
		ask := func(content string, conversation any) (answer wire.Object) {
			body := wire.Object{"content": content}
			if conversation != nil {
				body["conversation_id"] = conversation
			}
			Expect(caller.json(ctx, "POST", "/chat", body, &answer)).To(Equal(200))
			Expect(answer).To(HaveKeyWithValue("status", "success"))
			return answer
		}
		thread := ask("Add a task to buy milk", nil)["conversation_id"]
		ask("Add a task to sell milk", thread)
		asked := ask("Delete milk", thread)
		Expect(asked["response"]).To(HaveSuffix("Which one do you mean?\n- Sell milk\n- Buy milk"))
		Expect(ask("the second one", thread)["response"]).To(Equal("“Buy milk” is off your list."))
		var whole wire.Object
		Expect(caller.json(ctx, "GET", fmt.Sprintf("/conversations/%.0f", thread), nil, &whole)).To(Equal(200))
		Expect(whole["messages"]).To(HaveLen(8))
		Expect(whole).To(HaveKeyWithValue("message_count", 8.0))
		Expect(whole["messages"].([]any)[5]).To(HaveKeyWithValue("content", asked["response"]))
	})
})

var _ = Describe("A question over a restart of everything", Serial, func() {
	It("is open still, and its answer goes on", func(ctx SpecContext) {
		a := beAsked(ctx, "Delete milk")
		Expect(system.Stop()).To(Succeed())
		restarted, err := launcher.Start(ctx, system.Data)
		Expect(err).NotTo(HaveOccurred())
		*system = *restarted
		connect(ctx)
		a.page = pageOf(ctx, a.name)
		a.isHistory(ctx)
		a.answer(ctx, chosen("Buy milk"))
		Expect(titlesOf(tasksOf(ctx, a.name))).To(Equal([]string{"Sell milk"}))
		a.isHistory(ctx)
	})
})
