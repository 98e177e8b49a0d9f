package upstream

import (
	"context"
	"io"

	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// CreateAttachment says what a file is whose bytes will follow.
func (c *Chat) CreateAttachment(ctx context.Context, who tokens.Identity, request api.AttachmentRequest) (api.Attachment, error) {
	caller, err := c.caller(who)
	if err != nil {
		return api.Attachment{}, err
	}
	return c.Client.CreateAttachment(ctx, caller, request)
}

// AddAttachment brings a whole file, as it comes.
func (c *Chat) AddAttachment(ctx context.Context, who tokens.Identity, name, mimeType string, content io.Reader) (api.Attachment, error) {
	caller, err := c.caller(who)
	if err != nil {
		return api.Attachment{}, err
	}
	return c.Client.AddAttachment(ctx, caller, name, mimeType, content)
}

// UploadAttachment brings an attachment's bytes, as they come.
func (c *Chat) UploadAttachment(ctx context.Context, who tokens.Identity, id int64, content io.Reader) (api.Attachment, error) {
	caller, err := c.caller(who)
	if err != nil {
		return api.Attachment{}, err
	}
	return c.Client.UploadAttachment(ctx, caller, id, content)
}

// AttachmentContent gives an attachment's bytes.
func (c *Chat) AttachmentContent(ctx context.Context, who tokens.Identity, id int64) (api.File, error) {
	return read(ctx, c, who, func(caller api.Caller) (api.File, error) {
		return c.Client.AttachmentContent(ctx, caller, id)
	}, 0)
}

// DeleteAttachment deletes an attachment that was not sent.
func (c *Chat) DeleteAttachment(ctx context.Context, who tokens.Identity, id int64) error {
	caller, err := c.caller(who)
	if err != nil {
		return err
	}
	return c.Client.DeleteAttachment(ctx, caller, id)
}
