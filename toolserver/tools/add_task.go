package tools

import (
	"context"
	_ "embed"

	"taskpilot/toolserver/tasks"
)

//go:embed add_task.md
var addTaskWords string

func addTask() tool {
	return tool{
		name:        "add_task",
		title:       "Add a task",
		description: addTaskWords,
		effect:      effect{},
		input: object(
			required("title", text("What is to be done, in 1 to 200 characters.", tasks.MaxTitle)),
			optional("description", text("More about it, if the person said more, in at most 1000 characters.", tasks.MaxDescription)),
		),
		output: result(taskProperties()...),
		read:   readAddTask,
	}
}

func readAddTask(a *arguments) tasks.Act {
	title := a.title("title")
	var description tasks.Description
	if a.has("description") {
		description = a.description("description")
	}
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.Add(ctx, title, description)
	}
}
