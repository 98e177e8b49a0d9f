package translate

import (
	"strconv"
	"strings"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

const attachmentPrefix = "atc_"

// Previews gives the address of an image, for as long as a page may show it. It may be empty, and must be the same for a
// while: live and history are compared, and browsers keep what they fetched from an address.
type Previews interface {
	Preview(attachment api.Attachment) string
}

// AttachmentID names an attachment to ChatKit.
func AttachmentID(id int64) string { return attachmentPrefix + strconv.FormatInt(id, 10) }

// ParseAttachmentID gives the attachment that an id names; ok is false for what cannot be an id of ours.
func ParseAttachmentID(id string) (attachment int64, ok bool) {
	digits, ok := strings.CutPrefix(id, attachmentPrefix)
	if !ok {
		return 0, false
	}
	return number(digits, 1)
}

// ParseAttachments gives the attachments that a message names. One that cannot be ours is 0, which is never there.
func ParseAttachments(ids []string) []int64 {
	attachments := make([]int64, 0, len(ids))
	for _, id := range ids {
		attachment, _ := ParseAttachmentID(id)
		attachments = append(attachments, attachment)
	}
	return attachments
}

// Attachment is a file, or an image where there is an address for it.
func (t Translator) Attachment(a api.Attachment) chatkit.Attachment {
	shown := chatkit.Attachment{ID: AttachmentID(a.ID), Name: a.Name, MIMEType: a.MIMEType}
	if a.ConversationID != 0 {
		shown.ThreadID = ThreadID(NumberKey(a.ConversationID))
	}
	if a.IsImage() && t.previews != nil {
		shown.PreviewURL = t.previews.Preview(a)
	}
	return shown
}

func (t Translator) attachments(all []api.Attachment) (shown []chatkit.Attachment) {
	for _, a := range all {
		shown = append(shown, t.Attachment(a))
	}
	return shown
}
