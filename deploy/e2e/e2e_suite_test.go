package e2e_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
)

func TestE2E(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Black box")
}

// The launcher is built, and the stack started, once; specs keep apart by being different users.
var (
	launcher stack.Launcher
	system   *stack.Stack
	database *sqlx.DB // as the migrating role: it sees every row
)

var _ = BeforeSuite(func(ctx SpecContext) {
	dir, err := os.MkdirTemp("", "tp-e2e-")
	Expect(err).NotTo(HaveOccurred())
	Expect(os.Chmod(dir, 0o755)).To(Succeed()) // Postgres runs as somebody else when we are root
	DeferCleanup(os.RemoveAll, dir)
	launcher, err = stack.BuildLauncher(ctx, dir)
	Expect(err).NotTo(HaveOccurred())
	system, err = launcher.Start(ctx, dir+"/data")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		Expect(system.Stop()).To(Succeed())
	})
	connect(ctx)
	DeferCleanup(func() { _ = database.Close() }) // its server may have ended before
})

// connect opens the running stack's database as the migrating role.
func connect(ctx context.Context) {
	GinkgoHelper()
	database = connectTo(ctx, system)
}

func connectTo(ctx context.Context, at *stack.Stack) *sqlx.DB {
	GinkgoHelper()
	db, err := sqlx.ConnectContext(ctx, "postgres", at.Postgres.DSN)
	Expect(err).NotTo(HaveOccurred())
	return db
}

// What pages got in a spec has to be ChatKit's protocol, to the letter.
var _ = AfterEach(func() { Expect(wire.Mistakes()).To(BeEmpty()) })

var _ = ReportAfterEach(func(report SpecReport) {
	if report.Failed() && system != nil {
		AddReportEntry("what the processes said", lastLines(system.Log(), 25))
	}
})

func lastLines(text string, n int) string {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] != '\n' {
			continue
		}
		if n--; n < 0 {
			return text[i+1:]
		}
	}
	return text
}

var users atomic.Int64

// newUser names somebody whom no other spec knows.
func newUser(name string) string { return fmt.Sprintf("%s-%d", name, users.Add(1)) }

// pageOf is the page of a user who has just signed in.
func pageOf(ctx context.Context, user string) wire.Page {
	GinkgoHelper()
	token, err := system.Token(ctx, user, "")
	Expect(err).NotTo(HaveOccurred())
	return wire.Page{URL: system.Adapter.URL + "/api/v1/chatkit", Token: token}
}

// create begins a thread with a message, and gives the thread and its stream.
func create(ctx context.Context, page wire.Page, text string) (*wire.Thread, []wire.Object) {
	GinkgoHelper()
	events, err := page.Stream(ctx, "threads.create", wire.Say("", text))
	Expect(err).NotTo(HaveOccurred())
	thread := &wire.Thread{}
	Expect(thread.Fold(events)).To(Succeed())
	Expect(thread.Meta).NotTo(BeNil(), "no thread.created in %v", events)
	return thread, events
}

// say goes on in a thread and gives the new stream, folded into it.
func say(ctx context.Context, page wire.Page, thread *wire.Thread, text string) []wire.Object {
	GinkgoHelper()
	events, err := page.Stream(ctx, "threads.add_user_message", wire.Say(thread.Meta["id"].(string), text))
	Expect(err).NotTo(HaveOccurred())
	Expect(thread.Fold(events)).To(Succeed())
	return events
}

// history gives a thread's items, oldest first, read in pages of a size.
func history(ctx context.Context, page wire.Page, thread string, limit int) []wire.Object {
	GinkgoHelper()
	items := []wire.Object{}
	params := wire.Object{"thread_id": thread, "limit": limit, "order": "asc"}
	for {
		answer, err := page.Call(ctx, "items.list", params)
		Expect(err).NotTo(HaveOccurred())
		data := answer["data"].([]any)
		for _, item := range data {
			items = append(items, item.(wire.Object))
		}
		if answer["has_more"] != true {
			Expect(answer).NotTo(HaveKey("after"))
			return items
		}
		Expect(data).To(HaveLen(limit), "a page came up short while more follows")
		params["after"] = answer["after"]
	}
}

// typesOf is an outline of a stream: its events' types, repeats of the same type once.
func typesOf(events []wire.Object) []string {
	var types []string
	for _, event := range events {
		kind := event["type"].(string)
		if len(types) == 0 || types[len(types)-1] != kind {
			types = append(types, kind)
		}
	}
	return types
}

// textsOf gives the text of every assistant's message.
func textsOf(items []wire.Object) []string {
	var texts []string
	for _, item := range items {
		if item["type"] != "assistant_message" {
			continue
		}
		for _, part := range item["content"].([]any) {
			texts = append(texts, part.(wire.Object)["text"].(string))
		}
	}
	return texts
}

// task is a row of tasks.
type task struct {
	ID          int64   `db:"task_id"`
	Title       string  `db:"title"`
	Description *string `db:"description"`
	Completed   bool    `db:"completed"`
}

// tasksOf looks into Postgres.
func tasksOf(ctx context.Context, user string) []task {
	GinkgoHelper()
	tasks := []task{}
	Expect(database.SelectContext(ctx, &tasks, `
		SELECT task_id, title, description, completed FROM public.tasks WHERE user_id = $1 ORDER BY created_at, task_id`, user)).To(Succeed())
	return tasks
}
