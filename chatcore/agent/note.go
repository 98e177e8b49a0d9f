package agent

import (
	"fmt"
	"strings"

	"taskpilot/chatcore/api"
)

// withNotes tells the model, behind the last message, what was done since: by earlier answers to it, which are out of the
// conversation though what they changed is not, and by the person.
func withNotes(prompt []PromptMessage, turn Turn) []PromptMessage {
	if len(prompt) == 0 {
		return prompt
	}
	last := turn.History[len(turn.History)-1].Position
	_, since := doneBefore(turn.ByHand, last)
	prompt[len(prompt)-1].Text += noteOfAttempts(turn.Earlier) + noteOfHand(since)
	return prompt
}

func noteOfAttempts(earlier []api.Message) string {
	var done []string
	for _, answer := range earlier {
		for _, record := range answer.ToolCalls {
			if record.Status == api.CallExecuted {
				done = append(done, fmt.Sprintf("- %s %s → %s", record.Tool, record.Parameters, record.Result))
			}
		}
	}
	if len(done) == 0 {
		return ""
	}
	return "\n\n(Note from the system, not from the person: an earlier attempt to answer this was " +
		"replaced, but what it did with tools still stands. Do not do it again:\n" + strings.Join(done, "\n") + ")"
}
