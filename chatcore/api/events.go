package api

import "time"

// Event is one event of a turn's stream. ID is empty for events that are not stored (Notice, Effect, Progress).
type Event struct {
	ID   string
	Body Body
}

// Body is what an event says: one of the types of this file.
type Body interface {
	// EventType is the event's name on the wire.
	EventType() string
}

// Ends says that the body is the last of its stream.
func Ends(b Body) bool {
	switch b.(type) {
	case RunCompleted, RunFailed, RunCancelled, RunWaiting:
		return true
	}
	return false
}

type (
	// RunStarted opens every stream. When it is read again later, the conversation's MessageCount and UpdatedAt are those of
	// that time: nobody writes down how they stood before.
	RunStarted struct {
		RunID        int64        `json:"run_id"`
		Conversation Conversation `json:"conversation"`
		UserMessage  Message      `json:"user_message"`

		// Superseded are the messages that went when a message is answered again, answers with their steps.
		Superseded []Message `json:"superseded,omitempty"`
		// SupersededActions are the actions that went with them: those that stand by themselves.
		SupersededActions []Action `json:"superseded_actions,omitempty"`

		// Skipped are the calls that the turn before waited for, and that this message talked past.
		Skipped []SkippedCall `json:"skipped,omitempty"`
	}

	// MessageStarted announces a step. Its content comes as MessageDelta.
	MessageStarted struct {
		Step StepHead `json:"step"`
	}

	// MessageDelta is more of a step's text.
	MessageDelta struct {
		StepID int64  `json:"step_id"`
		Text   string `json:"text"`
	}

	// MessageTextCompleted says that a step's text is whole; tool calls follow.
	MessageTextCompleted struct {
		StepID int64 `json:"step_id"`
	}

	// ToolCallStarted comes for each call of a step, in the order of their index.
	ToolCallStarted struct {
		StepID int64    `json:"step_id"`
		Record ToolCall `json:"record"`
	}

	// ToolCallFinished comes for each call of a step, in any order.
	ToolCallFinished struct {
		StepID int64    `json:"step_id"`
		Record ToolCall `json:"record"`
	}

	// MessageCompleted has the step as it is stored.
	MessageCompleted struct {
		Step Step `json:"step"`
	}

	// MessageDiscarded takes an unfinished step back: another replica took the turn over and begins the step anew.
	MessageDiscarded struct {
		StepID int64 `json:"step_id"`
	}

	// Notice is a word to the person beside the answer. Level is info, warning or danger.
	Notice struct {
		Level   string `json:"level"`
		Message string `json:"message"`
		Title   string `json:"title,omitempty"`
	}

	// Effect asks the page to do something.
	Effect struct {
		Name string         `json:"name"`
		Data map[string]any `json:"data,omitempty"`
	}

	// Progress says what is being done right now.
	Progress struct {
		Text string `json:"text"`
		Icon string `json:"icon,omitempty"`
	}

	// ConversationUpdated has the conversation after its title or status changed: behind RunStarted, before the turn's end,
	// or both.
	ConversationUpdated struct {
		Conversation Conversation `json:"conversation"`
	}

	// RunCompleted ends a turn that went well.
	RunCompleted struct {
		Answer Message `json:"answer"`
	}

	// RunFailed ends a turn that did not. Message is a safe English sentence, the same that the answer ends with.
	RunFailed struct {
		Code      string   `json:"code"`
		Message   string   `json:"message"`
		Retryable bool     `json:"retryable"`
		Answer    *Message `json:"answer,omitempty"`
	}

	// RunCancelled ends a turn that was stopped; Answer keeps what was said.
	RunCancelled struct {
		Reason string   `json:"reason"`
		Answer *Message `json:"answer,omitempty"`
	}

	// RunWaiting ends the stream of a turn that waits for the page. For is ForClientTool or ForStructuredInput. Answer is
	// what was said so far, and what is waited for in words.
	RunWaiting struct {
		For    string   `json:"for"`
		StepID int64    `json:"step_id"`
		Record ToolCall `json:"record"`
		Answer *Message `json:"answer,omitempty"`
	}
)

// SkippedCall is a call that nobody waits for any more, with the head of its step.
type SkippedCall struct {
	Step   StepHead `json:"step"`
	Record ToolCall `json:"record"`
}

// StepHead is what is known of a step when it begins.
type StepHead struct {
	ID        int64     `json:"id"`
	Position  int64     `json:"position"`
	Code      string    `json:"code,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// The events' names on the wire.
func (RunStarted) EventType() string           { return "run.started" }
func (MessageStarted) EventType() string       { return "message.started" }
func (MessageDelta) EventType() string         { return "message.delta" }
func (MessageTextCompleted) EventType() string { return "message.text_completed" }
func (ToolCallStarted) EventType() string      { return "tool_call.started" }
func (ToolCallFinished) EventType() string     { return "tool_call.finished" }
func (MessageCompleted) EventType() string     { return "message.completed" }
func (MessageDiscarded) EventType() string     { return "message.discarded" }
func (Notice) EventType() string               { return "notice" }
func (Effect) EventType() string               { return "effect" }
func (Progress) EventType() string             { return "progress" }
func (ConversationUpdated) EventType() string  { return "conversation.updated" }
func (RunCompleted) EventType() string         { return "run.completed" }
func (RunFailed) EventType() string            { return "run.failed" }
func (RunCancelled) EventType() string         { return "run.cancelled" }
func (RunWaiting) EventType() string           { return "run.waiting" }
