package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/openai"
	"taskpilot/deploy/offlinemodel/scripted"
)

// dice throws replies: words in random chunks, calls that succeed, fail or make no sense, and now and then a fault.
type dice struct {
	mu   sync.Mutex
	rand *rand.Rand
}

func newDice(seed int64) *dice {
	return &dice{rand: rand.New(rand.NewPCG(uint64(seed), 0))}
}

func (d *dice) reply(request openai.Request) scripted.Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	reply := scripted.Reply{}
	steps := 0
	for _, message := range request.Messages {
		switch message.Role {
		case openai.RoleUser:
			steps = 0
		case openai.RoleAssistant:
			steps++
		}
	}
	for range d.rand.IntN(6) {
		reply.Chunks = append(reply.Chunks, scripted.Chunk{Text: d.word()})
	}
	if steps < 4 {
		for range d.rand.IntN(4) {
			reply.Calls = append(reply.Calls, d.call())
		}
	}
	switch d.rand.IntN(12) {
	case 0:
		return scripted.Reply{Status: 400}
	case 1:
		reply.CutAfter = 1 + d.rand.IntN(len(reply.Chunks)+1)
	}
	return reply
}

func (d *dice) word() string {
	words := []string{"yes ", "naïve ", "**bold", "** ", "日本", "👩‍👩‍👧 ", "\n\n- a\n", "<b>", "`code` ", " "}
	return words[d.rand.IntN(len(words))]
}

func (d *dice) call() scripted.Call {
	calls := []scripted.Call{
		{Name: "add_task", Arguments: fmt.Sprintf(`{"title": "Task *%d* <x> 日本"}`, d.rand.IntN(50))},
		{Name: "add_task", Arguments: `{"title": ""}`},
		{Name: "list_tasks", Arguments: `{"status": "pending"}`},
		{Name: "list_tasks", Arguments: ``},
		{Name: "find_task_by_name", Arguments: `{"name": "task"}`},
		{Name: "complete_task", Arguments: `{"task_id": 12345}`},
		{Name: "update_task", Arguments: `{"task_id": "x"}`},
		{Name: "delete_task", Arguments: `[]`},
		{Name: "no such tool", Arguments: `{}`},
	}
	return calls[d.rand.IntN(len(calls))]
}

func (d *dice) sometimes() bool { return d.below(4) == 0 }

func (d *dice) one(of []wire.Object) wire.Object { return of[d.below(len(of))] }

func (d *dice) below(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rand.IntN(n)
}

// click uses a control of any of the thread's widgets, or asks for something that no widget has, at once or streamed.
func (d *dice) click(ctx context.Context, page wire.Page, thread *wire.Thread) {
	GinkgoHelper()
	clicks := []wire.Object{{"thread_id": thread.Meta["id"], "action": wire.Object{"type": "tasks.show", "payload": wire.Object{"status": "all"}}}}
	for _, item := range thread.Items {
		for _, action := range controls(item["widget"]) {
			clicks = append(clicks, wire.Object{"thread_id": thread.Meta["id"], "item_id": item["id"], "action": action})
		}
	}
	params := d.one(clicks)
	if action := params["action"].(wire.Object); action["type"] == "task.add" {
		action["payload"].(wire.Object)["title"] = fmt.Sprintf("By hand %d", d.below(50))
	}
	if d.sometimes() {
		events, err := page.Stream(ctx, streamed, params)
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.Fold(events)).To(Succeed())
		return
	}
	answer, err := page.Call(ctx, atOnce, params)
	Expect(err).NotTo(HaveOccurred())
	thread.FoldAnswer(answer)
}

// asked are the person's messages of a thread.
func asked(thread *wire.Thread) (asked []wire.Object) {
	for _, item := range thread.Items {
		if item["type"] == "user_message" {
			asked = append(asked, item)
		}
	}
	return asked
}

// again has a message answered again.
func again(ctx context.Context, page wire.Page, thread *wire.Thread, message wire.Object) {
	GinkgoHelper()
	events, err := page.Stream(ctx, "threads.retry_after_item", wire.Object{"thread_id": thread.Meta["id"], "item_id": message["id"]})
	Expect(err).NotTo(HaveOccurred())
	Expect(thread.Fold(events)).To(Succeed())
}
