package postgres_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/postgres"
)

// query asks for one value.
func query(ctx context.Context, dsn, statement string) (string, error) {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	var value sql.NullString
	err = db.QueryRowContext(ctx, statement).Scan(&value)
	return value.String, err
}

func execute(ctx context.Context, dsn, statement string) {
	GinkgoHelper()
	db, err := sql.Open("postgres", dsn)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, statement)
	Expect(err).NotTo(HaveOccurred())
}

// openDir is a directory that Postgres's account can pass through, as a launcher's data directory is.
func openDir() string {
	dir, err := os.MkdirTemp("", "taskpilot-postgres-spec-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	Expect(os.Chmod(dir, 0o711)).To(Succeed())
	return dir
}

var _ = Describe("A private server", func() {
	var (
		dir     string
		durable bool
		said    []string
	)

	start := func(ctx context.Context) *postgres.Server {
		GinkgoHelper()
		server, err := postgres.Start(ctx, postgres.Options{
			DataDir: dir, Durable: durable, Stderr: GinkgoWriter, Log: func(s string) { said = append(said, s) },
		})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { _ = server.Stop() }) // some specs killed it
		return server
	}

	BeforeEach(func() {
		dir, durable, said = filepath.Join(openDir(), "data"), false, nil
	})

	It("keeps its data and its address over a restart", func(ctx SpecContext) {
		server := start(ctx)
		dsn := server.AdminDSN("postgres")
		execute(ctx, dsn, `CREATE TABLE kept AS SELECT 'tea' AS thing`)
		Expect(server.Stop()).To(Succeed())
		Expect(start(ctx).AdminDSN("postgres")).To(Equal(dsn))
		Expect(query(ctx, dsn, `SELECT thing FROM kept`)).To(Equal("tea"))
	})

	It("comes back after it was killed in the middle of its work", func(ctx SpecContext) {
		durable = true // else the last moments are lost
		server := start(ctx)
		dsn := server.AdminDSN("postgres")
		execute(ctx, dsn, `CREATE TABLE kept AS SELECT 'tea' AS thing`)
		busy, err := sql.Open("postgres", dsn)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { _ = busy.Close() }) // its connection was cut
		Expect(busy.PingContext(ctx)).To(Succeed())
		Expect(syscall.Kill(server.PID, syscall.SIGKILL)).To(Succeed())
		Eventually(ctx, server.Done()).Should(BeClosed())
		Expect(start(ctx).PID).NotTo(Equal(server.PID))
		Expect(query(ctx, dsn, `SELECT thing FROM kept`)).To(Equal("tea"))
	})

	It("starts though its old number is somebody else's now", func(ctx SpecContext) {
		Expect(start(ctx).Stop()).To(Succeed())
		stale := filepath.Join(dir, "cluster", "postmaster.pid")
		Expect(os.WriteFile(stale, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644)).To(Succeed())
		start(ctx)
	})

	It("listens on no network, and lets nobody in without the password", func(ctx SpecContext) {
		server := start(ctx)
		Expect(query(ctx, server.AdminDSN("postgres"), `SHOW listen_addresses`)).To(BeEmpty())
		wrong, err := postgres.DSNFor(server.AdminDSN("postgres"), postgres.Migrator, "guess")
		Expect(err).NotTo(HaveOccurred())
		_, err = query(ctx, wrong, `SELECT 1`)
		Expect(err).To(MatchError(ContainSubstring("password authentication failed")))
		for _, private := range []string{dir, filepath.Join(dir, "socket")} {
			info, err := os.Stat(private)
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o700)))
		}
	})

	It("knows letters beyond ASCII", func(ctx SpecContext) {
		Expect(query(ctx, start(ctx).AdminDSN("postgres"), `SELECT lower('ÄÉ')`)).To(Equal("äé"))
	})

	It("puts its socket elsewhere when the path is too long for one", func(ctx SpecContext) {
		dir = filepath.Join(filepath.Dir(dir), strings.Repeat("long/", 20), "data")
		dsn := start(ctx).AdminDSN("postgres")
		Expect(dsn).NotTo(ContainSubstring("long"))
		Expect(query(ctx, dsn, `SELECT 'here'`)).To(Equal("here"))
	})

	It("puts its data elsewhere, and says where, when its account can't pass a parent", func(ctx SpecContext) {
		if os.Geteuid() != 0 {
			Skip("only root starts Postgres as another account")
		}
		Expect(os.Chmod(filepath.Dir(dir), 0o700)).To(Succeed())
		server := start(ctx)
		target, err := os.Readlink(dir)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(os.RemoveAll, target)
		execute(ctx, server.AdminDSN("postgres"), `CREATE TABLE kept AS SELECT 'tea' AS thing`)
		Expect(server.Stop()).To(Succeed())
		again := start(ctx)
		Expect(query(ctx, again.AdminDSN("postgres"), `SELECT thing FROM kept`)).To(Equal("tea"), "it is found there again")
		Expect(again.Stop()).To(Succeed())
		Expect(said).To(ContainElement(And(ContainSubstring(target), ContainSubstring(filepath.Dir(dir)))))
	})

	It("is refused its data when another Postgres than the installed ones made it", func(ctx SpecContext) {
		Expect(start(ctx).Stop()).To(Succeed())
		Expect(os.WriteFile(filepath.Join(dir, "cluster", "PG_VERSION"), []byte("9\n"), 0o644)).To(Succeed())
		_, err := postgres.Start(ctx, postgres.Options{DataDir: dir})
		Expect(err).To(MatchError(And(ContainSubstring("Postgres 9"), ContainSubstring("PG_BIN"))))
	})

	It("gives up when it is told to", func(ctx SpecContext) {
		ended, end := context.WithCancel(ctx)
		end()
		_, err := postgres.Start(ended, postgres.Options{DataDir: dir})
		Expect(err).To(MatchError(context.Canceled))
	})
})
