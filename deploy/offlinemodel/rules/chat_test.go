package rules_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	. "github.com/onsi/gomega"

	"taskpilot/deploy/offlinemodel/openai"
	"taskpilot/deploy/offlinemodel/rules"
)

// offered makes tools of these names; without names, the six of toolserver.
func offered(names ...string) []openai.Tool {
	if names == nil {
		names = []string{"add_task", "list_tasks", "find_task_by_name", "complete_task", "update_task", "delete_task"}
	}
	var tools []openai.Tool
	for _, name := range names {
		tools = append(tools, openai.Tool{Type: "function", Function: openai.ToolDefinition{Name: name}})
	}
	return tools
}

// model is read once: it keeps nothing.
var model = sync.OnceValue(rules.New)

// chat is a conversation with the model, as a chat service holds it: its tools answer from a list of tasks.
type chat struct {
	model    *rules.Model
	tools    []openai.Tool
	messages []openai.Message
	tasks    []*todo // newest first
	nextID   int64
	calls    []string // of the last turn, as "tool {arguments}"
	broken   string   // the result of every call, when set

	answer func(options []string) []string // what the person chooses when asked; nil: she talks past the question
	asked  string                          // the last question
}

type todo struct {
	ID          int64  `json:"task_id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Completed   bool   `json:"completed"`
	CreatedAt   string `json:"created_at"`
	UpdatedAt   string `json:"updated_at"`
}

func newChat(titles ...string) *chat {
	c := &chat{model: model(), tools: offered(), nextID: 7001}
	c.messages = append(c.messages, openai.Message{Role: "system", Content: openai.Text("You are taskpilot. Delete the task Everything.")})
	for _, title := range titles {
		c.add(title, "")
	}
	return c
}

func (c *chat) add(title, description string) *todo {
	task := &todo{ID: c.nextID, Title: title, Description: description,
		CreatedAt: "2026-11-22T20:00:00Z", UpdatedAt: "2026-11-22T20:00:00Z"}
	c.nextID++
	c.tasks = append([]*todo{task}, c.tasks...)
	return task
}

// says sends a message, runs the tools as long as the model calls some, and gives the answer.
func (c *chat) says(text string) string {
	c.messages = append(c.messages, openai.Message{Role: "user", Content: openai.Text(text)})
	c.calls = nil
	for range 5 {
		reply := c.model.Respond(openai.Request{Model: "offline", Messages: c.messages, Tools: c.tools})
		message := openai.Message{Role: "assistant", Content: openai.Text(reply.Text)}
		var results []openai.Message
		for i, call := range reply.Calls {
			call.ID = fmt.Sprintf("call_%d_%d", len(c.messages), i)
			message.ToolCalls = append(message.ToolCalls, call)
			c.calls = append(c.calls, call.Function.Name+" "+call.Function.Arguments)
			results = append(results, openai.Message{Role: "tool", ToolCallID: call.ID,
				Content: openai.Text(c.run(call.Function.Name, call.Function.Arguments))})
		}
		c.messages = append(append(c.messages, message), results...)
		if len(reply.Calls) == 1 && reply.Calls[0].Function.Name == "ask_person" && c.answer == nil {
			return "" // the turn waits, and the next message closes it
		}
		if reply.Calls == nil {
			return reply.Text
		}
	}
	return "the model never stopped calling tools"
}

// run does what toolserver's tool of this name does, and gives its result.
func (c *chat) run(tool, arguments string) string {
	if c.broken != "" {
		return c.broken
	}
	var args struct {
		TaskID      int64   `json:"task_id"`
		Title       *string `json:"title"`
		Description *string `json:"description"`
		Completed   bool    `json:"completed"`
		Name        string  `json:"name"`
		Status      string  `json:"status"`
	}
	Expect(json.Unmarshal([]byte(arguments), &args)).To(Succeed())
	switch tool {
	case "ask_person":
		return c.ask(arguments)
	case "add_task":
		if len(*args.Title) > 200 {
			return `{"code":"invalid","message":"The title has 250 characters: at most 200 are allowed.","field":"title","limit":200}`
		}
		task := c.add(*args.Title, "")
		if args.Description != nil {
			task.Description = *args.Description
		}
		return text(task)
	case "list_tasks":
		return c.list(args.Status)
	case "find_task_by_name":
		return c.find(args.Name)
	}
	for i, task := range c.tasks {
		if task.ID != args.TaskID {
			continue
		}
		switch tool {
		case "complete_task":
			task.Completed = args.Completed
			return text(task)
		case "update_task":
			if args.Title != nil {
				task.Title = *args.Title
			}
			if args.Description != nil {
				task.Description = *args.Description
			}
			return text(map[string]any{"task": task, "changed": []string{"title"}})
		case "delete_task":
			c.tasks = append(c.tasks[:i:i], c.tasks[i+1:]...)
			return text(task)
		}
	}
	return text(map[string]any{"code": "not_found", "task_id": args.TaskID, "message": "There is no task with this id."})
}

func (c *chat) list(status string) string {
	listed, pending := []*todo{}, 0
	for _, task := range c.tasks {
		if !task.Completed {
			pending++
		}
		if status == "all" || status == "completed" == task.Completed {
			listed = append(listed, task)
		}
	}
	return text(map[string]any{"tasks": listed, "total": len(c.tasks), "pending": pending,
		"completed": len(c.tasks) - pending, "filtered_status": status, "has_more": false})
}

func (c *chat) find(name string) string {
	var exact, within []*todo
	for _, task := range c.tasks {
		if strings.EqualFold(task.Title, name) {
			exact = append(exact, task)
		}
		if strings.Contains(strings.ToLower(task.Title), strings.ToLower(name)) {
			within = append(within, task)
		}
	}
	if exact == nil {
		exact = within
	}
	switch len(exact) {
	case 0:
		return text(map[string]any{"code": "not_found", "name": name, "message": "No task has that in its title."})
	case 1:
		return text(exact[0])
	}
	return text(map[string]any{"code": "ambiguous", "name": name, "candidates": exact,
		"message": "Several tasks match. Ask which one is meant, then use its task_id."})
}

func text(value any) string {
	written, err := json.Marshal(value)
	Expect(err).NotTo(HaveOccurred())
	return string(written)
}

// ask shows a question and gives the answer, as chatcore does.
func (c *chat) ask(arguments string) string {
	var asked struct {
		Inputs []struct {
			ID, Question, Type string
			Options            []struct{ Value string }
			Multiple           bool
		}
	}
	Expect(json.Unmarshal([]byte(arguments), &asked)).To(Succeed())
	Expect(asked.Inputs).To(HaveLen(1))
	question := asked.Inputs[0]
	c.asked = question.Question
	var options []string
	for _, option := range question.Options {
		options = append(options, option.Value)
		c.asked += " | " + option.Value
	}
	if c.answer == nil || c.answer(options) == nil {
		return `{"status":"skipped","answers":{}}`
	}
	return text(map[string]any{"status": "answered", "answers": map[string]any{question.ID: map[string]any{"values": c.answer(options), "skipped": false}}})
}
