package tasks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskpilot/internal/ownerdb"
)

// maxIDs is how many ids an insert tries: another process may have taken one in the same millisecond.
const maxIDs = 10

// Book is the tasks of one user, for the length of one transaction. Another user's task is not found, like one that
// never was.
type Book struct {
	tx     *ownerdb.Tx
	userID string
	ids    IDs
	now    time.Time
}

// Add writes a new task down.
func (b *Book) Add(ctx context.Context, title Title, description Description) (Task, error) {
	task := Task{Title: title.text, Description: description.text, CreatedAt: b.now, UpdatedAt: b.now}
	for range maxIDs {
		task.ID = b.ids.Next()
		added, err := b.tx.Exec(ctx, `INSERT INTO tasks (user_id, task_id, title, description, completed, created_at, updated_at)
			VALUES ($1, $2, $3, $4, false, $5, $5) ON CONFLICT DO NOTHING`,
			b.userID, task.ID, task.Title, task.Description, b.now)
		if err != nil {
			return Task{}, fmt.Errorf("adding a task: %w", err)
		}
		if added == 1 {
			return task, nil
		}
	}
	return Task{}, fmt.Errorf("adding a task: %d ids in a row were taken", maxIDs)
}

// Complete sets whether a task is completed, or turns it over when completed is nil. A task that is as it should be
// stays untouched.
func (b *Book) Complete(ctx context.Context, id int64, completed *bool) (Task, error) {
	task, err := b.hold(ctx, id)
	if err != nil {
		return Task{}, err
	}
	want := !task.Completed
	if completed != nil {
		want = *completed
	}
	if want == task.Completed {
		return task, nil
	}
	task.Completed = want
	return b.write(ctx, task)
}

// Change is what an update asks for: what is nil stays.
type Change struct {
	Title       *Title
	Description *Description
}

// Changed is a task after an update, and the names of the fields that are different now.
type Changed struct {
	Task
	Changed []string `json:"changed"`
}

// Update changes a task. A change to what is there already is none, and leaves the task untouched.
func (b *Book) Update(ctx context.Context, id int64, change Change) (Changed, error) {
	if change.Title == nil && change.Description == nil {
		return Changed{}, &Failure{Code: CodeNothingToChange, TaskID: id,
			Message: "Nothing to change was named. Give a title, a description (empty to clear it), or both."}
	}
	task, err := b.hold(ctx, id)
	if err != nil {
		return Changed{}, err
	}
	changed := []string{}
	if change.Title != nil && change.Title.text != task.Title {
		task.Title = change.Title.text
		changed = append(changed, "title")
	}
	if change.Description != nil && !equal(change.Description.text, task.Description) {
		task.Description = change.Description.text
		changed = append(changed, "description")
	}
	if len(changed) > 0 {
		task, err = b.write(ctx, task)
	}
	return Changed{Task: task, Changed: changed}, err
}

// Delete takes a task out, and gives it as it was.
func (b *Book) Delete(ctx context.Context, id int64) (Task, error) {
	var task Task
	err := b.tx.Get(ctx, &task, `DELETE FROM tasks WHERE user_id = $1 AND task_id = $2
		RETURNING task_id, title, description, completed, created_at, updated_at`, b.userID, id)
	return found(task, id, err, "deleting a task")
}

// Get reads a task.
func (b *Book) Get(ctx context.Context, id int64) (Task, error) {
	var task Task
	err := b.tx.Get(ctx, &task, `SELECT task_id, title, description, completed, created_at, updated_at
		FROM tasks WHERE user_id = $1 AND task_id = $2`, b.userID, id)
	return found(task, id, err, "reading a task")
}

// hold reads a task and keeps everybody else from changing it until the transaction ends.
func (b *Book) hold(ctx context.Context, id int64) (Task, error) {
	var task Task
	err := b.tx.Get(ctx, &task, `SELECT task_id, title, description, completed, created_at, updated_at
		FROM tasks WHERE user_id = $1 AND task_id = $2 FOR UPDATE`, b.userID, id)
	return found(task, id, err, "reading a task")
}

func (b *Book) write(ctx context.Context, task Task) (Task, error) {
	task.UpdatedAt = b.now
	_, err := b.tx.Exec(ctx, `UPDATE tasks SET title = $3, description = $4, completed = $5, updated_at = $6
		WHERE user_id = $1 AND task_id = $2`,
		b.userID, task.ID, task.Title, task.Description, task.Completed, task.UpdatedAt)
	if err != nil {
		return Task{}, fmt.Errorf("changing a task: %w", err)
	}
	return task, nil
}

func found(task Task, id int64, err error, doing string) (Task, error) {
	if errors.Is(err, ownerdb.ErrNoRow) {
		return Task{}, notFound(id)
	}
	if err != nil {
		return Task{}, fmt.Errorf("%s: %w", doing, err)
	}
	return task.utc(), nil
}

func equal(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
