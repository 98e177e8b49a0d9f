package api

import "encoding/json"

// Said is what a message of the person's carries beside its plain text. All of it is optional, and none of it is in an
// answer.
type Said struct {
	Parts      []MessagePart `json:"parts,omitempty"`       // what Content is put together from, when it came in parts
	QuotedText string        `json:"quoted_text,omitempty"` // what of the conversation, or of the page, the message is about
	Model      string        `json:"model,omitempty"`       // that is to answer; the configured one when empty
	ToolChoice string        `json:"tool_choice,omitempty"` // for the first reply: a tool's name, or auto, none or required
}

// MessagePart is a piece of a message: a tag when Tag is not nil, else text.
type MessagePart struct {
	Text string
	Tag  *Tag
}

// Tag is something that the person mentioned, such as an entity of the page. Its Text is what stands in the message. Data
// is a JSON object, or nil.
type Tag struct {
	ID          string          `json:"id"`
	Text        string          `json:"text"`
	Data        json.RawMessage `json:"data,omitempty"`
	Group       string          `json:"group,omitempty"`
	Interactive bool            `json:"interactive,omitempty"`
}

// MarshalJSON writes {"text": …} or {"tag": …}.
func (p MessagePart) MarshalJSON() ([]byte, error) {
	if p.Tag != nil {
		return json.Marshal(map[string]*Tag{"tag": p.Tag})
	}
	return json.Marshal(map[string]string{"text": p.Text})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *MessagePart) UnmarshalJSON(raw []byte) error {
	var read struct {
		Text string `json:"text"`
		Tag  *Tag   `json:"tag"`
	}
	err := json.Unmarshal(raw, &read)
	*p = MessagePart{Text: read.Text, Tag: read.Tag}
	return err
}

// Words is what stands in the message.
func (p MessagePart) Words() string {
	if p.Tag != nil {
		return p.Tag.Text
	}
	return p.Text
}
