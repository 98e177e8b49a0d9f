package plain

import (
	"slices"
	"strconv"
	"time"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/mapping"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

// history is a conversation as the service told it.
type history struct {
	conversation api.Conversation
	messages     []message // of people and the assistant, oldest first
	count        int       // of all messages, those that nobody is shown too
}

// message is one of a history, with the id that the service has for it.
type message struct {
	api.Message
	id any
}

// read makes a history of an answer; ok is false for what is none.
func read(m mapping.Mapping, key translate.Key, value any) (h history, ok bool) {
	all, ok := list(value, m.Messages.List)
	if !ok {
		return h, false
	}
	if m.Messages.NewestFirst {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	h.conversation, h.count = named(conversation(m.Conversations, find(value, m.Conversations.In)), key), len(all)
	last := h.conversation.CreatedAt
	for i, one := range all {
		if at, known := timeOf(find(one, m.Messages.CreatedAt)); known {
			last = at
		}
		if said, shown := h.message(m, i, one, last); shown {
			h.messages = append(h.messages, message{said, find(one, m.Messages.ID)})
		}
	}
	return h, true
}

// message reads one; shown is false for what is between the service and its model.
func (h history) message(m mapping.Mapping, index int, one any, at time.Time) (said api.Message, shown bool) {
	content := text(find(one, m.Messages.Content))
	switch role := text(find(one, m.Messages.Role)); {
	case slices.Contains(m.Messages.Person, role):
		return h.said(index, content, at), true
	case slices.Contains(m.Messages.Assistant, role):
		return h.answered(index, content, calls(find(one, m.Messages.ToolCalls), m.ToolCalls), at), true
	}
	return said, false
}

// Each message has two positions: what its calls show stands at the first, its text at the second.
func callsAt(index int) int64 { return 2*int64(index) + 1 }
func textAt(index int) int64  { return 2*int64(index) + 2 }

// said is what the person said as the message with this index.
func (h history) said(index int, content string, at time.Time) api.Message {
	return api.Message{
		ID: owner(h.conversation), Role: api.RoleUser, Content: content, Position: textAt(index), CreatedAt: at, State: api.StateDone,
	}
}

// answered is an answer: what its calls did stands before its text.
func (h history) answered(index int, content string, records []api.ToolCall, at time.Time) api.Message {
	id := owner(h.conversation)
	m := api.Message{ID: id, Role: api.RoleAssistant, Content: content, ToolCalls: records, Position: textAt(index), CreatedAt: at, State: api.StateDone}
	if len(records) > 0 {
		m.Steps = append(m.Steps, api.Step{ID: id, Position: callsAt(index), ToolCalls: records, CreatedAt: at})
	}
	if content != "" {
		m.Steps = append(m.Steps, api.Step{ID: id, Position: textAt(index), Content: content, CreatedAt: at})
	}
	return m
}

// since are the messages from an index on.
func (h history) since(index int) []message {
	from := slices.IndexFunc(h.messages, func(m message) bool { return m.Position >= textAt(index) })
	if from < 0 {
		return nil
	}
	return h.messages[from:]
}

// page is a page of the messages, as api.PageRequest asks for it.
func (h history) page(ask api.PageRequest) api.MessagePage {
	descending := ask.Order == chatkit.Descending
	after, err := strconv.ParseInt(ask.After, 10, 64)
	all := slices.Clone(h.messages)
	if descending {
		slices.Reverse(all)
	}
	if err == nil {
		all = slices.DeleteFunc(all, func(m message) bool {
			if descending {
				return m.Position-1 >= after
			}
			return m.Position <= after
		})
	}
	page := api.MessagePage{Conversation: h.conversation, Descending: descending}
	for i, m := range all {
		if ask.Limit > 0 && i == ask.Limit {
			page.HasMore = true
			break
		}
		page.Data = append(page.Data, m.Message)
		page.After = strconv.FormatInt(m.Position, 10)
		if descending {
			page.After = strconv.FormatInt(m.Position-1, 10)
		}
	}
	return page
}
