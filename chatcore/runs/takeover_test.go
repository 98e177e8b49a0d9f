package runs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

// dying is the real store until its process is killed: then nothing it does reaches the database.
type dying struct {
	*store.Store
	mu         sync.Mutex
	dead       bool
	deadBehind string // the last call that reaches it
}

var errDead = errors.New("the process is dead")

func (d *dying) kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

// revive lets it reach the database again, as a network does.
func (d *dying) revive() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = false
}

func (d *dying) err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errDead
	}
	return nil
}

func (d *dying) OpenStep(ctx context.Context, place store.StepPlace) (api.Step, error) {
	if err := d.err(); err != nil {
		return api.Step{}, err
	}
	return d.Store.OpenStep(ctx, place)
}

func (d *dying) CommitStep(ctx context.Context, reply store.Reply) (api.Step, []string, error) {
	if err := d.err(); err != nil {
		return api.Step{}, nil, err
	}
	if d.deadBehind == "CommitStep" {
		defer d.kill()
	}
	return d.Store.CommitStep(ctx, reply)
}

func (d *dying) RecordCall(ctx context.Context, user string, record api.ToolCall, end store.CallEnd) (api.ToolCall, error) {
	if err := d.err(); err != nil {
		return api.ToolCall{}, err
	}
	return d.Store.RecordCall(ctx, user, record, end)
}

func (d *dying) EndTurn(ctx context.Context, end store.TurnEnd) (api.Message, api.Conversation, error) {
	if err := d.err(); err != nil {
		return api.Message{}, api.Conversation{}, err
	}
	return d.Store.EndTurn(ctx, end)
}

func (d *dying) RenewLeases(ctx context.Context, leased []store.Leased, lease, grace time.Duration) ([]store.LeaseNews, error) {
	if err := d.err(); err != nil {
		return nil, err
	}
	return d.Store.RenewLeases(ctx, leased, lease, grace)
}

// replica is a process that serves runs.
type replica struct {
	*runs.Manager
	store *dying
	end   context.CancelFunc
}

