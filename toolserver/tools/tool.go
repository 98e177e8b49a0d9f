package tools

import (
	"encoding/json"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"taskpilot/toolserver/tasks"
)

// tool is one tool: how it is listed, and what a call of it does.
type tool struct {
	name        string
	title       string
	description string
	effect      effect
	input       *jsonschema.Schema // its properties are the only arguments
	output      *jsonschema.Schema
	read        func(a *arguments) tasks.Act // what is wrong with the arguments stays in a

	preview *preview // nil: the tool can't say what a call would do
}

// preview says what a call would do, without doing it, and asks whether it may be done.
type preview struct {
	read     func(a *arguments) tasks.Act // its answer is the call's
	question func(answer json.RawMessage) string
}

// effect says what a tool does to the tasks. MCP's own defaults take a silent tool for a dangerous one.
type effect struct {
	reads       bool // changes nothing
	destroys    bool // takes something away for good
	repeatsSafe bool // the same arguments again change nothing more, also without a call key
}

func (t tool) listing() *mcp.Tool {
	openWorld := false // all there is are the user's own tasks
	var meta mcp.Meta
	if t.preview != nil {
		meta = mcp.Meta{PreviewName: true}
	}
	return &mcp.Tool{
		Meta:         meta,
		Name:         t.name,
		Title:        t.title,
		Description:  strings.TrimSpace(t.description),
		InputSchema:  t.input,
		OutputSchema: t.output,
		Annotations: &mcp.ToolAnnotations{
			Title:           t.title,
			ReadOnlyHint:    t.effect.reads,
			DestructiveHint: &t.effect.destroys,
			IdempotentHint:  t.effect.repeatsSafe,
			OpenWorldHint:   &openWorld,
		},
	}
}

// all gives the tools in the order of a task's life.
func all() []tool {
	return []tool{addTask(), listTasks(), findTaskByName(), completeTask(), updateTask(), deleteTask()}
}
