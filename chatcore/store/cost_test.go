package store_test

import (
	"context"
	"net/url"

	"github.com/jmoiron/sqlx"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ownerdb"
)

// counting counts what transactions read of tables.
type counting struct {
	*ownerdb.DB
	spent reads
}

// reads are rows: those of tables that were read from end to end, and those that an index led to.
type reads struct {
	Scanned int64 `db:"scanned"`
	Fetched int64 `db:"fetched"`
}

func (c *counting) As(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error {
	return c.DB.As(ctx, userID, c.counted(ctx, do))
}

func (c *counting) Look(ctx context.Context, userID string, do func(*ownerdb.Tx) error) error {
	return c.DB.Look(ctx, userID, c.counted(ctx, do))
}

func (c *counting) counted(ctx context.Context, do func(*ownerdb.Tx) error) func(*ownerdb.Tx) error {
	return func(tx *ownerdb.Tx) error {
		read := func(into *reads) error {
			return tx.Get(ctx, into, `
				SELECT COALESCE(sum(seq_tup_read), 0) AS scanned, COALESCE(sum(idx_tup_fetch), 0) AS fetched FROM pg_stat_xact_user_tables`)
		}
		var before, after reads
		if err := read(&before); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		if err := read(&after); err != nil {
			return err
		}
		c.spent.Scanned += after.Scanned - before.Scanned
		c.spent.Fetched += after.Fetched - before.Fetched
		return nil
	}
}

// fill gives a user twice n conversations, empty and archived ones among them, and one of n messages with steps, calls and actions.
func fill(ctx context.Context, admin string, d *desk, n int, long int64) {
	GinkgoHelper()
	const part = 1000 // rows at a time: the server bounds a statement's time
	for from := 1; from <= n; from += part {
		to := min(from+part-1, n)
		Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO conversations (user_id, id, title, message_count, archived, created_at, updated_at)
				SELECT $1, n, 'T', n % 5, n % 7 = 0, now(), now() + n * interval '1 second' FROM generate_series(2 * $2::int - 1, 2 * $3::int) n`, d.user, from, to)
			for _, statement := range []string{`
				INSERT INTO messages (user_id, id, conversation_id, position, role, content, reply_to, state, created_at)
				SELECT $1, 10 + n, $4, 30 + n * 3, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, 'x', CASE WHEN n % 2 = 0 THEN 9 + n END, 'done', now()
				FROM generate_series($2::int, $3::int) n`, `
				INSERT INTO steps (user_id, id, message_id, conversation_id, position, ordinal, content, state, created_at)
				SELECT $1, n, 10 + n, $4, 31 + n * 3, 1, 'x', 'done', now() FROM generate_series($2::int, $3::int) n WHERE n % 2 = 0`, `
				INSERT INTO tool_calls (user_id, id, step_id, index, call_key, tool, parameters, status)
				SELECT $1, n, n, 0, 'k' || n, 'x', '{}', 'executed' FROM generate_series($2::int, $3::int) n WHERE n % 2 = 0 AND $4::bigint > 0`, `
				INSERT INTO actions (user_id, id, conversation_id, position, call_key, tool, parameters, status, created_at)
				SELECT $1, n, $4, 32 + n * 3, 'a' || n, 'x', '{}', 'executed', now() FROM generate_series($2::int, $3::int) n WHERE n % 10 = 0`,
			} {
				if err == nil {
					_, err = tx.Exec(ctx, statement, d.user, from, to, long)
				}
			}
			return err
		})).To(Succeed())
		if from == 1 {
			analyze(ctx, admin)
		}
	}
}

// analyze does what autovacuum does.
func analyze(ctx context.Context, admin string) {
	GinkgoHelper()
	db, err := sqlx.ConnectContext(ctx, "postgres", admin)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, "ANALYZE")
	Expect(err).NotTo(HaveOccurred())
}

var _ = Describe("A page of 20", Ordered, func() {
	const few, many = 100, 10_000
	var (
		db    *counting
		s     *store.Store
		users = map[int]string{few: newUser(), many: newUser()}
		long  = map[int]int64{} // conversations by how many messages they have
	)

	// All plans are made without looking at the values: so they are for every value what they are for one.
	BeforeAll(func(ctx SpecContext) {
		fresh := pgtest.Fresh(GinkgoTB()) // other specs' few rows may well be read from end to end
		dsn, err := url.Parse(fresh.Chatcore)
		Expect(err).NotTo(HaveOccurred())
		query := dsn.Query()
		query.Set("options", query.Get("options")+" -c plan_cache_mode=force_generic_plan")
		dsn.RawQuery = query.Encode()
		pool, err := ownerdb.Open(dsn.String(), ownerdb.Options{MaxConns: 1})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(pool.Close)
		db = &counting{DB: pool}
		plain, err := ownerdb.Open(fresh.Chatcore, ownerdb.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(plain.Close)
		d := newDesk()
		d.db, d.Store = plain, store.New(plain, d.ids, d.clock.Now)
		s = store.New(db, d.ids, d.clock.Now)
		for n, user := range users {
			long[n] = d.of(user).exchange(ctx, "Long", 0).Conversation.ID
			fill(ctx, fresh.Admin, d.of(user), n, long[n])
		}
		analyze(ctx, fresh.Admin)
	})

	// costs are what reading a page reads.
	costs := func(read func()) (spent reads) {
		db.spent = reads{}
		read()
		return db.spent
	}

	DescribeTable("of conversations costs the same among 10,000 as among 100, wherever it begins",
		func(ctx SpecContext, ascending bool) {
			var spent []int64
			for _, n := range []int{few, many} {
				all, more, err := s.Conversations(ctx, users[n], store.Page{Limit: 3 * many, Ascending: ascending})
				Expect(err).NotTo(HaveOccurred())
				Expect(more).To(BeFalse())
				Expect(len(all)).To(BeNumerically(">", n))
				for _, behind := range []int{-1, len(all) / 2, len(all) - 21} {
					page := store.Page{Limit: 20, Ascending: ascending}
					if behind >= 0 {
						page.After, page.Changed = all[behind].ID, all[behind].UpdatedAt
					}
					cost := costs(func() {
						list, _, err := s.Conversations(ctx, users[n], page)
						Expect(err).NotTo(HaveOccurred())
						Expect(list).To(Equal(all[behind+1 : behind+21]))
					})
					Expect(cost.Scanned).To(BeZero(), "a table was read from end to end")
					spent = append(spent, cost.Fetched)
				}
			}
			Expect(spent).To(HaveEach(BeNumerically("<=", 22)), "rows that were read for a page of 20")
		},
		Entry("newest change first", false), Entry("oldest change first", true),
	)

	DescribeTable("of messages costs the same among 10,000 as among 100, wherever it begins",
		func(ctx SpecContext, ascending bool) {
			var spent []int64
			for _, n := range []int{few, many} {
				for _, after := range []int64{0, int64(n) * 3 / 2, 90} {
					if !ascending && after == 90 {
						after = int64(n)
					}
					cost := costs(func() {
						page, err := s.Messages(ctx, users[n], long[n], store.Page{Limit: 20, After: after, Ascending: ascending})
						Expect(err).NotTo(HaveOccurred())
						Expect(len(page.Data) + len(page.Actions)).To(BeNumerically(">=", 20))
						Expect(page.Data).To(ContainElement(HaveField("Role", api.RoleAssistant)))
					})
					Expect(cost.Scanned).To(BeZero(), "a table was read from end to end")
					spent = append(spent, cost.Fetched)
				}
			}
			Expect(spent).To(HaveEach(BeNumerically("<=", 90)), "rows that were read for a page of 20")
		},
		Entry("oldest first", true), Entry("newest first", false),
	)
})
