package ownerdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/lib/pq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/ownerdb"
)

func TestOwnerDB(t *testing.T) {
	RegisterFailHandler(Fail)
	EnforceDefaultTimeoutsWhenUsingContexts()
	SetDefaultEventuallyTimeout(10 * time.Second)
	RunSpecs(t, "ownerdb")
}

// open gives a pool at dsn that ends with the spec.
func open(dsn string, options ownerdb.Options) *ownerdb.DB {
	GinkgoHelper()
	db, err := ownerdb.Open(dsn, options)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	return db
}

// raw gives a pool at dsn that knows nothing of owners.
func raw(dsn string) *sql.DB {
	GinkgoHelper()
	db, err := sql.Open("postgres", dsn)
	Expect(err).NotTo(HaveOccurred())
	db.SetMaxOpenConns(1)
	DeferCleanup(db.Close)
	return db
}

const insertTask = `INSERT INTO tasks (user_id, task_id, title, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`

// addTask adds a task as its owner.
func addTask(ctx context.Context, db *ownerdb.DB, user string, id int64, title string) error {
	return db.As(ctx, user, func(tx *ownerdb.Tx) error {
		_, err := tx.Exec(ctx, insertTask, user, id, title)
		return err
	})
}

// titles gives the titles that user finds with a query that forgot its WHERE.
func titles(ctx context.Context, db *ownerdb.DB, user string) ([]string, error) {
	var found []string
	err := db.As(ctx, user, func(tx *ownerdb.Tx) error {
		return tx.Select(ctx, &found, `SELECT title FROM tasks ORDER BY title`)
	})
	return found, err
}

var serial atomic.Int64

// someone gives a user's name that no other spec has: specs share their database.
func someone(name string) string {
	return fmt.Sprintf("%s-%d", name, serial.Add(1))
}
