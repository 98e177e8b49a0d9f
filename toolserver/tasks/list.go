package tasks

import (
	"context"
	"fmt"
	"time"
)

// MaxList is how many tasks a List has at most.
const MaxList = 100

// Status says which tasks a List shows.
type Status string

// The statuses.
const (
	All       Status = "all"
	Pending   Status = "pending"
	Completed Status = "completed"
)

// NewStatus reads a status. The error is a *Failure about the argument named field.
func NewStatus(field, raw string) (Status, error) {
	switch status := Status(raw); status {
	case All, Pending, Completed:
		return status, nil
	}
	return "", Invalid(field, fmt.Sprintf("The %s can be %s, %s or %s.", field, All, Pending, Completed))
}

// List is a user's newest tasks of one status. The counts are over all of the user's tasks, whatever the status.
type List struct {
	Tasks     []Task `json:"tasks"`
	HasMore   bool   `json:"has_more"`
	Total     int    `json:"total"`
	Pending   int    `json:"pending"`
	Completed int    `json:"completed"`
	Filtered  Status `json:"filtered_status"`
}

// listed is one row of the listing. The counts come with each row, and alone in one when there is no task to show.
type listed struct {
	ID          *int64     `db:"task_id"`
	Title       *string    `db:"title"`
	Description *string    `db:"description"`
	Completed   *bool      `db:"completed"`
	CreatedAt   *time.Time `db:"created_at"`
	UpdatedAt   *time.Time `db:"updated_at"`
	Total       int        `db:"total"`
	Done        int        `db:"done"`
}

// List gives the newest tasks first. It is one statement, so that tasks and counts belong together.
func (b *Book) List(ctx context.Context, status Status) (List, error) {
	var rows []listed
	err := b.tx.Select(ctx, &rows, `
		WITH counts AS (
			SELECT count(*) AS total, count(*) FILTER (WHERE completed) AS done FROM tasks WHERE user_id = $1
		), page AS (
			SELECT task_id, title, description, completed, created_at, updated_at FROM tasks
			WHERE user_id = $1 AND ($2 = 'all' OR completed = ($2 = 'completed'))
			ORDER BY created_at DESC, task_id DESC LIMIT $3
		)
		SELECT page.*, counts.total, counts.done FROM counts LEFT JOIN page ON true
		ORDER BY page.created_at DESC, page.task_id DESC`, b.userID, string(status), MaxList+1)
	if err != nil {
		return List{}, fmt.Errorf("listing tasks: %w", err)
	}
	list := List{Tasks: []Task{}, Filtered: status}
	for _, row := range rows {
		list.Total, list.Completed, list.Pending = row.Total, row.Done, row.Total-row.Done
		if row.ID == nil {
			continue
		}
		if len(list.Tasks) == MaxList {
			list.HasMore = true
			continue
		}
		list.Tasks = append(list.Tasks, Task{ID: *row.ID, Title: *row.Title, Description: row.Description,
			Completed: *row.Completed, CreatedAt: *row.CreatedAt, UpdatedAt: *row.UpdatedAt}.utc())
	}
	return list, nil
}
