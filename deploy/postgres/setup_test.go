package postgres_test

import (
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres"
	"taskpilot/deploy/postgres/pgtest"
)

var _ = Describe("Setting a database up", func() {
	var (
		admin     string
		passwords map[string]string
	)

	BeforeEach(func() {
		admin = pgtest.Fresh(GinkgoT()).Admin
		passwords = postgres.DerivedPasswords(admin)
	})

	It("changes nothing the second time", func(ctx SpecContext) {
		execute(ctx, admin, `INSERT INTO tasks VALUES ('alice', 1, 'Tea', NULL, false, now(), now())`)
		Expect(postgres.Setup(ctx, admin, passwords)).To(Succeed())
		Expect(query(ctx, admin, `SELECT count(*) FROM tasks`)).To(Equal("1"))
	})

	It("can be done by several at once, in several databases of one server", func(ctx SpecContext) {
		other := pgtest.Fresh(GinkgoT()).Admin
		var all sync.WaitGroup
		failures := make(chan error, 8)
		for _, dsn := range []string{admin, other, admin, other, admin, other, admin, other} {
			all.Go(func() { failures <- postgres.Setup(ctx, dsn, passwords) })
		}
		all.Wait()
		close(failures)
		for err := range failures {
			Expect(err).NotTo(HaveOccurred())
		}
	})

	It("leaves roles that can log in, own nothing and bypass nothing", func(ctx SpecContext) {
		for role, password := range passwords {
			dsn, err := postgres.DSNFor(admin, role, password)
			Expect(err).NotTo(HaveOccurred())
			Expect(query(ctx, dsn, `SELECT current_user`)).To(Equal(role))
			Expect(query(ctx, dsn, `SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user`)).
				To(Equal("false"))
			Expect(query(ctx, dsn, `SELECT count(*) FROM pg_tables WHERE tableowner = current_user`)).To(Equal("0"))
		}
	})

	It("takes a password with any characters", func(ctx SpecContext) {
		const odd = `it's "odd" \ é @:/?#%&= $$`
		execute(ctx, admin, `DROP ROLE IF EXISTS odd_spec`)
		execute(ctx, admin, `CREATE ROLE odd_spec`)
		DeferCleanup(execute, admin, `DROP ROLE odd_spec`)
		Expect(postgres.SetPasswords(ctx, admin, map[string]string{"odd_spec": odd})).To(Succeed())
		dsn, err := postgres.DSNFor(admin, "odd_spec", odd)
		Expect(err).NotTo(HaveOccurred())
		Expect(query(ctx, dsn, `SELECT current_user`)).To(Equal("odd_spec"))
	})

	It("is refused to a role that would not see all rows, in words that help", func(ctx SpecContext) {
		dsn, err := postgres.DSNFor(admin, postgres.RoleChatcore, passwords[postgres.RoleChatcore])
		Expect(err).NotTo(HaveOccurred())
		err = postgres.Setup(ctx, dsn, passwords)
		Expect(err).To(MatchError(postgres.ErrNotMigrator))
		Expect(err).To(MatchError(ContainSubstring(`ALTER ROLE "taskpilot_chatcore" BYPASSRLS`)))
	})

	It("says that a server is away, and no password", func(ctx SpecContext) {
		err := postgres.Setup(ctx, "postgres://someone:hidden@127.0.0.1:1/db?sslmode=disable", passwords)
		Expect(err).To(MatchError(postgres.ErrUnreachable))
		Expect(err.Error()).NotTo(ContainSubstring("hidden"))
	})

	It("makes a database that is not there, once", func(ctx SpecContext) {
		DeferCleanup(execute, admin, `DROP DATABASE IF EXISTS spec_made`)
		Expect(postgres.EnsureDatabase(ctx, admin, "spec_made")).To(Succeed())
		Expect(postgres.EnsureDatabase(ctx, admin, "spec_made")).To(Succeed())
	})
})

var _ = Describe("A database's address", func() {
	DescribeTable("for another role",
		func(admin, password, expected string) {
			Expect(postgres.DSNFor(admin, "app", password)).To(Equal(expected))
		},
		Entry("as a URL", "postgres://root:secret@db:5432/x?sslmode=require", "pw", "postgres://app:pw@db:5432/x?sslmode=require"),
		Entry("as a URL with a role in its query", "postgresql:///x?host=/run&user=root&password=secret", "pw",
			"postgresql://app:pw@/x?host=%2Frun"),
		Entry("as a URL, with a password that needs escaping", "postgres://db/x", "a/b@c", "postgres://app:a%2Fb%40c@db/x"),
		Entry("as pairs", "host=db user=root password=secret", "it's", `host=db user=root password=secret user='app' password='it\'s'`),
	)

	It("is refused when it is none, and not repeated", func() {
		_, err := postgres.DSNFor("secret", "app", "pw")
		Expect(err).To(HaveOccurred())
		Expect(err.Error()).NotTo(ContainSubstring("secret"))
		_, err = postgres.DSNFor("postgres://root:secret@[::1", "app", "pw")
		Expect(err).To(HaveOccurred())
		Expect(err.Error()).NotTo(ContainSubstring("secret"))
	})

	It("keeps all else for another database", func() {
		Expect(postgres.InDatabase("postgres://root:secret@db/x?sslmode=require", "y")).
			To(Equal("postgres://root:secret@db/y?sslmode=require"))
		Expect(postgres.InDatabase("host=db dbname=x", "y")).To(Equal("host=db dbname=x dbname='y'"))
	})

	It("gives the same passwords for every database of a server, and different ones for each role", func() {
		one := postgres.DerivedPasswords("postgres://root:secret@db/x")
		Expect(postgres.DerivedPasswords("postgres://root:secret@db/y")).To(Equal(one))
		Expect(one[postgres.RoleChatcore]).NotTo(Equal(one[postgres.RoleToolserver]))
		Expect(strings.Join([]string{one[postgres.RoleChatcore], one[postgres.RoleToolserver]}, "")).NotTo(ContainSubstring("secret"))
	})
})
