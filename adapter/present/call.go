package present

import (
	"encoding/json"
	"strings"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// Shown is how a finished call is shown: as a line of Markdown, or as a widget or a workflow when there is one.
type Shown struct {
	Line     string
	Widget   chatkit.Root
	CopyText string
	Workflow *chatkit.Workflow
}

// Call gives what is shown of a call. ok is false while the call is not finished: then nothing is.
func (w *Words) Call(record api.ToolCall) (s Shown, ok bool) {
	if record.Tool == askPerson { // what was not asked is between the model and chatcore; what was is an item of its own
		return Shown{}, false
	}
	if record.Status == api.CallFailed && (record.Code == "one_at_a_time" || record.Code == "declined") {
		return Shown{}, false // nor what was not asked again
	}
	if w.custom != nil && record.Status.Done() {
		if shown, ok := w.custom.Show(w.Language(), record); ok {
			return shown, true
		}
	}
	switch record.Status {
	case api.CallExecuted:
		return w.executed(record), true
	case api.CallFailed, api.CallSkipped:
		return Shown{Line: w.failed(record)}, true
	case api.CallPending, api.CallRunning:
	}
	return Shown{}, false
}

// executed words a call that went well. A result in no shape that we know gets the words of an unknown tool.
func (w *Words) executed(record api.ToolCall) Shown {
	switch record.Tool {
	case listTasks:
		if list, ok := readListing(record); ok {
			return w.card(list, record.Revision)
		}
	case updateTask:
		if u, ok := readUpdate(record); ok {
			return Shown{Line: w.updated(u)}
		}
	default:
		if t, ok := readTask(record); ok {
			if k, known := w.oneTask(record.Tool, *t.Completed); known {
				return Shown{Line: w.say(k, inMarkdown(t.Title))}
			}
		}
	}
	done := Shown{Line: w.say(toolDone, toolName(record.Tool))}
	if stranger(record.Tool) {
		done.Workflow = w.workflow(record)
	}
	return done
}

// oneTask is what a tool that answers with one task did.
func (w *Words) oneTask(tool string, completed bool) (k key, known bool) {
	switch {
	case tool == addTask:
		return taskCreated, true
	case tool == completeTask && completed:
		return taskCompleted, true
	case tool == completeTask:
		return taskReopened, true
	case tool == deleteTask:
		return taskDeleted, true
	case tool == findTask && completed:
		return taskFoundDone, true
	case tool == findTask:
		return taskFound, true
	}
	return "", false
}

func (w *Words) updated(u update) string {
	if u.Changed != nil && len(u.Changed) == 0 {
		return w.say(taskUnchanged, inMarkdown(u.Title))
	}
	var what []string
	if u.changed("title") {
		what = append(what, w.say(newTitle))
	}
	if u.changed("description") && u.Description != nil && *u.Description != "" {
		what = append(what, w.say(newText))
	} else if u.changed("description") {
		what = append(what, w.say(noText))
	}
	line := w.say(taskUpdated, inMarkdown(u.Title))
	if len(what) > 0 {
		line += " (" + strings.Join(what, ", ") + ")"
	}
	return line
}

// toolName is a tool's name in a line: a model may have made it up.
func toolName(name string) string { return inMarkdown(clipped(plain(name), 60)) }

// Doing says what a call that has started is doing, with an icon. It says nothing of what is not worth telling.
func (w *Words) Doing(record api.ToolCall) (text, icon string) {
	if w.custom != nil {
		if text, icon, ok := w.custom.Doing(w.Language(), record); ok {
			return text, icon
		}
	}
	switch record.Tool {
	case addTask:
		return w.say(doingAdd), "plus"
	case listTasks:
		return w.say(doingList), "notebook"
	case findTask:
		return w.say(doingFind), "search"
	case completeTask:
		var parameters struct {
			Completed *bool `json:"completed"`
		}
		if json.Unmarshal(record.Parameters, &parameters) == nil && parameters.Completed != nil && !*parameters.Completed {
			return w.say(doingReopen), "reload"
		}
		return w.say(doingComplete), "check"
	case updateTask:
		return w.say(doingUpdate), "write"
	case deleteTask:
		return w.say(doingDelete), "document"
	case askPerson:
		return "", ""
	}
	return w.say(doingOther, clipped(plain(record.Tool), 60)), "bolt"
}
