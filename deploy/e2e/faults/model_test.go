package faults_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"

	"taskpilot/deploy/offlinemodel/openai"
)

// dice throws the model's replies: some words, and calls whose effects can be counted. Each task has a title that no
// other has; a task is completed by turning it over, so that doing so twice shows.
type dice struct {
	mu    sync.Mutex
	rand  *rand.Rand
	tasks int
}

func newDice(seed uint64) *dice { return &dice{rand: rand.New(rand.NewPCG(seed, 1))} }

// maxCalls is how many replies of a turn may call tools.
const maxCalls = 3

func (d *dice) respond(request openai.Request) openai.Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	var reply openai.Reply
	steps := stepsOf(request)
	for range 2 + d.rand.IntN(12) {
		reply.Text += d.word()
	}
	if steps >= maxCalls || d.rand.IntN(3) == 0 {
		return reply
	}
	if d.rand.IntN(3) == 0 {
		reply.Text = ""
	}
	for range 1 + d.rand.IntN(3) {
		reply.Calls = append(reply.Calls, d.call(request))
	}
	return reply
}

func stepsOf(request openai.Request) (steps int) {
	for _, message := range request.Messages {
		switch message.Role {
		case openai.RoleUser:
			steps = 0
		case openai.RoleAssistant:
			steps++
		}
	}
	return steps
}

func (d *dice) word() string {
	words := []string{"yes ", "well ", "naïve ", "日本 ", "👩‍👩‍👧 ", "**bold** ", "so ", "\n\n- a ", "<b> "}
	return words[d.rand.IntN(len(words))]
}

func (d *dice) call(request openai.Request) openai.Call {
	ids := taskIDs(request)
	switch n := d.rand.IntN(10); {
	case n < 5:
		d.tasks++
		return openai.NewCall("", "add_task", fmt.Sprintf(`{"title": "Task %d of this run"}`, d.tasks))
	case n < 8 && len(ids) > 0:
		return openai.NewCall("", "complete_task", `{"task_id": `+ids[d.rand.IntN(len(ids))]+`}`)
	case n < 9:
		return openai.NewCall("", "list_tasks", `{}`)
	default:
		return openai.NewCall("", "add_task", `{"title": ""}`) // is refused
	}
}

var taskID = regexp.MustCompile(`"task_id":\s*(\d+)`)

// taskIDs are the tasks that results in the history speak of.
func taskIDs(request openai.Request) (ids []string) {
	for _, message := range request.Messages {
		if message.Role != openai.RoleTool {
			continue
		}
		for _, found := range taskID.FindAllStringSubmatch(message.Content.Text, -1) {
			if !strings.Contains(strings.Join(ids, " "), found[1]) {
				ids = append(ids, found[1])
			}
		}
	}
	return ids
}
