package validate

import (
	"strings"

	"taskpilot/adapter/chatkit"
)

// StreamOptions says what is known of a captured stream.
type StreamOptions struct {
	Request string // the type of the request that it answers; empty: it is guessed
	Follow  bool   // of GET …/threads/{thread_id}/events: frames have ids, and it begins in the middle of a turn
	Cut     bool   // the reader left before the end
}

// Validator checks captures. It keeps nothing and may be used by many at once.
type Validator struct{ protocol *chatkit.Protocol }

// New makes a Validator.
func New() *Validator { return &Validator{chatkit.NewProtocol()} }

// Stream checks a captured stream of server-sent events and says how many events there were.
func (v *Validator) Stream(capture []byte, options StreamOptions) (events int, mistakes []Mistake) {
	var found findings
	frames := framesOf(capture, options, func(line int, sentence string) {
		found.add(Mistake{Line: line, Sentence: sentence})
	})
	tale := newStory(options)
	for n, frame := range frames {
		at := Mistake{Line: frame.line, Event: n + 1}
		report := reporter(func(path, sentence string) {
			found.add(Mistake{Line: at.Line, Event: at.Event, Path: path, Sentence: sentence})
		})
		if event := v.event(frame.data, report); event != nil {
			tale.next(event, report)
		}
	}
	if len(frames) == 0 && !options.Cut && !options.Follow {
		found.add(Mistake{Sentence: "the stream has no events: a page that waits for an answer shows nothing"})
	}
	tale.end(func(_, sentence string) { found.add(Mistake{Sentence: sentence}) })
	return len(frames), found.all()
}

// Event checks one event by itself, given as its JSON.
func (v *Validator) Event(data []byte) []Mistake {
	var found findings
	v.event(string(data), func(path, sentence string) { found.add(Mistake{Path: path, Sentence: sentence}) })
	return found.all()
}

// event checks an event by itself. It gives nil when nothing can be told from it.
func (v *Validator) event(data string, report reporter) object {
	if strings.TrimSpace(data) == "[DONE]" {
		report.note("", "`[DONE]` is no ChatKit event: nothing marks the end of a stream but its end")
		return nil
	}
	value, err := decode([]byte(data))
	if err != nil {
		report.note("", "the data is no JSON: %s", err)
		return nil
	}
	inspection{v.protocol, report}.value("", value, v.protocol.Event)
	event, _ := value.(object)
	return event
}
