package validate

import (
	"taskpilot/adapter/chatkit"
)

// Answer checks the JSON that answers a request of a type; an empty type is guessed.
func (v *Validator) Answer(raw []byte, request string) []Mistake {
	var found findings
	report := reporter(func(path, sentence string) { found.add(Mistake{Path: path, Sentence: sentence}) })
	value, err := decode(raw)
	if err != nil {
		report.note("", "this is no JSON: %s", err)
		return found.all()
	}
	answer, isObject := value.(object)
	if !isObject {
		report.note("", "an answer is one JSON object, not %s", called(value))
		return found.all()
	}
	if problem := notAnAnswer(answer, v.protocol); problem != "" {
		report.note("", "%s", problem)
		return found.all()
	}
	if request == "" {
		request = guessRequest(answer)
	}
	shape, ok := v.protocol.Answers[request]
	if !ok {
		report.note("", "%s", refusedRequest(request))
		return found.all()
	}
	inspection{v.protocol, report}.value("", value, shape)
	rules(request, answer, report)
	return found.all()
}

// notAnAnswer says what an object is that is no answer at all.
func notAnAnswer(answer object, protocol *chatkit.Protocol) string {
	if _, event := protocol.Event.Tagged(text(answer, "type")); event {
		return "this is an event: events come in a stream, each as `data: {json}` and an empty line"
	}
	if called(answer["status"]) == "a number" && (answer["title"] != nil || answer["detail"] != nil) {
		return "this is a refusal (problem+json) and no answer of the protocol"
	}
	return ""
}

func refusedRequest(request string) string {
	streams, known := streamed(request)
	switch {
	case streams:
		return quoted(request) + " is answered by a stream, not by JSON"
	case known:
		return "nothing is known of the answer to " + quoted(request)
	case request == "":
		return "this is like no answer of the protocol; say which request it answers"
	default:
		return quoted(request) + " is no request of ChatKit's" + didYouMean(request, requestTypes())
	}
}

func requestTypes() []string {
	var types []string
	for _, request := range chatkit.Requests() {
		types = append(types, request.RequestType())
	}
	return types
}

// Requests that are known by their answers.
var (
	listItems   = chatkit.ListItems{}.RequestType()
	listThreads = chatkit.ListThreads{}.RequestType()
	getThread   = chatkit.GetThread{}.RequestType()
	anything    = chatkit.DeleteThread{}.RequestType()
	transcribe  = chatkit.Transcribe{}.RequestType()
	attach      = chatkit.CreateAttachment{}.RequestType()
	syncAction  = chatkit.SyncCustomAction{}.RequestType()
)

// guessRequest says from an answer what was asked; empty: no idea.
func guessRequest(answer object) string {
	has := func(name string) bool { _, ok := answer[name]; return ok }
	first := object{}
	if data := elements(answer, "data"); len(data) > 0 {
		first = objectAt(data, 0)
	}
	switch {
	case len(answer) == 0:
		return anything
	case has("data") && (first["items"] != nil || first["status"] != nil && first["thread_id"] == nil):
		return listThreads
	case has("data"):
		return listItems
	case has("items"):
		return getThread
	case has("updated_item"):
		return syncAction
	case has("mime_type"):
		return attach
	case len(answer) == 1 && has("text"):
		return transcribe
	}
	return ""
}

// rules are what an answer's shape can't say.
func rules(request string, answer object, report reporter) {
	switch request {
	case listItems:
		page(answer, "", report)
		oneThread(answer, "", "", report)
	case listThreads:
		page(answer, "", report)
		for n := range elements(answer, "data") {
			items := member(objectAt(elements(answer, "data"), n), "items")
			if len(elements(items, "data")) > 0 {
				report.that(nth("data", n)+".items.data", "must be empty in a list of threads")
			}
		}
	case getThread, chatkit.UpdateThread{}.RequestType():
		items := member(answer, "items")
		page(items, "items", report)
		oneThread(items, "items", text(answer, "id"), report)
		if n := len(elements(items, "data")); n > chatkit.DefaultPage {
			report.that("items.data", "has %d items: a thread comes with its first %d", n, chatkit.DefaultPage)
		}
	case attach:
		if answer["upload_descriptor"] == nil {
			report.that("upload_descriptor", "is missing: the page does not know where to send the bytes")
		}
	}
}

// page checks what a page says of itself.
func page(p object, path string, report reporter) {
	if p == nil {
		return
	}
	data, seen := elements(p, "data"), map[string]bool{}
	for n := range data {
		id := text(objectAt(data, n), "id")
		if id != "" && seen[id] {
			report.that(nth(within(path, "data"), n)+".id", "is %s, which is on this page already", quoted(id))
		}
		seen[id] = true
	}
	after, more := text(p, "after"), p["has_more"] == true
	switch {
	case more && len(data) == 0:
		report.that(within(path, "data"), "is empty while `has_more` is true: a page never comes up short while more follows")
	case more && after == "":
		report.that(within(path, "after"), "is missing while `has_more` is true: the next page cannot be asked for")
	case after != "" && len(data) > 0:
		if last := text(objectAt(data, len(data)-1), "id"); last != "" && last != after {
			report.that(within(path, "after"), "must name the last element, which is %s, not %s", quoted(last), quoted(after))
		}
	}
}

// oneThread holds that a page's items are of one thread.
func oneThread(p object, path, thread string, report reporter) {
	data := elements(p, "data")
	for n := range data {
		of := text(objectAt(data, n), "thread_id")
		if thread == "" {
			thread = of
		}
		if of != "" && of != thread {
			report.that(nth(within(path, "data"), n)+".thread_id", "is %s, but the others are of %s", quoted(of), quoted(thread))
		}
	}
}
