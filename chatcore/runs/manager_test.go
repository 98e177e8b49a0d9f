package runs_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
)

var _ = Describe("A run", func() {
	It("tells its turn from its start to its end", func(ctx SpecContext) {
		s := newMemory()
		m := newManager(s, acts)
		events := read(ctx, m, start(ctx, m), runs.Beginning)
		Expect(types(events)).To(Equal([]string{
			"run.started", "conversation.updated",
			"message.started", "tool_call.started", "tool_call.started", "tool_call.finished", "tool_call.finished", "message.completed",
			"message.started", "message.delta", "message.text_completed", "message.completed",
			"run.completed",
		}))
		Expect(events[5].Body.(api.ToolCallFinished).Record.Index).To(Equal(1), "the second ended first")
		Expect(last(events).(api.RunCompleted).Answer).To(Equal(s.turn.Answer))
		Expect(s.accepted[0]).To(Equal(store.NewTurn{
			UserID: "alice", SessionID: "cks_1", ConversationID: 1, Content: "Hello", MaxHistory: 10, OwnerURL: "http://replica-1.1",
			Lease: config.Lease, Interrupted: s.accepted[0].Interrupted, LostCall: s.accepted[0].LostCall,
		}))
		Expect(s.accepted[0].Interrupted.Text).NotTo(BeEmpty())
		Expect(s.accepted[0].LostCall.Code).To(Equal("tool_unreachable"))
	})

	It("tells it again from any position on, also at another replica", func(ctx SpecContext) {
		s := newMemory()
		_, run, whole := watched(ctx, s, acts, func(api.Event) {})
		for i, event := range whole[:len(whole)-1] {
			at, err := api.ParsePosition(event.ID)
			Expect(err).NotTo(HaveOccurred())
			seen := append([]api.Event{}, whole[:i+1]...)
			Expect(retold(append(seen, read(ctx, newManager(s, nil), run, at)...))).To(Equal(retold(whole)))
		}
	})

	It("goes on when its readers leave, and when who began it leaves", func(ctx SpecContext) {
		s, release := newMemory(), make(chan struct{})
		m := newManager(s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			<-release
			return orInternal(ctx.Err(), speaks(ctx, turn, journal).Err)
		})
		asking, leave := context.WithCancel(ctx)
		run, err := m.Start(asking, request)
		Expect(err).NotTo(HaveOccurred())
		followed, err := m.Follow(ctx, "alice", run, runs.Beginning, false)
		Expect(err).NotTo(HaveOccurred())
		for event, err := range followed {
			Expect(err).NotTo(HaveOccurred())
			Expect(event.Body).To(BeAssignableToTypeOf(api.RunStarted{}))
			break
		}
		leave()
		followed, err = m.Follow(asking, "alice", run, api.Position{Part: api.PartConversation}, false)
		Expect(err).NotTo(HaveOccurred())
		for _, err := range followed {
			Expect(err).To(MatchError(context.Canceled))
		}
		close(release)
		Expect(last(read(ctx, m, run, runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
		Expect(s.ends).To(HaveLen(1))
		Eventually(ctx, m.AtWork).Should(BeZero())
	})

	It("adds the sentence that closes an answer as a step of its own", func(ctx SpecContext) {
		s := newMemory()
		_, _, events := watched(ctx, s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			speaks(ctx, turn, journal)
			return agent.Ending{Failed: true, Code: agent.CodeStepLimit, Sentence: "Too many steps.", Err: errors.New("limit")}
		}, func(api.Event) {})
		sentence := events[len(events)-6:] // a text that came before may be in one piece or two
		Expect(types(sentence)).To(Equal([]string{"message.completed", "message.started", "message.delta", "message.text_completed", "message.completed", "run.failed"}))
		Expect(sentence[1].Body.(api.MessageStarted).Step.Code).To(Equal(agent.CodeStepLimit))
		failed := last(events).(api.RunFailed)
		Expect(failed.Code).To(Equal(agent.CodeStepLimit))
		Expect(failed.Message).To(Equal("Too many steps."))
		Expect(failed.Retryable).To(BeFalse())
		Expect(failed.Answer.Steps).To(HaveLen(2))
		Expect(s.ends[0].State).To(Equal(api.StateFailed))
		Expect(s.ends[0].Code).To(Equal(agent.CodeStepLimit))
	})

	It("went well when the model only had no words", func(ctx SpecContext) {
		s := newMemory()
		m := newManager(s, func(context.Context, agent.Turn, agent.Journal) agent.Ending {
			return agent.Ending{Code: agent.CodeDone, Sentence: "Done."}
		})
		completed := last(read(ctx, m, start(ctx, m), runs.Beginning)).(api.RunCompleted)
		Expect(completed.Answer.Steps).To(HaveExactElements(And(HaveField("Content", "Done."), HaveField("Code", agent.CodeDone))))
		Expect(s.ends[0].State).To(Equal(api.StateDone))
		Expect(s.ends[0].Code).To(BeEmpty())
	})

	It("is cancelled when it was stopped", func(ctx SpecContext) {
		s := newMemory()
		m := newManager(s, func(context.Context, agent.Turn, agent.Journal) agent.Ending {
			return agent.Ending{Failed: true, Code: agent.CodeStopped, Sentence: "Stopped.", Err: context.Canceled}
		})
		cancelled := last(read(ctx, m, start(ctx, m), runs.Beginning)).(api.RunCancelled)
		Expect(cancelled.Answer.State).To(Equal(api.StateStopped))
	})

	It("fails alone when the program is at fault", func(ctx SpecContext) {
		m := newManager(newMemory(), func(ctx context.Context, _ agent.Turn, journal agent.Journal) agent.Ending {
			if err := journal.Open(ctx); err != nil {
				return agent.Broken(err)
			}
			journal.Say("Hel")
			panic("a bug")
		})
		events := read(ctx, m, start(ctx, m), runs.Beginning)
		Expect(types(events)[3:6]).To(Equal([]string{"message.delta", "message.text_completed", "message.completed"}), "what was said stays")
		Expect(last(events).(api.RunFailed).Code).To(Equal(agent.CodeInternal))
	})

	Context("whose commit had no answer", func() {
		var s *memory

		BeforeEach(func() {
			s = newMemory()
			s.err = context.DeadlineExceeded
		})

		It("is begun when it was stored, as soon as that is known", func(ctx SpecContext) {
			s.unheard, s.failing["LoadTurn"] = 1, 1
			m := newManager(s, speaks)
			Expect(last(read(ctx, m, start(ctx, m), runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
			Expect(s.accepted).To(HaveLen(1))
		})

		It("is begun, too, when it had to wait for the end of the one before", func(ctx SpecContext) {
			s.left, s.unheard = true, 1
			s.turn.UserID, s.turn.RunID, s.turn.Answer.State = "alice", 7, api.StateStopped
			m := newManager(s, speaks)
			Expect(last(read(ctx, m, start(ctx, m), runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
			Expect(s.accepted).To(HaveLen(2))
		})

		It("is refused when it was not stored", func(ctx SpecContext) {
			s.failing["Accept"] = 1
			m := newManager(s, speaks)
			_, err := m.Start(ctx, request)
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(m.AtWork()).To(BeZero())
			m.Close(ctx)
		})

		It("is refused when nobody knows before its caller goes, and is ended by whoever takes it over", func(ctx SpecContext) {
			s.unheard, s.failing["LoadTurn"] = 1, -1
			m := newManager(s, speaks)
			patient, leave := context.WithTimeout(ctx, 600*time.Millisecond)
			defer leave()
			_, err := m.Start(patient, request)
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(m.AtWork()).To(BeZero())
			Expect(s.turn.Answer.State).To(Equal(api.StateRunning))
		})
	})

	It("is not begun when nothing was accepted", func(ctx SpecContext) {
		s := newMemory()
		s.failing["Accept"], s.err = 1, store.ErrBusy
		m := newManager(s, speaks)
		_, err := m.Start(ctx, request)
		Expect(err).To(MatchError(store.ErrBusy))
		Expect(m.AtWork()).To(BeZero())
		m.Close(ctx)
	})
})

var _ = Describe("A run whose store fails", func() {
	follow := func(ctx SpecContext, s *memory, a agentFunc) []api.Event {
		GinkgoHelper()
		m, _, events := watched(ctx, s, a, func(api.Event) {})
		Expect(api.Ends(last(events))).To(BeTrue())
		Eventually(ctx, m.AtWork).Should(BeZero())
		return events
	}

	DescribeTable("once, still has an end that is stored",
		func(ctx SpecContext, method string, a agentFunc) {
			s := newMemory()
			s.failing[method] = 1
			failed := last(follow(ctx, s, a)).(api.RunFailed)
			Expect(failed.Code).To(Equal(agent.CodeInternal))
			Expect(failed.Answer).NotTo(BeNil())
			Expect(failed.Answer.Steps[len(failed.Answer.Steps)-1].Content).To(Equal(failed.Message))
			Expect(s.ends).To(HaveLen(1))
		},
		Entry("when a step begins", "OpenStep", agentFunc(speaks)),
		Entry("when a reply is stored", "CommitStep", agentFunc(speaks)),
		Entry("when a reply with calls is stored", "CommitStep", agentFunc(acts)),
		Entry("when a call is recorded", "RecordCall", agentFunc(acts)),
	)

	It("keeps what was said when its reply could not be stored at first", func(ctx SpecContext) {
		s := newMemory()
		s.failing["CommitStep"] = 1
		events := follow(ctx, s, speaks)
		Expect(types(events)).NotTo(ContainElement("message.discarded"))
		Expect(s.turn.Answer.Steps[0].Content).To(Equal("Hello there"))
	})

	It("shows how a call ended when that could not be stored, as the answer has it", func(ctx SpecContext) {
		s := newMemory()
		s.failing["RecordCall"] = 1
		events := follow(ctx, s, acts)
		Expect(types(events)).NotTo(ContainElement("message.discarded"))
		var finished []api.ToolCall
		for _, event := range events {
			if body, ok := event.Body.(api.ToolCallFinished); ok {
				finished = append(finished, body.Record)
			}
			if body, ok := event.Body.(api.MessageCompleted); ok && len(body.Step.ToolCalls) > 0 {
				Expect(body.Step).To(Equal(s.turn.Answer.Steps[0]))
			}
		}
		Expect(finished).To(ConsistOf(s.turn.Answer.Steps[0].ToolCalls))
	})

	It("tries its end again", func(ctx SpecContext) {
		s := newMemory()
		s.failing["EndTurn"] = 1
		m := runs.NewManager(s, agentFunc(speaks), runs.Config{Lease: time.Second, EndDelay: time.Millisecond}, discard())
		Expect(last(read(ctx, m, start(ctx, m), runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
	})

	// broken follows a turn that is given up, and gives what was seen of it.
	broken := func(ctx SpecContext, s *memory, a agentFunc) []api.Event {
		GinkgoHelper()
		m := newManager(s, a)
		run := start(ctx, m)
		followed, err := m.Follow(ctx, "alice", run, runs.Beginning, false)
		Expect(err).NotTo(HaveOccurred())
		var events []api.Event
		for event, err := range followed {
			if err != nil {
				Expect(err).To(MatchError(context.DeadlineExceeded), "nobody has it any more")
				Expect(m.AtWork()).To(BeZero())
				return events
			}
			Expect(api.Ends(event.Body)).To(BeFalse())
			events = append(events, event)
		}
		Fail("the stream ended in order")
		return nil
	}

	DescribeTable("for good, is given up: nobody sees an end that is not stored",
		func(ctx SpecContext, method string, err error) {
			s := newMemory()
			s.failing[method], s.err = -1, err
			broken(ctx, s, acts)
			Expect(s.ends).To(BeEmpty())
			Expect(s.turn.Answer.State).To(Equal(api.StateRunning), "whoever takes it over ends it")
		},
		Entry("when no step can begin", "OpenStep", errAway),
		Entry("when no reply can be stored", "CommitStep", errAway),
		Entry("when the end can't be stored", "EndTurn", errAway),
	)

	It("for good, because its conversation was deleted, still has an end", func(ctx SpecContext) {
		s := newMemory()
		s.failing["CommitStep"], s.err = -1, store.ErrNotFound
		events := follow(ctx, s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			s.locked(func() { s.gone = true })
			return speaks(ctx, turn, journal)
		})
		Expect(last(events)).To(Equal(api.RunFailed{Code: agent.CodeInterrupted, Message: agent.Interrupted().Sentence, Retryable: true}))
	})

	It("because somebody else ended the turn, shows that end", func(ctx SpecContext) {
		s := newMemory()
		s.failing["EndTurn"], s.err = -1, store.ErrNotFound
		events := follow(ctx, s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			s.locked(func() { s.turn.Answer.State, s.turn.Answer.Code = api.StateStopped, agent.CodeStopped })
			return agent.Ending{}
		})
		Expect(last(events)).To(Equal(api.RunCancelled{Reason: agent.CodeStopped, Answer: &s.turn.Answer}))
	})

	It("because the database is away for long, is given up rather than failed: it is none of the turn's fault", func(ctx SpecContext) {
		s := newMemory()
		s.failing["RecordCall"], s.err = -1, context.DeadlineExceeded
		broken(ctx, s, acts)
		Expect(s.ends).To(BeEmpty())
		Expect(s.turn.Steps).To(HaveLen(1))
	})

	It("shows nothing to its end of which that is not stored", func(ctx SpecContext) {
		s := newMemory()
		s.failing["RecordCall"], s.failing["EndTurn"], s.failing["OpenStep"] = -1, -1, -1
		events := broken(ctx, s, acts)
		Expect(types(events)[2:]).To(Equal([]string{"message.started", "tool_call.started", "tool_call.started"}))
	})
})

var _ = Describe("Going down", func() {
	It("takes no new turns, and waits for those at work", func(ctx SpecContext) {
		release := make(chan struct{})
		m := newManager(newMemory(), func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			<-release
			return speaks(ctx, turn, journal)
		})
		run := start(ctx, m)
		m.Refuse()
		_, err := m.Start(ctx, request)
		Expect(err).To(MatchError(runs.ErrGoingDown))
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			m.Close(ctx)
		}()
		Consistently(ctx, closed, "20ms").ShouldNot(BeClosed())
		close(release)
		Eventually(ctx, closed).Should(BeClosed())
		Expect(last(read(ctx, m, run, runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
	})

	// stalled is a turn that has said something and is stuck, and who follows it.
	follow := func(ctx context.Context, m *runs.Manager, run int64) error {
		GinkgoHelper()
		followed, err := m.Follow(ctx, "alice", run, runs.Beginning, false)
		Expect(err).NotTo(HaveOccurred())
		for event, err := range followed {
			if err != nil {
				return err
			}
			Expect(api.Ends(event.Body)).To(BeFalse())
		}
		return nil
	}

	It("hands those over that take too long: nothing of them is ended, and who follows is told", func(ctx SpecContext) {
		s, said, told := newMemory(), make(chan struct{}), make(chan error, 1)
		m := newManager(s, stalls(said))
		run := start(ctx, m)
		go func() {
			defer GinkgoRecover()
			told <- follow(ctx, m, run)
		}()
		Eventually(ctx, said).Should(BeClosed())
		Eventually(ctx, func() (api.RunStatus, error) { return m.Status(ctx, "alice", run) }).Should(HaveField("Followed", true))
		patience, over := context.WithCancel(ctx)
		over()
		m.Close(patience)
		Expect(m.AtWork()).To(BeZero())
		Eventually(ctx, told).Should(Receive(MatchError(runs.ErrGoingDown)))
		Expect(s.told).To(Equal([]string{"released by http://replica-1.1"}))
		Expect(s.ends).To(BeEmpty())
		Expect(s.turn.Steps).To(HaveExactElements(HaveField("Open", true)))
	})

	DescribeTable("does not wait for a database that is away",
		func(ctx SpecContext, method string) {
			s := newMemory()
			s.failing[method], s.err = -1, context.DeadlineExceeded
			stubborn := config
			stubborn.Patience, stubborn.EndTime = time.Hour, time.Hour
			m := runs.NewManager(s, agentFunc(speaks), stubborn, discard())
			start(ctx, m)
			tries := func() int { s.mu.Lock(); defer s.mu.Unlock(); return -s.failing[method] }
			Eventually(ctx, tries).Should(BeNumerically(">", 1))
			patience, over := context.WithCancel(ctx)
			over()
			m.Close(patience)
			Expect(m.AtWork()).To(BeZero())
		},
		Entry("to open a step", "OpenStep"), Entry("to store a reply", "CommitStep"), Entry("to store an end", "EndTurn"),
	)

	It("hands also the turn over that was being accepted at that moment", func(ctx SpecContext) {
		s, said := newMemory(), make(chan struct{})
		s.hold, s.entered = make(chan struct{}), make(chan struct{}, 1)
		m := newManager(s, stalls(said))
		began := make(chan int64, 1)
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
		Expect(s.told).To(Equal([]string{"released by http://replica-1.1"}))
		Expect(follow(ctx, m, <-began)).To(MatchError(runs.ErrGoingDown))
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
		Expect(renewed()).To(HaveEach([]store.Leased{{UserID: "alice", RunID: run, OwnerURL: store.FirstOwner(config.OwnerURL)}}))
		over, cancel := context.WithCancel(ctx)
		cancel()
		m.Close(over)
		before := len(renewed())
		Consistently(ctx, renewed, "60ms").Should(HaveLen(before))
		stop()
		Eventually(ctx, done).Should(BeClosed())
	})
})
