package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// MessagePage is a page of a conversation: messages, answers with their steps, and actions. On the wire they are one list
// in the order of their positions; here each kind stands by itself, in the same order. Conversation is theirs, so that one
// request shows both.
type MessagePage struct {
	Data         []Message
	Actions      []Action
	HasMore      bool
	After        string
	Conversation Conversation
	Descending   bool // the newest come first; for writing only
}

// pageForm is a page on the wire.
type pageForm[Elements any] struct {
	Data         Elements     `json:"data"`
	HasMore      bool         `json:"has_more"`
	After        string       `json:"after,omitempty"`
	Conversation Conversation `json:"conversation"`
}

// MarshalJSON puts messages and actions into one list.
func (p MessagePage) MarshalJSON() ([]byte, error) {
	type element struct {
		position int64
		value    any
	}
	elements := make([]element, 0, len(p.Data)+len(p.Actions))
	for _, message := range p.Data {
		elements = append(elements, element{message.Position, message})
	}
	for _, action := range p.Actions {
		elements = append(elements, element{action.Position, action})
	}
	if len(p.Actions) > 0 {
		slices.SortStableFunc(elements, func(a, b element) int {
			if p.Descending {
				a, b = b, a
			}
			return cmp.Compare(a.position, b.position)
		})
	}
	values := make([]any, len(elements))
	for i := range elements {
		values[i] = elements[i].value
	}
	encoded, err := json.Marshal(pageForm[[]any]{values, p.HasMore, p.After, p.Conversation})
	if err != nil {
		return nil, fmt.Errorf("encoding a page of messages: %w", err)
	}
	return encoded, nil
}

// UnmarshalJSON tells actions from messages: only they have a record.
func (p *MessagePage) UnmarshalJSON(encoded []byte) error {
	var form pageForm[[]json.RawMessage]
	if err := json.Unmarshal(encoded, &form); err != nil {
		return err
	}
	*p = MessagePage{Data: []Message{}, HasMore: form.HasMore, After: form.After, Conversation: form.Conversation}
	for _, element := range form.Data {
		var kind struct {
			Record json.RawMessage `json:"record"`
		}
		if err := json.Unmarshal(element, &kind); err != nil {
			return err
		}
		var err error
		if kind.Record != nil {
			p.Actions, err = appended(p.Actions, element)
		} else {
			p.Data, err = appended(p.Data, element)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func appended[T any](list []T, encoded json.RawMessage) ([]T, error) {
	var value T
	err := json.Unmarshal(encoded, &value)
	return append(list, value), err
}
