package runs_test

import (
	"encoding/json"
	"fmt"

	"pgregory.net/rapid"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
)

// placed is an event and where it stands.
type placed struct {
	at   api.Position
	body api.Body
}

// follow gives all that lies behind a position by now.
func follow(t *runs.Transcript, after api.Position) (events []placed) {
	for {
		at, body, ok := t.Next(after)
		if !ok {
			return events
		}
		events = append(events, placed{at, body})
		after = at
	}
}

// retold is what a reader made of events as they came over the wire.
func retold(events []api.Event) []string {
	var all []placed
	for _, event := range events {
		all = append(all, placed{body: event.Body})
	}
	return told(all)
}

// told is what a reader made of events: texts put together, and of a step that was taken back nothing.
func told(events []placed) (lines []string) {
	texts, gone := map[int64]string{}, map[int64]bool{}
	for _, e := range events {
		switch body := e.body.(type) {
		case api.MessageDelta:
			texts[body.StepID] += body.Text
		case api.MessageDiscarded:
			gone[body.StepID] = true
		}
	}
	for _, e := range events {
		line, step := "", int64(0)
		switch body := e.body.(type) {
		case api.MessageDelta:
			continue
		case api.MessageStarted:
			step, line = body.Step.ID, "text "+texts[body.Step.ID]
		case api.MessageTextCompleted:
			step = body.StepID
		case api.MessageDiscarded:
			step = body.StepID
		}
		if !gone[step] {
			wire, err := json.Marshal(e.body)
			lines = append(lines, fmt.Sprint(e.body.EventType(), " ", string(wire), line, err))
		}
	}
	return lines
}

var words = []string{"Hello", " ", "é", "🧀", "日本", "x\n"}

// grower lets a transcript grow as a run does, and calls seen after each change.
type grower struct {
	*rapid.T
	transcript *runs.Transcript
	seen       func()
	next       int64
	ordinal    int
}

func (g *grower) id() int64 { g.next++; return g.next }

func (g *grower) change(do func(*runs.Transcript)) {
	do(g.transcript)
	g.seen()
}

func (g *grower) turn() {
	for range rapid.IntRange(0, 3).Draw(g.T, "steps") {
		g.step()
	}
	g.change(func(t *runs.Transcript) {
		t.End = rapid.SampledFrom([]api.Body{
			api.RunCompleted{Answer: api.Message{ID: 1}}, api.RunFailed{Code: "internal"}, api.RunCancelled{Reason: "stopped"},
		}).Draw(g.T, "end")
	})
}

func (g *grower) step() {
	g.ordinal++
	step := &runs.StepTranscript{Ordinal: g.ordinal, Head: api.StepHead{ID: g.id()}}
	pieces := rapid.SliceOfN(rapid.SampledFrom(words), 0, 4).Draw(g.T, "pieces")
	g.change(func(t *runs.Transcript) { t.Steps = append(t.Steps, step) })
	inPieces := rapid.Bool().Draw(g.T, "in pieces")
	var text []byte
	for _, piece := range pieces {
		text = append(text, piece...)
		if inPieces {
			g.change(func(*runs.Transcript) {
				step.Text = append(step.Text, piece...)
				step.Cuts = append(step.Cuts, len(step.Text))
			})
		}
	}
	if rapid.IntRange(0, 4).Draw(g.T, "discarded") == 0 {
		g.change(func(*runs.Transcript) { step.Discarded = true })
		return
	}
	stored := &api.Step{ID: step.Head.ID, Content: string(text)}
	for i := range rapid.IntRange(0, 3).Draw(g.T, "calls") {
		stored.ToolCalls = append(stored.ToolCalls, api.ToolCall{ID: g.id(), Index: i, Tool: "add_task", Status: api.CallPending})
	}
	g.change(func(*runs.Transcript) { step.Text, step.Stored = text, stored })
	if len(stored.ToolCalls) == 0 {
		return
	}
	for _, record := range rapid.Permutation(stored.ToolCalls).Draw(g.T, "order") {
		record.Status = rapid.SampledFrom([]api.CallStatus{api.CallExecuted, api.CallFailed}).Draw(g.T, "status")
		g.change(func(*runs.Transcript) { step.Finished = append(step.Finished, record) })
	}
}

func newTranscript(t *rapid.T) *runs.Transcript {
	transcript := &runs.Transcript{Started: api.RunStarted{RunID: 7}}
	if rapid.Bool().Draw(t, "titled") {
		transcript.Titled = &api.Conversation{ID: 1, Title: "Hello"}
	}
	if rapid.Bool().Draw(t, "news") {
		transcript.News = &api.Conversation{ID: 1, Title: "Greetings"}
	}
	return transcript
}

// anyTranscript draws a turn that may still be at work.
func anyTranscript(t *rapid.T) (transcript *runs.Transcript) {
	type enough struct{}
	transcript = newTranscript(t)
	left := rapid.IntRange(0, 40).Draw(t, "changes")
	g := &grower{T: t, transcript: transcript, seen: func() {
		if left--; left < 0 {
			panic(enough{})
		}
	}}
	defer func() {
		if value := recover(); value != nil && value != any(enough{}) {
			panic(value)
		}
	}()
	g.turn()
	return transcript
}
