package model

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/storable"
)

// callDelta is a part of a tool call. Parts of one call have its index; some endpoints leave it out, and send each call
// whole or begin each with a new id.
type callDelta struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

// maxName bounds a call's name and id, in bytes.
const maxName = 256

// calls are those of one reply, as far as they came, in the order in which they began.
type calls struct{ begun []*call }

type call struct {
	index     int
	id        string
	name      string
	arguments characters
	text      []byte
}

func (c *calls) add(delta callDelta) error {
	to, err := c.find(delta)
	if err != nil {
		return err
	}
	if to.id == "" {
		to.id = delta.ID
	}
	if delta.Function.Name != to.name { // some endpoints say it again with every part
		to.name += delta.Function.Name
	}
	if len(to.name) > maxName {
		return fmt.Errorf("the name of a tool call has more than %d bytes", maxName)
	}
	return to.extend(delta.Function.Arguments)
}

// find gives the call that a part belongs to, a new one if it begins one.
func (c *calls) find(delta callDelta) (*call, error) {
	if old := c.last(delta.Index); old != nil && !begins(delta, old) {
		return old, nil
	}
	if len(c.begun) == MaxCalls {
		return nil, fmt.Errorf("the reply has more than %d tool calls", MaxCalls)
	}
	index := c.next()
	if delta.Index != nil {
		index = *delta.Index
	}
	if index < 0 || index >= MaxCalls {
		return nil, fmt.Errorf("a tool call has the index %d", index)
	}
	begun := &call{index: index}
	c.begun = append(c.begun, begun)
	return begun, nil
}

// last is the last call with that index; without one, simply the last.
func (c *calls) last(index *int) *call {
	for _, old := range slices.Backward(c.begun) {
		if index == nil || old.index == *index {
			return old
		}
	}
	return nil
}

// begins says that a part begins another call than old. With an index it does so only where an endpoint gives every call
// the same one; without, a name is the sign.
func begins(delta callDelta, old *call) bool {
	if delta.Function.Name == "" {
		return false
	}
	if delta.Index == nil {
		return delta.ID == "" || delta.ID != old.id
	}
	return delta.ID != "" && old.id != "" && delta.ID != old.id
}

// next is the index of a call that comes without one.
func (c *calls) next() int {
	last := -1
	for _, old := range c.begun {
		last = max(last, old.index)
	}
	return min(last+1, MaxCalls-1)
}

// extend adds to the arguments: a JSON string on the wire, or, from some endpoints, the object itself.
func (c *call) extend(arguments json.RawMessage) error {
	if len(arguments) == 0 || string(arguments) == "null" {
		return nil
	}
	if arguments[0] == '{' {
		c.text = append(c.text, arguments...)
	} else {
		text, err := c.arguments.add(arguments)
		if err != nil {
			return err
		}
		c.text = append(c.text, text...)
	}
	if len(c.text) > MaxArguments {
		return fmt.Errorf("the arguments of a tool call have more than %d bytes", MaxArguments)
	}
	return nil
}

// all gives the calls in index order. A call without an id gets one made of its position: the same for the same reply.
func (c *calls) all() ([]agent.Call, error) {
	slices.SortStableFunc(c.begun, func(a, b *call) int { return cmp.Compare(a.index, b.index) })
	var all []agent.Call
	taken := map[string]bool{}
	for i, begun := range c.begun {
		name := storable.Text(begun.name)
		if name == "" {
			return nil, errors.New("a tool call has no name")
		}
		id := storable.Text(begun.id)
		if id == "" || taken[id] || len(id) > maxName {
			id = "call_" + strconv.Itoa(i)
		}
		for taken[id] {
			id += "_"
		}
		taken[id] = true
		all = append(all, agent.Call{ID: id, Tool: name, Arguments: begun.whole()})
	}
	return all, nil
}

// whole is the arguments' text: the model's own, but for what no database takes.
func (c *call) whole() string {
	text := append(c.text, c.arguments.rest()...)
	if clean, ok := storable.JSON(text); ok {
		return string(clean)
	}
	return storable.Text(string(text))
}
