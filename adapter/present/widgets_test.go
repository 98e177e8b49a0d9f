package present_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/validate"
	"taskpilot/chatcore/api"
)

// TestShownIsValid holds that whatever a tool's result has in it, what is shown of it is an item of ChatKit's, each widget
// with the props that the client's and the server's types know, and no others.
func TestShownIsValid(t *testing.T) {
	checker, words := validate.New(), english()
	rapid.Check(t, func(t *rapid.T) {
		record := anyRecord(t)
		shown, ok := words.Call(record)
		if !ok {
			return
		}
		head := chatkit.Head{ID: "msg_1_1_0", ThreadID: "thr_1", CreatedAt: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
		var item chatkit.Item = chatkit.AssistantMessage{Head: head, Content: []chatkit.OutputText{{Text: shown.Line}}}
		if shown.Widget != nil {
			item = chatkit.WidgetItem{Head: head, Widget: shown.Widget, CopyText: shown.CopyText}
		}
		text, icon := words.Doing(record)
		for _, event := range []chatkit.Event{chatkit.ItemDone{Item: item}, chatkit.ProgressUpdate{Text: text, Icon: icon}} {
			encoded, err := chatkit.Marshal(event)
			if err != nil {
				t.Fatal(err)
			}
			if mistakes := checker.Event(encoded); len(mistakes) > 0 {
				t.Fatalf("%s\nis not valid: %v", encoded, mistakes)
			}
		}
	})
}

// anyRecord draws a call of a tool that present knows, or of another; most results have the shape that is known.
func anyRecord(t *rapid.T) api.ToolCall {
	tool, status := "list_tasks", api.CallExecuted // the widget
	if rapid.IntRange(0, 2).Draw(t, "another") == 0 {
		tool = rapid.SampledFrom([]string{"add_task", "complete_task", "delete_task", "update_task", "find_task_by_name", "send_mail", ""}).Draw(t, "tool")
		status = rapid.SampledFrom([]api.CallStatus{api.CallExecuted, api.CallFailed, api.CallSkipped, api.CallPending}).Draw(t, "status")
	}
	return api.ToolCall{
		Tool: tool, Status: status,
		Code:       rapid.SampledFrom([]string{"", "not_found", "ambiguous", "invalid", "nothing_to_change", "unknown_tool", "tool_timeout", "new"}).Draw(t, "code"),
		Parameters: drawn(t, "parameters", map[string]any{"status": anyStatus(t), "completed": rapid.Bool().Draw(t, "completing")}),
		Result:     anyResult(t), Refreshed: json.RawMessage(nil), Revision: rapid.Int64Range(0, 1<<53).Draw(t, "revision"),
		Error: rapid.String().Draw(t, "error"),
	}
}

func anyStatus(t *rapid.T) string {
	return rapid.SampledFrom([]string{"all", "pending", "completed", "", "new"}).Draw(t, "filter")
}

func anyResult(t *rapid.T) json.RawMessage {
	switch rapid.IntRange(0, 5).Draw(t, "shape") {
	case 0:
		return json.RawMessage(rapid.SampledFrom([]string{"", "null", "[]", "7", `"x"`, `{"tasks":7}`, `{"`}).Draw(t, "no shape"))
	case 1:
		task := anyTask(t)
		task["changed"] = rapid.SliceOfN(rapid.SampledFrom([]string{"title", "description", "new"}), 0, 3).Draw(t, "changed")
		return drawn(t, "task", task)
	case 2:
		return drawn(t, "failure", map[string]any{
			"name": rapid.String().Draw(t, "name"), "field": rapid.SampledFrom([]string{"", "title", "new"}).Draw(t, "field"), "limit": rapid.Int().Draw(t, "limit"),
			"matches": rapid.Int().Draw(t, "matches"), "candidates": []any{anyTask(t), anyTask(t)},
		})
	}
	tasks := []any{}
	for range rapid.IntRange(0, 60).Draw(t, "tasks") {
		tasks = append(tasks, anyTask(t))
	}
	return drawn(t, "list", map[string]any{
		"tasks": tasks, "pending": rapid.IntRange(-1, 1000).Draw(t, "pending"), "completed": rapid.IntRange(-1, 1000).Draw(t, "completed"),
		"has_more": rapid.Bool().Draw(t, "more"), "status": anyStatus(t),
	})
}

func anyTask(t *rapid.T) map[string]any {
	task := map[string]any{"task_id": rapid.Int64().Draw(t, "id"), "title": rapid.String().Draw(t, "title"), "completed": rapid.Bool().Draw(t, "completed")}
	if rapid.Bool().Draw(t, "described") {
		task["description"] = rapid.SampledFrom([]any{nil, "", "\n", "2 l", 7}).Draw(t, "description")
	}
	return task
}

// drawn is a value as JSON, sometimes with a member missing.
func drawn(t *rapid.T, what string, object map[string]any) json.RawMessage {
	if rapid.IntRange(0, 9).Draw(t, what+" is incomplete") == 0 {
		delete(object, rapid.SampledFrom([]string{"task_id", "title", "completed", "tasks", "pending", "status"}).Draw(t, "missing"))
	}
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
