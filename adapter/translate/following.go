package translate

import (
	"slices"
	"unicode/utf8"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// Marked is an event with the mark of its place as its id. The id is empty where nobody can go on from.
type Marked struct {
	ID string
	chatkit.Event
}

// Following translates a turn for a reader that may come in the middle of it and leave at any place. It always has to be
// given the turn from its beginning. A Following is for one turn and one goroutine.
type Following struct {
	stream *Stream
	run    int64
	shown  items // what the reader has of the turn
	resume *resuming
}

// Follow begins with the turn's items. Those of the steps that are known to be stored come whole, so that who has them
// already is given the same again.
func (t Translator) Follow(run int64, stored []api.Step) *Following {
	f := &Following{stream: t.NewStream(Message), run: run}
	for _, step := range stored {
		f.stream.stored[step.ID] = step
	}
	return f
}

// Resume goes on behind a mark.
func (t Translator) Resume(after Mark) *Following {
	f := t.Follow(after.Run, nil)
	f.resume = &resuming{after: after}
	return f
}

// Event gives what the reader is sent for an event of the turn.
func (f *Following) Event(e api.Event) []Marked {
	at, err := api.ParsePosition(e.ID)
	switch {
	case err != nil: // beside the turn: it is told to whoever is there
		return Unmarked(f.stream.Event(e.Body))
	case f.resume == nil:
		return f.translate(at, e.Body)
	}
	if delta, ok := e.Body.(api.MessageDelta); ok && f.resume.within(at) {
		return f.midText(at, delta)
	}
	f.midTextMissing()
	after := f.resume.after
	events := f.translate(at, e.Body)
	switch order := at.Compare(after.At); {
	case order < 0:
		return nil
	case order == 0:
		f.resume = nil
		return events[len(events)-min(after.Left, len(events)):]
	default:
		f.resume = nil
		return append(f.lost(after), events...)
	}
}

// midText takes a piece of the text in whose middle the reader left. The text may be cut otherwise than it was then, so all
// of it up to that place is taken as one piece, which the reader has, and what follows as the next.
func (f *Following) midText(at api.Position, delta api.MessageDelta) []Marked {
	after := f.resume.after
	f.resume.step, f.resume.text = delta.StepID, f.resume.text+delta.Text
	if at.Offset < after.At.Offset {
		return nil
	}
	text := f.resume.text
	f.resume = nil
	had := max(0, len(text)-(at.Offset-after.At.Offset))
	for had < len(text) && !utf8.RuneStart(text[had]) {
		had++
	}
	events := f.translate(after.At, api.MessageDelta{StepID: delta.StepID, Text: text[:had]})
	events = events[len(events)-min(after.Left, len(events)):]
	return append(events, f.translate(at, api.MessageDelta{StepID: delta.StepID, Text: text[had:]})...)
}

// midTextMissing is for a text that ended before the place where the reader left.
func (f *Following) midTextMissing() {
	if f.resume.text != "" {
		f.translate(f.resume.after.At, api.MessageDelta{StepID: f.resume.step, Text: f.resume.text})
		f.resume.text = ""
	}
}

// lost takes back what the reader had of a step that was discarded while it was away: the turn, told from its beginning,
// knows nothing of it any more.
func (f *Following) lost(after Mark) []Marked {
	at := api.Position{Step: after.At.Step, Part: api.PartCompleted}
	var gone []string
	for _, id := range after.Open {
		if !f.shown.everHad(id) {
			gone = append(gone, id)
		}
	}
	var events []Marked
	for i, id := range gone {
		mark := Mark{Run: f.run, At: at, Left: len(gone) - 1 - i, Open: gone[i+1:]}
		events = append(events, Marked{mark.String(), chatkit.ItemRemoved{ItemID: id}})
	}
	return events
}

// translate gives the events with their marks.
func (f *Following) translate(at api.Position, body api.Body) []Marked {
	events := f.stream.Event(body)
	marked := make([]Marked, len(events))
	for i, event := range events {
		if _, asked := body.(api.RunStarted); !asked {
			f.shown.note(event)
		}
		left := len(events) - 1 - i
		if left == 0 && f.stream.idle() {
			f.shown.close()
		}
		marked[i] = Marked{Mark{Run: f.run, At: at, Left: left, Open: slices.Clone(f.shown.open)}.String(), event}
	}
	if f.stream.idle() {
		f.shown.close()
	}
	return marked
}

// Unmarked is events that nobody goes on from.
func Unmarked(events []chatkit.Event) []Marked {
	marked := make([]Marked, len(events))
	for i, event := range events {
		marked[i].Event = event
	}
	return marked
}

// resuming is the way to the place where a reader left.
type resuming struct {
	after Mark
	step  int64  // in whose text that is
	text  string // of that step, so far
}

// within says that a piece of text belongs to the text in whose middle the reader left.
func (r *resuming) within(at api.Position) bool {
	return r.after.At.Part == api.PartText && at.Part == api.PartText && at.Step == r.after.At.Step
}
