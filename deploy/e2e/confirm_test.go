package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"syscall"

	"github.com/jmoiron/sqlx"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

// guarded is somebody at a stack where the agent deletes nothing without their word.
type guarded struct {
	asker
	at    *stack.Stack
	db    *sqlx.DB
	model *scripted.Endpoint
}

// begin has the person say something to which the model replies so, in a new thread.
func (g *guarded) begin(ctx context.Context, name string, replies ...scripted.Reply) []wire.Object {
	GinkgoHelper()
	g.model.Use(scripted.Rule{When: scripted.When{Said: "Go, " + name}, Replies: replies})
	var events []wire.Object
	g.thread, events = create(ctx, g.page, "Go, "+name)
	return events
}

// has gives the person a task, as toolserver would, and its id.
func (g *guarded) has(ctx context.Context, title string) (id int64) {
	GinkgoHelper()
	thread, _ := create(ctx, g.page, "Add a task to "+title)
	Expect(thread.Items).NotTo(BeEmpty())
	Expect(g.db.GetContext(ctx, &id, `SELECT max(task_id) FROM public.tasks WHERE user_id = $1`, g.name)).To(Succeed())
	return id
}

func (g *guarded) titles(ctx context.Context) (titles []string) {
	GinkgoHelper()
	Expect(g.db.SelectContext(ctx, &titles, `SELECT title FROM public.tasks WHERE user_id = $1 ORDER BY task_id`, g.name)).To(Succeed())
	return titles
}

// asked is what the last question asks, and its options.
func (g *guarded) asked() (question string, options []string) {
	GinkgoHelper()
	return g.question()["inputs"].([]any)[0].(wire.Object)["question"].(string), g.options()
}

func said(value string) wire.Object {
	return wire.Object{"status": "answered", "answers": wire.Object{"confirm": wire.Object{"values": []string{value}}}}
}

func deleteTask(id int64) scripted.Reply {
	return scripted.CallTool("delete_task", fmt.Sprintf(`{"task_id":%d}`, id))
}

