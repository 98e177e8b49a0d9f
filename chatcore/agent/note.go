package agent

import (
	"fmt"
	"strings"

	"taskpilot/chatcore/api"
)

// withNote tells the model what earlier answers to the last message did: they are out of the conversation, what they
// changed is not.
func withNote(prompt []PromptMessage, earlier []api.Message) []PromptMessage {
	var done []string
	for _, answer := range earlier {
		for _, record := range answer.ToolCalls {
			if record.Status == api.CallExecuted {
				done = append(done, fmt.Sprintf("- %s %s → %s", record.Tool, record.Parameters, record.Result))
			}
		}
	}
	if len(done) == 0 || len(prompt) == 0 {
		return prompt
	}
	prompt[len(prompt)-1].Text += "\n\n(Note from the system, not from the person: an earlier attempt to answer this was " +
		"replaced, but what it did with tools still stands. Do not do it again:\n" + strings.Join(done, "\n") + ")"
	return prompt
}
