package tasks

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a task, in characters.
const (
	MaxTitle       = 200
	MaxDescription = 1000
)

// Task is one thing to do.
type Task struct {
	ID          int64     `db:"task_id" json:"task_id"`
	Title       string    `db:"title" json:"title"`
	Description *string   `db:"description" json:"description,omitempty"`
	Completed   bool      `db:"completed" json:"completed"`
	CreatedAt   time.Time `db:"created_at" json:"created_at"`
	UpdatedAt   time.Time `db:"updated_at" json:"updated_at"`
}

// utc gives the task with its times in UTC: the database gives them in whatever zone the connection is set to.
func (t Task) utc() Task {
	t.CreatedAt, t.UpdatedAt = t.CreatedAt.UTC(), t.UpdatedAt.UTC()
	return t
}

// Title is a title that keeps the rules: 1 to MaxTitle characters, no white space around it.
type Title struct{ text string }

// NewTitle trims raw and holds it to the rules. The error is a *Failure about the argument named field.
func NewTitle(field, raw string) (Title, error) {
	if err := sound(field, raw); err != nil {
		return Title{}, err
	}
	text := strings.TrimSpace(raw)
	switch count := utf8.RuneCountInString(text); {
	case count == 0:
		return Title{}, invalidLength(field, MaxTitle, fmt.Sprintf("The %s is empty: give 1 to %d characters.", field, MaxTitle))
	case count > MaxTitle:
		return Title{}, tooLong(field, count, MaxTitle)
	}
	return Title{text}, nil
}

// Description is a description that keeps the rules: at most MaxDescription characters. The zero Description, which is
// what an empty text gives, says that there is none.
type Description struct{ text *string }

// NewDescription holds raw to the rules. The error is a *Failure about the argument named field.
func NewDescription(field, raw string) (Description, error) {
	if err := sound(field, raw); err != nil {
		return Description{}, err
	}
	if raw == "" {
		return Description{}, nil
	}
	if count := utf8.RuneCountInString(raw); count > MaxDescription {
		return Description{}, tooLong(field, count, MaxDescription)
	}
	return Description{&raw}, nil
}

// sound refuses what Postgres cannot store as text.
func sound(field, text string) error {
	if !utf8.ValidString(text) {
		return Invalid(field, fmt.Sprintf("The %s is not valid UTF-8.", field))
	}
	if strings.ContainsRune(text, 0) {
		return Invalid(field, fmt.Sprintf("The %s has the character U+0000 in it: leave it out.", field))
	}
	return nil
}
