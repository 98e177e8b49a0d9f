package runs_test

import (
	"context"
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
)

var _ = Describe("A run whose record was clicked in while it is at work", func() {
	It("gives the record's newer state to whoever comes later", func(ctx SpecContext) {
		s, acted, release := newMemory(), make(chan struct{}), make(chan struct{})
		m := newManager(s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			ending := acts(ctx, turn, journal)
			close(acted)
			<-release
			return ending
		})
		run := start(ctx, m)
		Eventually(ctx, acted).Should(BeClosed())
		s.locked(func() {
			newer := s.turn.Steps[0].ToolCalls[0]
			newer.Revision, newer.Refreshed = 1, json.RawMessage(`{"ok":"still"}`)
			s.refreshed = []api.ToolCall{newer}
		})
		followed, err := m.Follow(ctx, "alice", run, runs.Beginning, false)
		Expect(err).NotTo(HaveOccurred())
		var seen []api.ToolCall
		for event, err := range followed {
			Expect(err).NotTo(HaveOccurred())
			switch body := event.Body.(type) {
			case api.ToolCallFinished:
				seen = append(seen, body.Record)
			case api.MessageCompleted:
				seen = append(seen, body.Step.ToolCalls...)
				if len(body.Step.ToolCalls) == 0 {
					close(release)
				}
			}
		}
		Expect(seen).To(HaveExactElements(
			HaveField("Revision", BeZero()), HaveField("Refreshed", MatchJSON(`{"ok":"still"}`)),
			HaveField("Refreshed", MatchJSON(`{"ok":"still"}`)), HaveField("Revision", BeZero())))
	})

	It("can be followed while nobody knows of newer states", func(ctx SpecContext) {
		s := newMemory()
		s.failing["Refreshed"] = -1
		_, _, whole := watched(ctx, s, acts, func(api.Event) {})
		Expect(api.Ends(whole[len(whole)-1].Body)).To(BeTrue())
	})
})
