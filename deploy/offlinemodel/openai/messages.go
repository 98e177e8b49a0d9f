package openai

import (
	"fmt"
	"strings"
)

// validateMessages checks each message, and that calls and their results stand together.
func validateMessages(messages []Message) *Fault {
	switch {
	case messages == nil:
		return invalid("messages", "missing_required_parameter", "Missing required parameter: 'messages'.")
	case len(messages) == 0:
		return invalid("messages", "empty_array", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.")
	case len(messages) > maxMessages:
		return invalid("messages", "array_above_max_length", "Invalid 'messages': array too long, at most %d.", maxMessages)
	}
	var open callbook
	for i, message := range messages {
		at := fmt.Sprintf("messages.[%d]", i)
		if fault := message.validate(at); fault != nil {
			return fault
		}
		if message.Role == RoleTool {
			if fault := open.answer(at, message.ToolCallID); fault != nil {
				return fault
			}
			continue
		}
		if fault := open.settled(at); fault != nil {
			return fault
		}
		open.expect(message.ToolCalls)
	}
	return open.settled(fmt.Sprintf("messages.[%d]", len(messages)-1))
}

func (m Message) validate(at string) *Fault {
	switch m.Role {
	case RoleSystem, RoleDeveloper, RoleUser, RoleAssistant, RoleTool:
	default:
		return invalid(at+".role", "invalid_value",
			"Invalid value: '%s'. Supported values are: 'system', 'assistant', 'user', 'tool', and 'developer'.", m.Role)
	}
	if m.Role != RoleAssistant && m.ToolCalls != nil {
		return invalid(at+".tool_calls", "unknown_parameter", "Only messages with role 'assistant' may have 'tool_calls'.")
	}
	if m.ToolCalls != nil && len(m.ToolCalls) == 0 {
		return invalid(at+".tool_calls", "empty_array",
			"Invalid '%s.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.", at)
	}
	if !m.Content.Given && len(m.ToolCalls) == 0 {
		return invalid(at+".content", "", "Invalid value for 'content': expected a string, got null.")
	}
	return validateCalls(at, m.ToolCalls)
}

func validateCalls(at string, calls []Call) *Fault {
	seen := map[string]bool{}
	for i, call := range calls {
		at := fmt.Sprintf("%s.tool_calls[%d]", at, i)
		switch {
		case call.ID == "":
			return invalid(at+".id", "missing_required_parameter", "Missing required parameter: '%s.id'.", at)
		case seen[call.ID]:
			return invalid(at+".id", "invalid_value", "Duplicate value for 'tool_call_id' of '%s'.", call.ID)
		case call.Type != "function":
			return invalid(at+".type", "invalid_value", "Invalid value: '%s'. Supported values are: 'function'.", call.Type)
		case !validName(call.Function.Name):
			return badName(at)
		}
		seen[call.ID] = true
	}
	return nil
}

// callbook knows which calls of the last assistant message still lack a result.
type callbook struct {
	open  []string
	known map[string]bool
}

func (b *callbook) expect(calls []Call) {
	b.open, b.known = nil, map[string]bool{}
	for _, call := range calls {
		b.open = append(b.open, call.ID)
		b.known[call.ID] = true
	}
}

func (b *callbook) answer(at, id string) *Fault {
	if len(b.known) == 0 {
		return invalid(at+".role", "",
			"Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.")
	}
	if !b.known[id] {
		return invalid(at+".tool_call_id", "",
			"Invalid parameter: 'tool_call_id' of '%s' not found in 'tool_calls' of previous message.", id)
	}
	for i, open := range b.open {
		if open == id {
			b.open = append(b.open[:i:i], b.open[i+1:]...)
			return nil
		}
	}
	return invalid(at+".tool_call_id", "", "Invalid parameter: 'tool_call_id' of '%s' was answered twice.", id)
}

func (b *callbook) settled(at string) *Fault {
	if len(b.open) == 0 {
		return nil
	}
	return invalid(at+".role", "",
		"An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "+
			"The following tool_call_ids did not have response messages: %s", strings.Join(b.open, ", "))
}
