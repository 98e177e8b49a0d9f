package mapping

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"taskpilot/adapter/settingsfile"
)

// Schema is the JSON schema of the file.
//
//go:embed schema.json
var Schema []byte

// Mapping is what a chat service is like. Make one with Default or Read.
type Mapping struct {
	User          User          `json:"user"`
	Token         Token         `json:"token"`
	PassHeaders   []string      `json:"pass_headers"` // of the page's request, that go along
	Routes        Routes        `json:"routes"`
	Request       Request       `json:"request"`
	Answer        Answer        `json:"answer"`
	Conversations Conversations `json:"conversations"`
	Messages      Messages      `json:"messages"`
	ToolCalls     ToolCalls     `json:"tool_calls"`
	Limits        Limits        `json:"limits"`
}

// User says where the user's id goes beside the places of {user_id} in paths. Empty: nowhere else.
type User struct {
	Header string `json:"header"`
	Query  string `json:"query"`
	Body   string `json:"body"` // a field of the message's request
}

// Whose token goes along.
const (
	TokenFixed  = "fixed"  // CHAT_API_TOKEN
	TokenCaller = "caller" // the user's own
	TokenNone   = "none"
)

// Token says which token goes along, and how. From is fixed when it is empty and there is a CHAT_API_TOKEN, else the caller's.
type Token struct {
	From   string `json:"from"`
	Header string `json:"header"`
	Prefix string `json:"prefix"`
}

// Route is a method and a path, in which {user_id} and {conversation_id} stand for themselves.
type Route struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Field  string `json:"field"` // of a rename: the title's
	Absent bool   `json:"absent"`
}

// Routes of the service. The first three are needed.
type Routes struct {
	Chat          Route `json:"chat"`
	Conversations Route `json:"conversations"`
	Conversation  Route `json:"conversation"`
	Rename        Route `json:"rename"`
	Delete        Route `json:"delete"`
}

// Request says what the fields of a message's request are called. An empty Model: nothing can be chosen.
type Request struct {
	Content        string                     `json:"content"`
	ConversationID string                     `json:"conversation_id"`
	Model          string                     `json:"model"`
	Constants      map[string]json.RawMessage `json:"constants"` // that always go along, by field
}

// Names are dotted paths of fields: the first that is there counts. An empty path is the whole value.
type Names []string

// UnmarshalJSON reads one path, or a list of them.
func (n *Names) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*n = Names{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(n))
}

// Answer says what the fields of a message's answer are called. Failed are the statuses of an answer that failed.
type Answer struct {
	ConversationID Names    `json:"conversation_id"`
	MessageID      Names    `json:"message_id"`
	Text           Names    `json:"text"`
	ToolCalls      Names    `json:"tool_calls"`
	Status         Names    `json:"status"`
	Failed         []string `json:"failed"`
}

// Conversations says what the fields of a list of conversations are called, and of one conversation. In is where a
// conversation's own fields stand in the answer that has its messages.
type Conversations struct {
	List      Names `json:"list"`
	In        Names `json:"in"`
	ID        Names `json:"id"`
	Title     Names `json:"title"`
	CreatedAt Names `json:"created_at"`
	UpdatedAt Names `json:"updated_at"`
}

// Messages says what the fields of a conversation's messages are called. Person and Assistant are values of the role; a
// message with any other is shown to nobody.
type Messages struct {
	List        Names    `json:"list"`
	ID          Names    `json:"id"`
	Role        Names    `json:"role"`
	Content     Names    `json:"content"`
	ToolCalls   Names    `json:"tool_calls"`
	CreatedAt   Names    `json:"created_at"`
	NewestFirst bool     `json:"newest_first"`
	Person      []string `json:"person"`
	Assistant   []string `json:"assistant"`
}

// ToolCalls says what the fields of a tool call are called.
type ToolCalls struct {
	Name       Names `json:"name"`
	Parameters Names `json:"parameters"`
	Result     Names `json:"result"`
	Error      Names `json:"error"`
	Status     Names `json:"status"`
}

// Limits of calls.
type Limits struct {
	Answer      Duration `json:"answer"`       // that a message may take
	Read        Duration `json:"read"`         // that every other call may take
	ReadTries   int      `json:"read_tries"`   // of a read while the service does not answer; a message is sent once
	AnswerBytes int64    `json:"answer_bytes"` // of any answer
}

// Duration is a time, written as 30s or 5m.
type Duration time.Duration

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil || parsed <= 0 {
		return fmt.Errorf("%q is no time such as 30s or 5m", text)
	}
	*d = Duration(parsed)
	return nil
}

// Read reads a file; what it does not say has its default. fixedToken says that there is a CHAT_API_TOKEN. The error names
// every fault.
func Read(path string, fixedToken bool) (Mapping, error) {
	m := Default()
	if err := settingsfile.Read(path, Schema, &m); err != nil {
		return m, err
	}
	if err := m.fault(fixedToken); err != nil {
		return m, fmt.Errorf("%s cannot be used:\n%w", path, err)
	}
	return m, nil
}
