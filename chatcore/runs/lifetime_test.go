package runs_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
)

var _ = Describe("Going down", func() {
	It("takes no new turns, and waits for those at work", func(ctx SpecContext) {
		release := make(chan struct{})
		m := newManager(newMemory(), func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			<-release
			return speaks(ctx, turn, journal)
		})
		run := start(ctx, m)
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			m.Close(ctx)
		}()
		Eventually(ctx, func() error {
			_, err := m.Start(ctx, request)
			return err
		}).Should(MatchError(runs.ErrGoingDown))
		Expect(closed).NotTo(BeClosed())
		close(release)
		Eventually(ctx, closed).Should(BeClosed())
		Expect(last(read(ctx, run, runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
	})

	It("ends those that take too long as interrupted, and stores that", func(ctx SpecContext) {
		s, said := newMemory(), make(chan struct{})
		m := newManager(s, stalls(said))
		run := start(ctx, m)
		Eventually(ctx, said).Should(BeClosed())
		patience, over := context.WithCancel(ctx)
		over()
		m.Close(patience)
		Expect(m.AtWork()).To(BeZero())
		failed := last(read(ctx, run, runs.Beginning)).(api.RunFailed)
		Expect(failed.Code).To(Equal(agent.CodeInterrupted))
		Expect(failed.Answer.Steps).To(HaveExactElements(HaveField("Content", "Once upon"), HaveField("Code", agent.CodeInterrupted)))
		Expect(s.ends).To(HaveLen(1))
	})

	It("ends also the turn that was being accepted at that moment", func(ctx SpecContext) {
		s, said := newMemory(), make(chan struct{})
		s.hold, s.entered = make(chan struct{}), make(chan struct{}, 1)
		m := newManager(s, stalls(said))
		began := make(chan *runs.Run, 1)
		go func() {
			defer GinkgoRecover()
			began <- start(ctx, m)
		}()
		Eventually(ctx, s.entered).Should(Receive())
		patience, over := context.WithCancel(ctx)
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			m.Close(patience)
		}()
		over()
		Consistently(ctx, closed, "50ms").ShouldNot(BeClosed())
		close(s.hold)
		Eventually(ctx, closed).WithTimeout(10 * time.Second).Should(BeClosed())
		Expect(last(read(ctx, <-began, runs.Beginning)).(api.RunFailed).Code).To(Equal(agent.CodeInterrupted))
	})
})

var _ = Describe("Leases", func() {
	It("are renewed for the runs at work here, and for no others", func(ctx SpecContext) {
		s, said := newMemory(), make(chan struct{})
		s.failing["RenewLeases"] = 1 // it goes on all the same
		short := config
		short.Lease = 15 * time.Millisecond
		m := runs.NewManager(s, stalls(said), short, discard())
		renewing, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			m.Renew(renewing)
		}()
		run := start(ctx, m)
		renewed := func() (all [][]store.Leased) {
			s.locked(func() { all = append(all, s.renewed...) })
			return all
		}
		Eventually(ctx, func() int { return len(renewed()) }).Should(BeNumerically(">", 2))
		Expect(renewed()).To(HaveEach([]store.Leased{{UserID: "alice", RunID: run.ID}}))
		over, cancel := context.WithCancel(ctx)
		cancel()
		m.Close(over)
		before := len(renewed())
		Consistently(ctx, renewed, "60ms").Should(HaveLen(before))
		stop()
		Eventually(ctx, done).Should(BeClosed())
	})
})
