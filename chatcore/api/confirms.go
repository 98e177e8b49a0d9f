package api

import "encoding/json"

// Confirms says that a question asks whether a call may be made, and which. chatcore asked it in the place of the model's
// call: only when the answer is ConfirmYes is the call made, as the step behind the question.
type Confirms struct {
	Tool       string          `json:"tool"`
	Parameters json.RawMessage `json:"parameters"`         // as the model gave them
	Preview    json.RawMessage `json:"preview,omitempty"`  // what the call would give, as its tool says
	Question   string          `json:"question,omitempty"` // the tool's own, in English
}

// The one question of a record with Confirms, and what can be answered.
const (
	ConfirmID  = "confirm"
	ConfirmYes = "Yes"
	ConfirmNo  = "No"
)
