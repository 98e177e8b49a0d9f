package plain

import (
	"encoding/json"
	"slices"
	"strings"

	"taskpilot/adapter/mapping"
	"taskpilot/chatcore/api"
)

// maxCalls is how many calls of one answer are shown.
const maxCalls = 200

// calls reads an answer's tool calls, in the shapes that are found; none when there are none.
func calls(value any, names mapping.ToolCalls) (records []api.ToolCall) {
	all, _ := value.([]any)
	for i, call := range all[:min(len(all), maxCalls)] {
		records = append(records, record(i, call, names))
	}
	return records
}

func record(index int, call any, names mapping.ToolCalls) api.ToolCall {
	name := text(find(call, names.Name))
	if name == "" {
		name = "tool"
	}
	r := api.ToolCall{
		ID: int64(index) + 1, Index: index, Tool: name, Status: api.CallExecuted,
		Parameters: encoded(opened(find(call, names.Parameters))), Result: encoded(opened(find(call, names.Result))),
	}
	if _, object := opened(find(call, names.Parameters)).(map[string]any); !object {
		r.Parameters = json.RawMessage("{}")
	}
	if failed(find(call, names.Error), find(call, names.Status)) {
		r.Status, r.Error = api.CallFailed, text(find(call, names.Error))
		r.Code = text(at(find(call, names.Error), "code"))
		return r
	}
	return withTask(r)
}

// opened is a value that may be written as a text of JSON.
func opened(value any) any {
	written, ok := value.(string)
	if trimmed := strings.TrimSpace(written); !ok || !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return value
	}
	if inner, err := decode([]byte(written)); err == nil {
		return inner
	}
	return value
}

// failed says that a call did not work. What says nothing of that did.
func failed(problem, status any) bool {
	if said, ok := problem.(bool); ok {
		return said
	}
	if problem != nil && text(problem) != "" {
		return true
	}
	if _, object := problem.(map[string]any); object {
		return true
	}
	return slices.Contains([]string{"failed", "failure", "error", "errored", "timeout"}, strings.ToLower(text(status)))
}
