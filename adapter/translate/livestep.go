package translate

import (
	"bytes"
	"maps"
	"slices"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// liveStep is what was seen and shown of a step that is not completed.
type liveStep struct {
	head      api.StepHead
	text      string
	textBegun bool
	textEnded bool
	records   map[int]api.ToolCall
	named     sources           // what its text names
	shown     map[string][]byte // items that were sent, by id; nil: announced only
}

// soFar is the step as far as it came, with these calls. More may follow: none of them ends the turn yet.
func (l *liveStep) soFar(calls []api.ToolCall) api.Step {
	for i := range calls {
		if shows := calls[i].Shows; shows != nil && shows.EndOfTurn {
			goesOn := *shows
			goesOn.EndOfTurn = false
			calls[i].Shows = &goesOn
		}
	}
	return api.Step{
		ID: l.head.ID, Position: l.head.Position, Content: l.text, ToolCalls: calls,
		Code: l.head.Code, CreatedAt: l.head.CreatedAt,
	}
}

// ready are the calls that can be shown: those before which none is missing.
func (l *liveStep) ready() (calls []api.ToolCall) {
	for index := 0; ; index++ {
		record, ok := l.records[index]
		if !ok {
			return calls
		}
		calls = append(calls, record)
	}
}

// newest is the step as it is stored, but for records of which a newer state was seen already.
func (l *liveStep) newest(stored api.Step) api.Step {
	stored.ToolCalls = slices.Clone(stored.ToolCalls)
	for i, record := range stored.ToolCalls {
		if seen, ok := l.records[record.Index]; ok && seen.Revision > record.Revision {
			stored.ToolCalls[i] = seen
		}
	}
	return stored
}

// show sends the items of a step that were not sent yet, and anew those that changed.
func (s *Stream) show(step *liveStep, state api.Step) []chatkit.Event {
	var events []chatkit.Event
	for _, item := range s.itemsOfStep(s.conversation, state, step.named) {
		encoded, err := chatkit.Marshal(item)
		id := item.ItemID()
		before, sent := step.shown[id]
		switch {
		case err != nil || sent && bytes.Equal(before, encoded):
			continue
		case sent && before != nil:
			events = append(events, chatkit.ItemReplaced{Item: item})
		case sent: // a text that was only announced
			events = append(append(events, namedBy(item)...), endOfPart(item), chatkit.ItemDone{Item: item})
		default:
			events = append(events, chatkit.ItemDone{Item: item})
		}
		step.shown[id] = encoded
	}
	return events
}

// namedBy adds what a text names, which was announced without.
func namedBy(item chatkit.Item) (events []chatkit.Event) {
	message, ok := item.(chatkit.AssistantMessage)
	if !ok {
		return nil
	}
	for i, annotation := range message.Content[0].Annotations {
		events = append(events, chatkit.ItemUpdated{ItemID: item.ItemID(), Update: chatkit.AnnotationAdded{AnnotationIndex: i, Annotation: annotation}})
	}
	return events
}

func endOfPart(item chatkit.Item) chatkit.Event {
	done := chatkit.PartDone{}
	if message, ok := item.(chatkit.AssistantMessage); ok {
		done.Content = message.Content[0]
	}
	return chatkit.ItemUpdated{ItemID: item.ItemID(), Update: done}
}

// takeBack removes what was shown of a step and is not among the items that stay.
func (s *Stream) takeBack(step *liveStep, stay []chatkit.Item) []chatkit.Event {
	for _, item := range stay {
		delete(step.shown, item.ItemID())
	}
	var events []chatkit.Event
	for _, id := range slices.Sorted(maps.Keys(step.shown)) {
		events = append(events, chatkit.ItemRemoved{ItemID: id})
	}
	return events
}
