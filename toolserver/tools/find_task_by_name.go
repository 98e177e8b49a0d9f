package tools

import (
	"context"
	_ "embed"

	"taskpilot/toolserver/tasks"
)

//go:embed find_task_by_name.md
var findTaskByNameWords string

func findTaskByName() tool {
	return tool{
		name:        "find_task_by_name",
		title:       "Find a task by its name",
		description: findTaskByNameWords,
		effect:      effect{reads: true, repeatsSafe: true},
		input: input(
			required("name", title("The task's title or a part of it, as the person said it; case does not matter.")),
		),
		output: result(taskProperties()...),
		read:   readFindTaskByName,
	}
}

func readFindTaskByName(a *arguments) tasks.Act {
	name := a.title("name") // what no title can be finds none
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.Find(ctx, name)
	}
}
