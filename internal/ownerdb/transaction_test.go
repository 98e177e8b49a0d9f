package ownerdb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ownerdb"
)

// overdue is a context whose time is over when a spec says so.
type overdue struct {
	context.Context
	over chan struct{}
}

func (o overdue) Done() <-chan struct{} { return o.over }

func (o overdue) Err() error {
	select {
	case <-o.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

var _ = Describe("A transaction", func() {
	var (
		addresses *pgtest.DB
		db        *ownerdb.DB
		alice     string
	)

	BeforeEach(func() {
		addresses = pgtest.Database(GinkgoTB())
		db = open(addresses.Toolserver, ownerdb.Options{MaxConns: 2})
		alice = someone("alice")
	})

	It("is undone when its function fails, and the error is the function's own", func(ctx SpecContext) {
		mine := errors.New("changed my mind")
		err := db.As(ctx, alice, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, insertTask, alice, 1, "never")
			Expect(err).NotTo(HaveOccurred())
			return mine
		})
		Expect(err).To(BeIdenticalTo(mine))
		Expect(titles(ctx, db, alice)).To(BeEmpty())
	})

	It("is undone when its function panics, and keeps no connection", func(ctx SpecContext) {
		for range 5 {
			Expect(func() {
				_ = db.As(ctx, alice, func(tx *ownerdb.Tx) error {
					_, _ = tx.Exec(ctx, insertTask, alice, 1, "never")
					panic("oh")
				})
			}).To(PanicWith("oh"))
		}
		Expect(titles(ctx, db, alice)).To(BeEmpty())
	})

	It("is not committed when one of its statements failed, also when nobody looked", func(ctx SpecContext) {
		err := db.As(ctx, alice, func(tx *ownerdb.Tx) error {
			_, _ = tx.Exec(ctx, insertTask, alice, 1, "one")
			_, _ = tx.Exec(ctx, insertTask, alice, 1, "the same key")
			return nil
		})
		Expect(err).To(MatchError(ContainSubstring("committing")))
		Expect(titles(ctx, db, alice)).To(BeEmpty())
	})

	It("whose time is over before it is committed says so, and not that it was done already", func(ctx SpecContext) {
		hurried := overdue{Context: ctx, over: make(chan struct{})}
		err := db.As(hurried, alice, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, insertTask, alice, 1, "never")
			Expect(err).NotTo(HaveOccurred())
			close(hurried.over)
			Eventually(ctx, func() error {
				_, err := tx.Exec(ctx, `UPDATE tasks SET title = 'late' WHERE user_id = $1`, alice)
				return err
			}).Should(MatchError(sql.ErrTxDone), "it is rolled back at once")
			return nil
		})
		Expect(err).To(MatchError(context.DeadlineExceeded))
		Expect(err).NotTo(MatchError(sql.ErrTxDone))
		Expect(ownerdb.IsAway(err)).To(BeTrue())
		Expect(titles(ctx, db, alice)).To(BeEmpty())
	})

	It("cannot be used when it is over", func(ctx SpecContext) {
		var kept *ownerdb.Tx
		Expect(db.As(ctx, alice, func(tx *ownerdb.Tx) error { kept = tx; return nil })).To(Succeed())
		var title string
		Expect(kept.Get(ctx, &title, `SELECT title FROM tasks`)).NotTo(Succeed())
	})

	It("waits for its turn when all connections are busy, and no longer than its context", func(ctx SpecContext) {
		busy, finish := make(chan struct{}, 2), make(chan struct{})
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				_ = db.As(ctx, alice, func(*ownerdb.Tx) error { busy <- struct{}{}; <-finish; return nil })
			})
		}
		Eventually(ctx, busy).Should(Receive())
		Eventually(ctx, busy).Should(Receive())
		short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		err := db.As(short, alice, func(*ownerdb.Tx) error { return nil })
		Expect(err).To(And(MatchError(context.DeadlineExceeded), Satisfy(ownerdb.IsAway)))
		Expect(db.Ping(ctx)).To(Succeed(), "one connection is always left")
		close(finish)
		group.Wait()
		Expect(titles(ctx, db, alice)).To(BeEmpty())
	})

	It("never waits for itself, however many there are with statements that are new", func(ctx SpecContext) {
		var group sync.WaitGroup
		results := make(chan error, 40)
		for i := range 40 {
			group.Go(func() {
				results <- db.As(ctx, alice, func(tx *ownerdb.Tx) error {
					var n int
					for j := range 3 {
						if err := tx.Get(ctx, &n, fmt.Sprintf("SELECT %d", i%20*10+j)); err != nil {
							return err
						}
						if n != i%20*10+j {
							return fmt.Errorf("%d instead of %d", n, i%20*10+j)
						}
					}
					return nil
				})
			})
		}
		group.Wait()
		for range 40 {
			Expect(<-results).To(Succeed())
		}
	})

	It("prepares a statement once for its connection", func(ctx SpecContext) {
		db = open(addresses.Toolserver, ownerdb.Options{MaxConns: 1})
		const query = `SELECT title FROM tasks WHERE task_id = $1 -- prepared once`
		for range 3 {
			Expect(db.As(ctx, alice, func(tx *ownerdb.Tx) error {
				var title string
				Expect(tx.Get(ctx, &title, query, 1)).To(MatchError(ownerdb.ErrNoRow))
				var prepared int
				err := tx.Get(ctx, &prepared, `SELECT count(*) FROM pg_prepared_statements WHERE statement = $1`, query)
				Expect(prepared).To(Equal(1))
				return err
			})).To(Succeed())
		}
	})

	It("tries a statement again that could not be prepared", func(ctx SpecContext) {
		fresh := pgtest.Fresh(GinkgoTB())
		db = open(fresh.Toolserver, ownerdb.Options{})
		read := func() error {
			return db.As(ctx, alice, func(tx *ownerdb.Tx) error {
				var found []string
				return tx.Select(ctx, &found, `SELECT name FROM later`)
			})
		}
		Expect(read()).To(MatchError(ContainSubstring("later")))
		_, err := raw(fresh.Admin).ExecContext(ctx, `CREATE TABLE later (name text); GRANT SELECT ON later TO taskpilot_toolserver`)
		Expect(err).NotTo(HaveOccurred())
		Expect(read()).To(Succeed())
	})

	DescribeTable("never shows the database's address when it cannot be read",
		func(address string) {
			_, err := ownerdb.Open(address, ownerdb.Options{})
			Expect(err).To(MatchError(ContainSubstring("reading the database's address")))
			Expect(err.Error()).NotTo(ContainSubstring("hunter"))
		},
		Entry("with a broken escape", "postgres://user:hunter2%zz@db/tasks"),
		Entry("with a slash in the password", "postgres://user:hunter/2@db/tasks"),
		Entry("with a line's end", "postgres://user:hunter2\n@db/tasks"),
		Entry("with pairs that are none", "hunter2 host"),
	)
})
