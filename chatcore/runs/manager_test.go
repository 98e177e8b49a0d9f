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
		events := read(ctx, start(ctx, newManager(s, acts)), runs.Beginning)
		Expect(types(events)).To(Equal([]string{
			"run.started", "conversation.updated",
			"message.started", "tool_call.started", "tool_call.started", "tool_call.finished", "tool_call.finished", "message.completed",
			"message.started", "message.delta", "message.delta", "message.text_completed", "message.completed",
			"run.completed",
		}))
		Expect(events[5].Body.(api.ToolCallFinished).Record.Index).To(Equal(1), "the second ended first")
		Expect(last(events).(api.RunCompleted).Answer).To(Equal(s.answer))
		Expect(s.accepted[0]).To(Equal(store.NewTurn{
			UserID: "alice", SessionID: "cks_1", ConversationID: 1, Content: "Hello", MaxHistory: 10, OwnerURL: "http://replica-1",
			Lease: time.Hour, Interrupted: s.accepted[0].Interrupted, LostCall: s.accepted[0].LostCall,
		}))
		Expect(s.accepted[0].Interrupted.Text).NotTo(BeEmpty())
		Expect(s.accepted[0].LostCall.Code).To(Equal("tool_unreachable"))
	})

	It("tells it again from any position on", func(ctx SpecContext) {
		run := start(ctx, newManager(newMemory(), acts))
		whole := read(ctx, run, runs.Beginning)
		for i, event := range whole[:len(whole)-1] {
			at, err := api.ParsePosition(event.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(read(ctx, run, at)).To(Equal(whole[i+1:]))
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
		for event, err := range run.Follow(ctx, runs.Beginning) {
			Expect(err).NotTo(HaveOccurred())
			Expect(event.Body).To(BeAssignableToTypeOf(api.RunStarted{}))
			break
		}
		leave()
		for _, err := range run.Follow(asking, api.Position{Part: api.PartConversation}) {
			Expect(err).To(MatchError(context.Canceled))
		}
		close(release)
		Expect(last(read(ctx, run, runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
		Expect(s.ends).To(HaveLen(1))
		Eventually(ctx, m.AtWork).Should(BeZero())
	})

	It("adds the sentence that closes an answer as a step of its own", func(ctx SpecContext) {
		s := newMemory()
		m := newManager(s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			speaks(ctx, turn, journal)
			return agent.Ending{Failed: true, Code: agent.CodeStepLimit, Sentence: "Too many steps.", Err: errors.New("limit")}
		})
		events := read(ctx, start(ctx, m), runs.Beginning)
		Expect(types(events)[6:]).To(Equal([]string{"message.completed", "message.started", "message.delta", "message.text_completed", "message.completed", "run.failed"}))
		Expect(events[7].Body.(api.MessageStarted).Step.Code).To(Equal(agent.CodeStepLimit))
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
		completed := last(read(ctx, start(ctx, m), runs.Beginning)).(api.RunCompleted)
		Expect(completed.Answer.Steps).To(HaveExactElements(And(HaveField("Content", "Done."), HaveField("Code", agent.CodeDone))))
		Expect(s.ends[0].State).To(Equal(api.StateDone))
		Expect(s.ends[0].Code).To(BeEmpty())
	})

	It("is cancelled when it was stopped", func(ctx SpecContext) {
		s := newMemory()
		m := newManager(s, func(context.Context, agent.Turn, agent.Journal) agent.Ending {
			return agent.Ending{Failed: true, Code: agent.CodeStopped, Sentence: "Stopped.", Err: context.Canceled}
		})
		cancelled := last(read(ctx, start(ctx, m), runs.Beginning)).(api.RunCancelled)
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
		events := read(ctx, start(ctx, m), runs.Beginning)
		Expect(types(events)[3:6]).To(Equal([]string{"message.delta", "message.text_completed", "message.completed"}), "what was said stays")
		Expect(last(events).(api.RunFailed).Code).To(Equal(agent.CodeInternal))
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
