package scripted

import (
	"fmt"
	"strings"

	"taskpilot/deploy/offlinemodel/openai"
)

// Rule gives replies to the requests that it fits, each reply once, in order. The first rule that fits a request and has
// a reply left answers it. Times is how often the replies are gone through: 1 when zero, for ever when negative.
type Rule struct {
	When    When    `json:"when"`
	Replies []Reply `json:"replies"`
	Times   int     `json:"times,omitempty"`
}

// When says which requests a rule fits: those for which all that is set holds.
type When struct {
	Said    string `json:"said,omitempty"`    // the person's last message contains this
	History string `json:"history,omitempty"` // some message contains this
	Results *int   `json:"results,omitempty"` // so many tool results came since the person's last message
}

// Reply is what the endpoint does with one request. The zero Reply is an empty answer.
type Reply struct {
	// Before anything is answered.
	Gate    string          `json:"gate,omitempty"` // wait until this gate is opened
	Until   <-chan struct{} `json:"-"`              // wait until this is closed
	DelayMS int             `json:"delay_ms,omitempty"`

	// In place of a reply: a status with a body (an error as the API words it when empty).
	Status      int    `json:"status,omitempty"`
	RetryAfter  string `json:"retry_after,omitempty"`
	Body        string `json:"body,omitempty"`
	ContentType string `json:"content_type,omitempty"` // application/json when empty

	// The reply.
	Chunks       []Chunk `json:"chunks,omitempty"`
	Calls        []Call  `json:"calls,omitempty"`
	Interleave   bool    `json:"interleave,omitempty"` // the calls' arguments come by turns
	PaceMS       int     `json:"pace_ms,omitempty"`    // between chunks
	FinishReason string  `json:"finish_reason,omitempty"`

	// Its end. CutAfter counts chunks (the one with the role is not counted) and goes with End, Cut when that is empty.
	CutAfter int `json:"cut_after,omitempty"`
	End      End `json:"end,omitempty"`
}

// End is how a reply ends.
type End string

// The ends of a Reply.
const (
	Whole      End = ""           // as it should
	Cut        End = "cut"        // the connection is closed in the middle
	Unfinished End = "unfinished" // the stream ends in order, but without a finish_reason
	Dropped    End = "dropped"    // the connection is closed before anything is answered
)

// Chunk is one chunk of text, or something else on the stream.
type Chunk struct {
	Gate    string          `json:"gate,omitempty"` // wait first until this gate is opened
	Until   <-chan struct{} `json:"-"`              // wait first until this is closed
	PauseMS int             `json:"pause_ms,omitempty"`
	Text    string          `json:"text,omitempty"`
	Raw     string          `json:"raw,omitempty"`   // sent as it is: a comment, garbage, an error event
	Times   int             `json:"times,omitempty"` // the same chunk so many times
}

// Call is a tool call. Arguments is sent as it is: it may be no JSON. Without an ID it gets one.
type Call struct {
	Gate      string `json:"gate,omitempty"` // wait first until this gate is opened
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
	Piece     int    `json:"piece,omitempty"` // characters of Arguments in one chunk: 12 when zero
}

// Say is a reply of words alone, streamed in these pieces.
func Say(pieces ...string) Reply {
	var reply Reply
	for _, piece := range pieces {
		reply.Chunks = append(reply.Chunks, Chunk{Text: piece})
	}
	return reply
}

// CallTool is a reply that calls one tool.
func CallTool(name, arguments string) Reply {
	return Reply{Calls: []Call{{Name: name, Arguments: arguments}}}
}

// Fail is an answer with an error status.
func Fail(status int) Reply { return Reply{Status: status} }

// repeat gives the chunk as often as it is wanted.
func (c Chunk) repeat() int { return max(c.Times, 1) }

// text is the whole text of the reply.
func (r Reply) text() string {
	var text strings.Builder
	for _, chunk := range r.Chunks {
		text.WriteString(strings.Repeat(chunk.Text, chunk.repeat()))
	}
	return text.String()
}

// validate finds what a script can't mean.
func (r Reply) validate() error {
	switch r.End {
	case Whole, Cut, Unfinished, Dropped:
	default:
		return fmt.Errorf("end %q: it is one of cut, unfinished, dropped, or left out", r.End)
	}
	if r.Status != 0 && (r.Status < 200 || r.Status > 599) {
		return fmt.Errorf("status %d: it is 200 to 599", r.Status)
	}
	for _, call := range r.Calls {
		if call.Name == "" {
			return fmt.Errorf("a call without a name")
		}
	}
	return nil
}

func (w When) fits(request openai.Request) bool {
	said, results, anywhere := "", 0, false
	for _, message := range request.Messages {
		anywhere = anywhere || strings.Contains(message.Content.Text, w.History)
		switch message.Role {
		case openai.RoleUser:
			said, results = message.Content.Text, 0
		case openai.RoleTool:
			results++
		}
	}
	return strings.Contains(said, w.Said) && anywhere && (w.Results == nil || *w.Results == results)
}
