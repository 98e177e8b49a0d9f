package runs_test

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
)

var _ = Describe("What is told beside a turn", func() {
	tells := func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
		ending := acts(ctx, turn, journal)
		journal.Tell(api.Notice{Level: "info", Message: "one"})
		journal.Tell(api.Effect{Name: "two"})
		return ending
	}
	asides := func(events []api.Event) (told []string) {
		for _, event := range events {
			if event.ID == "" {
				told = append(told, event.Body.EventType())
			}
		}
		return told
	}

	It("reaches who follows, without an id, in order and before the end", func(ctx SpecContext) {
		_, _, events := watched(ctx, newMemory(), tells, func(api.Event) {})
		Expect(asides(events)).To(Equal([]string{"notice", "effect"}))
		Expect(last(events)).To(BeAssignableToTypeOf(api.RunCompleted{}))
	})

	It("is told nobody who comes later, here or elsewhere", func(ctx SpecContext) {
		s := newMemory()
		m, run, _ := watched(ctx, s, tells, func(api.Event) {})
		Expect(asides(read(ctx, m, run, runs.Beginning))).To(BeEmpty())
		Expect(asides(read(ctx, newManager(s, nil), run, runs.Beginning))).To(BeEmpty())
	})

	It("is bounded: a tool decides how often it speaks", func(ctx SpecContext) {
		_, _, events := watched(ctx, newMemory(), func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			for i := range 5000 {
				journal.Tell(api.Progress{Text: fmt.Sprint(i)})
			}
			return speaks(ctx, turn, journal)
		}, func(api.Event) {})
		Expect(asides(events)).To(HaveLen(500))
	})
})
