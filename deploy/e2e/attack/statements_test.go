package attack_test

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// logged is a line of Postgres's log that begins a message: who said it, of what kind it is, and its first line.
var logged = regexp.MustCompile(`^ *postgres +\| \S+ \S+ \S+ \[(\d+)\] (\w+):  (.*)$`)

var (
	executes = regexp.MustCompile(`^(execute [^:]*|statement): `)
	owners   = regexp.MustCompile(`app\.user_id = '[^']*'`)
	spaces   = regexp.MustCompile(`\s+`)
)

// transactions are what Postgres was asked for between two marks in its log, each as its statements without their values.
// Those of the workers, which go on all the time, are left out.
func transactions(log string) (all []string) {
	open := map[string][]string{} // by process
	var speaker string
	for line := range strings.SplitSeq(log, "\n") {
		head := logged.FindStringSubmatch(line)
		if head == nil { // the statement goes on, or somebody else speaks
			_, rest, ours := strings.Cut(line, "| ")
			if n := len(open[speaker]); ours && strings.HasPrefix(strings.TrimSpace(line), "postgres") && n > 0 {
				open[speaker][n-1] += " " + rest
			}
			continue
		}
		speaker = head[1]
		if head[2] != "LOG" || !executes.MatchString(head[3]) {
			speaker = ""
			continue
		}
		open[speaker] = append(open[speaker], executes.ReplaceAllString(head[3], ""))
	}
	for _, statements := range open {
		all = append(all, split(statements)...)
	}
	slices.Sort(all)
	return all
}

// split cuts what a connection was asked for at the ends of its transactions.
func split(statements []string) (all []string) {
	var one []string
	for _, statement := range statements {
		statement = spaces.ReplaceAllString(owners.ReplaceAllString(statement, "app.user_id = …"), " ")
		one = append(one, strings.TrimSpace(statement))
		if last := strings.ToUpper(one[len(one)-1]); last == "COMMIT" || last == "ROLLBACK" {
			// A worker's may have begun before the first mark.
			if text := strings.Join(one, "\n"); strings.HasPrefix(text, "BEGIN") && !strings.Contains(text, "SET LOCAL ROLE") {
				all = append(all, text)
			}
			one = nil
		}
	}
	return all
}

// asked is what Postgres is asked for while do runs.
func asked(ctx context.Context, do func()) []string {
	GinkgoHelper()
	mark := func() (name string) {
		name = "mark_" + rand.Text()
		Eventually(ctx, func() bool { // the setting may not have reached this connection yet
			_, err := database.ExecContext(ctx, `SELECT '`+name+`'`)
			Expect(err).NotTo(HaveOccurred())
			return strings.Contains(system.Log(), name)
		}).WithTimeout(30 * time.Second).WithPolling(20 * time.Millisecond).Should(BeTrue())
		return name
	}
	first := mark()
	do()
	Eventually(ctx, func() (open int) { // what only reads is answered before its transaction has ended
		Expect(database.GetContext(ctx, &open, `SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`)).To(Succeed())
		return open
	}).WithTimeout(30 * time.Second).WithPolling(5 * time.Millisecond).Should(BeZero())
	last := mark()
	log := system.Log()
	return transactions(log[strings.LastIndex(log, first):strings.Index(log, last)])
}

var _ = Describe("What is another's and what is not there", func() {
	It("are told apart by no statement", func(ctx SpecContext) {
		set := func(ctx context.Context, value string) {
			GinkgoHelper()
			_, err := database.ExecContext(ctx, `ALTER SYSTEM SET log_statement = `+value)
			Expect(err).NotTo(HaveOccurred())
			_, err = database.ExecContext(ctx, `SELECT pg_reload_conf()`)
			Expect(err).NotTo(HaveOccurred())
		}
		set(ctx, "'all'")
		DeferCleanup(func(ctx SpecContext) { set(ctx, "DEFAULT") })
		Eventually(ctx, func() []string { // the setting has reached every connection
			return asked(ctx, func() {
				send(ctx, knock{to: "chatcore", method: "GET", path: "/conversations"}, "mel", token(ctx, "mel", ""))
			})
		}).WithTimeout(30 * time.Second).ShouldNot(BeEmpty())

		dice := mathrand.New(mathrand.NewPCG(uint64(GinkgoRandomSeed()), 2))
		r := newRound(ctx, "s"+rand.Text(), dice)
		for range 6 {
			r.live(ctx)
		}
		others := loot{}
		for kind, things := range r.mallory.loot {
			others[kind] = slices.DeleteFunc(slices.Clone(things), func(one thing) bool { return one.Owner == r.mallory.name })
			Expect(others[kind]).NotTo(BeEmpty(), kind)
		}
		statements := 0
		for _, d := range r.doors {
			var theirs, nobodys []string
			for _, kind := range d.takes {
				one := others[kind][dice.IntN(len(others[kind]))]
				theirs, nobodys = append(theirs, one.ID), append(nobodys, twin(dice, one, theirs, nobodys))
			}
			ask := func(ids []string) []string {
				k := d.knock(ids)
				return asked(ctx, func() { send(ctx, k, r.mallory.name, r.mallory.bearer(k)) })
			}
			with, without := ask(theirs), ask(nobodys)
			Expect(with).To(Equal(without), "%s with %v", d.name, theirs)
			statements += len(with)
		}
		Expect(statements).To(BeNumerically(">", len(r.doors)/2), "or nothing was counted")
		AddReportEntry("compared", fmt.Sprintf("%d doors, %d transactions", len(r.doors), statements))
	})
})
