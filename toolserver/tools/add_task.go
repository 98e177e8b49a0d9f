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
		input: input(
			required("title", title("What is to be done, in 1 to 200 characters.")),
			optional("description", words("More about it, if the person said more, in at most 1000 characters.")),
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
