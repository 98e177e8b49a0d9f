package faults_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"taskpilot/deploy/e2e/wire"
)

// moves are what a person does while an answer comes; the zero value looks on to the end.
type moves struct {
	after int  // so many events
	leave bool // then they press Stop as the stock page has it, reload or go: all abort the request
	stop  bool // then they press a Stop that says so, and look on
}

// send says something on the page and looks at what is streamed.
func (p *person) send(ctx context.Context, t *talk, m moves) {
	s := &said{user: p.name, text: p.words()}
	p.say(s)
	kind := "threads.add_user_message"
	if t.id == "" {
		kind = "threads.create"
	}
	p.request(ctx, t, s, kind, wire.Say(t.id, s.text), m)
}

// again wants another answer to the last question that the page shows.
func (p *person) again(ctx context.Context, t *talk) {
	if t.question == "" {
		return
	}
	for id := range t.done { // what comes after it may go
		if id != t.question {
			delete(t.done, id)
		}
	}
	p.count("asked for another answer")
	p.request(ctx, t, &said{}, "threads.retry_after_item", wire.Object{"thread_id": t.id, "item_id": t.question}, moves{})
}

// resends is how often the stock page sends a request again that had no answer, or one that was cut.
const resends = 5

func (p *person) request(ctx context.Context, t *talk, s *said, kind string, params wire.Object, m moves) {
	t.came = strings.TrimPrefix(t.came+", "+kind, ", ")
	s.first = time.Now()
	s.last = s.first
	for try := range resends + 1 {
		if try > 0 {
			p.count("requests sent again")
			t.torn = true
			pause(ctx, time.Duration(p.rand.IntN(300))*time.Millisecond)
			s.last = time.Now()
		}
		if p.try(ctx, t, s, kind, params, m) || ctx.Err() != nil {
			return
		}
	}
	t.torn = true
}

// try makes a request once; false: the page sends it again.
func (p *person) try(ctx context.Context, t *talk, s *said, kind string, params wire.Object, m moves) bool {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	page := p.page
	page.Header = http.Header{"Chatkit-Frame-Instance-Id": {p.frame}}
	response, err := page.Post(ctx, kind, params)
	if err != nil {
		p.count("requests without an answer")
		return false
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.torn = true
		p.count(fmt.Sprintf("requests answered with %d", response.StatusCode))
		return response.StatusCode < 500
	}
	return p.watch(ctx, t, s, wire.Frames(response.Body), m)
}

// watch reads a stream and folds it; false: it was cut.
func (p *person) watch(ctx context.Context, t *talk, s *said, frames iter.Seq2[wire.Object, error], m moves) bool {
	var seen []wire.Object
	whole, stopped := true, false
	for event, err := range frames {
		if err != nil {
			p.count("streams cut")
			t.torn, whole = true, false
			break
		}
		seen = append(seen, event)
		p.note(t, s, event)
		if len(seen) != m.after {
			continue
		}
		if m.stop {
			stopped = true
			p.stop(ctx, t)
		}
		if m.leave {
			t.torn = true
			p.count("streams left")
			break
		}
	}
	var alone wire.Thread
	if err := alone.Fold(clone(without(seen, "thread.item.removed"))); err != nil {
		p.violation("a stream of %s in %s does not fold: %v", p.name, t.id, err)
	}
	if t.torn {
		return whole || stopped // nobody sends again what they stopped
	}
	p.count("streams whole")
	if len(seen) == 0 {
		p.violation("a stream of %s in %s was empty and ended in order", p.name, t.id)
	}
	if err := t.thread.Fold(clone(seen)); err != nil {
		p.violation("the streams of %s in %s do not fold: %v", p.name, t.id, err)
		t.torn = true
	}
	return whole
}

// without leaves out events that speak of items of other streams.
func without(events []wire.Object, kind string) (rest []wire.Object) {
	for _, event := range events {
		if event["type"] != kind {
			rest = append(rest, event)
		}
	}
	return rest
}

// note takes in what an event says for good.
func (p *person) note(t *talk, s *said, event wire.Object) {
	switch event["type"] {
	case "thread.created":
		if id := event["thread"].(wire.Object)["id"].(string); t.id == "" {
			t.id = id
			p.talks = append(p.talks, t)
			p.keep(t)
		} // else the request was sent again: that it began nothing new is seen at the end
	case "thread.item.done", "thread.item.replaced":
		item := event["item"].(wire.Object)
		if item["thread_id"] != t.id {
			break // of a second thread that the same request began
		}
		if item["type"] == "user_message" {
			s.accepted, t.question = true, item["id"].(string)
		}
		if t.done == nil {
			t.done = map[string]wire.Object{}
		}
		t.done[item["id"].(string)] = item
	case "thread.item.removed":
		delete(t.done, event["item_id"].(string))
	case "error":
		t.torn = true // the turn may go on without this reader
		message, _ := event["message"].(string)
		p.count("error: " + message)
	}
}

// clone keeps a fold from changing what another fold is made of.
func clone(events []wire.Object) []wire.Object {
	copies := make([]wire.Object, 0, len(events))
	for _, event := range events {
		copies = append(copies, copyOf(event).(wire.Object))
	}
	return copies
}

func copyOf(value any) any {
	switch value := value.(type) {
	case wire.Object:
		object := wire.Object{}
		for key, field := range value {
			object[key] = copyOf(field)
		}
		return object
	case []any:
		list := make([]any, 0, len(value))
		for _, element := range value {
			list = append(list, copyOf(element))
		}
		return list
	default:
		return value
	}
}

// conversationOf is the conversation that a thread is.
func conversationOf(thread string) *int64 {
	if thread == "" {
		return nil
	}
	var id int64
	if _, err := fmt.Sscanf(strings.TrimPrefix(thread, "thr_"), "%d", &id); err != nil {
		return nil
	}
	return &id
}
