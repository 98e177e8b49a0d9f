package model

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sashabaranov/go-openai"

	"taskpilot/chatcore/agent"
)

var errNoMessages = errors.New("there is nothing to ask the model")

// request writes a prompt as a chat completion request. The model's name is left out: go-openai refuses some names by a
// list that it was built with, and only the endpoint knows. The sender puts it in.
func (m *Model) request(prompt agent.Prompt) (openai.ChatCompletionRequest, error) {
	request := openai.ChatCompletionRequest{
		Stream:              true,
		StreamOptions:       &openai.StreamOptions{IncludeUsage: true},
		MaxCompletionTokens: m.config.MaxCompletionTokens, // newer models refuse MaxTokens
	}
	if prompt.System != "" {
		request.Messages = append(request.Messages, openai.ChatCompletionMessage{
			Role: openai.ChatMessageRoleSystem, Content: prompt.System,
		})
	}
	for i, message := range prompt.Messages {
		written, err := write(message)
		if err != nil {
			return request, fmt.Errorf("message %d of the prompt: %w", i, err)
		}
		if written.Content != "" || len(written.MultiContent) > 0 || len(written.ToolCalls) > 0 {
			request.Messages = append(request.Messages, written)
		}
	}
	if len(request.Messages) == 0 {
		return request, errNoMessages
	}
	for _, tool := range prompt.Tools {
		written, err := writeTool(tool)
		if err != nil {
			return request, err
		}
		request.Tools = append(request.Tools, written)
	}
	if len(request.Tools) > 0 { // endpoints refuse a choice without tools
		request.ToolChoice = toolChoice(prompt.ToolChoice)
	}
	return request, nil
}

// toolChoice is nil for the endpoint's own default, which is auto.
func toolChoice(choice string) any {
	switch {
	case choice == "":
		return nil
	case agent.ChoosesTool(choice):
		return openai.ToolChoice{Type: openai.ToolTypeFunction, Function: openai.ToolFunction{Name: choice}}
	default:
		return choice
	}
}

// nothing is what a tool said that said nothing: the content of a tool's message may not be missing.
const nothing = "null"

func write(message agent.PromptMessage) (openai.ChatCompletionMessage, error) {
	written := openai.ChatCompletionMessage{Role: message.Role, Content: message.Text}
	switch message.Role {
	case agent.RoleUser:
		if len(message.Parts) > 0 {
			written.Content, written.MultiContent = "", writeParts(message)
		}
	case agent.RoleTool:
		written.ToolCallID = message.CallID
		if written.Content == "" {
			written.Content = nothing
		}
	case agent.RoleAssistant:
		for _, call := range message.Calls {
			written.ToolCalls = append(written.ToolCalls, openai.ToolCall{
				ID: call.ID, Type: openai.ToolTypeFunction,
				Function: openai.FunctionCall{Name: call.Tool, Arguments: arguments(call.Arguments)},
			})
		}
	default:
		return written, fmt.Errorf("no such role: %q", message.Role)
	}
	return written, nil
}

// writeParts writes what came with a message behind its text. Images travel in the request: the endpoint could hardly reach
// an address of ours.
func writeParts(message agent.PromptMessage) (parts []openai.ChatMessagePart) {
	text := func(text string) {
		if text != "" {
			parts = append(parts, openai.ChatMessagePart{Type: openai.ChatMessagePartTypeText, Text: text})
		}
	}
	text(message.Text)
	for _, part := range message.Parts {
		if part.Image == nil {
			text(part.Text)
			continue
		}
		address := "data:" + part.Image.MIMEType + ";base64," + base64.StdEncoding.EncodeToString(part.Image.Data)
		parts = append(parts, openai.ChatMessagePart{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: address}})
	}
	return parts
}

// arguments are always a JSON value on the wire: some endpoints parse those of the history and refuse the request.
func arguments(text string) string {
	if text == "" {
		return "{}"
	}
	if json.Valid([]byte(text)) {
		return text
	}
	kept, err := json.Marshal(map[string]string{"invalid": text})
	if err != nil {
		return "{}"
	}
	return string(kept)
}

func writeTool(tool agent.Tool) (openai.Tool, error) {
	schema := tool.Schema
	if len(schema) == 0 {
		schema = json.RawMessage(`{"type":"object","properties":{}}`)
	}
	if !json.Valid(schema) {
		return openai.Tool{}, fmt.Errorf("the schema of tool %q is no JSON", tool.Name)
	}
	return openai.Tool{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{
		Name: tool.Name, Description: tool.Description, Parameters: schema,
	}}, nil
}
