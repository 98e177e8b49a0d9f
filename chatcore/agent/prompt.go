package agent

import (
	"encoding/json"
	"fmt"

	"taskpilot/chatcore/api"
)

// promptOf is a conversation as the model is sent it: each step of an answer with its calls, and each call with its
// result, for a model refuses a call without one. What the person did by hand is told with what was said next;
// enclosed is what came with each message.
func promptOf(history []api.Message, byHand []ByHand, enclosed map[int64][]Part) []PromptMessage {
	var prompt []PromptMessage
	for _, message := range history {
		if message.Role == api.RoleUser {
			var before []ByHand
			before, byHand = doneBefore(byHand, message.Position)
			prompt = append(prompt, PromptMessage{Role: RoleUser, Text: textOf(message) + noteOfHand(before), Parts: enclosed[message.ID]})
			continue
		}
		for _, step := range message.Steps {
			prompt = append(prompt, promptOfStep(step)...)
		}
	}
	return prompt
}

func promptOfStep(step api.Step) []PromptMessage {
	if step.Content == "" && len(step.ToolCalls) == 0 {
		return nil
	}
	said := PromptMessage{Role: RoleAssistant, Text: step.Content}
	var results []PromptMessage
	for _, record := range step.ToolCalls {
		id := CallID(record.ID)
		said.Calls = append(said.Calls, Call{ID: id, Tool: record.Tool, Arguments: string(record.Parameters)})
		results = append(results, PromptMessage{Role: RoleTool, CallID: id, Text: string(resultOf(record))})
	}
	return append([]PromptMessage{said}, results...)
}

// resultOf is what the model reads of a call: its result, or why there is none.
func resultOf(record api.ToolCall) json.RawMessage {
	if len(record.Result) > 0 {
		return record.Result
	}
	if record.Error != "" {
		return failedCall(record.Code, record.Error).Result
	}
	if record.Status == api.CallSkipped {
		return failedCall(CallSkipped, "This was not done.").Result
	}
	return LostCall().Result
}

// CallID names a stored call to the model. It is made from the record, for not every model hands out ids of its own, and
// it is the same in every later turn.
func CallID(record int64) string { return fmt.Sprintf("call_%d", record) }
