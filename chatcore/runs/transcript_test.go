package runs_test

import (
	"strings"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
)

var _ = Describe("A transcript", func() {
	It("tells a turn as the contract has it", func() {
		transcript := &runs.Transcript{
			Started: api.RunStarted{RunID: 7}, Titled: &api.Conversation{ID: 1},
			Steps: []*runs.StepTranscript{
				{
					Ordinal: 1,
					Head:    api.StepHead{ID: 1}, Text: []byte("Hi ho"), Cuts: []int{3, 5},
					Stored:   &api.Step{ID: 1, Content: "Hi ho", ToolCalls: []api.ToolCall{{ID: 3, Status: api.CallPending}, {ID: 4, Index: 1, Status: api.CallPending}}},
					Finished: []api.ToolCall{{ID: 4, Index: 1, Status: api.CallFailed}, {ID: 3, Status: api.CallExecuted}},
				},
				{Ordinal: 2, Head: api.StepHead{ID: 2}, Text: []byte("Done."), Stored: &api.Step{ID: 2, Content: "Done."}},
			},
			End: api.RunCompleted{},
		}
		var lines []string
		for _, e := range follow(transcript, runs.Beginning) {
			lines = append(lines, e.at.String()+" "+e.body.EventType())
		}
		Expect(lines).To(Equal([]string{
			"0.0.0.0 run.started", "0.7.0.0 conversation.updated",
			"1.0.0.0 message.started", "1.1.0.3 message.delta", "1.1.0.5 message.delta", "1.2.0.0 message.text_completed",
			"1.3.0.0 tool_call.started", "1.3.1.0 tool_call.started", "1.4.0.0 tool_call.finished", "1.4.1.0 tool_call.finished",
			"1.5.0.0 message.completed",
			"2.0.0.0 message.started", "2.1.0.5 message.delta", "2.2.0.0 message.text_completed", "2.5.0.0 message.completed",
			"2.8.0.0 run.completed",
		}))
		started := follow(transcript, api.Position{Step: 1, Part: api.PartTextCompleted})[0].body.(api.ToolCallStarted)
		Expect(started.Record.Status).To(Equal(api.CallRunning))
		whole := follow(transcript, api.Position{Step: 1, Part: api.PartCallFinished, Index: 1})[0].body.(api.MessageCompleted)
		Expect(whole.Step.ToolCalls).To(HaveExactElements(HaveField("Status", api.CallExecuted), HaveField("Status", api.CallFailed)))
	})

	It("goes on behind every event with exactly the rest", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			transcript := anyTranscript(t)
			whole := follow(transcript, runs.Beginning)
			for i, e := range whole {
				if i > 0 && !whole[i-1].at.Before(e.at) {
					t.Fatalf("%v does not come behind %v", e.at, whole[i-1].at)
				}
				if read, err := api.ParsePosition(e.at.String()); err != nil || read != e.at {
					t.Fatalf("%v was read as %v: %v", e.at, read, err)
				}
				Expect(follow(transcript, e.at)).To(Equal(append([]placed(nil), whole[i+1:]...)))
				if transcript.Over(e.at) != (transcript.End != nil && i == len(whole)-1) {
					t.Fatalf("over behind %v: %v", e.at, transcript.Over(e.at))
				}
			}
		})
	})

	It("goes on within a text, at whole characters", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			transcript := anyTranscript(t)
			for i, step := range transcript.Steps {
				if step.Discarded {
					continue
				}
				for offset := range len(step.Text) + 3 {
					rest, text := follow(transcript, api.Position{Step: i + 1, Part: api.PartText, Offset: offset}), ""
					for _, e := range rest {
						if delta, ok := e.body.(api.MessageDelta); ok && delta.StepID == step.Head.ID {
							text += delta.Text
						}
					}
					if !utf8.ValidString(text) || !strings.HasSuffix(string(step.Text), text) || len(text) > max(0, len(step.Text)-offset) {
						t.Fatalf("behind %d of %q came %q", offset, step.Text, text)
					}
					if missing := len(step.Text) - offset - len(text); missing >= utf8.UTFMax {
						t.Fatalf("behind %d of %q came only %q", offset, step.Text, text)
					}
					others := follow(transcript, api.Position{Step: i + 1, Part: api.PartText, Offset: len(step.Text)})
					Expect(append([]placed{}, rest[len(rest)-len(others):]...)).To(Equal(append([]placed{}, others...)))
				}
			}
		})
	})

	It("tells the slow and the quick the same", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			transcript := newTranscript(t)
			type reader struct {
				after  api.Position
				events []placed
			}
			readers := []*reader{{after: runs.Beginning}, {after: runs.Beginning}, {after: runs.Beginning}}
			read := func(r *reader) {
				for _, e := range follow(transcript, r.after) {
					r.events, r.after = append(r.events, e), e.at
				}
			}
			g := &grower{T: t, transcript: transcript, seen: func() {
				read(readers[0])
				if rapid.Bool().Draw(t, "now and then") {
					read(readers[1])
				}
			}}
			g.turn()
			var all [][]string
			for _, r := range readers {
				read(r)
				if !transcript.Over(r.after) {
					t.Fatalf("not over behind %v", r.after)
				}
				all = append(all, told(r.events))
			}
			Expect(all[1]).To(Equal(all[0]))
			Expect(all[2]).To(Equal(all[0]))
		})
	})

	It("takes a step back for those who saw it, and does not show it to others", func() {
		step := &runs.StepTranscript{Ordinal: 1, Head: api.StepHead{ID: 1}, Text: []byte("Half"), Discarded: true}
		transcript := &runs.Transcript{Steps: []*runs.StepTranscript{step, {Ordinal: 2, Head: api.StepHead{ID: 2}}}}
		types := func(after api.Position) (types []string) {
			for _, e := range follow(transcript, after) {
				types = append(types, e.body.EventType())
			}
			return types
		}
		Expect(types(api.Position{Step: 1, Part: api.PartText, Offset: 2})).To(Equal([]string{"message.discarded", "message.started"}))
		Expect(types(runs.Beginning)).To(Equal([]string{"run.started", "message.started"}))
	})

	It("has nothing for a reader who claims to have seen what is to come, until it comes", func() {
		transcript := &runs.Transcript{Steps: []*runs.StepTranscript{{Ordinal: 1, Head: api.StepHead{ID: 1}}}}
		ahead := api.Position{Step: 9, Part: api.PartEnd}
		Expect(follow(transcript, ahead)).To(BeEmpty())
		Expect(transcript.Over(ahead)).To(BeFalse())
		transcript.Steps[0].Discarded, transcript.End = true, api.RunCompleted{}
		Expect(transcript.Over(ahead)).To(BeTrue())
	})
})
