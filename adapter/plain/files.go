package plain

import (
	"context"
	"io"

	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// CreateAttachment is refused, as all that has to do with files.
func (c *Chat) CreateAttachment(context.Context, tokens.Identity, api.AttachmentRequest) (api.Attachment, error) {
	return api.Attachment{}, errNoAttachments
}

// AddAttachment is refused.
func (c *Chat) AddAttachment(context.Context, tokens.Identity, string, string, io.Reader) (api.Attachment, error) {
	return api.Attachment{}, errNoAttachments
}

// UploadAttachment is refused.
func (c *Chat) UploadAttachment(context.Context, tokens.Identity, int64, io.Reader) (api.Attachment, error) {
	return api.Attachment{}, errNoAttachments
}

// AttachmentContent is refused: there is none.
func (c *Chat) AttachmentContent(context.Context, tokens.Identity, int64) (api.File, error) {
	return api.File{}, errNotThere
}

// DeleteAttachment is refused: there is none.
func (c *Chat) DeleteAttachment(context.Context, tokens.Identity, int64) error { return errNotThere }
