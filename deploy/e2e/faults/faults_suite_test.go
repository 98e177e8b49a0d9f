package faults_test

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/faults"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
	"taskpilot/deploy/postgres/pgtest"
)

// What the fault run is told on the command line, as in go test ./deploy/e2e/faults -args -faults.n=500.
var (
	faultCount = flag.Int("faults.n", usualFaults(), "how many faults the run has")
	faultSeed  = flag.Uint64("faults.seed", 0, "replays the run that had this `seed`; 0: a new one")
	withRace   = flag.Bool("faults.race", false, "build the processes with the race detector")
	keepLogs   = flag.String("faults.logs", "", "keep the processes' logs in this `directory`")
)

// usualFaults are a few in everyday's run, and more in CI's.
func usualFaults() int {
	if os.Getenv("SPECS") == "all" {
		return 50
	}
	return 12
}

func TestFaults(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Faults")
}

// One system for all specs: they keep apart by being different users, and leave it whole and calm.
var (
	system   *faults.System
	model    *scripted.Endpoint
	talker   *dice      // what the model says where no spec has a script
	database *sqlx.DB   // as the migrating role: it sees every row
	usual    goroutines // in each kind of process at rest
)

// lease is short here, so that a turn is taken over soon.
const lease = time.Second

var _ = BeforeSuite(func(ctx SpecContext) {
	dir, err := os.MkdirTemp("", "tp-faults-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	if *faultSeed == 0 {
		*faultSeed = uint64(time.Now().UnixNano() % 1e9)
	}
	db := pgtest.Fresh(GinkgoT())
	database, err = sqlx.ConnectContext(ctx, "postgres", db.Admin)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(database.Close)
	talker = newDice(*faultSeed)
	model = scripted.New(scripted.Options{Clock: time.Now, NewID: rand.Text, Otherwise: talker.respond, PaceMS: 8})
	DeferCleanup(model.Close)
	system, err = faults.Start(ctx, faults.Options{
		Dir: dir, ChatcoreDSN: db.Chatcore, ToolsDSN: db.Toolserver, Model: model, Race: *withRace,
		Breath: time.Second, ShutdownTime: time.Second,
		Chatcore: map[string]string{
			"TURN_LEASE": lease.String(), "DISCONNECT_GRACE": "1s", "AGENT_MAX_TIME": "20s",
		},
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(system.Close)
	DeferCleanup(copyLogs)
	warmUp(ctx)
	usual = countGoroutines(ctx)
}, NodeTimeout(5*time.Minute))

func copyLogs() {
	if *keepLogs == "" {
		return
	}
	Expect(os.MkdirAll(*keepLogs, 0o755)).To(Succeed())
	for _, replica := range system.Replicas() {
		Expect(os.WriteFile(*keepLogs+"/"+replica.Name+".log", []byte(replica.Log()), 0o600)).To(Succeed())
	}
}

// What pages got, whatever failed, has to be ChatKit's protocol, to the letter.
var _ = AfterEach(func() { Expect(wire.Mistakes()).To(BeEmpty()) })

var _ = ReportAfterEach(func(report SpecReport) {
	if !report.Failed() || system == nil {
		return
	}
	for _, replica := range system.Replicas() {
		AddReportEntry("what "+replica.Name+" complained of last", lastComplaints(replica.Log(), 8))
	}
})

// lastComplaints are the last lines of a log that say more than what was done.
func lastComplaints(log string, n int) string {
	var lines []string
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"level":"INFO"`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], "")
}

var users int

// newUser names somebody whom no other spec knows.
func newUser(name string) string {
	users++
	return fmt.Sprintf("%s-%d", name, users)
}

// warmUp lets every replica work once.
func warmUp(ctx context.Context) {
	GinkgoHelper()
	w := newWorld()
	for range 4 {
		p := w.newPerson(newUser("early"), 1)
		p.send(ctx, &talk{}, moves{})
		p.close()
	}
	Expect(w.violations()).To(BeEmpty())
}
