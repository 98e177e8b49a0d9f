package pgtest_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("A spec's database", func() {
	const insert = `INSERT INTO tasks (user_id, task_id, title, created_at, updated_at) VALUES ($1, 1, 'Tea', now(), now())`

	open := func(dsn string) *ownerdb.DB {
		db, err := ownerdb.Open(dsn, ownerdb.Options{MaxConns: 2})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		return db
	}
	count := func(ctx context.Context, db *ownerdb.DB, user string) int {
		var n int
		Expect(db.As(ctx, user, func(tx *ownerdb.Tx) error {
			return tx.Get(ctx, &n, `SELECT count(*) FROM tasks`)
		})).To(Succeed())
		return n
	}

	It("is the same one for the whole process", func() {
		Expect(pgtest.Database(GinkgoT())).To(BeIdenticalTo(pgtest.Database(GinkgoT())))
	})

	It("has the schema, and shows each role only what is the owner's", func(ctx SpecContext) {
		fresh := pgtest.Fresh(GinkgoT())
		tools := open(fresh.Toolserver)
		Expect(tools.As(ctx, "alice", func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, insert, "alice")
			return err
		})).To(Succeed())
		Expect(count(ctx, tools, "alice")).To(Equal(1))
		Expect(count(ctx, tools, "bob")).To(BeZero())
		Expect(count(ctx, open(fresh.Admin), "bob")).To(Equal(1), "the migrating role sees all")
	})

	It("refuses what a role has no business with", func(ctx SpecContext) {
		chat := open(pgtest.Database(GinkgoT()).Chatcore)
		err := chat.As(ctx, "alice", func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, insert, "alice")
			return err
		})
		Expect(err).To(MatchError(ContainSubstring("permission denied")))
	})

	It("keeps fresh ones apart", func(ctx SpecContext) {
		one, other := pgtest.Fresh(GinkgoT()), pgtest.Fresh(GinkgoT())
		Expect(open(one.Toolserver).As(ctx, "alice", func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, insert, "alice")
			return err
		})).To(Succeed())
		Expect(count(ctx, open(other.Toolserver), "alice")).To(BeZero())
	})
})
