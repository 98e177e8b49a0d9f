package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// Roles of a Message.
const (
	RoleSystem    = "system"
	RoleDeveloper = "developer"
	RoleUser      = "user"
	RoleAssistant = "assistant"
	RoleTool      = "tool"
)

// Request is the body of POST /v1/chat/completions. Fields that do not matter here are not read.
type Request struct {
	Model         string          `json:"model"`
	Messages      []Message       `json:"messages"`
	Tools         []Tool          `json:"tools,omitempty"`
	ToolChoice    json.RawMessage `json:"tool_choice,omitempty"`
	Stream        bool            `json:"stream,omitempty"`
	StreamOptions *StreamOptions  `json:"stream_options,omitempty"`
	User          string          `json:"user,omitempty"`
}

// StreamOptions may ask for a last chunk that has no choices and counts tokens.
type StreamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// Message is one message of the history.
type Message struct {
	Role       string  `json:"role"`
	Content    Content `json:"content"`
	Name       string  `json:"name,omitempty"`
	ToolCalls  []Call  `json:"tool_calls,omitempty"`
	ToolCallID string  `json:"tool_call_id,omitempty"`
}

// Content is what a message says: a text, a list of parts, or nothing (Given is false).
type Content struct {
	Given bool
	Text  string // of all text parts, when it came in parts
	Parts []Part
}

// Part is a piece of a content that came in parts. Other types than text are accepted and not looked into.
type Part struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
}

// Text makes a content of a plain text.
func Text(text string) Content { return Content{Given: true, Text: text} }

// UnmarshalJSON reads a string, a list of parts, or null.
func (c *Content) UnmarshalJSON(data []byte) error {
	*c = Content{}
	switch {
	case bytes.Equal(data, []byte("null")):
		return nil
	case data[0] == '"':
		c.Given = true
		return json.Unmarshal(data, &c.Text)
	case data[0] == '[':
		c.Given = true
		if err := json.Unmarshal(data, &c.Parts); err != nil {
			return err
		}
		c.Text = joinParts(c.Parts)
		return nil
	}
	return errors.New("content is neither a string nor an array of objects")
}

// MarshalJSON writes what UnmarshalJSON reads.
func (c Content) MarshalJSON() ([]byte, error) {
	switch {
	case !c.Given:
		return []byte("null"), nil
	case c.Parts != nil:
		return json.Marshal(c.Parts)
	}
	return json.Marshal(c.Text)
}

func joinParts(parts []Part) string {
	var texts []string
	for _, part := range parts {
		if part.Type == "text" {
			texts = append(texts, part.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// Tool is a tool on offer.
type Tool struct {
	Type     string         `json:"type"`
	Function ToolDefinition `json:"function"`
}

// ToolDefinition says what a tool does. Parameters is a JSON schema, or nil.
type ToolDefinition struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
}

// Call is a tool call that the model asked for.
type Call struct {
	ID       string       `json:"id"`
	Type     string       `json:"type"`
	Function CallFunction `json:"function"`
}

// CallFunction names the tool. Arguments is the model's own text: it should be JSON, and may be anything.
type CallFunction struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// NewCall makes a call of a tool.
func NewCall(id, name, arguments string) Call {
	return Call{ID: id, Type: "function", Function: CallFunction{Name: name, Arguments: arguments}}
}

// MayCall says whether a tool of this name may be called: it is on offer, and tool_choice does not rule it out.
func (r Request) MayCall(name string) bool {
	mode, only := r.choice()
	if mode == "none" || (only != "" && only != name) {
		return false
	}
	return r.offers(name)
}

func (r Request) offers(name string) bool {
	for _, tool := range r.Tools {
		if tool.Function.Name == name {
			return true
		}
	}
	return false
}

// choice reads tool_choice: a word, or an object that names the only tool allowed.
func (r Request) choice() (mode, only string) {
	if len(r.ToolChoice) == 0 || json.Unmarshal(r.ToolChoice, &mode) == nil {
		return mode, ""
	}
	var named Tool
	_ = json.Unmarshal(r.ToolChoice, &named) // checked by validate
	return "", named.Function.Name
}
