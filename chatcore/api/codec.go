package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// ErrCut says that a turn's stream ended without one of its four ends.
var ErrCut = errors.New("the turn's stream was cut")

// MaxEvent is the most bytes that one event may have on the wire. The end of a turn has all its calls' results, twice.
const MaxEvent = 32 << 20

// Encode writes one event as a frame of server-sent events: event, id where it has one, and data in one line.
func Encode(w io.Writer, e Event) error {
	data, err := json.Marshal(e.Body)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", e.Body.EventType(), err)
	}
	frame := make([]byte, 0, len(data)+64)
	frame = append(frame, "event: "...)
	frame = append(frame, e.Body.EventType()...)
	if e.ID != "" {
		frame = append(frame, "\nid: "...)
		frame = append(frame, e.ID...)
	}
	frame = append(frame, "\ndata: "...)
	frame = append(frame, data...)
	frame = append(frame, "\n\n"...)
	_, err = w.Write(frame)
	return err
}

// Decode reads a turn's stream to its end. Types it does not know are skipped, so that a newer chatcore can say more.
// A stream that ends before one of its ends yields ErrCut; every error is final.
func Decode(r io.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 4096), MaxEvent)
		var frame rawFrame
		for lines.Scan() {
			line := bytes.TrimSuffix(lines.Bytes(), []byte("\r"))
			if len(line) > 0 {
				if frame.add(line); len(frame.data) > MaxEvent {
					yield(Event{}, fmt.Errorf("%w: %w", ErrCut, bufio.ErrTooLong))
					return
				}
				continue
			}
			event, known, err := frame.event()
			frame = rawFrame{}
			if err != nil {
				yield(Event{}, err)
				return
			}
			if !known {
				continue
			}
			if !yield(event, nil) || Ends(event.Body) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Event{}, fmt.Errorf("%w: %w", ErrCut, err))
			return
		}
		yield(Event{}, ErrCut)
	}
}

// rawFrame is a frame whose lines are still coming.
type rawFrame struct {
	name, id string
	data     []byte
}

func (f *rawFrame) add(line []byte) {
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "event":
		f.name = string(value)
	case "id":
		f.id = string(value)
	case "data":
		if f.data != nil {
			f.data = append(f.data, '\n')
		}
		f.data = append(f.data, value...)
	}
}

// event reads the frame; known is false for a comment and for a type of another version.
func (f *rawFrame) event() (e Event, known bool, err error) {
	decode, ok := decoders[f.name]
	if !ok {
		return Event{}, false, nil
	}
	body, err := decode(f.data)
	if err != nil {
		return Event{}, false, fmt.Errorf("reading the event %s: %w", f.name, err)
	}
	return Event{ID: f.id, Body: body}, true, nil
}

// decoders knows every event by its name on the wire.
var decoders = map[string]func([]byte) (Body, error){
	RunStarted{}.EventType():           decodeAs[RunStarted],
	MessageStarted{}.EventType():       decodeAs[MessageStarted],
	MessageDelta{}.EventType():         decodeAs[MessageDelta],
	MessageTextCompleted{}.EventType(): decodeAs[MessageTextCompleted],
	ToolCallStarted{}.EventType():      decodeAs[ToolCallStarted],
	ToolCallFinished{}.EventType():     decodeAs[ToolCallFinished],
	MessageCompleted{}.EventType():     decodeAs[MessageCompleted],
	MessageDiscarded{}.EventType():     decodeAs[MessageDiscarded],
	Notice{}.EventType():               decodeAs[Notice],
	Effect{}.EventType():               decodeAs[Effect],
	Progress{}.EventType():             decodeAs[Progress],
	ConversationUpdated{}.EventType():  decodeAs[ConversationUpdated],
	RunCompleted{}.EventType():         decodeAs[RunCompleted],
	RunFailed{}.EventType():            decodeAs[RunFailed],
	RunCancelled{}.EventType():         decodeAs[RunCancelled],
	RunWaiting{}.EventType():           decodeAs[RunWaiting],
}

func decodeAs[T Body](data []byte) (Body, error) {
	var body T
	if err := json.Unmarshal(data, &body); err != nil {
		return nil, err
	}
	return body, nil
}
