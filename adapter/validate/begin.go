package validate

import (
	"slices"

	"taskpilot/adapter/chatkit"
)

var (
	createThread = chatkit.CreateThread{}.RequestType()
	addMessage   = chatkit.AddUserMessage{}.RequestType()
)

// begin holds the first events to the order of their request: a new thread begins with thread.created, a message to a
// thread with itself, everything else with stream_options. What is refused is one error and nothing else.
func (s *story) begin(kind string, event object, report reporter) {
	if s.options.Follow {
		return
	}
	if s.count == 1 && s.request == "" {
		s.guess(kind)
	}
	if s.count == 1 && kind == "error" {
		s.opened = true // what was refused has nothing more to say
		return
	}
	switch {
	case kind == "thread.created" && s.count > 1:
		report.note("", "%s comes late: the answer to `threads.create` begins with it", quoted(kind))
	case kind == "thread.created" && s.request != createThread:
		report.note("", "%s begins the answer to %s, but only `threads.create` makes a thread", quoted(kind), quoted(s.request))
	case s.count == 1 && s.request == createThread && kind != "thread.created":
		report.note("", "%s begins the answer to `threads.create`, which begins with `thread.created`", quoted(kind))
	}
	if s.opened || kind == "thread.created" {
		return
	}
	s.beforeOptions(kind, event, report)
}

// beforeOptions says what may come before stream_options: the user's message, if there is one.
func (s *story) beforeOptions(kind string, event object, report reporter) {
	mine := kind == "thread.item.done" && text(member(event, "item"), "type") == "user_message"
	says := s.request == createThread || s.request == addMessage
	switch {
	case mine && says && !s.asked:
		s.asked = true
	case kind == "stream_options" && says && !s.asked:
		report.note("", "`stream_options` comes before the user's message, which is a `thread.item.done` of its own")
	case kind == "stream_options":
	case mine && says:
		report.note("", "there is a second user's message: `stream_options` comes after the first")
	case s.request == "":
		report.note("", "%s begins the stream: that is for `thread.created`, the user's message, `stream_options` or an `error`", quoted(kind))
	default:
		report.note("", "%s comes before `stream_options`", quoted(kind))
	}
	if kind != "stream_options" && !mine {
		s.opened = true // told once
	}
}

// guess says from a stream's first event what it answers.
func (s *story) guess(kind string) {
	switch kind {
	case "thread.created":
		s.request = createThread
	case "thread.item.done":
		s.request = addMessage
	case "stream_options":
		s.request = "" // any of the others
	}
}

// streamed says that a request is answered by a stream; known, that there is such a request.
func streamed(request string) (streams, known bool) {
	all := chatkit.Requests()
	i := slices.IndexFunc(all, func(r chatkit.Request) bool { return r.RequestType() == request })
	if i < 0 {
		return false, false
	}
	return all[i].Streams(), true
}
