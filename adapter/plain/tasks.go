package plain

import (
	"encoding/json"

	"taskpilot/chatcore/api"
)

// withTask fills in what services in the field leave out of the task tools' results and what the tool's name says: whether
// the task is done, and how many tasks there are. Any other call stays as it is.
func withTask(r api.ToolCall) api.ToolCall {
	result, err := decode(r.Result)
	if err != nil {
		return r
	}
	switch r.Tool {
	case "list_tasks":
		result = listing(result, r.Parameters)
	case "add_task", "update_task", "delete_task", "find_task_by_name":
		result = oneTask(result, false)
	case "complete_task":
		var asked struct {
			Completed *bool `json:"completed"`
		}
		_ = json.Unmarshal(r.Parameters, &asked)
		result = oneTask(result, asked.Completed == nil || *asked.Completed)
	default:
		return r
	}
	r.Result = encoded(result)
	return r
}

// oneTask is a task of which at least its title is known.
func oneTask(value any, completed bool) any {
	task, ok := value.(map[string]any)
	if inner, nested := task["task"].(map[string]any); nested {
		task = inner
	}
	if !ok || text(task["title"]) == "" {
		return value
	}
	if _, said := task["completed"].(bool); !said {
		task["completed"] = completed
	}
	numbered(task)
	return task
}

// numbered moves a task's id to where it is looked for. One that is no number names nothing that could be clicked.
func numbered(task map[string]any) {
	if task["task_id"] == nil {
		task["task_id"] = task["id"]
	}
	number, _ := task["task_id"].(json.Number)
	if _, err := number.Int64(); err != nil {
		delete(task, "task_id")
	}
}

// listing is a list of tasks, by itself or in an object, with its counts.
func listing(value any, parameters json.RawMessage) any {
	object, _ := value.(map[string]any)
	if object == nil {
		object = map[string]any{"tasks": value}
	}
	tasks, ok := object["tasks"].([]any)
	if !ok {
		return value
	}
	open, done := 0, 0
	for i := range tasks {
		tasks[i] = oneTask(tasks[i], false)
		if task, _ := tasks[i].(map[string]any); task["completed"] == true {
			done++
		} else {
			open++
		}
	}
	var asked struct {
		Status string `json:"status"`
	}
	_ = json.Unmarshal(parameters, &asked)
	for name, counted := range map[string]any{"pending": open, "completed": done, "filtered_status": asked.Status} {
		if object[name] == nil {
			object[name] = counted
		}
	}
	return object
}
