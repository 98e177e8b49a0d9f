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

var _ = Describe("A run whose store fails", func() {
	follow := func(ctx SpecContext, s *memory, a agentFunc) []api.Event {
		GinkgoHelper()
		m := newManager(s, a)
		events := read(ctx, start(ctx, m), runs.Beginning)
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
		Expect(s.answer.Steps[0].Content).To(Equal("Hello there"))
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
				Expect(body.Step).To(Equal(s.answer.Steps[0]))
			}
		}
		Expect(finished).To(ConsistOf(s.answer.Steps[0].ToolCalls))
	})

	It("tries its end again", func(ctx SpecContext) {
		s := newMemory()
		s.failing["EndTurn"] = 1
		m := runs.NewManager(s, agentFunc(speaks), runs.Config{EndDelay: time.Millisecond}, discard())
		Expect(last(read(ctx, start(ctx, m), runs.Beginning))).To(BeAssignableToTypeOf(api.RunCompleted{}))
	})

	DescribeTable("for good, still has an end, without an answer",
		func(ctx SpecContext, method string, err error) {
			s := newMemory()
			s.failing[method], s.err = -1, err
			failed := last(follow(ctx, s, acts)).(api.RunFailed)
			Expect(failed).To(Equal(api.RunFailed{Code: agent.CodeInterrupted, Message: agent.Interrupted().Sentence, Retryable: true}))
		},
		Entry("when no step can begin", "OpenStep", errAway),
		Entry("when no reply can be stored", "CommitStep", errAway),
		Entry("when the end can't be stored", "EndTurn", errAway),
		Entry("when the conversation was deleted", "CommitStep", store.ErrNotFound),
		Entry("when the turn was ended by somebody else", "EndTurn", store.ErrNotFound),
	)

	It("takes back what was said and could not be stored", func(ctx SpecContext) {
		s := newMemory()
		s.failing["CommitStep"] = -1
		seen := make(chan struct{})
		run := start(ctx, newManager(s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			err := journal.Open(ctx)
			journal.Say("Hello")
			<-seen
			_, commitErr := journal.Commit(ctx, "Hello", nil)
			return orInternal(err, commitErr)
		}))
		var events []api.Event
		for event, err := range run.Follow(ctx, runs.Beginning) {
			Expect(err).NotTo(HaveOccurred())
			if events = append(events, event); event.Body.EventType() == "message.delta" {
				close(seen)
			}
		}
		Expect(types(events)[2:]).To(Equal([]string{"message.started", "message.delta", "message.discarded", "run.failed"}))
		Expect(types(read(ctx, run, runs.Beginning))[2:]).To(Equal([]string{"run.failed"}), "who comes later")
	})

	It("finishes the calls that are stored, as lost, when nothing more can be", func(ctx SpecContext) {
		s := newMemory()
		s.failing["RecordCall"], s.failing["EndTurn"], s.failing["OpenStep"] = -1, -1, -1
		events := follow(ctx, s, acts)
		Expect(types(events)[5:]).To(Equal([]string{"tool_call.finished", "tool_call.finished", "message.completed", "run.failed"}))
		Expect(events[5].Body.(api.ToolCallFinished).Record.Code).To(Equal(agent.CallUnreachable))
	})
})
