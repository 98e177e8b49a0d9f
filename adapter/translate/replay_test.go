package translate_test

import (
	"unicode/utf8"

	"pgregory.net/rapid"

	"taskpilot/chatcore/api"
)

// positioned gives the events of a turn the ids that chatcore gives them.
func positioned(live []api.Body) []api.Event {
	events := make([]api.Event, len(live))
	var at api.Position
	ranks, offset := 0, 0
	for i, body := range live {
		events[i].Body = body
		place := func(part api.Part, index, offset int) {
			at = api.Position{Step: at.Step, Part: part, Index: index, Offset: offset}
			events[i].ID = at.String()
		}
		switch e := body.(type) {
		case api.RunStarted:
			place(api.PartStarted, 0, 0)
		case api.MessageStarted:
			at.Step++
			ranks, offset = 0, 0
			place(api.PartStarted, 0, 0)
		case api.MessageDelta:
			offset += len(e.Text)
			place(api.PartText, 0, offset)
		case api.MessageTextCompleted:
			place(api.PartTextCompleted, 0, 0)
		case api.ToolCallStarted:
			place(api.PartCallStarted, e.Record.Index, 0)
		case api.ToolCallFinished:
			if e.Record.For != "" {
				place(api.PartWaiting, 1, 0)
				continue
			}
			place(api.PartCallFinished, ranks, 0)
			ranks++
		case api.MessageCompleted:
			place(api.PartCompleted, 0, 0)
			if calls := e.Step.ToolCalls; len(calls) > 0 && calls[len(calls)-1].For != "" {
				place(api.PartWaiting, 2, 0)
			}
		case api.RunWaiting:
			place(api.PartWaiting, 0, 0)
		case api.MessageDiscarded:
			place(api.PartCompleted, 0, 0)
		case api.ConversationUpdated:
			place(api.PartConversation, 0, 0)
		case api.Notice, api.Effect, api.Progress:
		default:
			place(api.PartEnd, 0, 0)
		}
	}
	return events
}

// comeLater is the turn for a reader that comes when the first now events have happened: what is not stored is not told
// again, nor is a step that was discarded, and texts may be cut in other places.
func comeLater(t *rapid.T, events []api.Event, now int) []api.Event {
	gone := map[int64]bool{}
	for _, event := range events[:now] {
		if discarded, ok := event.Body.(api.MessageDiscarded); ok {
			gone[discarded.StepID] = true
		}
	}
	var told []api.Event
	for _, event := range events[:now] {
		if event.ID != "" && !gone[stepOf(event.Body)] {
			told = append(told, event)
		}
	}
	return append(recut(t, told), events[now:]...)
}

func stepOf(body api.Body) int64 {
	switch e := body.(type) {
	case api.MessageStarted:
		return e.Step.ID
	case api.MessageDelta:
		return e.StepID
	case api.MessageTextCompleted:
		return e.StepID
	case api.ToolCallStarted:
		return e.StepID
	case api.ToolCallFinished:
		return e.StepID
	case api.MessageCompleted:
		return e.Step.ID
	case api.MessageDiscarded:
		return e.StepID
	}
	return 0
}

// recut joins the pieces of each text and cuts it anew.
func recut(t *rapid.T, events []api.Event) []api.Event {
	var anew []api.Event
	for i := 0; i < len(events); {
		delta, ok := events[i].Body.(api.MessageDelta)
		if !ok {
			anew = append(anew, events[i])
			i++
			continue
		}
		text := ""
		at, err := api.ParsePosition(events[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		for ; i < len(events); i++ {
			more, ok := events[i].Body.(api.MessageDelta)
			if !ok {
				break
			}
			text += more.Text
		}
		for from := 0; from < len(text); {
			to := rapid.IntRange(from+1, len(text)).Draw(t, "cut")
			for to < len(text) && !utf8.RuneStart(text[to]) {
				to++
			}
			at.Offset = to
			anew = append(anew, api.Event{ID: at.String(), Body: api.MessageDelta{StepID: delta.StepID, Text: text[from:to]}})
			from = to
		}
	}
	return anew
}
