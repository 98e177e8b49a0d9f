package model

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sashabaranov/go-openai"

	"taskpilot/chatcore/agent"
)

// Limits of one reply, in bytes. What is larger is no reply of use, and may be an endpoint gone wild.
const (
	MaxText      = 256 << 10
	MaxArguments = 64 << 10 // of one call
	MaxCalls     = 32
)

// chunk is what is read of a chunk of the stream. It is decoded here, not by go-openai: encoding/json would replace each
// half of a character that was split over two chunks, and an error in a chunk would be lost.
type chunk struct {
	Choices []struct {
		Index int `json:"index"`
		Delta struct {
			Content   json.RawMessage `json:"content"`
			Refusal   json.RawMessage `json:"refusal"`
			ToolCalls []callDelta     `json:"tool_calls"`
		} `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage *openai.Usage   `json:"usage"`
	Error json.RawMessage `json:"error"`
}

// reply is what came so far.
type reply struct {
	text   characters
	length int
	calls  calls
	reason string
	usage  agent.Usage
}

func (r *reply) whole() bool { return r.reason != "" }

// add takes a chunk and gives the text that can be shown now. After the finish_reason only the token counts matter.
func (r *reply) add(line []byte) (string, error) {
	var c chunk
	if err := json.Unmarshal(line, &c); err != nil {
		return "", invalid(fmt.Errorf("reading a chunk: %w", err))
	}
	if c.Usage != nil {
		r.usage = agent.Usage{PromptTokens: c.Usage.PromptTokens, CompletionTokens: c.Usage.CompletionTokens}
	}
	if r.whole() {
		return "", nil
	}
	if len(c.Error) > 0 && string(c.Error) != "null" {
		return "", streamFault(c.Error)
	}
	var text string
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		for _, content := range []json.RawMessage{choice.Delta.Content, choice.Delta.Refusal} {
			more, err := r.say(content)
			if err != nil {
				return "", err
			}
			text += more
		}
		for _, delta := range choice.Delta.ToolCalls {
			if err := r.calls.add(delta); err != nil {
				return "", invalid(err)
			}
		}
		if err := r.conclude(choice.FinishReason); err != nil {
			return "", err
		}
	}
	if r.whole() {
		text += r.text.rest()
	}
	return text, nil
}

func (r *reply) say(content json.RawMessage) (string, error) {
	if len(content) == 0 || string(content) == "null" {
		return "", nil
	}
	text, err := r.text.add(content)
	if err != nil {
		return "", invalid(err)
	}
	r.length += len(text)
	if r.length > MaxText {
		return "", invalid(fmt.Errorf("the reply has more than %d bytes of text", MaxText))
	}
	return text, nil
}

// conclude notes why the reply ended. A gateway that lost its own upstream says "error".
func (r *reply) conclude(reason string) error {
	switch openai.FinishReason(reason) {
	case "", openai.FinishReasonNull:
		return nil
	case openai.FinishReasonFunctionCall:
		reason = string(openai.FinishReasonToolCalls)
	case "error":
		return &agent.ModelError{Code: agent.ModelUnreachable, Err: errors.New(`the finish_reason is "error"`)}
	}
	r.reason = reason
	return nil
}

func (r *reply) finish() (agent.Finished, error) {
	calls, err := r.calls.all()
	if err != nil {
		return agent.Finished{}, invalid(err)
	}
	if len(calls) == 0 && r.reason == string(openai.FinishReasonToolCalls) {
		return agent.Finished{}, invalid(errors.New("the model ended for tool calls and made none"))
	}
	return agent.Finished{Calls: calls, Reason: r.reason, Usage: r.usage}, nil
}
