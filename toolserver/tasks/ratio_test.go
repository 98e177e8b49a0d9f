package tasks_test

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"fmt"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
	"taskpilot/toolserver/tasks"
)

// SPECS=all go test ./toolserver/tasks -v -ginkgo.v -ginkgo.focus 'Row-level security' says what is measured.
var _ = Describe("Row-level security", Serial, Ordered, func() {
	var desks []*desk // with it, without it, and without transactions either

	BeforeAll(func(ctx SpecContext) {
		if os.Getenv("SPECS") != "all" {
			Skip("measuring takes a while: SPECS=all, as CI has it")
		}
		open := func(dsn string, wrap func(driver.Connector) driver.Connector) {
			db, err := ownerdb.Open(dsn, ownerdb.Options{MaxConns: 1, Wrap: wrap})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(db.Close)
			d := &desk{user: newUser(), db: db, store: tasks.NewStore(db, ids.New(time.Now), time.Now)}
			for range 20 {
				add(ctx, d)
			}
			desks = append(desks, d)
		}
		bare := pgtest.Bare(GinkgoTB())
		open(pgtest.Fresh(GinkgoTB()).Toolserver, nil)
		open(bare.Toolserver, pgtest.Unowned)
		open(bare.Toolserver, pgtest.Untransacted)
	})

	DescribeTable("costs less than half of what a call costs without it, its transaction included",
		func(ctx SpecContext, request func(context.Context, *desk)) {
			var things []func()
			for _, d := range desks {
				things = append(things, func() { request(ctx, d) })
			}
			pgtest.Medians(50, things...) // prepared, and warm
			took := pgtest.Medians(500, things...)
			ratio := func(than time.Duration) float64 { return float64(took[0]) / float64(than) }
			AddReportEntry("measured", fmt.Sprintf("%v with, %v in transactions without (%.2f), %v without transactions (%.2f)",
				took[0], took[1], ratio(took[1]), took[2], ratio(took[2])))
			Expect(ratio(took[1])).To(BeNumerically("<", 1.5))
			Expect(ratio(took[2])).To(BeNumerically("<", 2.5), "loosely: other work on this machine moves it")
		},
		Entry("add and delete", func(ctx context.Context, d *desk) {
			id := add(ctx, d)
			_, err := d.store.Once(ctx, d.user, keyed(rand.Text()), func(ctx context.Context, book *tasks.Book) (any, error) {
				return book.Delete(ctx, id)
			})
			Expect(err).NotTo(HaveOccurred())
		}),
		Entry("list", func(ctx context.Context, d *desk) {
			_, err := d.store.Look(ctx, d.user, func(ctx context.Context, book *tasks.Book) (any, error) { return book.List(ctx, tasks.All) })
			Expect(err).NotTo(HaveOccurred())
		}),
	)
})

func keyed(key string) tasks.Call {
	GinkgoHelper()
	call, err := tasks.NewCall("key", key, "a tool", []byte("{}"))
	Expect(err).NotTo(HaveOccurred())
	return call
}

func add(ctx context.Context, d *desk) (id int64) {
	GinkgoHelper()
	title, err := tasks.NewTitle("title", "Buy milk")
	Expect(err).NotTo(HaveOccurred())
	_, err = d.store.Once(ctx, d.user, keyed(rand.Text()), func(ctx context.Context, book *tasks.Book) (any, error) {
		task, err := book.Add(ctx, title, tasks.Description{})
		id = task.ID
		return task, err
	})
	Expect(err).NotTo(HaveOccurred())
	return id
}
