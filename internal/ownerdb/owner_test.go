package ownerdb_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("What belongs to an owner", func() {
	var (
		addresses  *pgtest.DB
		db         *ownerdb.DB
		alice, bob string
	)

	BeforeEach(func(ctx SpecContext) {
		addresses = pgtest.Database(GinkgoTB())
		db = open(addresses.Toolserver, ownerdb.Options{MaxConns: 1}) // one: whatever stays on a connection would show
		alice, bob = someone("alice"), someone("bob")
		Expect(addTask(ctx, db, alice, 1, "alice's")).To(Succeed())
		Expect(addTask(ctx, db, bob, 1, "bob's")).To(Succeed())
	})

	It("is all that a query without WHERE finds", func(ctx SpecContext) {
		Expect(titles(ctx, db, alice)).To(Equal([]string{"alice's"}))
		Expect(titles(ctx, db, bob)).To(Equal([]string{"bob's"}))
		Expect(titles(ctx, db, someone("carol"))).To(BeEmpty())
	})

	DescribeTable("is all that a statement without WHERE touches",
		func(ctx SpecContext, statement string) {
			Expect(db.As(ctx, alice, func(tx *ownerdb.Tx) error {
				touched, err := tx.Exec(ctx, statement)
				Expect(touched).To(Equal(int64(1)))
				return err
			})).To(Succeed())
			Expect(titles(ctx, db, bob)).To(Equal([]string{"bob's"}))
		},
		Entry("that changes", `UPDATE tasks SET title = 'changed'`),
		Entry("that deletes", `DELETE FROM tasks`),
	)

	It("cannot be found by naming its owner or its id", func(ctx SpecContext) {
		Expect(db.As(ctx, alice, func(tx *ownerdb.Tx) error {
			var title string
			Expect(tx.Get(ctx, &title, `SELECT title FROM tasks WHERE user_id = $1`, bob)).To(MatchError(ownerdb.ErrNoRow))
			touched, err := tx.Exec(ctx, `UPDATE tasks SET title = $2 WHERE user_id = $1`, bob, "hers now")
			Expect(touched).To(BeZero())
			return err
		})).To(Succeed())
	})

	It("cannot be made for, or given to, anybody else", func(ctx SpecContext) {
		err := db.As(ctx, alice, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, insertTask, bob, 2, "a gift")
			return err
		})
		Expect(err).To(MatchError(ContainSubstring("row-level security")))
		err = db.As(ctx, alice, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE tasks SET user_id = $1`, bob)
			return err
		})
		Expect(err).To(MatchError(ContainSubstring("row-level security")))
		Expect(titles(ctx, db, bob)).To(Equal([]string{"bob's"}))
	})

	It("says nothing of itself through a key that is taken", func(ctx SpecContext) {
		Expect(addTask(ctx, db, alice, 1, "again")).To(Satisfy(ownerdb.IsTaken))
		Expect(addTask(ctx, db, alice, 2, "another")).To(Succeed(), "ids are the owner's own")
	})

	DescribeTable("is an owner's of any name",
		func(ctx SpecContext, name string) {
			odd := someone(name)
			Expect(addTask(ctx, db, odd, 1, name)).To(Succeed())
			Expect(titles(ctx, db, odd)).To(Equal([]string{name}))
			Expect(titles(ctx, db, alice)).To(Equal([]string{"alice's"}))
		},
		Entry(nil, "auth0|x/y"),
		Entry(nil, `o'brien"`),
		Entry(nil, `back\slash\'`),
		Entry(nil, `'; SET LOCAL ROLE postgres; --`),
		Entry(nil, "Zoë 🙂 \n $1 %s"),
	)

	DescribeTable("is nobody's who has no name",
		func(ctx SpecContext, name string) {
			called := false
			err := db.As(ctx, name, func(*ownerdb.Tx) error { called = true; return nil })
			Expect(err).To(MatchError(ownerdb.ErrNoOwner))
			Expect(called).To(BeFalse())
		},
		Entry("none", ""),
		Entry("one that ends in the middle", "alice\x00bob"),
		Entry("one that is no text", "\xff"),
	)

	Context("when a connection is used without As", func() {
		var plain *sql.DB
		BeforeEach(func() { plain = raw(addresses.Toolserver) })

		count := func(ctx context.Context) int {
			var n int
			Expect(plain.QueryRowContext(ctx, `SELECT count(*) FROM tasks`).Scan(&n)).To(Succeed())
			return n
		}

		It("is out of reach, before and after a transaction that had an owner", func(ctx SpecContext) {
			Expect(count(ctx)).To(BeZero())
			_, err := plain.ExecContext(ctx, insertTask, alice, 9, "x")
			Expect(err).To(MatchError(ContainSubstring("row-level security")))
			_, err = plain.ExecContext(ctx, `BEGIN; SET LOCAL app.user_id = '`+alice+`'; COMMIT`)
			Expect(err).NotTo(HaveOccurred())
			Expect(count(ctx)).To(BeZero())
		})
	})

	Context("when the worker's role is taken", func() {
		It("stays out of reach, but for the leases, which are across owners", func(ctx SpecContext) {
			db = open(addresses.Chatcore, ownerdb.Options{MaxConns: 1})
			for _, user := range []string{alice, bob} {
				Expect(lease(ctx, db, user)).To(Succeed())
			}
			Expect(db.AsRole(ctx, "taskpilot_worker", func(tx *ownerdb.Tx) error {
				var users []string
				err := tx.Select(ctx, &users, `SELECT user_id FROM turn_leases`)
				Expect(users).To(ContainElements(alice, bob))
				return err
			})).To(Succeed())
			err := db.AsRole(ctx, "taskpilot_worker", func(tx *ownerdb.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE messages SET content = ''`)
				return err
			})
			Expect(err).To(MatchError(ContainSubstring("permission denied")))

			By("and is given back at the end")
			Expect(db.As(ctx, alice, func(tx *ownerdb.Tx) error {
				var users []string
				err := tx.Select(ctx, &users, `SELECT user_id FROM turn_leases`)
				Expect(users).To(Equal([]string{alice}))
				return err
			})).To(Succeed())
		})

		It("has no owner, whoever had the connection before", func(ctx SpecContext) {
			db = open(addresses.Chatcore, ownerdb.Options{MaxConns: 1})
			for range 3 {
				Expect(db.As(ctx, alice, func(*ownerdb.Tx) error { return nil })).To(Succeed())
				Expect(db.AsRole(ctx, "taskpilot_worker", func(tx *ownerdb.Tx) error {
					var owner string
					err := tx.Get(ctx, &owner, `SELECT coalesce(current_setting('app.user_id', true), '')`)
					Expect(owner).To(BeEmpty())
					return err
				})).To(Succeed())
			}
		})

		It("cannot be taken by a process that is not of it", func(ctx SpecContext) {
			Expect(db.AsRole(ctx, "taskpilot_worker", func(*ownerdb.Tx) error { return nil })).To(
				MatchError(ContainSubstring("permission denied")))
		})
	})
})

// lease makes a conversation with an answer at work.
func lease(ctx context.Context, db *ownerdb.DB, user string) error {
	return db.As(ctx, user, func(tx *ownerdb.Tx) error {
		for _, statement := range []string{
			`INSERT INTO conversations (user_id, id, created_at, updated_at) VALUES ($1, 1, now(), now())`,
			`INSERT INTO messages (user_id, id, conversation_id, position, role, content, state, created_at)
				VALUES ($1, 1, 1, 1, 'user', 'hello', 'done', now())`,
			`INSERT INTO messages (user_id, id, conversation_id, position, role, content, state, created_at, reply_to)
				VALUES ($1, 2, 1, 2, 'assistant', '', 'running', now(), 1)`,
			`INSERT INTO turn_leases (user_id, run_id, owner_url, until) VALUES ($1, 2, 'http://x', now())`,
		} {
			if _, err := tx.Exec(ctx, statement, user); err != nil {
				return err
			}
		}
		return nil
	})
}

var _ = Describe("The schema", func() {
	var admin *sql.DB
	BeforeEach(func() { admin = raw(pgtest.Database(GinkgoTB()).Admin) })

	names := func(ctx context.Context, query string) []string {
		rows, err := admin.QueryContext(ctx, query)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = rows.Close() }()
		var found []string
		for rows.Next() {
			var name string
			Expect(rows.Scan(&name)).To(Succeed())
			found = append(found, name)
		}
		Expect(rows.Err()).NotTo(HaveOccurred())
		return found
	}

	It("forces row-level security on every table, with a policy of its owner", func(ctx SpecContext) {
		tables := names(ctx, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`)
		Expect(tables).To(ContainElements("tasks", "conversations", "messages", "steps", "tool_calls", "chatkit_sessions", "attachments"))
		Expect(names(ctx, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
			AND relrowsecurity AND relforcerowsecurity ORDER BY 1`)).To(Equal(tables))
		Expect(names(ctx, `SELECT tablename FROM pg_policies WHERE policyname = 'owner' AND permissive = 'PERMISSIVE'
			AND qual LIKE '%user_id = current_setting(''app.user_id''%' AND with_check = qual ORDER BY 1`)).To(Equal(tables))
		Expect(names(ctx, `SELECT tablename || ' to ' || array_to_string(roles, ',') FROM pg_policies
			WHERE policyname <> 'owner' ORDER BY 1`)).To(Equal([]string{
			"action_leases to taskpilot_worker", "attachment_sweeps to taskpilot_worker", "turn_leases to taskpilot_worker",
		}))
	})

	It("begins every key with the owner", func(ctx SpecContext) {
		keys := names(ctx, `SELECT c.conrelid::regclass || '.' || c.conname || ':' || a.attname
			FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
			WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'u', 'f')`)
		Expect(len(keys)).To(BeNumerically(">", 10))
		Expect(slices.DeleteFunc(keys, func(key string) bool { return strings.HasSuffix(key, ":user_id") })).To(BeEmpty())
	})

	It("gives the processes roles that own nothing and bypass nothing", func(ctx SpecContext) {
		Expect(names(ctx, `SELECT rolname FROM pg_roles WHERE rolname LIKE 'taskpilot\_%'
			AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit)`)).To(BeEmpty())
		Expect(names(ctx, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner LIKE 'taskpilot\_%'`)).To(BeEmpty())
		Expect(names(ctx, `SELECT grantee || ' ' || table_name FROM information_schema.role_table_grants WHERE table_schema = 'public'
			AND (grantee = 'PUBLIC' OR grantee = 'taskpilot_toolserver' AND table_name NOT IN ('tasks', 'tool_effects')
			OR grantee = 'taskpilot_chatcore' AND table_name IN ('tasks', 'tool_effects')
			OR grantee = 'taskpilot_worker' AND table_name NOT IN ('turn_leases', 'action_leases', 'attachment_sweeps'))`)).To(BeEmpty())
	})
})

var _ = Describe("A look", func() {
	var db *ownerdb.DB
	var alice string

	BeforeEach(func(ctx SpecContext) {
		db = open(pgtest.Database(GinkgoTB()).Toolserver, ownerdb.Options{MaxConns: 1})
		alice = someone("alice")
		Expect(addTask(ctx, db, alice, 1, "one")).To(Succeed())
	})

	It("sees its owner's rows, without a WHERE, and nobody else's", func(ctx SpecContext) {
		for user, seen := range map[string]int{alice: 1, someone("bob"): 0} {
			var rows int
			Expect(db.Look(ctx, user, func(tx *ownerdb.Tx) error { return tx.Get(ctx, &rows, `SELECT count(*) FROM tasks`) })).To(Succeed())
			Expect(rows).To(Equal(seen))
		}
		Expect(db.Look(ctx, "", func(*ownerdb.Tx) error { return nil })).To(MatchError(ownerdb.ErrNoOwner))
	})

	It("changes nothing", func(ctx SpecContext) {
		err := db.Look(ctx, alice, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, insertTask, alice, 2, "two")
			return err
		})
		Expect(err).To(MatchError(ContainSubstring("read-only transaction")))
		Expect(titles(ctx, db, alice)).To(Equal([]string{"one"}))
	})

	It("leaves its place to the next one, also when it fails, panics, or its caller leaves", func(ctx SpecContext) {
		for range 20 {
			Expect(db.Look(ctx, alice, func(*ownerdb.Tx) error { return errors.New("enough") })).To(MatchError("enough"))
			Expect(func() { _ = db.Look(ctx, alice, func(*ownerdb.Tx) error { panic("at the disco") }) }).To(Panic())
			leaving, leave := context.WithCancel(ctx)
			Expect(db.Look(leaving, alice, func(*ownerdb.Tx) error { leave(); return nil })).To(Succeed())
			Expect(titles(ctx, db, alice)).To(Equal([]string{"one"}))
		}
	}, SpecTimeout(20*time.Second))
})
