package tools

import (
	"context"
	_ "embed"
	"encoding/json"

	"github.com/google/jsonschema-go/jsonschema"

	"taskpilot/toolserver/tasks"
)

//go:embed list_tasks.md
var listTasksWords string

func listTasks() tool {
	most := tasks.MaxList
	count := func(description string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "integer", Description: description}
	}
	return tool{
		name:        "list_tasks",
		title:       "List tasks",
		description: listTasksWords,
		effect:      effect{reads: true, repeatsSafe: true},
		input: input(
			optional("status", fallback(statusSchema("Which tasks to list."), json.RawMessage(`"all"`))),
		),
		output: result(
			required("tasks", &jsonschema.Schema{Type: "array", Items: object(taskProperties()...), MaxItems: &most,
				Description: "The newest tasks first."}),
			required("has_more", boolean("Whether there are older ones that are not listed.")),
			required("total", count("How many tasks the person has, whatever the status.")),
			required("pending", count("How many of them are open.")),
			required("completed", count("How many of them are done.")),
			required("filtered_status", statusSchema("The status that was asked for.")),
		),
		read: readListTasks,
	}
}

func readListTasks(a *arguments) tasks.Act {
	status := tasks.All
	if a.has("status") {
		status = a.status("status")
	}
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.List(ctx, status)
	}
}
