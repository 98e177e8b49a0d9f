package faults_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// goroutines are how many each kind of process has, the most of its replicas.
type goroutines map[string]int

// countGoroutines counts while no connection is open that nobody needs.
func countGoroutines(ctx context.Context) goroutines {
	GinkgoHelper()
	rest()
	counts := goroutines{}
	for _, replica := range system.Replicas() {
		n, _, err := replica.Goroutines(ctx)
		Expect(err).NotTo(HaveOccurred())
		counts[kindOf(replica.Name)] = max(counts[kindOf(replica.Name)], n)
	}
	return counts
}

// rest closes connections that are kept for later.
func rest() {
	GinkgoHelper()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for _, hop := range system.Hops() {
		Expect(hop.Cut()).To(Succeed())
	}
}

func kindOf(replica string) string {
	kind, _, _ := strings.Cut(replica, "-")
	return kind
}

// spare are goroutines that come and go: connections that are just being closed, a round of the lease's ticker.
const spare = 12

// expectNoLeaks waits until every process is back where it was at rest.
func expectNoLeaks(ctx context.Context) {
	GinkgoHelper()
	rest()
	for _, replica := range system.Replicas() {
		Eventually(ctx, func() (string, error) {
			n, stacks, err := replica.Goroutines(ctx)
			if n > usual[kindOf(replica.Name)]+spare {
				return fmt.Sprintf("%s has %d goroutines, and had %d:\n%s", replica.Name, n, usual[kindOf(replica.Name)], stacks), err
			}
			return "", err
		}).WithPolling(pollSlowly).WithTimeout(settle).Should(BeEmpty())
	}
	// Each replica has a pool of at most 17; what a killed one had is gone with its connections.
	Eventually(ctx, func() []string {
		return rows(ctx, `SELECT format('%s has %s connections', usename, count(*)) FROM pg_stat_activity
			WHERE usename IN ('taskpilot_chatcore', 'taskpilot_toolserver') AND datname = current_database()
			GROUP BY usename HAVING count(*) > 34`)
	}).WithPolling(pollSlowly).WithTimeout(settle).Should(BeEmpty())
	Eventually(ctx, func() []string {
		return rows(ctx, `SELECT format('%s waits in a transaction: %s', usename, query) FROM pg_stat_activity
			WHERE usename IN ('taskpilot_chatcore', 'taskpilot_toolserver') AND datname = current_database()
			AND state LIKE 'idle in transaction%' AND state_change < now() - interval '2 seconds'`)
	}).WithPolling(pollSlowly).WithTimeout(settle).Should(BeEmpty())
}
