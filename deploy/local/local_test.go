package main_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	_ "github.com/lib/pq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"taskpilot/deploy/local/stack"
)

// soon is ample for what takes a moment, also on a machine with much to do; the first build may take minutes.
const (
	soon  = 30 * time.Second
	build = 10 * time.Minute
)

var _ = Describe("The launcher", Ordered, func() {
	var (
		binary string
		data   string
	)

	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, append(args, "--data", data, "--adapter", "127.0.0.1:0", "--chatcore", "127.0.0.1:0",
			"--toolserver", "127.0.0.1:0", "--issuer", "127.0.0.1:0", "--model", "127.0.0.1:0")...)
		cmd.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool {
			return strings.HasPrefix(pair, "DATABASE_URL=") || strings.HasPrefix(pair, "OPENAI_")
		})
		return cmd
	}
	launch := func(ctx context.Context, name string, args ...string) *gexec.Session {
		GinkgoHelper()
		session, err := gexec.Start(command(name, args...), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { session.Kill() })
		Eventually(ctx, session).WithTimeout(build).Should(gbytes.Say(`ready: http://127\.0\.0\.1:\d+\n`))
		return session
	}
	state := func() stack.State {
		GinkgoHelper()
		now, err := stack.Read(data)
		Expect(err).NotTo(HaveOccurred())
		return now
	}
	pids := func(s stack.State) []int {
		return []int{s.Adapter.PID, s.Chatcore.PID, s.Toolserver.PID, s.Issuer.PID, s.Model.PID, s.Postgres.PID}
	}
	expectNothingLeft := func(ctx context.Context, before stack.State) {
		GinkgoHelper()
		for _, pid := range pids(before) {
			Eventually(ctx, func() bool { return ended(pid) }).WithTimeout(soon).Should(BeTrue(), "pid %d", pid)
		}
	}

	BeforeAll(func(ctx SpecContext) {
		var err error
		data, err = os.MkdirTemp("", "taskpilot-local-spec-") // closed to others, as mktemp -d makes it
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(os.RemoveAll, data)
		binary, err = gexec.Build("taskpilot/deploy/local", "-buildvcs=false")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(gexec.CleanupBuildArtifacts)
	})

	It("starts everything, says where it is, and lets the migrating role see all", func(ctx SpecContext) {
		session := launch(ctx, binary)
		now := state()
		for _, pid := range pids(now) {
			Expect(ended(pid)).To(BeFalse())
		}
		Expect(string(session.Out.Contents())).To(HaveSuffix("ready: " + now.Adapter.URL + "\n"))
		Expect(healthy(ctx, now.Adapter.URL, now.Chatcore.URL, now.Toolserver.URL, now.Issuer.URL)).To(Succeed())
		Expect(now.Issuer.Issuer).To(Equal(now.Issuer.URL))
		Expect(now.Issuer.Audience).To(Equal(stack.Audience))
		Expect(seesAll(ctx, now.Postgres.DSN)).To(BeTrue())
		session.Terminate()
		Eventually(ctx, session).WithTimeout(soon).Should(gexec.Exit(0))
		expectNothingLeft(ctx, now)
		Expect(filepath.Join(data, stack.FileName)).NotTo(BeAnExistingFile())
	})

	It("starts again whatever dies, on the same address", func(ctx SpecContext) {
		launch(ctx, binary)
		first := state()
		for i := range pids(first) {
			old := pids(state())[i]
			Expect(syscall.Kill(old, syscall.SIGKILL)).To(Succeed())
			Eventually(ctx, func() int { return pids(state())[i] }).WithTimeout(soon).ShouldNot(Equal(old))
		}
		now := state()
		Eventually(ctx, func() error {
			return healthy(ctx, now.Adapter.URL, now.Chatcore.URL, now.Toolserver.URL, now.Issuer.URL)
		}).WithTimeout(soon).Should(Succeed())
		Expect(withoutPIDs(now)).To(Equal(withoutPIDs(first)))
	})

	It("refuses to share its data with another launcher, and leaves that one alone", func(ctx SpecContext) {
		launch(ctx, binary)
		before := state()
		second, err := gexec.Start(command(binary), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, second).WithTimeout(soon).Should(gexec.Exit(1))
		Expect(second.Err).To(gbytes.Say(`another launcher \(pid \d+\) runs on `))
		Expect(state()).To(Equal(before))
	})

	It("takes everything with it when it is killed, and starts right away after that, with its data", func(ctx SpecContext) {
		session := launch(ctx, binary)
		before := state()
		_, err := execute(ctx, before.Postgres.DSN, `INSERT INTO tasks VALUES ('alice', 1, 'Tea', NULL, false, now(), now())`)
		Expect(err).NotTo(HaveOccurred())
		session.Kill()
		launch(ctx, binary)
		Expect(state().Postgres.DSN).To(Equal(before.Postgres.DSN))
		n, err := execute(ctx, state().Postgres.DSN, `DELETE FROM tasks WHERE user_id = 'alice'`)
		Expect(err).NotTo(HaveOccurred())
		Expect(n).To(BeEquivalentTo(1))
		expectNothingLeft(ctx, before)
	})

	It("takes everything with it when go run is killed, which tells it nothing", func(ctx SpecContext) {
		session := launch(ctx, "go", "run", "-buildvcs=false", "taskpilot/deploy/local")
		before := state()
		session.Kill()
		expectNothingLeft(ctx, before)
	})

	It("says which address is none, and starts nothing", func(ctx SpecContext) {
		session, err := gexec.Start(exec.Command(binary, "--data", data, "--adapter", "nowhere"), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, session).WithTimeout(soon).Should(gexec.Exit(1))
		Expect(session.Err).To(gbytes.Say("--adapter is not host:port"))
	})
})

// ended says that a process is gone, or waits only for somebody to ask how it ended.
func ended(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(status), ") ")
	return strings.HasPrefix(state, "Z")
}

func healthy(ctx context.Context, urls ...string) error {
	for _, url := range urls {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, response.Status)
		}
	}
	return nil
}

func seesAll(ctx context.Context, dsn string) (sees bool, err error) {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return false, err
	}
	defer func() { _ = db.Close() }()
	row := db.QueryRowContext(ctx, `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`)
	return sees, row.Scan(&sees)
}

func execute(ctx context.Context, dsn, statement string) (int64, error) {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	result, err := db.ExecContext(ctx, statement)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func withoutPIDs(s stack.State) stack.State {
	s.Adapter.PID, s.Chatcore.PID, s.Toolserver.PID, s.Issuer.PID, s.Model.PID, s.Postgres.PID = 0, 0, 0, 0, 0, 0
	return s
}
