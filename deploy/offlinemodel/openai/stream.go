package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// writeTime bounds each write to a reader that may have stopped reading.
const writeTime = 30 * time.Second

// Head names a reply on the wire. Created is in Unix seconds.
type Head struct {
	ID      string
	Created int64
	Model   string
}

// Stream writes a reply as server-sent events. Nothing is sent before the first call. An error means that the reader has
// gone.
type Stream struct {
	w          http.ResponseWriter
	head       Head
	countUsage bool
}

// NewStream makes a stream that answers the request.
func NewStream(w http.ResponseWriter, request Request, head Head) *Stream {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Accel-Buffering", "no")
	return &Stream{w: w, head: head, countUsage: request.StreamOptions != nil && request.StreamOptions.IncludeUsage}
}

type chunk struct {
	ID                string          `json:"id"`
	Object            string          `json:"object"`
	Created           int64           `json:"created"`
	Model             string          `json:"model"`
	SystemFingerprint string          `json:"system_fingerprint"`
	Choices           []chunkChoice   `json:"choices"`
	Usage             json.RawMessage `json:"usage,omitempty"` // null in all chunks but the last, when it was asked for
}

type chunkChoice struct {
	Index        int     `json:"index"`
	Delta        delta   `json:"delta"`
	LogProbs     *string `json:"logprobs"`
	FinishReason *string `json:"finish_reason"`
}

// delta's Content is left out when it is nil, and null on the wire when it is a nil *string.
type delta struct {
	Role      string      `json:"role,omitempty"`
	Content   any         `json:"content,omitempty"`
	ToolCalls []callDelta `json:"tool_calls,omitempty"`
}

type callDelta struct {
	Index    int           `json:"index"`
	ID       string        `json:"id,omitempty"`
	Type     string        `json:"type,omitempty"`
	Function functionDelta `json:"function"`
}

type functionDelta struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

// Begin sends the first chunk: the role. A reply that only calls tools has null for its content.
func (s *Stream) Begin(reply Reply) error {
	first := delta{Role: RoleAssistant, Content: ""}
	if reply.Text == "" && len(reply.Calls) > 0 {
		first.Content = (*string)(nil)
	}
	return s.delta(first)
}

// Text sends more words.
func (s *Stream) Text(piece string) error { return s.delta(delta{Content: piece}) }

// Call announces the call of this index. Its arguments follow.
func (s *Stream) Call(index int, call Call) error {
	return s.delta(delta{ToolCalls: []callDelta{{Index: index, ID: call.ID, Type: "function",
		Function: functionDelta{Name: call.Function.Name}}}})
}

// Arguments sends more of a call's arguments.
func (s *Stream) Arguments(index int, piece string) error {
	return s.delta(delta{ToolCalls: []callDelta{{Index: index, Function: functionDelta{Arguments: piece}}}})
}

// Finish sends the chunk that ends the reply.
func (s *Stream) Finish(reason string) error {
	return s.send([]chunkChoice{{FinishReason: &reason}}, nil)
}

// Done sends the usage, if it was asked for, and the mark that ends the stream.
func (s *Stream) Done(usage Usage) error {
	if s.countUsage {
		counted, err := json.Marshal(usage)
		if err != nil {
			return fmt.Errorf("writing the usage: %w", err)
		}
		if err := s.send([]chunkChoice{}, counted); err != nil {
			return err
		}
	}
	return s.Raw("data: [DONE]\n\n")
}

func (s *Stream) delta(d delta) error { return s.send([]chunkChoice{{Delta: d}}, nil) }

func (s *Stream) send(choices []chunkChoice, usage json.RawMessage) error {
	if usage == nil && s.countUsage {
		usage = json.RawMessage("null")
	}
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(chunk{ID: s.head.ID, Object: "chat.completion.chunk", Created: s.head.Created,
		Model: s.head.Model, SystemFingerprint: fingerprint, Choices: choices, Usage: usage}); err != nil {
		return fmt.Errorf("writing a chunk: %w", err)
	}
	return s.Raw("data: " + line.String() + "\n")
}

// Raw sends text as it is, and flushes: specs send comments and garbage with it.
func (s *Stream) Raw(text string) error {
	controller := http.NewResponseController(s.w)
	_ = controller.SetWriteDeadline(time.Now().Add(writeTime)) // a recorder in a spec has none
	if _, err := s.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("writing to the stream: %w", err)
	}
	if err := controller.Flush(); err != nil {
		return fmt.Errorf("flushing the stream: %w", err)
	}
	return nil
}
