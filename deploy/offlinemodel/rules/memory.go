package rules

import (
	"encoding/json"
	"slices"
	"strings"

	"taskpilot/deploy/offlinemodel/openai"
)

// task is a task as tool results tell of it.
type task struct {
	ID          int64  `json:"task_id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Completed   bool   `json:"completed"`
}

// outcome is what became of one call.
type outcome struct {
	tool                      string
	failed                    bool
	code, message             string
	text                      string // the result as it came
	task                      *task
	listed                    []task // tasks or candidates, in the order they were shown
	total, pending, completed int
}

// outcomes reads the results of the last calls in the messages.
func outcomes(messages []openai.Message) (last []outcome) {
	calls := map[string]string{} // id → tool
	for _, message := range messages {
		if len(message.ToolCalls) > 0 {
			clear(calls)
			last = nil
		}
		for _, call := range message.ToolCalls {
			calls[call.ID] = call.Function.Name
		}
		if message.Role == openai.RoleTool {
			last = append(last, readOutcome(calls[message.ToolCallID], message.Content.Text))
		}
	}
	return last
}

// readOutcome reads a result: a task, a task under another name, a list, a failure, or anything else.
func readOutcome(tool, text string) outcome {
	o := outcome{tool: tool, text: text}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &fields) != nil {
		o.failed, o.message = true, strings.TrimSpace(text) // tools answer with objects: words alone are an excuse
		return o
	}
	field := func(name string, into any) bool {
		raw, ok := fields[name]
		return ok && json.Unmarshal(raw, into) == nil
	}
	field("code", &o.code)
	if !field("message", &o.message) {
		field("error", &o.message)
	}
	if !field("tasks", &o.listed) {
		field("candidates", &o.listed)
	}
	field("total", &o.total)
	field("pending", &o.pending)
	field("completed", &o.completed)
	o.failed = o.code != "" || o.message != ""
	for _, raw := range []json.RawMessage{[]byte(text), fields["task"], fields["deleted"], fields["deleted_task"]} {
		var t task
		if !o.failed && json.Unmarshal(raw, &t) == nil && t.ID != 0 && t.Title != "" {
			o.task = &t
			break
		}
	}
	return o
}

// memory is what the history says about tasks.
type memory struct {
	focus  *task  // "it": the last task that something was said or done about
	listed []task // "the second one": the last list that was shown
	seen   []task
}

func remember(messages []openai.Message) (m memory) {
	from := 0
	for i := range messages {
		if i+1 < len(messages) && messages[i+1].Role == openai.RoleTool {
			continue // a step's results are read together
		}
		for _, o := range outcomes(messages[from : i+1]) {
			m.take(o)
		}
		from = i + 1
	}
	return m
}

func (m *memory) take(o outcome) {
	m.seen = append(m.seen, o.listed...)
	if len(o.listed) > 0 {
		m.listed = o.listed
	}
	if len(o.listed) == 1 {
		m.focus = &o.listed[0]
	}
	if o.task == nil {
		return
	}
	m.seen = append(m.seen, *o.task)
	m.focus = o.task
	if o.tool == deleteTask {
		m.focus = nil
	}
}

// titled gives the known task of exactly this title, whatever its case.
func (m memory) titled(title string) *task { return byTitle(m.seen, title, strings.EqualFold) }

// offered gives the only one of the listed tasks that has the words in its title.
func (m memory) offered(words string) *task {
	if t := byTitle(m.listed, words, strings.EqualFold); t != nil {
		return t
	}
	within := func(title, words string) bool {
		return strings.Contains(strings.ToLower(title), strings.ToLower(words))
	}
	first := byTitle(m.listed, words, within)
	if first == nil || slices.ContainsFunc(m.listed, func(t task) bool { return t.ID != first.ID && within(t.Title, words) }) {
		return nil
	}
	return first
}

func byTitle(tasks []task, words string, fits func(title, words string) bool) *task {
	for i := len(tasks) - 1; i >= 0 && words != ""; i-- {
		if fits(tasks[i].Title, words) {
			return &tasks[i]
		}
	}
	return nil
}
