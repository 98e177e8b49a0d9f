package main

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"

	_ "github.com/lib/pq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"taskpilot/deploy/postgres"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/tokens"
)

var _ = Describe("The set-up", func() {
	var (
		dir     string
		admin   string
		environ []string
	)

	secret := func(name, content string) string {
		path := filepath.Join(dir, name)
		Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
		return path
	}
	login := func(ctx context.Context, dsn string) error {
		db, err := sql.Open("postgres", dsn)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = db.Close() }()
		return db.PingContext(ctx)
	}
	passfileDSN := func(role, process string) string {
		dsn, err := url.Parse(admin)
		Expect(err).NotTo(HaveOccurred())
		dsn.User = url.User(role)
		query := dsn.Query()
		query.Set("passfile", filepath.Join(dir, process, "pgpass"))
		dsn.RawQuery = query.Encode()
		return dsn.String()
	}

	BeforeEach(func() {
		dir = GinkgoT().TempDir()
		admin = pgtest.Fresh(GinkgoT()).Admin
		// The specs' own passwords stay: the roles belong to the whole server.
		own := postgres.DerivedPasswords(admin)
		environ = []string{
			"DATABASE_URL=" + admin,
			"CHATCORE_PASSWORD_FILE=" + secret("chatcore-password", own[postgres.RoleChatcore]+"\n"),
			"TOOLSERVER_PASSWORD_FILE=" + secret("toolserver-password", own[postgres.RoleToolserver]),
			"ADAPTER_DIR=" + filepath.Join(dir, "adapter"),
			"CHATCORE_DIR=" + filepath.Join(dir, "chatcore"),
			"TOOLSERVER_DIR=" + filepath.Join(dir, "toolserver"),
		}
	})

	It("leaves each process what it needs, and nothing of the others'", func(ctx SpecContext) {
		Expect(run(ctx, nil, environ, GinkgoWriter)).To(Succeed())
		Expect(login(ctx, passfileDSN(postgres.RoleChatcore, "chatcore"))).To(Succeed())
		Expect(login(ctx, passfileDSN(postgres.RoleToolserver, "toolserver"))).To(Succeed())
		Expect(tokens.LoadKeys(filepath.Join(dir, "adapter", "keys.json"))).NotTo(BeNil())
		Expect(tokens.LoadKeys(filepath.Join(dir, "chatcore", "keys.json"))).NotTo(BeNil())
		Expect(filepath.Join(dir, "toolserver", "keys.json")).NotTo(BeAnExistingFile())
		Expect(filepath.Join(dir, "adapter", "pgpass")).NotTo(BeAnExistingFile())
	})

	It("lets nobody else read the files", func(ctx SpecContext) {
		Expect(run(ctx, nil, environ, GinkgoWriter)).To(Succeed())
		for _, name := range []string{"chatcore/keys.json", "chatcore/pgpass", "toolserver/pgpass", "adapter/keys.json"} {
			info, err := os.Stat(filepath.Join(dir, name))
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)), name)
		}
	})

	It("changes no key when it runs again", func(ctx SpecContext) {
		Expect(run(ctx, nil, environ, GinkgoWriter)).To(Succeed())
		before, err := os.ReadFile(filepath.Join(dir, "chatcore", "keys.json"))
		Expect(err).NotTo(HaveOccurred())
		Expect(run(ctx, nil, environ, GinkgoWriter)).To(Succeed())
		Expect(os.ReadFile(filepath.Join(dir, "chatcore", "keys.json"))).To(Equal(before))
	})

	It("takes the migrating role's password from a file", func(ctx SpecContext) {
		dsn, err := url.Parse(admin)
		Expect(err).NotTo(HaveOccurred())
		password, given := dsn.User.Password()
		if !given {
			Skip("this server lets its migrating role in without a password")
		}
		dsn.User = url.User(dsn.User.Username())
		environ[0] = "DATABASE_URL=" + dsn.String()
		environ = append(environ, "DATABASE_PASSWORD_FILE="+secret("own", password+"\n"))
		Expect(run(ctx, nil, environ, GinkgoWriter)).To(Succeed())
	})

	It("names every setting that is missing", func(ctx SpecContext) {
		Expect(run(ctx, nil, nil, GinkgoWriter)).To(MatchError(And(
			ContainSubstring("DATABASE_URL"), ContainSubstring("CHATCORE_PASSWORD_FILE"), ContainSubstring("TOOLSERVER_PASSWORD_FILE"))))
	})

	It("refuses a password file that is empty or has several lines", func(ctx SpecContext) {
		environ[1] = "CHATCORE_PASSWORD_FILE=" + secret("bad", "\n")
		environ[2] = "TOOLSERVER_PASSWORD_FILE=" + secret("worse", "a\nb\n")
		Expect(run(ctx, nil, environ, GinkgoWriter)).To(MatchError(And(
			ContainSubstring("CHATCORE_PASSWORD_FILE"), ContainSubstring("TOOLSERVER_PASSWORD_FILE"))))
	})

	It("keeps passwords out of what it prints", func(ctx SpecContext) {
		printed := gbytes.NewBuffer()
		Expect(run(ctx, nil, environ, printed)).To(Succeed())
		Expect(string(printed.Contents())).NotTo(ContainSubstring(postgres.DerivedPasswords(admin)[postgres.RoleChatcore]))
	})

	It("gives up at once when a role may not set the database up", func(ctx SpecContext) {
		dsn, err := postgres.DSNFor(admin, postgres.RoleChatcore, postgres.DerivedPasswords(admin)[postgres.RoleChatcore])
		Expect(err).NotTo(HaveOccurred())
		environ[0] = "DATABASE_URL=" + dsn
		Expect(run(ctx, nil, environ, GinkgoWriter)).To(MatchError(postgres.ErrNotMigrator))
	})
})