var _ = Describe("A turn that changes hands", func() {
	var (
		db   *ownerdb.DB
		real *store.Store
		user string
	)

	begin := func(name string, a agentFunc) *replica {
		GinkgoHelper()
		own := config
		own.OwnerURL, own.Lease, own.EndTime, own.Grace = "http://"+name+"#"+rand.Text(), 2*time.Second, time.Millisecond, 100*time.Millisecond
		ctx, end := context.WithCancel(context.Background())
		r := &replica{store: &dying{Store: real}, end: end}
		only := func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			if turn.Caller.UserID != user { // other specs left turns behind
				return agent.Ending{Code: agent.CodeDone, Sentence: "Done."}
			}
			return a(ctx, turn, journal)
		}
		r.Manager = runs.NewManager(r.store, agentFunc(only), own, discard())
		go r.Renew(ctx)
		go r.TakeOver(ctx)
		DeferCleanup(func() {
			end()
			over, cancel := context.WithCancel(context.Background())
			cancel()
			r.Close(over)
		})
		return r
	}

	accept := func(ctx context.Context, r *replica) int64 {
		GinkgoHelper()
		run, err := r.Start(ctx, runs.Request{Caller: agent.Caller{UserID: user}, Content: "Hello"})
		Expect(err).NotTo(HaveOccurred())
		return run
	}

	// kill ends a replica as SIGKILL does.
	kill := func(r *replica) {
		r.store.kill()
		r.end()
	}

	BeforeEach(func() {
		var err error
		db, err = ownerdb.Open(pgtest.Database(GinkgoTB()).Chatcore, ownerdb.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		real, user = store.New(db, ids.New(time.Now), time.Now), "user|"+rand.Text()
	})

	It("begins the step anew that was not whole, and tells who follows", func(ctx SpecContext) {
		said := make(chan struct{})
		one := begin("one", stalls(said))
		run := accept(ctx, one)
		Eventually(ctx, said).Should(BeClosed())
		kill(one)
		two := begin("two", speaks)
		seen, err := api.ParsePosition("1.1.0.9")
		Expect(err).NotTo(HaveOccurred())
		events := readAs(ctx, two.Manager, user, run, seen)
		Expect(slices.Compact(types(events))).To(Equal([]string{
			"message.discarded", "message.started", "message.delta", "message.text_completed", "message.completed", "run.completed",
		}))
		Expect(last(events).(api.RunCompleted).Answer.Content).To(Equal("Hello there"))
		Expect(types(readAs(ctx, two.Manager, user, run, runs.Beginning))).NotTo(ContainElement("message.discarded"))
	})

	It("sends a call again with its key, and records it once", func(ctx SpecContext) {
		sent, mu := []string{}, sync.Mutex{}
		asked := make(chan struct{})
		one := begin("one", func(ctx context.Context, _ agent.Turn, journal agent.Journal) agent.Ending {
			pending, err := journal.Commit(ctx, "One moment.", []agent.Asked{{Tool: "add_task", Parameters: []byte(`{}`)}})
			mu.Lock()
			sent = append(sent, pending[0].Key)
			mu.Unlock()
			close(asked)
			<-ctx.Done()
			return orInternal(err, ctx.Err())
		})
		run := accept(ctx, one)
		Eventually(ctx, asked).Should(BeClosed())
		kill(one)
		two := begin("two", func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			mu.Lock()
			sent = append(sent, turn.Steps[0].Keys...)
			mu.Unlock()
			if err := journal.Record(ctx, 0, agent.Outcome{Result: []byte(`{"ok":true}`)}); err != nil {
				return agent.Broken(err)
			}
			return speaks(ctx, turn, journal)
		})
		events := readAs(ctx, two.Manager, user, run, runs.Beginning)
		mu.Lock()
		defer mu.Unlock()
		Expect(sent).To(HaveLen(2))
		Expect(slices.Compact(sent)).To(HaveLen(1))
		Expect(finishes(events)).To(Succeed())
		answer := last(events).(api.RunCompleted).Answer
		Expect(answer.Content).To(Equal("One moment.\n\nHello there"))
		Expect(answer.ToolCalls).To(HaveExactElements(HaveField("Status", api.CallExecuted)))
	})

	DescribeTable("fails as it would have when its replica died with a reply that was cut",
		func(ctx SpecContext, cut func(context.Context, agent.Journal) agent.Ending) {
			cuts := make(chan struct{})
			one := begin("one", func(ctx context.Context, _ agent.Turn, journal agent.Journal) agent.Ending {
				if err := journal.Open(ctx); err != nil {
					return agent.Broken(err)
				}
				journal.Say("Half a sen")
				ending := cut(ctx, journal)
				close(cuts)
				return ending
			})
			one.store.deadBehind = "CommitStep"
			run := accept(ctx, one)
			Eventually(ctx, cuts).Should(BeClosed())
			one.end()
			two := begin("two", func(_ context.Context, turn agent.Turn, _ agent.Journal) agent.Ending {
				ending, ended := agent.EndedBefore(turn.Steps)
				Expect(ended).To(BeTrue())
				return ending
			})
			failed := last(readAs(ctx, two.Manager, user, run, runs.Beginning)).(api.RunFailed)
			Expect(failed.Code).To(Equal(agent.ModelCut))
			Expect(failed.Answer.Content).To(Equal("Half a sen\n\n" + failed.Message))
		},
		Entry("that the agent kept", func(ctx context.Context, journal agent.Journal) agent.Ending {
			return orInternal(journal.Keep(ctx, agent.ModelCut))
		}),
		Entry("that was open at its turn's end", func(context.Context, agent.Journal) agent.Ending {
			return agent.Failed(agent.ModelCut)
		}),
	)

	It("fails with a sentence when it ends each of its replicas", func(ctx SpecContext) {
		run := int64(0)
		for attempt := range 3 {
			said := make(chan struct{})
			r := begin("some", stalls(said))
			if attempt == 0 {
				run = accept(ctx, r)
			}
			Eventually(ctx, said).Should(BeClosed())
			kill(r)
		}
		final := begin("final", stalls(nil))
		failed := last(readAs(ctx, final.Manager, user, run, runs.Beginning)).(api.RunFailed)
		Expect(failed.Code).To(Equal(agent.CodeInterrupted))
		Expect(failed.Retryable).To(BeTrue())
		Expect(failed.Answer.Content).To(Equal(failed.Message))
	})

	It("because its end could not be stored goes on when it can be, and its followers see one end", func(ctx SpecContext) {
		begun := 0
		var one *replica
		one = begin("one", func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			if begun++; begun > 1 {
				Expect(turn.Steps).To(HaveExactElements(HaveField("Content", "Hello there")))
				return agent.Ending{} // its last reply had no calls
			}
			ending := speaks(ctx, turn, journal)
			one.store.kill()
			return ending
		})
		run := accept(ctx, one)
		seen := make(chan []api.Event, 1)
		go func() {
			defer GinkgoRecover()
			seen <- readAs(ctx, one.Manager, user, run, runs.Beginning)
		}()
		Eventually(ctx, one.AtWork).Should(BeZero())
		Consistently(ctx, seen, "50ms").ShouldNot(Receive())
		one.store.revive()
		var events []api.Event
		Eventually(ctx, seen).WithTimeout(10 * time.Second).Should(Receive(&events))
		Expect(types(events)[2:]).To(Equal([]string{"message.started", "message.delta", "message.text_completed", "message.completed", "run.completed"}))
		late := readAs(ctx, begin("two", speaks).Manager, user, run, runs.Beginning)
		Expect(still(retold(late))).To(Equal(still(retold(events))))
	})

	It("because its end could not be stored makes way for something new when it has one", func(ctx SpecContext) {
		said, begun := make(chan struct{}), 0
		one := begin("one", func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			if begun++; begun == 1 {
				close(said)
			}
			<-ctx.Done()
			return agent.Failed(agent.CodeStopped)
		})
		run := accept(ctx, one)
		Eventually(ctx, said).Should(BeClosed())
		turn, err := one.store.LoadTurn(ctx, user, run)
		Expect(err).NotTo(HaveOccurred())
		Expect(one.PageLeft(ctx, user, run)).To(Succeed())
		one.store.kill()
		next := make(chan error, 1)
		go func() {
			_, err := one.Start(ctx, runs.Request{Caller: agent.Caller{UserID: user}, ConversationID: turn.Conversation.ID, Content: "Now this"})
			next <- err
		}()
		Eventually(ctx, one.AtWork).Should(BeZero())
		one.store.revive()
		Eventually(ctx, next).WithTimeout(10 * time.Second).Should(Receive(Succeed()))
		Expect(one.Status(ctx, user, run)).To(HaveField("State", api.StateStopped))
	})

	It("ends as it was to end when nothing but its end was missing, however often it was begun", func(ctx SpecContext) {
		run := int64(0)
		for attempt := range 4 {
			spoken := make(chan struct{})
			var r *replica
			r = begin("some", func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
				ending := agent.Ending{}
				if attempt == 0 {
					ending = speaks(ctx, turn, journal)
				}
				r.store.kill()
				close(spoken)
				return ending
			})
			if attempt == 0 {
				run = accept(ctx, r)
			}
			if attempt < 3 {
				Eventually(ctx, spoken).WithTimeout(10 * time.Second).Should(BeClosed())
				kill(r)
				continue
			}
			Expect(last(readAs(ctx, r.Manager, user, run, runs.Beginning)).(api.RunCompleted).Answer.Content).To(Equal("Hello there"))
		}
	})

	It("is handed over at once by a replica that goes down, and its followers elsewhere see all of it", func(ctx SpecContext) {
		said := make(chan struct{})
		one := begin("one", stalls(said))
		run := accept(ctx, one)
		Eventually(ctx, said).Should(BeClosed())
		two := begin("two", speaks)
		over, cancel := context.WithCancel(ctx)
		cancel()
		one.end()
		one.Close(over)
		Expect(last(readAs(ctx, two.Manager, user, run, runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
	})

	It("is stopped from any replica, and keeps what was said", func(ctx SpecContext) {
		said := make(chan struct{})
		one := begin("one", func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			stalls(said)(ctx, turn, journal)
			if _, err := journal.Commit(ctx, "Once upon", nil); err != nil {
				return agent.Broken(err)
			}
			ending := agent.Failed(agent.CodeStopped)
			ending.Err = context.Cause(ctx)
			return ending
		})
		run := accept(ctx, one)
		Eventually(ctx, said).Should(BeClosed())
		two := begin("two", speaks)
		Expect(two.Stop(ctx, user, run)).To(Succeed())
		cancelled := last(readAs(ctx, one.Manager, user, run, runs.Beginning)).(api.RunCancelled)
		Expect(cancelled.Answer.Content).To(HavePrefix("Once upon"))
		Expect(two.Stop(ctx, user, run)).To(Succeed(), "it has ended")
		Expect(two.Stop(ctx, user, run+1)).To(MatchError(store.ErrNotFound))
	})

	It("is stopped when its page left and nobody came back, and not when somebody did", func(ctx SpecContext) {
		for _, back := range []bool{false, true} {
			said, release := make(chan struct{}), make(chan struct{})
			one := begin("one", func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
				close(said)
				select {
				case <-ctx.Done():
					return agent.Failed(agent.CodeStopped)
				case <-release:
					return speaks(ctx, turn, journal)
				}
			})
			run := accept(ctx, one)
			Eventually(ctx, said).Should(BeClosed())
			Expect(one.PageLeft(ctx, user, run)).To(Succeed())
			if back {
				Expect(one.Read(ctx, user, run, 0)).To(Succeed())
				Consistently(ctx, one.AtWork, "300ms").Should(Equal(1))
				close(release)
			}
			Eventually(ctx, func() (string, error) {
				status, err := one.Status(ctx, user, run)
				return status.State, err
			}).Should(Equal(map[bool]string{false: api.StateStopped, true: api.StateDone}[back]))
		}
	})
})

