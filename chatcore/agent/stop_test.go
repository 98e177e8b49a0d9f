package agent_test

import (
	"context"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
)

var _ = Describe("A turn that is stopped", func() {
	var (
		turn context.Context
		stop context.CancelCauseFunc
	)

	BeforeEach(func() {
		turn, stop = context.WithCancelCause(context.Background())
		DeferCleanup(func() { stop(nil) })
	})

	It("keeps what was said so far", func() {
		d := newDesk(func(ctx context.Context, yield func(agent.Piece, error) bool) {
			yield(agent.Text("Once upon"), nil)
			stop(errors.New("the person had enough"))
			yield(nil, ctx.Err())
		})
		Expect(d.answer(turn)).To(endWith(agent.CodeStopped, false))
		Expect(d.journal.lines).To(Equal([]string{"open", "say Once upon", "keep Once upon (stopped)"}))
	})

	It("is stopped before anything was said, too", func() {
		d := newDesk(func(ctx context.Context, yield func(agent.Piece, error) bool) {
			stop(nil)
			yield(nil, &agent.ModelError{Code: agent.ModelUnreachable, Err: ctx.Err()})
		}, says("Never."))
		Expect(d.answer(turn)).To(endWith(agent.CodeStopped, false))
		Expect(d.journal.lines).To(BeEmpty())
		Expect(d.model.prompts).To(HaveLen(1))
	})

	It("finishes and records the calls that began, skips the others, and asks the model for nothing more", func() {
		d := newDesk(asks(call("add_task", "{}"), call("list_tasks", "{}"), call("add_task", "{}")), says("Never."))
		d.config.MaxParallel = 1
		d.tools.do = func(ctx context.Context, request agent.ToolRequest) (agent.Outcome, error) {
			stop(nil)
			if ctx.Err() != nil {
				return agent.Outcome{}, ctx.Err() // a call that began has a context of its own
			}
			return worked(ctx, request)
		}
		Expect(d.answer(turn)).To(endWith(agent.CodeStopped, false))
		Expect(d.journal.lines[1:]).To(Equal([]string{"record 0 executed", "record 1 skipped", "record 2 skipped"}))
		Expect(d.tools.sent).To(HaveLen(1))
		Expect(d.model.prompts).To(HaveLen(1))
		Expect(d.journal.faults).To(BeEmpty())
	})

	It("does not wait for the model's next try", func() {
		d := newDesk(func(_ context.Context, yield func(agent.Piece, error) bool) {
			defer stop(nil)
			yield(nil, &agent.ModelError{Code: agent.ModelOverloaded, RetryAfter: 1e10, Err: errors.New("429")})
		})
		Expect(d.answer(turn)).To(endWith(agent.CodeStopped, false))
	})

	It("says that it was interrupted when the process is going down", func() {
		stop(agent.ErrInterrupted)
		d := newDesk(stalls("Hel"))
		Expect(d.answer(turn)).To(endWith(agent.CodeInterrupted, true))
	})

	It("went well when it was stopped after its last word", func() {
		d := newDesk(func(_ context.Context, yield func(agent.Piece, error) bool) {
			yield(agent.Text("All of it."), nil)
			yield(agent.Finished{Reason: "stop"}, nil)
			stop(nil)
		})
		Expect(d.answer(turn)).To(Equal(agent.Ending{}))
	})
})
