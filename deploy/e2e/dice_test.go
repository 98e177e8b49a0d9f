package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"sync"

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