var _ = Describe("A read", func() {
	It("waits for the end of a turn that nobody follows, and for no other", func(ctx SpecContext) {
		s, release := newMemory(), make(chan struct{})
		m := newManager(s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			<-release
			return speaks(ctx, turn, journal)
		})
		run := start(ctx, m)
		Expect(m.Read(ctx, "alice", run, 0)).To(Succeed())
		Expect(m.Read(ctx, "alice", run, 20*time.Millisecond)).To(Succeed(), "no longer than its limit")
		done := make(chan error, 1)
		go func() { done <- m.Read(ctx, "alice", run, time.Hour) }()
		Consistently(ctx, done, "50ms").ShouldNot(Receive())

		following, leave := context.WithCancel(ctx)
		followed, err := m.Follow(following, "alice", run, runs.Beginning, false)
		Expect(err).NotTo(HaveOccurred())
		for _, err := range followed {
			Expect(err).NotTo(HaveOccurred())
			Expect(m.Read(ctx, "alice", run, time.Hour)).To(Succeed(), "somebody follows")
			break
		}
		leave()
		close(release)
		Eventually(ctx, done).Should(Receive(Succeed()))
		Expect(m.Read(ctx, "alice", run, time.Hour)).To(Succeed(), "it has ended")
		Expect(s.told).To(HaveEach("back"))
	})
})
