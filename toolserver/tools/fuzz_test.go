package tools_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/toolserver/tasks"
	"taskpilot/toolserver/tools"
)

// quietOptions are for runs of many calls.
func quietOptions(store tools.Store, user string) tools.Options {
	return tools.Options{Store: store, Log: slog.New(slog.DiscardHandler),
		Caller: func(*mcp.CallToolRequest) (string, bool) { return user, true }}
}

// FuzzArguments sends any arguments to any tool. Each is answered, by the tool or by a sentence; what is accepted has
// only the listed names and no text that cannot be stored; and the same arguments written another way are the same call.
func FuzzArguments(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"title":"x"}`, `{"title":"\u0000"}`, `{"title":"\ud800"}`, `{"title":"\ud83c\udf4f"}`, `{"title":"\\ud800"}`,
		`{"title":"x","title":"y"}`, `{"Title":"x"}`, `{"user_id":"x","title":"y"}`, `{"task_id":1}`, `{"task_id":1e2}`, `{"task_id":-0}`,
		`{"task_id":9007199254740993}`, `{"task_id":1,"completed":null}`, `{"task_id":1,"title":"x","description":""}`,
		`{"name":"x"}`, `{"status":"all"}`, "{\"title\":\"\xff\"}", `{"title":{"a":[1,{"b":2}]}}`,
	} {
		f.Add(uint8(0), []byte(seed))
		f.Add(uint8(4), []byte(seed))
	}
	known := map[string]string{
		"add_task": "title description", "list_tasks": "status", "find_task_by_name": "name",
		"complete_task": "task_id completed", "update_task": "task_id title description", "delete_task": "task_id",
	}
	names := []string{"add_task", "list_tasks", "find_task_by_name", "complete_task", "update_task", "delete_task"}
	var last *tasks.Call
	c, err := dial(f.Context(), quietOptions(stubStore{func(call *tasks.Call) (json.RawMessage, error) {
		last = call
		return json.RawMessage(`{}`), nil
	}}, "alice"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		if !json.Valid(raw) {
			t.Skip("it does not get this far")
		}
		tool := names[int(which)%len(names)]
		last = nil
		r, err := c.send(context.Background(), tool, string(raw), "key")
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if r.Failed {
			if r.Words == "" || strings.Contains(string(r.Structured), tasks.CodeInternal) {
				t.Fatalf("%s: %s %s", raw, r.Words, r.Structured)
			}
			return
		}
		first := last
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatalf("accepted %s", raw)
		}
		for name, value := range fields {
			text, _ := value.(string)
			if !strings.Contains(" "+known[tool]+" ", " "+name+" ") || strings.ContainsRune(text, 0) || !utf8.Valid(raw) {
				t.Fatalf("accepted %s", raw)
			}
		}
		again, err := c.send(context.Background(), tool, " "+rewrite(t, raw)+"\n", "key")
		if err != nil || again.Failed {
			t.Fatalf("%s: %v %s", raw, err, again.Words)
		}
		if first != nil && *first != *last {
			t.Fatalf("%s is another call when it is written anew", raw)
		}
	})
}

// rewrite says the same in other bytes: names sorted, escapes undone.
func rewrite(t *testing.T, raw []byte) string {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(fields, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
