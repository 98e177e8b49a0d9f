package tools

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

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
		preview:     &preview{read: readTaskToDelete, question: mayDelete},
	}
}

func readTaskToDelete(a *arguments) tasks.Act {
	id := a.id("task_id")
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.Get(ctx, id)
	}
}

func mayDelete(answer json.RawMessage) string {
	var task tasks.Task
	if json.Unmarshal(answer, &task) != nil {
		return ""
	}
	return fmt.Sprintf("Delete the task “%s”?", task.Title)
}

func readDeleteTask(a *arguments) tasks.Act {
	id := a.id("task_id")
	return func(ctx context.Context, book *tasks.Book) (any, error) {
		return book.Delete(ctx, id)
	}
}
