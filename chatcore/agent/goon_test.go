package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

var _ = Describe("A turn that another process had begun", func() {
	var (
		turn context.Context
		stop context.CancelCauseFunc
	)
	BeforeEach(func() {
		turn, stop = context.WithCancelCause(context.Background())
		DeferCleanup(func() { stop(nil) })
	})

	// goOn goes on behind a step with one call that has no end.
	goOn := func(d *desk) agent.Ending {
		d.journal.keys = []string{"their key"}
		d.journal.pending["their key"] = agent.Asked{Tool: "add_task", Parameters: json.RawMessage(`{}`)}
		a := agent.New(d.model, d.tools, d.config, slog.New(slog.DiscardHandler))
		return a.Answer(turn, agent.Turn{
			Caller: alice, History: []api.Message{{Role: api.RoleUser, Content: "Hello"}},
			Steps: []agent.Taken{{Keys: []string{"their key"}, Step: api.Step{ToolCalls: []api.ToolCall{
				{ID: 5, Tool: "add_task", Parameters: json.RawMessage(`{}`), Status: api.CallPending},
			}}}},
		}, d.journal)
	}

	It("goes on with the calls that have no end, each with its key, and then asks the model", func() {
		d := newDesk(says("Done."))
		Expect(goOn(d)).To(Equal(agent.Ending{}))
		Expect(d.tools.sent).To(HaveExactElements(HaveField("Key", "their key")))
		Expect(d.journal.lines).To(Equal([]string{"record 0 executed", "open", "say Done.", "commit Done."}))
		Expect(d.journal.faults).To(BeEmpty())
	})

	It("does not skip a call when it is stopped: it may have acted already", func() {
		d := newDesk(says("Never."))
		stop(errors.New("the person had enough"))
		Expect(goOn(d)).To(endWith(agent.CodeStopped, false))
		Expect(d.journal.lines).To(Equal([]string{"record 0 executed"}))
	})

	It("leaves the call to the next process when this one goes down, too", func() {
		d := newDesk(says("Never."))
		stop(agent.ErrInterrupted)
		Expect(goOn(d)).To(endWith(agent.CodeInterrupted, true))
		Expect(d.journal.lines).To(BeEmpty())
	})
})

var _ = Describe("A process that goes down between a reply and its calls", func() {
	It("leaves the calls pending for whoever goes on", func() {
		turn, stop := context.WithCancelCause(context.Background())
		d := newDesk(func(_ context.Context, yield func(agent.Piece, error) bool) {
			yield(agent.Finished{Calls: []agent.Call{call("add_task", "{}")}, Reason: "stop"}, nil)
			stop(agent.ErrInterrupted)
		})
		Expect(d.answer(turn)).To(endWith(agent.CodeInterrupted, true))
		Expect(d.tools.sent).To(BeEmpty())
		Expect(d.journal.lines).To(HaveExactElements(HavePrefix("commit")))
	})
})
