package faults_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// How long and how often a condition is waited for, where the faults are over: longer than any bound of the processes'
// own settings.
const (
	settle     = 90 * time.Second
	pollSlowly = 100 * time.Millisecond
)

// manyBreaches are as many as anybody reads.
const manyBreaches = 40

// crowd is how many people talk at the same time.
const crowd = 8

var _ = Describe("Faults at every hop", Serial, func() {
	It("lose no message, end every turn once, act once, and leave nothing behind", func(ctx SpecContext) {
		faults := plan(*faultSeed, *faultCount)
		DeferCleanup(func() {
			if CurrentSpecReport().Failed() {
				AddReportEntry("to replay", fmt.Sprintf("go test ./deploy/e2e/faults -args -faults.n=%d -faults.seed=%d\n%s",
					*faultCount, *faultSeed, describe(faults)))
			}
		})
		w := newWorld()
		endure(ctx, w, faults)

		By("waiting for calm")
		Eventually(ctx, func() []string { return rows(ctx, storedLaws["no lease is left"]) }).
			WithPolling(pollSlowly).WithTimeout(settle).Should(BeEmpty())

		By("checking the laws")
		broken := append(w.violations(), checkStored(ctx)...)
		broken = append(broken, w.checkSaid(ctx)...)
		broken = append(broken, w.checkHistories(ctx)...)
		broken = append(broken, strangeEnds()...)
		w.report()
		slices.Sort(broken)
		if len(broken) > manyBreaches {
			broken = append(broken[:manyBreaches], fmt.Sprintf("and %d more", len(broken)-manyBreaches))
		}
		Expect(strings.Join(broken, "\n")).To(BeEmpty(), "seed %d", *faultSeed)
		expectNoLeaks(ctx)
	}, NodeTimeout(time.Hour))
})

// endure lets people talk while faults happen, and returns when the faults are over and everybody has what they waited for.
func endure(ctx context.Context, w *world, faults []fault) {
	GinkgoHelper()
	stop := make(chan struct{})
	var talking sync.WaitGroup
	for i := range crowd {
		p := w.newPerson(newUser("someone"), *faultSeed+uint64(i))
		talking.Go(func() { p.live(ctx, stop) })
	}
	forget := make(chan struct{})
	talking.Go(func() { // the scripted model remembers every request
		for {
			select {
			case <-time.After(5 * time.Second):
				model.Reset()
			case <-forget:
				return
			}
		}
	})
	newChaos(w).run(ctx, faults)
	Expect(system.Calm(ctx)).To(Succeed())
	close(stop)
	close(forget)
	talking.Wait()
}

// strangeEnds are processes that ended by themselves, or not in order, and what must never be in a log.
func strangeEnds() (broken []string) {
	for _, replica := range system.Replicas() {
		for _, err := range replica.Strange() {
			broken = append(broken, err.Error())
		}
		for line := range strings.Lines(replica.Log()) {
			for _, never := range []string{"panic", "DATA RACE", `"status":500`} {
				if strings.Contains(line, never) {
					broken = append(broken, brief("%s: %s", replica.Name, strings.TrimSpace(line)))
				}
			}
		}
	}
	return broken
}

// report says what people met.
func (w *world) report() {
	GinkgoWriter.Printf("%d messages were said, %d accepted\n", len(w.said), len(slices.DeleteFunc(slices.Clone(w.said), func(s *said) bool { return !s.accepted })))
	for _, what := range slices.Sorted(maps.Keys(w.counts)) {
		GinkgoWriter.Printf("%5d %s\n", w.counts[what], what)
	}
}
