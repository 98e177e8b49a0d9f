package present

import (
	"encoding/json"
	"slices"

	"taskpilot/chatcore/api"
)

// The tools that present has words for.
const (
	addTask      = "add_task"
	listTasks    = "list_tasks"
	findTask     = "find_task_by_name"
	completeTask = "complete_task"
	updateTask   = "update_task"
	deleteTask   = "delete_task"
	askPerson    = "ask_person"
)

// task is a task as far as it is shown. Pointers tell what is missing from what is empty.
type task struct {
	ID          int64   `json:"task_id"`
	Title       string  `json:"title"`
	Description *string `json:"description"`
	Completed   *bool   `json:"completed"`
}

// update is the result of update_task.
type update struct {
	task
	Changed []string `json:"changed"`
}

func (u update) changed(field string) bool { return slices.Contains(u.Changed, field) }

// listing is the result of list_tasks.
type listing struct {
	Tasks     []task `json:"tasks"`
	HasMore   bool   `json:"has_more"`
	Total     *int   `json:"total"`
	Pending   *int   `json:"pending"`
	Completed *int   `json:"completed"`
	Filter    string `json:"filtered_status"`
}

// failure is what a tool says of a failure, beside the record's code.
type failure struct {
	Field      string `json:"field"`
	Limit      int    `json:"limit"`
	Name       string `json:"name"`
	Matches    int    `json:"matches"`
	Candidates []task `json:"candidates"`
}

// shown is the state of a record that people see.
func shown(record api.ToolCall) json.RawMessage {
	if len(record.Refreshed) > 0 {
		return record.Refreshed
	}
	return record.Result
}

// readTask reads the result of a tool that answers with one task.
func readTask(record api.ToolCall) (task, bool) {
	var t task
	ok := json.Unmarshal(shown(record), &t) == nil && t.whole()
	return t, ok
}

func (t task) whole() bool { return plain(t.Title) != "" && t.Completed != nil }

func readUpdate(record api.ToolCall) (update, bool) {
	var u update
	ok := json.Unmarshal(shown(record), &u) == nil && u.whole()
	return u, ok
}

// readListing reads the result of list_tasks. One broken task makes the whole untrustworthy.
func readListing(record api.ToolCall) (listing, bool) {
	var l listing
	if json.Unmarshal(shown(record), &l) != nil || l.Tasks == nil || l.Pending == nil || l.Completed == nil {
		return l, false
	}
	if *l.Pending < 0 || *l.Completed < 0 {
		return l, false
	}
	return l, !slices.ContainsFunc(l.Tasks, func(t task) bool { return !t.whole() })
}

// readFailure reads what is there to read; nothing in it is sure.
func readFailure(record api.ToolCall) failure {
	var f failure
	if json.Unmarshal(record.Result, &f) != nil {
		return failure{}
	}
	return f
}
