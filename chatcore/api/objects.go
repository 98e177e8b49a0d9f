package api

import (
	"encoding/json"
	"time"
)

// Limits of the API, unless chatcore is configured otherwise.
const (
	MaxContent  = 5000     // characters of one message
	MaxParts    = 100      // parts of one message
	MaxTagName  = 200      // characters of a tag's id, and of its group
	MaxTagData  = 16 << 10 // bytes of a tag's data
	MaxTagDepth = 32       // objects and lists inside each other in a tag's data
	MaxChoice   = 200      // characters of a model's name, and of a tool choice
	MaxAudio    = 10 << 20 // bytes of audio to transcribe
	MaxTitle    = 200      // characters of a conversation's title
	MaxReason   = 500      // characters of the reason why one is locked or closed
	MaxPage     = 1000     // elements of one page; a larger limit is lowered to it
	MaxID       = 1<<53 - 1
)

// Untitled is what a conversation without a title is called.
const Untitled = "New Conversation"

// Statuses of a Conversation. One that is not active takes nothing more; it can be read and deleted.
const (
	ConversationActive = "active"
	ConversationLocked = "locked"
	ConversationClosed = "closed"
)

// Conversation is one conversation of a user. A ChatKit thread is a conversation.
type Conversation struct {
	ID           int64     `json:"id"`
	Title        string    `json:"title"`
	MessageCount int       `json:"message_count"`
	Status       string    `json:"status"` // active, locked or closed
	StatusReason string    `json:"status_reason,omitempty"`
	Archived     bool      `json:"archived"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`

	// Key names a conversation of a chat service that is not chatcore and gives its conversations no such numbers; ID is 0
	// then. chatcore neither sends nor reads it.
	Key string `json:"-"`
}

// ConversationWithMessages is what GET /api/{user_id}/conversations/{id} answers.
type ConversationWithMessages struct {
	Conversation
	Messages []Message `json:"messages"`
}

// Roles of a Message.
const (
	RoleUser      = "user"
	RoleAssistant = "assistant"
)

// States of a Message. What the person said is always done.
const (
	StateDone    = "done"
	StateRunning = "running" // an answer at work; only in pages of messages, never in the three lines
	StateWaiting = "waiting" // an answer that goes on when the page has sent what it waits for
	StateFailed  = "failed"
	StateStopped = "stopped"
)

// Message is what the person said, or the answer to it. The id of an answer is the id of the run that writes it.
type Message struct {
	ID        int64      `json:"id"`
	Role      string     `json:"role"`
	Content   string     `json:"content"`
	ToolCalls []ToolCall `json:"tool_calls"`
	CreatedAt time.Time  `json:"created_at"`
	Position  int64      `json:"position"`
	State     string     `json:"state"`
	Code      string     `json:"code,omitempty"`     // why an answer failed or was stopped
	ReplyTo   int64      `json:"reply_to,omitempty"` // of an answer: what it answers
	Feedback  string     `json:"feedback,omitempty"` // of an answer: how the person likes it
	Said

	// Attachments are those that the person sent with it.
	Attachments []Attachment `json:"attachments,omitempty"`

	Steps []Step `json:"steps,omitempty"` // of an answer, in pages of messages
}

