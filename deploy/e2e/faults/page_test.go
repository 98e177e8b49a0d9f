package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"taskpilot/deploy/e2e/wire"
)

// send says something on the page and looks at what is streamed: to its end, or until so many events came, when the
// person presses Stop or goes away.
func (p *person) send(ctx context.Context, t *talk, leaveAfter int) {
	s := &said{user: p.name, text: p.words()}
	p.say(s)
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	kind := "threads.add_user_message"
	if t.id == "" {
		kind = "threads.create"
	}
	response, err := p.page.Post(ctx, kind, wire.Say(t.id, s.text))
	if err != nil {
		t.torn = true
		p.count("requests that failed")
		return
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.torn = true
		p.count(fmt.Sprintf("requests answered with %d", response.StatusCode))
		return
	}
	p.watch(t, s, response.Body, leaveAfter)
}

// watch reads a stream and folds it.
func (p *person) watch(t *talk, s *said, body io.Reader, leaveAfter int) {
	var whole []wire.Object
	for event, err := range wire.Frames(body) {
		if err != nil {
			p.count("streams cut")
			t.torn = true
			break
		}
		whole = append(whole, event)
		p.note(t, s, event)
		if len(whole) == leaveAfter {
			t.torn = true
			p.count("streams left")
			break
		}
	}
	var alone wire.Thread
	if err := alone.Fold(clone(whole)); err != nil {
		p.violation("a stream of %s in %s does not fold: %v", p.name, t.id, err)
	}
	if t.torn {
		return
	}
	p.count("streams whole")
	if len(whole) == 0 {
		p.violation("a stream of %s in %s was empty and ended in order", p.name, t.id)
	}
	if err := t.thread.Fold(clone(whole)); err != nil {
		p.violation("the streams of %s in %s do not fold: %v", p.name, t.id, err)
		t.torn = true
	}
}

// note takes in what an event says for good.
func (p *person) note(t *talk, s *said, event wire.Object) {
	switch event["type"] {
	case "thread.created":
		t.id = event["thread"].(wire.Object)["id"].(string)
		p.talks = append(p.talks, t)
		p.keep(t)
	case "thread.item.done", "thread.item.replaced":
		item := event["item"].(wire.Object)
		if item["type"] == "user_message" {
			s.accepted = true
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

// reload reads the thread as a page does that has just opened.
func (p *person) reload(ctx context.Context, t *talk) {
	if t.id == "" {
		return
	}
	answer, err := p.page.Call(ctx, "items.list", wire.Object{"thread_id": t.id, "limit": 1000, "order": "desc"})
	var status *wire.StatusError
	switch {
	case errors.As(err, &status) && status.Status < 500:
		p.violation("reading %s of %s: %v", t.id, p.name, err)
	case err != nil:
		p.count("reads that failed")
		return
	}
	read := map[string]bool{}
	for _, item := range answer["data"].([]any) {
		read[item.(wire.Object)["id"].(string)] = true
	}
	for id := range t.done {
		if !read[id] {
			p.violation("item %s was shown as done to %s, and is not in %s", id, p.name, t.id)
		}
	}
	p.count("reads")
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
