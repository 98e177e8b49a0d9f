package tools

import (
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
}

// effect says what a tool does to the tasks. MCP's own defaults take a silent tool for a dangerous one.
type effect struct {
	reads       bool // changes nothing
	destroys    bool // takes something away for good
	repeatsSafe bool // the same arguments again change nothing more, also without a call key
}

func (t tool) listing() *mcp.Tool {
	openWorld := false // all there is are the user's own tasks
	return &mcp.Tool{
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
