package tools

import (
	"context"
	_ "embed"

	"taskpilot/toolserver/tasks"
)

//go:embed delete_task.md
var deleteTaskWords string

func deleteTask() tool {
	return tool{
		name:        "delete_task",
		title:       "Delete a task",
		description: deleteTaskWords,
		effect:      effect{destroys: true, repeatsSafe: true}, // a repeat finds nothing more to delete
		input:       input(required("task_id", taskID())),
		output:      result(taskProperties()...),
		read:        readDeleteTask,
	}
}

func readDeleteTask(a *arguments) tasks.Act {
	id := a.id("task_id")
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.Delete(ctx, id)
	}
}