var _ = Describe("An agent that may not delete without the person's word", Serial, Ordered, func() {
	var g *guarded
	var at *stack.Stack
	var db *sqlx.DB
	var model *scripted.Endpoint

	BeforeAll(func(ctx SpecContext) {
		if os.Getenv("SPECS") != "all" {
			Skip("a system of its own: SPECS=all, as CI has it, starts it; agent's specs are for every day")
		}
		at, model = scriptedStack(ctx, "TOOLS_CONFIRM=delete_task", "TURN_LEASE=1s")
		db = connectTo(ctx, at)
	})
	BeforeEach(func(ctx SpecContext) {
		g = &guarded{asker: asker{name: newUser("gina")}, at: at, db: db, model: model}
		g.page = pageAt(ctx, at, g.name)
	})

	It("asks in words of ours, and deletes once at a yes", func(ctx SpecContext) {
		milk := g.has(ctx, "buy milk")
		g.begin(ctx, g.name, deleteTask(milk), scripted.Say("It is gone."))
		question, options := g.asked()
		Expect(question).To(Equal("Delete the task “Buy milk”?"))
		Expect(options).To(Equal([]string{"Yes", "No"}))
		g.isHistory(ctx)
		Expect(g.titles(ctx)).To(Equal([]string{"Buy milk"}))

		g.answer(ctx, said("Yes"))
		Expect(g.titles(ctx)).To(BeEmpty())
		Expect(textsOf(g.thread.Items)).To(Equal([]string{"✓ Task deleted: Buy milk", "It is gone."}))
		Expect(g.question()).To(HaveKeyWithValue("status", "answered"))
		g.isHistory(ctx)
		Expect(typesOf(g.answer(ctx, said("Yes")))).To(Equal([]string{"error"}), "the second time")
		g.isHistory(ctx)
	})

	It("asks and hears in German", func(ctx SpecContext) {
		milk := g.has(ctx, "buy milk")
		g.page.Header = http.Header{"Accept-Language": {"de-AT"}}
		g.begin(ctx, g.name, deleteTask(milk), scripted.Say("Weg."))
		question, options := g.asked()
		Expect(question).To(Equal("Die Aufgabe „Buy milk“ löschen?"))
		Expect(options).To(Equal([]string{"Ja", "Nein"}))
		g.answer(ctx, said("Ja"))
		Expect(g.titles(ctx)).To(BeEmpty())
		g.isHistory(ctx)
		g.page.Header = nil
		Expect(fmt.Sprint(history(ctx, g.page, g.id(), 20))).To(ContainSubstring("values:[Yes]"))
	})

	DescribeTable("deletes nothing",
		func(ctx SpecContext, input wire.Object, status string) {
			milk := g.has(ctx, "buy milk")
			g.begin(ctx, g.name, deleteTask(milk), deleteTask(milk), scripted.Say("It stays."))
			g.answer(ctx, input)
			Expect(g.titles(ctx)).To(Equal([]string{"Buy milk"}))
			Expect(g.question()).To(HaveKeyWithValue("status", status))
			Expect(textsOf(g.thread.Items)).To(Equal([]string{"It stays."}), "the model asked again, and the person was not")
			g.isHistory(ctx)
		},
		Entry("at a no", said("No"), "answered"),
		Entry("at a skipped question", wire.Object{"status": "skipped"}, "skipped"),
	)

	DescribeTable("stays with its question at any other answer",
		func(ctx SpecContext, input wire.Object) {
			milk := g.has(ctx, "buy milk")
			g.begin(ctx, g.name, deleteTask(milk))
			Expect(typesOf(g.answer(ctx, input))).To(Equal([]string{"error"}))
			Expect(g.titles(ctx)).To(Equal([]string{"Buy milk"}))
			Expect(g.question()).To(HaveKeyWithValue("status", "pending"))
			g.isHistory(ctx)
		},
		Entry("of another word", said("Sure")), Entry("of another case", said("yes")), Entry("of both", wire.Object{
			"status": "answered", "answers": wire.Object{"confirm": wire.Object{"values": []string{"Yes", "No"}}}}),
		Entry("to another question", chosen("Yes")),
	)

	It("leaves it when the person says something else", func(ctx SpecContext) {
		milk := g.has(ctx, "buy milk")
		g.begin(ctx, g.name, deleteTask(milk))
		g.say(ctx, "hello")
		Expect(g.question()).To(HaveKeyWithValue("status", "skipped"))
		Expect(g.titles(ctx)).To(Equal([]string{"Buy milk"}))
		g.isHistory(ctx)
	})

	It("does not ask about what is not there", func(ctx SpecContext) {
		g.begin(ctx, g.name, deleteTask(5), scripted.Say("There is none."))
		Expect(textsOf(g.thread.Items)).To(Equal([]string{"I couldn't find that task. It may have been deleted.", "There is none."}))
	})

	It("does not ask the person about their own click", func(ctx SpecContext) {
		milk := g.has(ctx, "buy milk")
		g.begin(ctx, g.name, scripted.CallTool("list_tasks", `{}`), scripted.Say("Here."))
		_, err := g.page.Call(ctx, "threads.sync_custom_action", wire.Object{
			"thread_id": g.id(), "item_id": lastOf(g.thread.Items, "widget")["id"],
			"action": wire.Object{"type": "task.delete", "payload": wire.Object{"task_id": milk, "revision": 0}},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(g.titles(ctx)).To(BeEmpty())
	})

	It("has its question over a crash of its process, and deletes then", func(ctx SpecContext) {
		milk := g.has(ctx, "buy milk")
		g.begin(ctx, g.name, deleteTask(milk), scripted.Say("It is gone."))
		Expect(at.Read()).To(Succeed())
		Expect(syscall.Kill(at.Chatcore.PID, syscall.SIGKILL)).To(Succeed())
		Eventually(ctx, func() error {
			_, err := g.page.Call(ctx, "threads.list", wire.Object{})
			return err
		}).WithTimeout(testPatience).Should(Succeed())
		g.isHistory(ctx)
		g.answer(ctx, said("Yes"))
		Expect(g.titles(ctx)).To(BeEmpty())
		g.isHistory(ctx)
	})

	itCannotBeTalkedInto(func() *guarded { return g })
})
