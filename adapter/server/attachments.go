package server

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// Files is what the adapter needs of the chat API for attachments.
type Files interface {
	CreateAttachment(ctx context.Context, who tokens.Identity, request api.AttachmentRequest) (api.Attachment, error)
	AddAttachment(ctx context.Context, who tokens.Identity, name, mimeType string, content io.Reader) (api.Attachment, error)
	UploadAttachment(ctx context.Context, who tokens.Identity, id int64, content io.Reader) (api.Attachment, error)
	AttachmentContent(ctx context.Context, who tokens.Identity, id int64) (api.File, error)
	DeleteAttachment(ctx context.Context, who tokens.Identity, id int64) error
}

// errNoAddresses is the answer of an adapter that can't sign addresses.
var errNoAddresses = serving.Problem{
	Status: http.StatusNotImplemented, Code: "attachments_off",
	Detail: "Attachments are switched off here: this adapter has no keys to sign their addresses with.",
}

// createAttachment makes room for a file, and says where to send it.
func (s *Server) createAttachment(ctx context.Context, who tokens.Identity, r chatkit.CreateAttachment) (any, error) {
	if s.options.Keys == nil {
		return nil, errNoAddresses
	}
	made, err := s.options.Chat.CreateAttachment(ctx, who, api.AttachmentRequest{Name: r.Name, Size: int64(r.Size), MIMEType: r.MIMEType})
	if err != nil {
		return nil, s.problem(who, orNone(err))
	}
	shown := s.translating(ctx).Attachment(made)
	shown.UploadDescriptor = &chatkit.UploadDescriptor{
		URL: asker(ctx).upload(made), Method: http.MethodPut, Headers: map[string]string{"Content-Type": made.MIMEType},
	}
	return shown, nil
}

// deleteAttachment deletes a file that was not sent.
func (s *Server) deleteAttachment(ctx context.Context, who tokens.Identity, r chatkit.DeleteAttachment) (any, error) {
	id, ok := translate.ParseAttachmentID(r.AttachmentID)
	if !ok {
		return nil, notFound()
	}
	if err := s.options.Chat.DeleteAttachment(ctx, who, id); err != nil {
		return nil, s.problem(who, err)
	}
	return struct{}{}, nil
}

// drained is how much of an upload that was refused is read.
const drained = 32 << 20

// addAttachment is the direct upload: a whole file, with the user's token.
func (s *Server) addAttachment(c echo.Context) error {
	who, err := s.identify(c.Request())
	if err != nil {
		return refusal(err)
	}
	if err := s.admit(who); err != nil {
		return err
	}
	if s.options.Keys == nil {
		return errNoAddresses
	}
	s.know(c, who)
	ctx := c.Request().Context()
	return s.take(c, who, func(content serving.Upload) (api.Attachment, error) {
		made, err := s.options.Chat.AddAttachment(ctx, who, content.Name, content.Type, content.Content)
		return made, orNone(err)
	})
}

// orNone says of a chat service that knows nothing of attachments that it has none.
func orNone(err error) error {
	var problem *api.Problem
	if errors.As(err, &problem) && (problem.Status == http.StatusNotFound || problem.Status == http.StatusMethodNotAllowed) {
		return &api.Problem{Status: http.StatusNotImplemented, Code: errNoAddresses.Code, Detail: "Attachments are switched off here: the chat service has none."}
	}
	return err
}

// upload takes an attachment's bytes, as they are by PUT, and in a form by POST. The address is the permission.
func (s *Server) upload(c echo.Context) error {
	who, id, _, err := s.permitted(c, toUpload)
	if err != nil {
		return err
	}
	s.know(c, who)
	ctx := c.Request().Context()
	return s.take(c, who, func(content serving.Upload) (api.Attachment, error) {
		return s.options.Chat.UploadAttachment(ctx, who, id, content.Content)
	})
}

// take passes a file on as it comes, and answers with the attachment. Nothing of it is kept here.
func (s *Server) take(c echo.Context, who tokens.Identity, pass func(serving.Upload) (api.Attachment, error)) error {
	body := serving.PatientBody(c.Response(), c.Request())
	content, err := uploadIn(c.Request(), body)
	if err != nil {
		serving.Drain(body, drained)
		return err
	}
	stored, err := pass(content)
	if err != nil {
		serving.Drain(body, drained)
		return s.problem(who, err)
	}
	encoded, err := chatkit.Marshal(s.translating(c.Request().Context()).Attachment(stored))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("X-Content-Type-Options", "nosniff")
	return c.Blob(http.StatusOK, "application/json", encoded)
}

// uploadIn is the file in a request: in a form's field, or the whole body.
func uploadIn(r *http.Request, body io.Reader) (serving.Upload, error) {
	if r.Method == http.MethodPost || serving.IsForm(r) {
		return serving.FormFile(r, body)
	}
	return serving.Upload{Content: body}, nil
}

// download answers with an attachment's bytes. They are a stranger's: only images that can hold no program are shown by the
// browser, all else is put away as a file.
func (s *Server) download(c echo.Context) error {
	who, id, until, err := s.permitted(c, toDownload)
	if err != nil {
		return err
	}
	file, err := s.options.Chat.AttachmentContent(c.Request().Context(), who, id)
	if err != nil {
		return s.problem(who, err)
	}
	defer func() { _ = file.Close() }()
	kind, disposition := "application/octet-stream", "attachment"
	if (api.Attachment{MIMEType: file.MIMEType}).IsImage() {
		kind, disposition = file.MIMEType, "inline"
	}
	header := c.Response().Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": file.Name}))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin") // ChatKit's frame is of another origin
	header.Set("Referrer-Policy", "no-referrer")
	left := int(until.Sub(s.options.Clock()).Seconds())
	header.Set("Cache-Control", "private, immutable, max-age="+strconv.Itoa(left))
	if file.Size >= 0 {
		header.Set("Content-Length", strconv.FormatInt(file.Size, 10))
	}
	c.Response().WriteHeader(http.StatusOK)
	return serving.PatientCopy(c.Response(), file)
}
