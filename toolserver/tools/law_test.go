package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	"pgregory.net/rapid"

	"taskpilot/toolserver/tasks"
	"taskpilot/toolserver/tools"
)

// model is what the tasks of one user should be, in the simplest words.
type model struct {
	tasks []tasks.Task // oldest first
	sent  []sentCall
}

// sentCall is a call that was sent with a key, and what it was answered.
type sentCall struct {
	key, tool, arguments string
	reply                reply
}

// law is one random run of calls, held against the model.
type law struct {
	t    *rapid.T
	ctx  context.Context
	user *client
	model
}

var _ = Describe("Any sequence of calls, some of them repeated", func() {
	It("leaves the tasks as a simple model has them", func(ctx SpecContext) {
		store := newStore()
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			l := &law{t: t, ctx: ctx, user: connectOrFail(ctx, t, store)}
			defer func() { _ = l.user.session.Close() }()
			t.Repeat(map[string]func(*rapid.T){
				"add":      l.add,
				"complete": l.complete,
				"update":   l.update,
				"delete":   l.delete,
				"find":     l.find,
				"repeat":   l.repeat,
				"reuse":    l.reuse,
				"":         l.agree,
			})
		})
	})
})

func connectOrFail(ctx context.Context, t *rapid.T, store tools.Store) *client {
	user := newUser()
	c, err := dial(ctx, quietOptions(store, user))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// call sends a call that changes something, most times with a key.
func (l *law) call(tool string, arguments object) reply {
	var key any
	if rapid.Float64Range(0, 1).Draw(l.t, "keyed") < 0.8 {
		key = fmt.Sprint("key ", len(l.sent))
	}
	r := l.send(tool, arguments.JSON(), key)
	if key != nil {
		l.sent = append(l.sent, sentCall{key.(string), tool, arguments.JSON(), r}) //nolint:forcetypeassert // set above
	}
	return r
}

func (l *law) send(tool, arguments string, key any) reply {
	r, err := l.user.send(l.ctx, tool, arguments, key)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *law) add(t *rapid.T) {
	title := rapid.SampledFrom([]string{"Buy milk", "buy MILK", "Milk", "Call Ada", "100%", "Äpfel"}).Draw(t, "title")
	var task tasks.Task
	l.decode(l.call("add_task", object{"title": title}), &task)
	if task.Title != title || task.Completed || l.at(task.ID) >= 0 {
		t.Fatalf("added %q, got %+v", title, task)
	}
	l.tasks = append(l.tasks, task)
}

func (l *law) complete(t *rapid.T) {
	id, at := l.pick(t)
	arguments, want := object{"task_id": id}, at >= 0 && !l.tasks[max(at, 0)].Completed
	if rapid.Bool().Draw(t, "says which") {
		want = rapid.Bool().Draw(t, "completed")
		arguments["completed"] = want
	}
	l.changed(at, l.call("complete_task", arguments), func(task *tasks.Task) { task.Completed = want })
}

func (l *law) update(t *rapid.T) {
	id, at := l.pick(t)
	title := rapid.StringMatching(`[a-z]{1,5}`).Draw(t, "new title")
	arguments, words := object{"task_id": id, "title": title}, (*string)(nil)
	if at >= 0 {
		words = l.tasks[at].Description
	}
	if rapid.Bool().Draw(t, "describes") {
		text := rapid.SampledFrom([]string{"", "soon", "twice"}).Draw(t, "description")
		if arguments["description"], words = text, &text; text == "" {
			words = nil
		}
	}
	l.changed(at, l.call("update_task", arguments), func(task *tasks.Task) { task.Title, task.Description = title, words })
}

func (l *law) delete(t *rapid.T) {
	id, at := l.pick(t)
	l.changed(at, l.call("delete_task", object{"task_id": id}), func(*tasks.Task) {})
	if at >= 0 {
		l.tasks = slices.Delete(l.tasks, at, at+1)
	}
}

// repeat sends an earlier call again: it changes nothing, and the answer is the same to the byte.
func (l *law) repeat(t *rapid.T) {
	call := l.pickCall(t)
	if again := l.send(call.tool, call.arguments, call.key); string(again.Structured) != string(call.reply.Structured) ||
		again.Failed != call.reply.Failed || again.Words != call.reply.Words {
		t.Fatalf("the repeat of %+v was answered %+v", call, again)
	}
}

// reuse sends another call with an earlier call's key.
func (l *law) reuse(t *rapid.T) {
	call := l.pickCall(t)
	r := l.send("add_task", `{"title":"another call"}`, call.key)
	if !strings.Contains(string(r.Structured), tasks.CodeKeyReused) {
		t.Fatalf("the key of %+v was used again: %s", call, r.Structured)
	}
}

func (l *law) decode(r reply, into any) {
	if r.Failed {
		l.t.Fatalf("refused: %s", r.Words)
	}
	if err := json.Unmarshal(r.Structured, into); err != nil {
		l.t.Fatal(err)
	}
}

func (l *law) at(id int64) int {
	return slices.IndexFunc(l.tasks, func(task tasks.Task) bool { return task.ID == id })
}

// pick takes a task that is there, or now and then one that is not.
func (l *law) pick(t *rapid.T) (id int64, at int) {
	at = rapid.IntRange(-1, len(l.tasks)-1).Draw(t, "task")
	if at < 0 {
		return 1, -1
	}
	return l.tasks[at].ID, at
}

func (l *law) pickCall(t *rapid.T) sentCall {
	if len(l.sent) == 0 {
		t.Skip("nothing was sent yet")
	}
	return rapid.SampledFrom(l.sent).Draw(t, "call")
}
