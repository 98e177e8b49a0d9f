package tasks_test

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
)

func TestTasks(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Tasks")
}

// clock stands still until a spec moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.FixedZone("", 3600))}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// openDatabase gives the real database, as the role that toolserver has in it.
func openDatabase() *ownerdb.DB {
	GinkgoHelper()
	db, err := ownerdb.Open(pgtest.Database(GinkgoTB()).Toolserver, ownerdb.Options{})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	return db
}

// newUser names somebody who has no tasks yet.
func newUser() string { return "user|" + rand.Text() }

// desk is one user's access to the store.
type desk struct {
	user  string
	store *tasks.Store
	clock *clock
	db    *ownerdb.DB
}

func newDesk() *desk {
	GinkgoHelper()
	db, clock := openDatabase(), newClock()
	return &desk{user: newUser(), store: tasks.NewStore(db, ids.New(clock.Now), clock.Now), clock: clock, db: db}
}

// of gives another user's access to the same store.
func (d *desk) of(user string) *desk {
	other := *d
	other.user = user
	return &other
}

// do lets act work and gives what it answered before that became JSON.
func do[T any](ctx context.Context, d *desk, act func(context.Context, *tasks.Book) (T, error)) (T, error) {
	var answer T
	_, err := d.store.Do(ctx, d.user, func(ctx context.Context, book *tasks.Book) (_ any, err error) {
		answer, err = act(ctx, book)
		return answer, err
	})
	return answer, err
}

func (d *desk) add(ctx context.Context, title string) tasks.Task {
	GinkgoHelper()
	task, err := do(ctx, d, func(ctx context.Context, book *tasks.Book) (tasks.Task, error) {
		return book.Add(ctx, aTitle(title), tasks.Description{})
	})
	Expect(err).NotTo(HaveOccurred())
	return task
}

func (d *desk) complete(ctx context.Context, id int64, completed *bool) (tasks.Task, error) {
	return do(ctx, d, func(ctx context.Context, book *tasks.Book) (tasks.Task, error) {
		return book.Complete(ctx, id, completed)
	})
}

func (d *desk) update(ctx context.Context, id int64, change tasks.Change) (tasks.Changed, error) {
	return do(ctx, d, func(ctx context.Context, book *tasks.Book) (tasks.Changed, error) {
		return book.Update(ctx, id, change)
	})
}

func (d *desk) delete(ctx context.Context, id int64) (tasks.Task, error) {
	return do(ctx, d, func(ctx context.Context, book *tasks.Book) (tasks.Task, error) {
		return book.Delete(ctx, id)
	})
}

func (d *desk) find(ctx context.Context, name string) (tasks.Task, error) {
	return do(ctx, d, func(ctx context.Context, book *tasks.Book) (tasks.Task, error) {
		return book.Find(ctx, aTitle(name))
	})
}

func (d *desk) list(ctx context.Context, status tasks.Status) tasks.List {
	GinkgoHelper()
	list, err := do(ctx, d, func(ctx context.Context, book *tasks.Book) (tasks.List, error) {
		return book.List(ctx, status)
	})
	Expect(err).NotTo(HaveOccurred())
	return list
}

func aTitle(raw string) tasks.Title {
	GinkgoHelper()
	title, err := tasks.NewTitle("title", raw)
	Expect(err).NotTo(HaveOccurred())
	return title
}

func aDescription(raw string) tasks.Description {
	GinkgoHelper()
	description, err := tasks.NewDescription("description", raw)
	Expect(err).NotTo(HaveOccurred())
	return description
}

func ptr[T any](value T) *T { return &value }

// failWith matches a Failure with this code.
func failWith(code string) OmegaMatcher {
	return WithTransform(func(err error) string {
		failure, ok := err.(*tasks.Failure) //nolint:errorlint // failures come back as they are
		if !ok {
			return "no failure"
		}
		return failure.Code
	}, Equal(code))
}
