package agent

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"taskpilot/chatcore/api"
)

// Model is a language model that answers in a stream.
type Model interface {
	// Reply asks the model once and yields its reply: any number of Texts, then exactly one Finished. An error is
	// final; it is a *ModelError whenever the model or the way to it is at fault. A reply that was cut short is an error,
	// never a Finished.
	Reply(ctx context.Context, prompt Prompt) iter.Seq2[Piece, error]
}

// Prompt is everything the model is sent.
type Prompt struct {
	Model    string // empty: the configured one
	System   string
	Messages []PromptMessage
	Tools    []Tool

	ToolChoice string // the name of one of Tools, or one of the Choose* words; empty: ChooseAuto
}

// PromptMessage is one message of the history. Exactly one of the shapes: Role user with Text, Parts or both; Role assistant with Text,
// Calls or both; Role tool with CallID and Text.
type PromptMessage struct {
	Role   string
	Text   string
	Parts  []Part // what came with Text, and stands behind it
	Calls  []Call
	CallID string
}

// Part is a piece of what came with a message: an image when Image is not nil, else text.
type Part struct {
	Text  string
	Image *Image
}

// Image is an image's bytes.
type Image struct {
	MIMEType string
	Data     []byte
}

// Roles of a PromptMessage.
const (
	RoleUser      = "user"
	RoleAssistant = "assistant"
	RoleTool      = "tool"
)

// Call is a tool call as the model asked for it. Arguments is the model's own text: it may be no JSON at all.
type Call struct {
	ID        string
	Tool      string
	Arguments string
}

// Piece is a part of a reply: Text or Finished.
type Piece interface{ piece() }

// Text is more of the reply's words. It is valid UTF-8 without U+0000, and whole characters only.
type Text string

// Finished is the end of a whole reply.
type Finished struct {
	Calls  []Call // in index order; each has an ID
	Reason string // finish_reason: stop, tool_calls, length, content_filter
	Usage  Usage
}

// Usage counts tokens, where the model says so.
type Usage struct{ PromptTokens, CompletionTokens int }

func (Text) piece()     {}
func (Finished) piece() {}

// ModelError is a model that did not answer. Code is one of the Model* constants.
type ModelError struct {
	Code       string
	RetryAfter time.Duration // what the endpoint asked for; 0 when it did not
	Err        error         // for the log, never for the person
}

// Codes of a ModelError. The first three are worth another try; the others are not.
const (
	ModelUnreachable = "model_unreachable" // no connection, no answer, 5xx
	ModelOverloaded  = "model_overloaded"  // 429
	ModelCut         = "model_cut"         // the stream ended before finish_reason
	ModelRefused     = "model_refused"     // another 4xx: key, model name, request
	ModelInvalid     = "model_invalid"     // what came is no reply
	ModelAbsent      = "model_absent"      // of a transcription: the endpoint has none
	ModelNoAudio     = "model_no_audio"    // of a transcription: the audio is none that the endpoint can read
)

func (e *ModelError) Error() string { return e.Code + ": " + e.Err.Error() }
func (e *ModelError) Unwrap() error { return e.Err }

// Temporary says that asking again can help.
func (e *ModelError) Temporary() bool {
	return e.Code == ModelUnreachable || e.Code == ModelOverloaded || e.Code == ModelCut
}

// Tool is a tool that the model may call.
type Tool struct {
	Name        string
	Description string
	Schema      json.RawMessage // JSON schema of its parameters, an object
	ReadOnly    bool            // it changes nothing, as it says itself
	Previews    bool            // it can say what a call would do, without doing it
}

// PageTool is a tool that the person's page answers, by another request: a call of it makes the turn wait.
type PageTool struct {
	Tool
	For   string                                 // api.ForClientTool or api.ForStructuredInput
	Check func(arguments json.RawMessage) error  // says in words for the model what of a JSON object does not fit
	Words func(arguments json.RawMessage) string // what is waited for, for callers without a user interface
}

// Caller is whom a turn belongs to: everything in it is done as this user.
type Caller struct {
	UserID    string
	SessionID string // the ChatKit session, if any
}

// Tools lists and calls tools as one user.
type Tools interface {
	// List gives the tools on offer, in a stable order.
	List(ctx context.Context, caller Caller) ([]Tool, error)
	// Call acts once for a key: the same key and arguments give the same result again. A tool that fails has an Outcome
	// (the model and the person read it); an error is broken plumbing: ErrUnreachable, or a context's.
	Call(ctx context.Context, caller Caller, call ToolRequest) (Outcome, error)
}

// Files reads what people attach to messages.
type Files interface {
	// Read gives the first bytes of a file, at most limit of them.
	Read(ctx context.Context, userID string, id, limit int64) ([]byte, error)
}

// ToolRequest is one call on its way to a tool.
type ToolRequest struct {
	Key       string // makes the call act once
	Tool      string
	Arguments json.RawMessage // a JSON object

	// Preview asks what the call would do: it does nothing, and has no key. Only for tools that say that they can.
	Preview bool

	// Tell is given what the tool says while it works, until Call returns; nil: nobody listens.
	Tell func(api.Body)
}

// Outcome is what a tool said. Result is JSON in any case: what the model reads.
type Outcome struct {
	Failed bool
	Result json.RawMessage
	Code   string // of a failure, when the tool gave one
	Error  string // of a failure: one English sentence

	Shows  *api.Shows // beside the result, for people; kept with the record
	Asides []api.Body // notices and effects: told once, kept nowhere

	Question string // of a preview: the tool's own question whether this may be done, in English; often empty
}

// ErrUnreachable says that no answer came for a call: it may or may not have acted, and may be sent again with its key.
var ErrUnreachable = errors.New("the tool server did not answer")
