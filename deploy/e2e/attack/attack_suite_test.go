package attack_test

import (
	"context"
	"flag"
	"os"
	"testing"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/stack"
)

var (
	steps      = flag.Int("attack.steps", usualSteps(), "how many steps the attacker makes")
	attackSeed = flag.Uint64("attack.seed", 0, "replays the attack with this seed; 0: a new one")
)

// usualSteps are a few in everyday's run, and more in CI's.
func usualSteps() int {
	if os.Getenv("SPECS") == "all" {
		return 2000
	}
	return 200
}

func TestAttack(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "The attack")
}

var (
	system   *stack.Stack
	database *sqlx.DB // as the migrating role: it sees every row

	theTables []string // those with a user's rows
)

var _ = BeforeSuite(func(ctx SpecContext) {
	dir, err := os.MkdirTemp("", "tp-attack-")
	Expect(err).NotTo(HaveOccurred())
	Expect(os.Chmod(dir, 0o755)).To(Succeed()) // Postgres runs as somebody else when we are root
	DeferCleanup(os.RemoveAll, dir)
	launcher, err := stack.BuildLauncher(ctx, dir)
	Expect(err).NotTo(HaveOccurred())
	// The attacker is in a hurry; limits have their own specs.
	system, err = launcher.Start(ctx, dir+"/data", "RATE_USER=0", "RATE_TURNS=0", "RATE_ADDRESS=0", "ATTACHMENTS_URL=file://"+dir+"/files?create_dir=true")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(system.Stop()).To(Succeed()) })
	database, err = sqlx.ConnectContext(ctx, "postgres", system.Postgres.DSN)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(database.Close)
	theTables = tables(ctx)
})

// token is a user's for the chat, or for the tools.
func token(ctx context.Context, user, audience string) string {
	GinkgoHelper()
	made, err := system.Token(ctx, user, audience)
	Expect(err).NotTo(HaveOccurred())
	return made
}
