package present

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"taskpilot/adapter/chatkit"
)

// The actions that our widgets send. They may come from any page, and their payloads from anybody.
const (
	turnTask     = "task.complete" // {task_id, completed}: true completes, false reopens
	dropTask     = "task.delete"   // {task_id}
	newTaskNamed = "task.add"      // {title}
	showTasks    = "tasks.show"    // {status}: all, pending or completed
)

// What list_tasks can be asked for.
const (
	allTasks  = "all"
	openTasks = "pending"
	doneTasks = "completed"
)

// maxTitle is the longest title of a task, in characters.
const maxTitle = 200

// Action is what a click asks for: one call of a tool. Revision is that of the record which was clicked in, as the page
// showed it; -1 when the page did not say.
type Action struct {
	Tool       string
	Parameters json.RawMessage
	Revision   int64
}

// ReadAction reads what a click sent. The error names what is wrong with it.
func ReadAction(a chatkit.Action) (Action, *chatkit.RequestError) {
	read := readPayload(a)
	action := Action{Revision: -1}
	parameters := map[string]any{}
	switch a.Type {
	case turnTask:
		action.Tool, parameters["task_id"], parameters["completed"] = completeTask, read.id("task_id"), read.flag("completed")
	case dropTask:
		action.Tool, parameters["task_id"] = deleteTask, read.id("task_id")
	case newTaskNamed:
		action.Tool, parameters["title"] = addTask, read.title("title")
	case showTasks:
		action.Tool, parameters["status"] = listTasks, read.choice("status", allTasks, openTasks, doneTasks)
	default:
		return action, &chatkit.RequestError{Field: "params.action.type", Message: "is no action of ours"}
	}
	if _, given := read.members["revision"]; given {
		action.Revision = read.number("revision", 0)
	}
	read.nothingElse()
	var err error
	if action.Parameters, err = json.Marshal(parameters); err != nil {
		read.fail("", "cannot be passed on")
	}
	return action, read.failed
}

// payload is an action's payload that is being read. It remembers the first thing that is wrong.
type payload struct {
	members map[string]json.RawMessage
	used    []string
	failed  *chatkit.RequestError
}

func readPayload(a chatkit.Action) *payload {
	p := &payload{}
	if len(a.Payload) > 0 && (json.Unmarshal(a.Payload, &p.members) != nil || p.members == nil) {
		p.fail("", "must be an object")
	}
	return p
}

func (p *payload) fail(name, message string) {
	field := "params.action.payload"
	if name != "" {
		field += "." + clipped(plain(name), 40)
	}
	if p.failed == nil {
		p.failed = &chatkit.RequestError{Field: field, Message: message}
	}
}

// read decodes a member that must be there.
func (p *payload) read(name string, into any, kind string) {
	p.used = append(p.used, name)
	raw, ok := p.members[name]
	switch {
	case !ok || string(raw) == "null":
		p.fail(name, "is missing")
	case json.Unmarshal(raw, into) != nil:
		p.fail(name, "must be "+kind)
	}
}

// maxNumber is the largest number that every JSON reader holds exactly.
const maxNumber = 1<<53 - 1

func (p *payload) number(name string, least int64) int64 {
	var n float64
	p.read(name, &n, "a whole number")
	if p.failed == nil && (n != math.Trunc(n) || n < float64(least) || n > maxNumber) {
		p.fail(name, "must be a whole number from "+strconv.FormatInt(least, 10)+" on")
	}
	return int64(max(min(n, maxNumber), 0))
}

func (p *payload) id(name string) int64 { return p.number(name, 1) }

func (p *payload) flag(name string) (yes bool) {
	p.read(name, &yes, "true or false")
	return yes
}

func (p *payload) text(name string) (text string) {
	p.read(name, &text, "a text")
	return text
}

func (p *payload) choice(name string, choices ...string) string {
	text := p.text(name)
	if p.failed == nil && !slices.Contains(choices, text) {
		p.fail(name, "must be one of "+strings.Join(choices, ", "))
	}
	return text
}

// title is one line of 1 to 200 characters.
func (p *payload) title(name string) string {
	text := strings.TrimSpace(p.text(name))
	switch length := utf8.RuneCountInString(text); {
	case length == 0:
		p.fail(name, "must not be empty")
	case length > maxTitle:
		p.fail(name, fmt.Sprintf("may have at most %d characters", maxTitle))
	case strings.ContainsRune(text, 0):
		p.fail(name, "must not contain the character U+0000")
	}
	return text
}

// nothingElse refuses members that mean nothing here.
func (p *payload) nothingElse() {
	for name := range p.members {
		if name != "revision" && !slices.Contains(p.used, name) {
			p.fail(name, "is nothing that this action has")
		}
	}
}
