package chatkit

import "encoding/json"

// Request is one request of a page: one of the types of this file.
type Request interface {
	// RequestType is the request's name on the wire.
	RequestType() string
	// Streams says that the answer is a stream of events and not one JSON object.
	Streams() bool
}

// Orders of a list.
const (
	Ascending  = "asc"
	Descending = "desc"
)

// The largest pages, and how long a page is when the request does not say. A larger limit is lowered.
const (
	MaxThreads  = 9999
	MaxItems    = 1000
	DefaultPage = 20
)

type (
	streaming struct{}
	plain     struct{}
)

func (streaming) Streams() bool { return true }
func (plain) Streams() bool     { return false }

type (
	// CreateThread begins a thread with a message.
	CreateThread struct {
		streaming
		Input UserInput
	}

	// AddUserMessage adds a message to a thread.
	AddUserMessage struct {
		streaming
		ThreadID string
		Input    UserInput
	}

	// AddClientToolOutput brings what came of a client tool call. Result is any JSON.
	AddClientToolOutput struct {
		streaming
		ThreadID string
		Result   json.RawMessage
	}

	// AddStructuredInput answers questions. Status is answered or skipped; Answers go by the questions' ids.
	AddStructuredInput struct {
		streaming
		ThreadID string
		ItemID   string
		Status   string
		Answers  map[string]Answer
	}

	// RetryAfterItem asks for another answer to the user's message ItemID.
	RetryAfterItem struct {
		streaming
		ThreadID string
		ItemID   string
	}

	// CustomAction is a click in a widget, answered by a stream.
	CustomAction struct {
		streaming
		ActionParams
	}

	// SyncCustomAction is a click in a widget, answered by the updated item.
	SyncCustomAction struct {
		plain
		ActionParams
	}

	// ActionParams is what both kinds of action have. ItemID is empty when there is none.
	ActionParams struct {
		ThreadID string
		ItemID   string
		Action   Action
	}

	// Action is what a widget's ActionConfig sent. Payload is any JSON, and untrusted.
	Action struct {
		Type    string
		Payload json.RawMessage
	}

	// GetThread asks for a thread with its first items.
	GetThread struct {
		plain
		ThreadID string
	}

	// ListThreads asks for a page of threads.
	ListThreads struct {
		plain
		Paging
	}

	// UpdateThread renames a thread.
	UpdateThread struct {
		plain
		ThreadID string
		Title    string
	}

	// DeleteThread deletes a thread.
	DeleteThread struct {
		plain
		ThreadID string
	}

	// ListItems asks for a page of a thread's items.
	ListItems struct {
		plain
		ThreadID string
		Paging
	}

	// Paging asks for a page. Limit is never 0; After is empty for the first page.
	Paging struct {
		Limit int
		Order string
		After string
	}

	// ItemFeedback says how items were liked. Kind is positive or negative.
	ItemFeedback struct {
		plain
		ThreadID string
		ItemIDs  []string
		Kind     string
	}

	// CreateAttachment registers a file that is to be uploaded.
	CreateAttachment struct {
		plain
		Name     string
		Size     int
		MIMEType string
	}

	// DeleteAttachment deletes an attachment.
	DeleteAttachment struct {
		plain
		AttachmentID string
	}

	// Transcribe asks for the words in a recording.
	Transcribe struct {
		plain
		AudioBase64 string
		MIMEType    string
	}

	// UserInput is a message as the person sent it.
	UserInput struct {
		Content          []UserContent
		Attachments      []string
		QuotedText       string
		InferenceOptions InferenceOptions
	}
)

// The requests' types on the wire.
func (CreateThread) RequestType() string        { return "threads.create" }
func (AddUserMessage) RequestType() string      { return "threads.add_user_message" }
func (AddClientToolOutput) RequestType() string { return "threads.add_client_tool_output" }
func (AddStructuredInput) RequestType() string  { return "threads.add_structured_input" }
func (RetryAfterItem) RequestType() string      { return "threads.retry_after_item" }
func (CustomAction) RequestType() string        { return "threads.custom_action" }
func (SyncCustomAction) RequestType() string    { return "threads.sync_custom_action" }
func (GetThread) RequestType() string           { return "threads.get_by_id" }
func (ListThreads) RequestType() string         { return "threads.list" }
func (UpdateThread) RequestType() string        { return "threads.update" }
func (DeleteThread) RequestType() string        { return "threads.delete" }
func (ListItems) RequestType() string           { return "items.list" }
func (ItemFeedback) RequestType() string        { return "items.feedback" }
func (CreateAttachment) RequestType() string    { return "attachments.create" }
func (DeleteAttachment) RequestType() string    { return "attachments.delete" }
func (Transcribe) RequestType() string          { return "input.transcribe" }
