package chatkit

import (
	"encoding/json"
	"time"
)

// Item is one item of a thread: one of the types of this file. hidden_context_item and sdk_hidden_context are not among
// them, for they are never sent to a client.
type Item interface {
	ItemID() string
	ItemType() string
}

// Head is what every item has.
type Head struct {
	ID        string    `json:"id"`
	ThreadID  string    `json:"thread_id"`
	CreatedAt time.Time `json:"created_at"` // sent in UTC if it is
}

// ItemID is the item's id.
func (h Head) ItemID() string { return h.ID }

// Statuses of a ClientToolCall and of a StructuredInputItem.
const (
	ToolPending   = "pending"
	ToolCompleted = "completed"

	InputPending  = "pending"
	InputAnswered = "answered"
	InputSkipped  = "skipped"
)

type (
	// UserMessage is what the person said.
	UserMessage struct {
		Head
		Content          []UserContent    `json:"content"`
		Attachments      []Attachment     `json:"attachments"`
		QuotedText       string           `json:"quoted_text,omitempty"`
		InferenceOptions InferenceOptions `json:"inference_options"`
	}

	// AssistantMessage is text of the assistant.
	AssistantMessage struct {
		Head
		Content []OutputText `json:"content"`
	}

	// ClientToolCall asks the page to do something and to send back what came of it.
	ClientToolCall struct {
		Head
		Status    string          `json:"status" values:"pending|completed"`
		CallID    string          `json:"call_id"`
		Name      string          `json:"name"`
		Arguments map[string]any  `json:"arguments"`
		Output    json.RawMessage `json:"output,omitempty"`
	}

	// WidgetItem shows a widget. CopyText is what the copy button gives.
	WidgetItem struct {
		Head
		Widget   Root   `json:"widget"`
		CopyText string `json:"copy_text,omitempty"`
	}

	// WorkflowItem shows what is being done, task by task.
	WorkflowItem struct {
		Head
		Workflow Workflow `json:"workflow"`
	}

	// TaskItem shows one task of a workflow's kinds by itself.
	TaskItem struct {
		Head
		Task Task `json:"task"`
	}

	// StructuredInputItem asks the person questions.
	StructuredInputItem struct {
		Head
		Status string            `json:"status" values:"pending|answered|skipped"`
		Inputs []StructuredInput `json:"inputs"`
	}

	// GeneratedImageItem shows an image that was made; without Image it is in the making.
	GeneratedImageItem struct {
		Head
		Image *GeneratedImage `json:"image,omitempty"`
	}

	// EndOfTurn marks the end of the assistant's turn.
	EndOfTurn struct{ Head }
)

// The items' types on the wire.
func (UserMessage) ItemType() string         { return "user_message" }
func (AssistantMessage) ItemType() string    { return "assistant_message" }
func (ClientToolCall) ItemType() string      { return "client_tool_call" }
func (WidgetItem) ItemType() string          { return "widget" }
func (WorkflowItem) ItemType() string        { return "workflow" }
func (TaskItem) ItemType() string            { return "task" }
func (StructuredInputItem) ItemType() string { return "structured_input" }
func (GeneratedImageItem) ItemType() string  { return "generated_image" }
func (EndOfTurn) ItemType() string           { return "end_of_turn" }

// MarshalJSON writes content and attachments always.
func (i UserMessage) MarshalJSON() ([]byte, error) {
	type fields UserMessage
	i.Content, i.Attachments = list(i.Content), list(i.Attachments)
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON writes content always.
func (i AssistantMessage) MarshalJSON() ([]byte, error) {
	type fields AssistantMessage
	i.Content = list(i.Content)
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON writes arguments always.
func (i ClientToolCall) MarshalJSON() ([]byte, error) {
	type fields ClientToolCall
	i.Arguments = object(i.Arguments)
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON adds the type.
func (i WidgetItem) MarshalJSON() ([]byte, error) {
	type fields WidgetItem
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON adds the type.
func (i WorkflowItem) MarshalJSON() ([]byte, error) {
	type fields WorkflowItem
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON adds the type.
func (i TaskItem) MarshalJSON() ([]byte, error) {
	type fields TaskItem
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON writes inputs always.
func (i StructuredInputItem) MarshalJSON() ([]byte, error) {
	type fields StructuredInputItem
	i.Inputs = list(i.Inputs)
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON adds the type.
func (i GeneratedImageItem) MarshalJSON() ([]byte, error) {
	type fields GeneratedImageItem
	return tagged(i.ItemType(), fields(i))
}

// MarshalJSON adds the type.
func (i EndOfTurn) MarshalJSON() ([]byte, error) { return tagged(i.ItemType(), i.Head) }
