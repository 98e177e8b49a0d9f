package validate

import (
	"fmt"
	"maps"
	"slices"
)

// story is a stream as far as it was told: which items there are and what they are by now.
type story struct {
	options StreamOptions
	request string // known or guessed; empty: no idea
	count   int
	thread  string
	items   map[string]*telling
	opened  bool // stream_options came
	asked   bool // the user's message came
	failed  bool // an error came
}

// telling is one item of a stream.
type telling struct {
	item      object   // with all updates
	report    reporter // of the event that had it last
	announced bool     // it was added
	done      bool
	gone      bool
	spoilt    bool // an update could not be applied: what it adds up to is not known
}

func newStory(options StreamOptions) *story {
	return &story{options: options, request: options.Request, items: map[string]*telling{}}
}

// next takes the next event. It reports what is wrong with its place in the story; what is wrong with the event itself
// was reported before.
func (s *story) next(event object, report reporter) {
	s.count++
	kind := text(event, "type")
	if s.failed && kind != "thread.updated" {
		report.note("", "%s comes after an `error`, which ends a stream", quoted(kind))
	}
	s.begin(kind, event, report)
	switch kind {
	case "thread.created", "thread.updated":
		s.sameThread("thread.id", text(member(event, "thread"), "id"), report)
		if len(elements(member(member(event, "thread"), "items"), "data")) > 0 {
			report.that("thread.items.data", "must be empty in events: items come in events of their own")
		}
	case "thread.item.added", "thread.item.done", "thread.item.replaced":
		if item := member(event, "item"); item != nil {
			s.sameThread("item.thread_id", text(item, "thread_id"), report)
			s.item(kind, item, report)
		}
	case "thread.item.updated":
		s.updated(text(event, "item_id"), member(event, "update"), report)
	case "thread.item.removed":
		s.removed(text(event, "item_id"), report)
	case "stream_options":
		s.opened = true
	case "error":
		s.failed = true
		s.error(event, report)
	}
}

func (s *story) error(event object, report reporter) {
	message := text(event, "message")
	if text(event, "code") == "custom" && message == "" {
		report.that("message", "is missing: an `error` with the code `custom` says it word for word")
	}
}

// sameThread holds that a stream speaks of one thread.
func (s *story) sameThread(path, id string, report reporter) {
	switch {
	case id == "":
	case s.thread == "":
		s.thread = id
	case id != s.thread:
		report.that(path, "is %s, but this stream is about %s", quoted(id), quoted(s.thread))
	}
}

// item takes an event that has a whole item.
func (s *story) item(kind string, item object, report reporter) {
	id := text(item, "id")
	if id == "" {
		return
	}
	known := s.items[id]
	now := &telling{item: item, report: report, done: kind != "thread.item.added", announced: kind == "thread.item.added"}
	if known != nil {
		now.announced = now.announced || known.announced
		known.sameType(item, report)
	}
	s.items[id] = now
	removed := known != nil && known.gone // what was removed may be begun anew
	switch {
	case kind == "thread.item.replaced" && removed:
		report.note("item.id", "%s was removed: there is nothing that could be replaced", quoted(id))
	case kind == "thread.item.replaced" && known == nil && s.isNew():
		report.note("item.id", "there is no %s that could be replaced", quoted(id))
	case kind == "thread.item.replaced" || known == nil || removed:
	case kind == "thread.item.added":
		report.note("item.id", "%s was added already", quoted(id))
	case known.done:
		report.note("item.id", "%s is done already: a newer state of it is a `thread.item.replaced`", quoted(id))
	default:
		known.compare(item, report)
	}
}

// sameType holds that an item stays what it is.
func (t *telling) sameType(item object, report reporter) {
	was, is := text(t.item, "type"), text(item, "type")
	if was != "" && is != "" && was != is {
		report.that("item.type", "is %s, but %s was %s before", quoted(is), quoted(text(item, "id")), quoted(was))
		t.spoilt = true
	}
}

// isNew says that the thread began with this stream, so that all its items are known.
func (s *story) isNew() bool { return s.request == createThread && !s.options.Follow }

func (s *story) removed(id string, report reporter) {
	known := s.items[id]
	switch {
	case id == "":
	case known == nil && s.isNew():
		report.note("item_id", "there is no %s that could be removed", quoted(id))
	case known != nil && known.gone:
		report.note("item_id", "%s was removed already", quoted(id))
	}
	s.items[id] = &telling{gone: true, done: true}
}

// end says what is missing at the stream's end.
func (s *story) end(report reporter) {
	if s.options.Cut || s.failed {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(s.items)) {
		if known := s.items[id]; !known.done {
			sentence := fmt.Sprintf("%s was added and is never done", quoted(id))
			if other := s.doneUnannounced(text(known.item, "type")); other != "" {
				sentence += fmt.Sprintf(": %s came in its place, but an item keeps its id", quoted(other))
			}
			known.report.note("", "%s", sentence)
		}
	}
	if s.count > 0 && !s.opened && !s.options.Follow {
		report.note("", "`stream_options` never came: the page does not know whether to show Stop")
	}
}
