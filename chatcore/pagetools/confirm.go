package pagetools

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

// Confirm are the names of the tools whose calls are made only when the person said yes. The question is asked by the built-in
// tool, in the place of the call.
type Confirm []string

var _ agent.Confirmation = Confirm(nil)

// Needed says that calls of a tool need the person's word.
func (c Confirm) Needed(tool string) bool { return slices.Contains(c, tool) }

// Question asks whether a call may be made: in the tool's own words when it has some, else with its name and arguments.
func (c Confirm) Question(about api.Confirms) (tool string, parameters json.RawMessage) {
	words := strings.TrimSpace(about.Question)
	if words == "" {
		words = fmt.Sprintf("May I do this: %s %s?", about.Tool, about.Parameters)
	}
	asked, err := json.Marshal(api.Questions{Inputs: []api.Question{{
		ID: api.ConfirmID, Question: clipped(words, maxQuestion), Type: api.MultipleChoice,
		Options: []api.Option{{Value: api.ConfirmYes}, {Value: api.ConfirmNo}},
	}}})
	if err != nil { // texts only
		return AskPerson, json.RawMessage(`{"inputs":[]}`)
	}
	return AskPerson, asked
}

// Given says that the person said yes. Nothing else is one: no skipped question, and no answer to a question of the model's.
func (c Confirm) Given(record api.ToolCall) bool {
	if record.Confirms == nil || record.For != api.ForStructuredInput || record.Status != api.CallExecuted {
		return false
	}
	var said api.Answers
	if json.Unmarshal(record.Result, &said) != nil || said.Status != api.Answered {
		return false
	}
	answer := said.Answers[api.ConfirmID]
	return !answer.Skipped && slices.Equal(answer.Values, []string{api.ConfirmYes})
}

func clipped(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