// Step is one reply of the model and the tool calls it asked for. Code is set where chatcore itself speaks: the sentence
// that ends a failed turn has the failure's code, so that a user interface can word it itself.
type Step struct {
	ID        int64      `json:"id"`
	Position  int64      `json:"position"`
	Content   string     `json:"content"`
	ToolCalls []ToolCall `json:"tool_calls"`
	Code      string     `json:"code,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

// CallStatus says how far a tool call has come.
type CallStatus string

// The statuses of a ToolCall.
const (
	CallPending  CallStatus = "pending"
	CallRunning  CallStatus = "running"
	CallExecuted CallStatus = "executed"
	CallFailed   CallStatus = "failed"
	CallSkipped  CallStatus = "skipped"
)

// Done says that nothing more will happen to the call.
func (s CallStatus) Done() bool { return s == CallExecuted || s == CallFailed || s == CallSkipped }

// ToolCall is the record of one call of a tool. Result is what the model saw and never changes; Refreshed is its newer
// state, for display, and Revision how often it was refreshed. Error is an English sentence; Code lets a user interface
// word it itself.
type ToolCall struct {
	ID         int64           `json:"id"`
	Index      int             `json:"index"`
	Tool       string          `json:"tool"`
	Parameters json.RawMessage `json:"parameters"`
	Status     CallStatus      `json:"status"`
	Result     json.RawMessage `json:"result,omitempty"`
	Refreshed  json.RawMessage `json:"refreshed,omitempty"`
	Revision   int64           `json:"revision,omitempty"`
	Code       string          `json:"code,omitempty"`
	Error      string          `json:"error,omitempty"`
	For        string          `json:"for,omitempty"` // of a call that the page answers: ForClientTool or ForStructuredInput
	Confirms   *Confirms       `json:"confirms,omitempty"`
	Shows      *Shows          `json:"shows,omitempty"`
	StartedAt  *time.Time      `json:"started_at,omitempty"`
	FinishedAt *time.Time      `json:"finished_at,omitempty"`
}

// ChatRequest is the body of POST /api/{user_id}/chat. Content is empty where Parts are given.
type ChatRequest struct {
	Content        string `json:"content,omitempty"`
	ConversationID *int64 `json:"conversation_id,omitempty"`
	Said

	// Attachments are the person's own, stored, and in no message yet: at most MaxAttachments.
	Attachments []int64 `json:"attachments,omitempty"`

	// RetryOf is a user's message to answer again, in place of Content or Parts. What came after it is superseded. It is
	// asked with the model and the tool choice that it was asked with first, unless others are named here.
	RetryOf *int64 `json:"retry_of,omitempty"`
	// ResendGuard is the same for a request that is sent again: it joins the turn that the first one began.
	ResendGuard string `json:"resend_guard,omitempty"`

	// ClientTools are tools that run in the caller's page, for this turn, beside those that chatcore is configured with.
	ClientTools []ClientTool `json:"client_tools,omitempty"`
}

// Values of ChatResponse.Status.
const (
	StatusSuccess = "success"
	StatusError   = "error"
)

// ChatResponse is the whole answer of a turn, for a caller that does not stream. MessageID is the answer's.
type ChatResponse struct {
	ConversationID int64      `json:"conversation_id"`
	MessageID      int64      `json:"message_id"`
	Response       string     `json:"response"`
	ToolCalls      []ToolCall `json:"tool_calls"`
	Status         string     `json:"status"`
}

// ConversationPage is a page of conversations, for a caller that asked for one (?limit=, ?after= or ?order=).
type ConversationPage struct {
	Data    []Conversation `json:"data"`
	HasMore bool           `json:"has_more"`
	After   string         `json:"after,omitempty"`
}

// ConversationPatch is the body of PATCH …/conversations/{id}: what is not nil is changed. Status is for callers with the
// scope conversations:moderate; Reason goes with a status other than active.
type ConversationPatch struct {
	Title    *string `json:"title,omitempty"`
	Archived *bool   `json:"archived,omitempty"`
	Status   *string `json:"status,omitempty"`
	Reason   *string `json:"reason,omitempty"`
}

// SessionRequest is the body of POST …/chatkit-sessions. ExpiresIn is in seconds.
type SessionRequest struct {
	ExpiresIn int `json:"expires_in"`
}

// Session is a ChatKit session and the empty conversation it opens with.
type Session struct {
	SessionID      string    `json:"session_id"`
	ThreadID       string    `json:"thread_id"`
	ConversationID int64     `json:"conversation_id"`
	CreatedAt      time.Time `json:"created_at"`
	ExpiresAt      time.Time `json:"expires_at"`
}
