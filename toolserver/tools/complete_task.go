package tools

import (
	"context"
	_ "embed"

	"taskpilot/toolserver/tasks"
)

//go:embed complete_task.md
var completeTaskWords string

func completeTask() tool {
	return tool{
		name:        "complete_task",
		title:       "Complete or reopen a task",
		description: completeTaskWords,
		effect:      effect{}, // without completed it turns the task over each time
		input: input(
			required("task_id", taskID()),
			optional("completed", boolean("true: it is done; false: it is open again. Left out, it turns from one to the other.")),
		),
		output: result(taskProperties()...),
		read:   readCompleteTask,
	}
}

func readCompleteTask(a *arguments) tasks.Act {
	id, completed := a.id("task_id"), a.yesNo("completed")
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.Complete(ctx, id, completed)
	}
}
