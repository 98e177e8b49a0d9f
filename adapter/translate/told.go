package translate

import (
	"bytes"
	"time"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// What a chat service that answers whole and not step by step has told beside chatcore's events. These are on no wire.
type (
	// Working is said while such a service is at work, with how long it has been.
	Working struct{ For time.Duration }

	// Stored is a message as it is stored, whether it was shown before or not.
	Stored struct{ Message api.Message }

	// Gone is a message that was shown and is not stored.
	Gone struct{ Message api.Message }
)

// EventType implements api.Body.
func (Working) EventType() string { return "working" }

// EventType implements api.Body.
func (Stored) EventType() string { return "stored" }

// EventType implements api.Body.
func (Gone) EventType() string { return "gone" }

// told remembers an item of a message that was shown whole.
func (s *Stream) told(item chatkit.Item) {
	if encoded, err := chatkit.Marshal(item); err == nil {
		s.whole[item.ItemID()] = encoded
	}
}

// restate makes what is shown of a message what history shows of it.
func (s *Stream) restate(m api.Message) (events []chatkit.Event) {
	for _, item := range s.Items(s.conversation, m) {
		before, shown := s.whole[item.ItemID()]
		s.told(item)
		switch {
		case !shown:
			events = append(events, chatkit.ItemDone{Item: item})
		case !bytes.Equal(before, s.whole[item.ItemID()]):
			events = append(events, chatkit.ItemReplaced{Item: item})
		}
	}
	return events
}

// takeAway removes what is shown of a message.
func (s *Stream) takeAway(m api.Message) (events []chatkit.Event) {
	for _, item := range s.Items(s.conversation, m) {
		if _, shown := s.whole[item.ItemID()]; shown {
			delete(s.whole, item.ItemID())
			events = append(events, chatkit.ItemRemoved{ItemID: item.ItemID()})
		}
	}
	return events
}
