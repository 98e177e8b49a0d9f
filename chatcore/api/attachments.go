package api

import (
	"strings"
	"time"
)

// Limits of attachments, unless chatcore is configured otherwise.
const (
	MaxAttachmentBytes = 10 << 20 // of one attachment
	MaxAttachments     = 10       // of one message
	MaxAttachmentName  = 255      // characters
)

// States of an Attachment.
const (
	AttachmentCreated = "created" // its bytes have not come yet
	AttachmentStored  = "stored"
)

// Attachment is a file of a person's. Its bytes come after it was created, and only once. It belongs to no conversation until
// a message carries it; then it goes with that conversation.
type Attachment struct {
	ID             int64     `json:"id"`
	ConversationID int64     `json:"conversation_id,omitempty"` // once it is sent
	Name           string    `json:"name"`
	MIMEType       string    `json:"mime_type"`
	Size           int64     `json:"size"` // bytes
	State          string    `json:"state"`
	CreatedAt      time.Time `json:"created_at"`
}

// AttachmentRequest is the JSON body of POST …/attachments. Size is in bytes. MIMEType may be empty: then the name's ending
// says it.
type AttachmentRequest struct {
	Name     string `json:"name"`
	MIMEType string `json:"mime_type"`
	Size     int64  `json:"size"`
}

// IsImage says that it is an image of a kind that browsers show and models see, and that can hold no program.
func (a Attachment) IsImage() bool {
	switch a.MIMEType {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}

// IsText says that it can be read as it is.
func (a Attachment) IsText() bool {
	switch kind := a.MIMEType; {
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "+json"), strings.HasSuffix(kind, "+xml"):
		return true
	default:
		return kind == "application/json" || kind == "application/xml" || kind == "application/yaml"
	}
}
