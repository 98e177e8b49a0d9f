package openai

import (
	"encoding/json"
	"net/http"
)

// fingerprint names the system that answers.
const fingerprint = "fp_offline"

type completion struct {
	ID                string   `json:"id"`
	Object            string   `json:"object"`
	Created           int64    `json:"created"`
	Model             string   `json:"model"`
	SystemFingerprint string   `json:"system_fingerprint"`
	Choices           []choice `json:"choices"`
	Usage             Usage    `json:"usage"`
}

type choice struct {
	Index        int         `json:"index"`
	Message      replyOnWire `json:"message"`
	LogProbs     *string     `json:"logprobs"`
	FinishReason string      `json:"finish_reason"`
}

type replyOnWire struct {
	Role      string  `json:"role"`
	Content   *string `json:"content"`
	Refusal   *string `json:"refusal"`
	ToolCalls []Call  `json:"tool_calls,omitempty"`
}

// WriteCompletion answers a request that does not stream. An empty reason is the reply's own.
func WriteCompletion(w http.ResponseWriter, head Head, reply Reply, reason string, usage Usage) {
	message := replyOnWire{Role: RoleAssistant, Content: &reply.Text, ToolCalls: reply.Calls}
	if reply.Text == "" && len(reply.Calls) > 0 {
		message.Content = nil
	}
	if reason == "" {
		reason = reply.FinishReason()
	}
	writeJSON(w, completion{ID: head.ID, Object: "chat.completion", Created: head.Created, Model: head.Model,
		SystemFingerprint: fingerprint, Usage: usage,
		Choices: []choice{{Message: message, FinishReason: reason}}})
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // an error means that the reader has gone
}
