package plain

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// turn is a message on its way to the service, and its answer. It belongs to no page.
type turn struct {
	*Chat
	ctx            context.Context // the page's values, and not its end
	who            tokens.Identity
	conversation   translate.Key // empty: a new one
	content, model string
	began          time.Time
	known          chan struct{} // closed when before is there, or the turn has ended
	before         history       // of an existing conversation, before the message
	ended          chan struct{}
	after          *history // as it is with the answer; nil when that is not known
	err            error    // nothing was accepted
	unsure         bool     // it is not known whether the message was accepted, or its answer has not come
	failure        string   // what the service says instead of an answer that it stores
}

func (c *Chat) newTurn(ctx context.Context, who tokens.Identity, conversation translate.Key, content, model string) *turn {
	return &turn{
		Chat: c, ctx: context.WithoutCancel(ctx), who: who, conversation: conversation, content: content, model: model, began: c.clock(),
		known: make(chan struct{}), ended: make(chan struct{}),
	}
}

// run takes the turn to its end.
func (t *turn) run() {
	defer close(t.ended)
	defer func() {
		if cause := recover(); cause != nil {
			t.log.ErrorContext(t.ctx, "panic in a turn", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			t.unsure = true
		}
	}()
	err := t.look()
	close(t.known)
	if err != nil {
		t.err = err
		return
	}
	answer, err := t.service.Say(t.ctx, t.who, t.conversation, t.content, t.model)
	switch {
	case err == nil:
		t.answered(answer)
	case refused(err):
		t.err = err
	default:
		t.log.WarnContext(t.ctx, "a message's request broke: whether it was accepted history says", "error", err.Error())
		t.lookFor()
	}
}

// look reads the conversation as it is before the message.
func (t *turn) look() (err error) {
	if t.conversation != "" {
		t.before, err = t.service.History(t.ctx, t.who, t.conversation)
	}
	return err
}

// refused says that the message was surely not accepted.
func refused(err error) bool {
	var problem *api.Problem
	switch {
	case errors.Is(err, errUnsent), errors.Is(err, errMisconfigured):
		return true
	case !errors.As(err, &problem):
		return false
	}
	switch problem.Status {
	case http.StatusRequestTimeout:
		return false
	case http.StatusNotImplemented, http.StatusServiceUnavailable:
		return true
	}
	return problem.Status < http.StatusInternalServerError
}

// answered takes what the service answered, and reads how it stored it.
func (t *turn) answered(value any) {
	names := t.service.mapping.Answer
	said := text(find(value, names.Text))
	key := t.conversation
	if key == "" {
		named, ok := keyOf(find(value, names.ConversationID))
		if !ok {
			t.log.ErrorContext(t.ctx, "the answer to a first message names no conversation: check the mapping")
			t.unsure = true
			return
		}
		key = named
	}
	failed := isOneOf(text(find(value, names.Status)), names.Failed)
	if h, ok := t.stored(key, said, find(value, names.MessageID)); ok {
		t.after = &h
		return
	}
	switch {
	case said == "" && find(value, names.ToolCalls) == nil:
		t.unsure = true
		return
	case failed:
		t.failure = said
		return
	}
	t.after = t.unstored(key, said, find(value, names.ToolCalls))
}

func isOneOf(text string, all []string) bool {
	for _, one := range all {
		if one == text {
			return true
		}
	}
	return false
}

// soon is how often an answer that came is looked for in history: some services store it a moment later.
const soon = 3

// stored is the conversation with the answer in it.
func (t *turn) stored(key translate.Key, said string, id any) (h history, ok bool) {
	for range soon {
		h, err := t.service.History(t.ctx, t.who, key)
		if err != nil {
			t.log.WarnContext(t.ctx, "an answer can't be read back", "error", err.Error())
			return h, false
		}
		if h.answers(t.before.count, said, id) {
			return h, true
		}
		time.Sleep(t.pace.Look / 5)
	}
	return h, false
}

// answers says that an answer stands behind an index. What it says or its id tells it; else any will do.
func (h history) answers(from int, said string, id any) bool {
	for _, m := range h.since(from) {
		if m.Role == api.RoleAssistant && (m.Content == said || id != nil && m.id == id || said == "") {
			return true
		}
	}
	return false
}

// unstored is the conversation as it would be if the answer were stored: a service that hides it from its history.
func (t *turn) unstored(key translate.Key, said string, toolCalls any) *history {
	h, err := t.service.History(t.ctx, t.who, key)
	if err != nil || h.count < t.before.count {
		h = t.before
		h.conversation = named(h.conversation, key)
		if h.conversation.CreatedAt.IsZero() {
			h.conversation.CreatedAt, h.conversation.Status = t.began, api.ConversationActive
		}
	}
	now := t.clock().UTC().Truncate(time.Microsecond)
	if len(h.since(t.before.count)) == 0 {
		h.messages = append(h.messages, message{Message: h.said(h.count, t.content, t.began)})
		h.count++
	}
	h.messages = append(h.messages, message{Message: h.answered(h.count, said, calls(toolCalls, t.service.mapping.ToolCalls), now)})
	h.count++
	return &h
}

// lookFor looks for the answer of a message whose request broke, for a while.
func (t *turn) lookFor() {
	if t.conversation == "" {
		t.unsure = true // nobody knows where
		return
	}
	for until := time.Now().Add(t.pace.Settle); ; time.Sleep(t.pace.Look) {
		h, err := t.service.History(t.ctx, t.who, t.conversation)
		if err == nil {
			t.after = &h
		}
		if err == nil && h.answers(t.before.count, "", nil) {
			return
		}
		if time.Now().After(until) || err == nil && len(h.since(t.before.count)) == 0 && !t.worthWaiting(until) {
			t.unsure = true
			return
		}
	}
}

// worthWaiting says that a message which is not stored yet may still be: services store it before they work, or after.
func (t *turn) worthWaiting(until time.Time) bool {
	return time.Until(until) > t.pace.Settle*2/3
}
