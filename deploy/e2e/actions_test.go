package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

const (
	atOnce   = "threads.sync_custom_action"
	streamed = "threads.custom_action"
)

var _ = Describe("The task card", Ordered, func() {
	var (
		at     *stack.Stack
		model  *scripted.Endpoint
		user   string
		page   wire.Page
		thread *wire.Thread
	)
	BeforeAll(func(ctx SpecContext) { at, model = scriptedStack(ctx, "TURN_LEASE=1s", "DISCONNECT_GRACE=30s") })
	BeforeEach(func(ctx SpecContext) {
		user = newUser("cleo")
		page = pageAt(ctx, at, user)
		thread, _ = create(ctx, page, "Add a task to buy milk")
		say(ctx, page, thread, "Add a task to call mum")
		say(ctx, page, thread, "Show my tasks")
	})
	// same holds the law: what this page has is what another one gets that comes anew.
	same := func(ctx context.Context) {
		GinkgoHelper()
		for _, limit := range []int{3, 20} {
			Expect(history(ctx, pageAt(ctx, at, user), thread.Meta["id"].(string), limit)).To(Equal(thread.Items))
		}
	}
	tasks := func(ctx context.Context) map[string]bool {
		GinkgoHelper()
		db := connectTo(ctx, at)
		defer func() { _ = db.Close() }()
		var rows []task
		Expect(db.SelectContext(ctx, &rows, `SELECT task_id, title, description, completed FROM public.tasks WHERE user_id = $1`, user)).To(Succeed())
		done := map[string]bool{}
		for _, row := range rows {
			done[row.Title] = row.Completed
		}
		Expect(done).To(HaveLen(len(rows)), "no title twice")
		return done
	}
	milk := func(ctx context.Context) wire.Object {
		GinkgoHelper()
		db := connectTo(ctx, at)
		defer func() { _ = db.Close() }()
		var id int64
		Expect(db.GetContext(ctx, &id, `SELECT task_id FROM public.tasks WHERE user_id = $1 AND title = 'Buy milk'`, user)).To(Succeed())
		return wire.Object{"task_id": float64(id)}
	}
	text := func() string { return card(thread)["copy_text"].(string) }

	It("completes, reopens and deletes, adds and filters, and shows the same to everybody", func(ctx SpecContext) {
		Expect(text()).To(Equal("Your tasks: 2 open, 0 done\n☐ Call mum\n☐ Buy milk"))
		one := milk(ctx)

		By("completing")
		click(ctx, page, thread, clicked(thread, "task.complete", one))
		Expect(text()).To(Equal("Your tasks: 1 open, 1 done\n☐ Call mum\n☑ Buy milk"))
		Expect(tasks(ctx)).To(HaveKeyWithValue("Buy milk", true))
		same(ctx)

		By("switching the filter, which stays")
		click(ctx, page, thread, clicked(thread, "tasks.show", wire.Object{"status": "pending"}))
		Expect(text()).To(Equal("Open tasks: 1\n☐ Call mum"))
		click(ctx, page, thread, typed(thread, "Water the **plants**"))
		Expect(text()).To(Equal("Open tasks: 2\n☐ Water the **plants**\n☐ Call mum"))
		click(ctx, page, thread, clicked(thread, "tasks.show", wire.Object{"status": "completed"}))
		Expect(text()).To(Equal("Completed tasks: 1\n☑ Buy milk"))

		By("reopening")
		click(ctx, page, thread, clicked(thread, "task.complete", one))
		Expect(text()).To(Equal("Completed tasks: 0\nNothing here: no completed tasks."))
		click(ctx, page, thread, clicked(thread, "tasks.show", wire.Object{"status": "all"}))

		By("deleting, streamed")
		events, err := page.Stream(ctx, streamed, clicked(thread, "task.delete", one))
		Expect(err).NotTo(HaveOccurred())
		Expect(typesOf(events)).To(Equal([]string{"stream_options", "thread.item.replaced"}))
		Expect(thread.Fold(events)).To(Succeed())
		Expect(text()).To(Equal("Your tasks: 2 open, 0 done\n☐ Water the **plants**\n☐ Call mum"))
		Expect(tasks(ctx)).To(Equal(map[string]bool{"Call mum": false, "Water the **plants**": false}))
		same(ctx)
	})

	It("is told to the model with what is said next, and in every later turn at the same place", func(ctx SpecContext) {
		click(ctx, page, thread, clicked(thread, "task.complete", milk(ctx)))
		prompts := func() (said []string) {
			all := model.Requests()
			for _, message := range all[len(all)-1].Request.Messages {
				if message.Role == "user" {
					said = append(said, message.Content.Text)
				}
			}
			return said
		}
		model.Reset()
		say(ctx, page, thread, "thanks")
		first := prompts()
		Expect(first[:len(first)-1]).To(HaveEach(Not(ContainSubstring("by hand"))))
		Expect(first[len(first)-1]).To(And(HavePrefix("thanks\n"), ContainSubstring("by hand"), ContainSubstring("complete_task"), ContainSubstring("Buy milk")))
		say(ctx, page, thread, "thanks again")
		second := prompts()
		Expect(second[:len(second)-1]).To(Equal(first))
		Expect(second[len(second)-1]).To(Equal("thanks again"))
	})

	It("works while an answer is being written", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "slowly " + user}, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "One "}, {Text: "moment."}}, Calls: []scripted.Call{{Name: "list_tasks", Arguments: `{}`}}},
			{Chunks: []scripted.Chunk{{Text: "All "}, {Text: "right.", Gate: user}}}}})
		response, err := page.Post(ctx, "threads.add_user_message", wire.Say(thread.Meta["id"].(string), "slowly "+user))
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		reloaded, acted := &wire.Thread{Meta: thread.Meta}, false
		var follow func() ([]wire.Object, error)
		for event, err := range wire.Frames(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			Expect(thread.Fold([]wire.Object{event})).To(Succeed())
			if update, ok := event["update"].(wire.Object); ok && update["delta"] == "All " {
				click(ctx, page, thread, clicked(thread, "task.complete", milk(ctx)))
				Expect(text()).To(ContainSubstring("☑ Buy milk"))
				refusedAlone(ctx, page, thread)
				reloaded.Items = history(ctx, pageAt(ctx, at, user), thread.Meta["id"].(string), 20)
				Expect(card(reloaded)).To(Equal(card(thread)))
				follow, err = pageAt(ctx, at, user).Follow(ctx, thread.Meta["id"].(string))
				Expect(err).NotTo(HaveOccurred())
				acted = true
				model.Open(user)
			}
		}
		Expect(acted).To(BeTrue())
		same(ctx)

		By("giving a page that was loaded meanwhile, and follows, nothing older")
		rest, err := follow()
		Expect(err).NotTo(HaveOccurred())
		Expect(reloaded.Fold(rest)).To(Succeed())
		Expect(reloaded.Items).To(Equal(thread.Items))
	})

	It("stops an answer whose page left, as anything new does", func(ctx SpecContext) {
		model.Use(scripted.Rule{When: scripted.When{Said: "never mind " + user}, Replies: []scripted.Reply{
			{Chunks: []scripted.Chunk{{Text: "Once "}, {Text: "upon a time.", Gate: "leave " + user}}}}})
		params := clicked(thread, "task.complete", milk(ctx))
		leaving, leave := context.WithCancel(ctx)
		response, err := page.Post(leaving, "threads.add_user_message", wire.Say(thread.Meta["id"].(string), "never mind "+user))
		Expect(err).NotTo(HaveOccurred())
		for event, err := range wire.Frames(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			if update, ok := event["update"].(wire.Object); ok && update["delta"] == "Once " {
				break
			}
		}
		leave()
		db := connectTo(ctx, at)
		defer func() { _ = db.Close() }()
		Eventually(ctx, func() (left int) {
			Expect(db.GetContext(ctx, &left, `SELECT count(*) FROM turn_leases WHERE user_id = $1 AND left_at IS NOT NULL`, user)).To(Succeed())
			return left
		}).Should(Equal(1))
		_, err = page.Call(ctx, atOnce, params)
		Expect(err).NotTo(HaveOccurred())
		var states []string
		Expect(db.SelectContext(ctx, &states, `SELECT state FROM messages WHERE user_id = $1 AND role = 'assistant' ORDER BY position`, user)).To(Succeed())
		Expect(states).To(Equal([]string{"done", "done", "done", "stopped"}))
		Expect(tasks(ctx)).To(HaveKeyWithValue("Buy milk", true))
	})

	It("takes a click that comes twice as one, and one on its new state as another", func(ctx SpecContext) {
		params := typed(thread, "Only once")
		var clicks sync.WaitGroup
		answers := make([]wire.Object, 4)
		for i := range answers {
			clicks.Go(func() {
				defer GinkgoRecover()
				var err error
				answers[i], err = page.Call(ctx, atOnce, params)
				Expect(err).NotTo(HaveOccurred())
			})
		}
		clicks.Wait()
		Expect(answers).To(HaveEach(Equal(answers[0])))
		thread.FoldAnswer(answers[0])
		Expect(tasks(ctx)).To(HaveLen(3)) // it fails when a title is there twice
		click(ctx, page, thread, clicked(thread, "task.delete", milk(ctx)))
		same(ctx)
	})

	It("does different clicks at the same time one after the other, and all of them", func(ctx SpecContext) {
		one := milk(ctx)
		all := []wire.Object{clicked(thread, "task.complete", one), typed(thread, "A"), typed(thread, "B"), typed(thread, "C")}
		var clicks sync.WaitGroup
		for _, params := range all {
			clicks.Go(func() {
				defer GinkgoRecover()
				_, err := page.Call(ctx, atOnce, params)
				Expect(err).NotTo(HaveOccurred())
			})
		}
		clicks.Wait()
		Expect(tasks(ctx)).To(And(HaveLen(5), HaveKeyWithValue("Buy milk", true), HaveKey("A"), HaveKey("B"), HaveKey("C")))
		thread.Items = history(ctx, page, thread.Meta["id"].(string), 20)
		Expect(text()).To(HavePrefix("Your tasks: 4 open, 1 done\n"))
	})

	It("shows what there is when the task is gone", func(ctx SpecContext) {
		stale := clicked(thread, "task.complete", milk(ctx))
		say(ctx, page, thread, "Delete the task buy milk")
		thread.Items = history(ctx, page, thread.Meta["id"].(string), 20)
		answer, err := page.Call(ctx, atOnce, stale)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer["updated_item"]).To(HaveKeyWithValue("copy_text", "Your tasks: 1 open, 0 done\n☐ Call mum"))
		thread.FoldAnswer(answer)
		same(ctx)
	})

	It("gives nothing of anybody's to anybody else", func(ctx SpecContext) {
		params := clicked(thread, "task.delete", milk(ctx))
		mallory := newUser("mallory")
		theirs := pageAt(ctx, at, mallory)
		_, err := theirs.Call(ctx, atOnce, params)
		Expect(err).To(HaveField("Status", http.StatusNotFound))
		other, _ := create(ctx, theirs, "Add a task to spy")
		say(ctx, theirs, other, "Show my tasks")
		events, err := theirs.Stream(ctx, streamed, params)
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(HaveExactElements(And(HaveKeyWithValue("code", "custom"), HaveKeyWithValue("allow_retry", false))))

		By("finding no task of another's behind one's own card")
		params["thread_id"], params["item_id"] = other.Meta["id"], card(other)["id"]
		answer, err := theirs.Call(ctx, atOnce, params)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer["updated_item"]).To(HaveKeyWithValue("copy_text", "Your tasks: 1 open, 0 done\n☐ Spy"))
		Expect(tasks(ctx)).To(HaveKey("Buy milk"))
	})

	It("judges an action after it looked up what was clicked in", func(ctx SpecContext) {
		try := func(item any, kind string, payload any) error {
			params := wire.Object{"thread_id": thread.Meta["id"], "action": wire.Object{"type": kind, "payload": payload}}
			if item != nil {
				params["item_id"] = item
			}
			_, err := page.Call(ctx, atOnce, params)
			return err
		}
		id := card(thread)["id"]
		for _, payload := range []any{nil, "x", wire.Object{}, wire.Object{"task_id": "1"}, wire.Object{"task_id": -1}, wire.Object{"task_id": 1.5},
			wire.Object{"task_id": 1, "user_id": "cleo"}} {
			Expect(try(id, "task.delete", payload)).To(HaveField("Status", 400), fmt.Sprint(payload))
		}
		Expect(try(id, "delete_task", wire.Object{})).To(HaveField("Status", 400))
		Expect(try(nil, "nope", wire.Object{})).To(HaveField("Status", 400))
		Expect(try("msg_1_1", "nope", wire.Object{})).To(HaveField("Status", 404))
		Expect(try("nope", "nope", wire.Object{})).To(HaveField("Status", 404))
		Expect(try(thread.Items[0]["id"], "task.add", wire.Object{"title": "x"})).To(HaveField("Status", 400))
		events, err := page.Stream(ctx, streamed, wire.Object{"thread_id": thread.Meta["id"], "item_id": thread.Items[0]["id"], "action": wire.Object{"type": "nope"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(Equal([]wire.Object{{"type": "error", "code": "stream.error", "allow_retry": false}}))
		Expect(tasks(ctx)).To(HaveLen(2))
		same(ctx)
	})

	It("may be asked for by a page's own button, and is alive then too", func(ctx SpecContext) {
		events, err := page.Stream(ctx, streamed, wire.Object{"thread_id": thread.Meta["id"], "action": wire.Object{"type": "tasks.show", "payload": wire.Object{"status": "all"}}})
		Expect(err).NotTo(HaveOccurred())
		Expect(typesOf(events)).To(Equal([]string{"stream_options", "thread.item.done"}))
		Expect(thread.Fold(events)).To(Succeed())
		click(ctx, page, thread, clicked(thread, "task.complete", milk(ctx)))
		Expect(text()).To(ContainSubstring("☑ Buy milk"))
		say(ctx, page, thread, "thanks")
		same(ctx)

		By("going with what it came behind, when that is answered again")
		asked := thread.Items[0]["id"]
		events, err = page.Stream(ctx, "threads.retry_after_item", wire.Object{"thread_id": thread.Meta["id"], "item_id": asked})
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.Fold(events)).To(Succeed())
		same(ctx)
	})

	It("acts once when chatcore is killed between the effect and its answer", func(ctx SpecContext) {
		params := typed(thread, "After the kill")
		db := connectTo(ctx, at)
		defer func() { _ = db.Close() }()
		count := func(query string) func() int {
			return func() (n int) {
				Expect(db.GetContext(ctx, &n, query, user)).To(Succeed())
				return n
			}
		}
		Expect(at.Read()).To(Succeed())

		By("holding the tools until the action is stored, and its end back until the tool has acted")
		Expect(syscall.Kill(at.Toolserver.PID, syscall.SIGSTOP)).To(Succeed())
		awake := sync.OnceFunc(func() { _ = syscall.Kill(at.Toolserver.PID, syscall.SIGCONT) })
		defer awake()
		answer := make(chan error, 1)
		go func() {
			_, err := page.Call(ctx, atOnce, params)
			answer <- err
		}()
		Eventually(ctx, count(`SELECT count(*) FROM actions WHERE user_id = $1 AND status = 'pending'`)).Should(Equal(1))
		lock, err := db.BeginTxx(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = lock.Rollback() }()
		_, err = lock.ExecContext(ctx, `SELECT 1 FROM conversations WHERE user_id = $1 FOR UPDATE`, user)
		Expect(err).NotTo(HaveOccurred())
		awake()
		acted := count(`SELECT count(*) FROM public.tasks WHERE user_id = $1 AND title = 'After the kill'`)
		Eventually(ctx, acted).WithTimeout(testPatience).Should(Equal(1))

		By("killing chatcore then")
		Expect(syscall.Kill(at.Chatcore.PID, syscall.SIGKILL)).To(Succeed())
		Expect(lock.Rollback()).To(Succeed())
		Eventually(ctx, answer).WithTimeout(testPatience).Should(Receive())
		Eventually(ctx, count(`SELECT count(*) FROM actions WHERE user_id = $1 AND status = 'pending'`)).WithTimeout(testPatience).Should(BeZero())
		Eventually(ctx, func() (err error) {
			_, err = page.Call(ctx, atOnce, params) // the person clicks once more, on the state that is still shown
			return err
		}).WithTimeout(testPatience).Should(Succeed())
		Expect(acted()).To(Equal(1))
		Expect(count(`SELECT count(*) FROM actions WHERE user_id = $1`)()).To(Equal(1))
		Expect(count(`SELECT count(*) FROM action_leases WHERE user_id = $1`)()).To(BeZero())
		thread.Items = history(ctx, page, thread.Meta["id"].(string), 20)
		Expect(text()).To(ContainSubstring("After the kill"))
	})
})

// refusedAlone holds that an action that stands by itself waits for the end of an answer.
func refusedAlone(ctx context.Context, page wire.Page, thread *wire.Thread) {
	GinkgoHelper()
	_, err := page.Call(ctx, atOnce, wire.Object{"thread_id": thread.Meta["id"], "action": wire.Object{"type": "task.add", "payload": wire.Object{"title": "x"}}})
	Expect(err).To(HaveField("Status", http.StatusConflict))
	events, err := page.Stream(ctx, streamed, wire.Object{"thread_id": thread.Meta["id"], "action": wire.Object{"type": "task.add", "payload": wire.Object{"title": "x"}}})
	Expect(err).NotTo(HaveOccurred())
	Expect(events).To(HaveExactElements(HaveKeyWithValue("code", "custom")))
}
