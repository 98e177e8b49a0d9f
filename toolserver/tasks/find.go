package tasks

import (
	"context"
	"fmt"
	"math"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// findChunk is how many titles a search holds in memory at a time.
const findChunk = 500

// Find gives the task with this title, whatever its case; or else the only one whose title contains the name. Open and
// completed tasks both count. The error is a *Failure that names the candidates when there are several.
//
// Titles are compared here and not by the database: what lower() and LIKE take for the same letter depends on the
// database's locale (in the C locale, Ä and ä differ).
func (b *Book) Find(ctx context.Context, name Title) (Task, error) {
	exact, within, err := b.search(ctx, name.text)
	if err != nil {
		return Task{}, err
	}
	matches := exact
	if matches.count == 0 {
		matches = within
	}
	switch matches.count {
	case 0:
		return Task{}, nameNotFound(name.text)
	case 1:
		return b.read(ctx, matches.newest[0].ID)
	default:
		return Task{}, ambiguous(name.text, matches.count, matches.newest)
	}
}

// matches are the tasks that a name may mean: all are counted, the newest are kept.
type matches struct {
	count  int
	newest []Candidate
}

func (m *matches) add(c Candidate) {
	if m.count++; len(m.newest) < MaxCandidates {
		m.newest = append(m.newest, c)
	}
}

// search goes through all titles, newest first: ids grow with time.
func (b *Book) search(ctx context.Context, name string) (exact, within matches, err error) {
	wanted := fold(name)
	for before := int64(math.MaxInt64); ; {
		var chunk []Candidate
		err = b.tx.Select(ctx, &chunk, `SELECT task_id, title, completed FROM tasks
			WHERE user_id = $1 AND task_id < $2 ORDER BY task_id DESC LIMIT $3`, b.userID, before, findChunk)
		if err != nil {
			return matches{}, matches{}, fmt.Errorf("searching the titles: %w", err)
		}
		for _, candidate := range chunk {
			title := fold(candidate.Title)
			if title == wanted {
				exact.add(candidate)
			}
			if strings.Contains(title, wanted) {
				within.add(candidate)
			}
		}
		if len(chunk) < findChunk {
			return exact, within, nil
		}
		before = chunk[len(chunk)-1].ID
	}
}

func (b *Book) read(ctx context.Context, id int64) (Task, error) {
	var task Task
	err := b.tx.Get(ctx, &task, `SELECT task_id, title, description, completed, created_at, updated_at
		FROM tasks WHERE user_id = $1 AND task_id = $2`, b.userID, id)
	return found(task, id, err, "reading a task")
}

// fold gives the same text for texts that differ in case or in how their accents are encoded only.
func fold(text string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFD.String(text)))
}
