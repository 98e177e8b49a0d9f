package tools

import (
	"context"
	_ "embed"

	"github.com/google/jsonschema-go/jsonschema"

	"taskpilot/toolserver/tasks"
)

//go:embed update_task.md
var updateTaskWords string

func updateTask() tool {
	changed := required("changed", &jsonschema.Schema{
		Type:        "array",
		Description: "The fields that are different now.",
		Items:       &jsonschema.Schema{Type: "string", Enum: []any{"title", "description"}},
	})
	return tool{
		name:        "update_task",
		title:       "Rename or describe a task",
		description: updateTaskWords,
		effect:      effect{destroys: true, repeatsSafe: true}, // the old words are gone
		input: input(
			required("task_id", taskID()),
			optional("title", title("The new title, in 1 to 200 characters.")),
			optional("description", words("The new description, in at most 1000 characters; an empty text clears it.")),
		),
		output: result(append(taskProperties(), changed)...),
		read:   readUpdateTask,
	}
}

func readUpdateTask(a *arguments) tasks.Act {
	id := a.id("task_id")
	var change tasks.Change
	if a.has("title") {
		title := a.title("title")
		change.Title = &title
	}
	if a.has("description") {
		description := a.description("description")
		change.Description = &description
	}
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.Update(ctx, id, change)
	}
}
