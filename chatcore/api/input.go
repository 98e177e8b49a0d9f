package api

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
)

// What a run waits for.
const (
	ForClientTool      = "client_tool"      // a tool that runs in the page
	ForStructuredInput = "structured_input" // the person's answers to questions
)

// Limits of what a page sends to a run that waits.
const (
	MaxClientTools  = 32       // of one turn
	MaxClientResult = 64 << 10 // bytes of JSON
)

// ClientTool is a tool that runs in the page. Schema is the JSON schema of its arguments, an object; any object fits when
// there is none.
type ClientTool struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema,omitempty"`
}

// Questions are the parameters of a call that asks the person.
type Questions struct {
	Inputs []Question `json:"inputs"`
}

// Kinds of a Question.
const (
	MultipleChoice = "multiple_choice"
	Freeform       = "freeform"
)

// Question is one of them. Options and Multiple are of a multiple choice, Description of the other kind.
type Question struct {
	ID          string   `json:"id"`
	Question    string   `json:"question"`
	Type        string   `json:"type"`
	Options     []Option `json:"options,omitempty"`
	Multiple    bool     `json:"multiple,omitempty"`
	Description string   `json:"description,omitempty"`
}

// Option is something to choose.
type Option struct {
	Value string `json:"value"`
}

// Values of Answers.Status.
const (
	Answered = "answered"
	Skipped  = "skipped"
)

// Answers are the result of a call that asks the person, by the questions' ids.
type Answers struct {
	Status  string            `json:"status"`
	Answers map[string]Answer `json:"answers"`
}

// Answer is what was answered to one question.
type Answer struct {
	Values  []string `json:"values"`
	Skipped bool     `json:"skipped"`
}

// InputRequest is the body of POST …/runs/{run_id}/input: Result for a client tool, Status and Answers for questions.
type InputRequest struct {
	RecordID    int64             `json:"record_id,omitempty"` // the call that it is for; the one that is waited for when 0
	Result      json.RawMessage   `json:"result,omitempty"`
	Status      string            `json:"status,omitempty"`
	Answers     map[string]Answer `json:"answers,omitempty"`
	ResendGuard string            `json:"resend_guard,omitempty"` // as in ChatRequest
}

// Input gives a run what it waits for, and then its events from there on. It ends as Stream does.
func (c *Client) Input(ctx context.Context, who Caller, runID int64, request InputRequest) iter.Seq2[Event, error] {
	return c.stream(ctx, call{
		who: who, method: http.MethodPost, path: runPath(runID) + "/input", body: request, accept: eventStream})
}
