package server

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
)

// Attachments takes files in and gives them back.
type Attachments interface {
	MaxBytes() int64
	Create(ctx context.Context, userID string, request api.AttachmentRequest) (api.Attachment, error)
	Add(ctx context.Context, userID, name, mimeType string, content io.Reader) (api.Attachment, error)
	Upload(ctx context.Context, userID string, id int64, content io.Reader) (api.Attachment, error)
	Get(ctx context.Context, userID string, id int64) (api.Attachment, error)
	Open(ctx context.Context, userID string, id int64) (api.Attachment, io.ReadCloser, error)
	Delete(ctx context.Context, userID string, id int64) error
	Forgotten()
}

// errAttachmentsOff is the answer where there is no place for files.
var errAttachmentsOff = serving.Problem{
	Status: http.StatusNotImplemented, Code: "attachments_off",
	Detail: "Attachments are switched off here: there is no place to keep them.",
}

// formSpace is how many bytes a form may have around its file.
const formSpace = 64 << 10

// withAttachments answers where there is a place for files.
func (s *Server) withAttachments(do echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.Attachments == nil {
			return errAttachmentsOff
		}
		return do(c)
	}
}

// createAttachment takes a description, whose bytes will follow, or a form with a whole file.
func (s *Server) createAttachment(c echo.Context) error {
	ctx, user := c.Request().Context(), callerOf(c).UserID
	if serving.IsForm(c.Request()) {
		body := s.uploaded(c)
		made, err := s.addAttachment(ctx, user, c.Request(), body)
		if err != nil {
			serving.Drain(body, s.Attachments.MaxBytes())
			return err
		}
		return c.JSON(http.StatusCreated, made)
	}
	var request api.AttachmentRequest
	if err := s.readJSON(c, &request); err != nil {
		return err
	}
	made, err := s.Attachments.Create(ctx, user, request)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, made)
}

// addAttachment takes a form's file.
func (s *Server) addAttachment(ctx context.Context, user string, request *http.Request, body io.Reader) (api.Attachment, error) {
	file, err := serving.FormFile(request, body)
	if err != nil {
		return api.Attachment{}, err
	}
	return s.Attachments.Add(ctx, user, file.Name, file.Type, file.Content)
}

// uploadAttachment takes an attachment's bytes.
func (s *Server) uploadAttachment(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	body := s.uploaded(c)
	stored, err := s.Attachments.Upload(c.Request().Context(), callerOf(c).UserID, n, body)
	if err != nil {
		serving.Drain(body, s.Attachments.MaxBytes())
		return err
	}
	return c.JSON(http.StatusOK, stored)
}

// uploaded is a request's body, bounded.
func (s *Server) uploaded(c echo.Context) io.Reader {
	body := io.NopCloser(serving.PatientBody(c.Response(), c.Request()))
	return http.MaxBytesReader(c.Response(), body, s.Attachments.MaxBytes()+formSpace)
}

func (s *Server) getAttachment(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	attachment, err := s.Attachments.Get(c.Request().Context(), callerOf(c).UserID, n)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, attachment)
}

// attachmentContent answers with an attachment's bytes. They are a stranger's: no browser is to show or run them here.
func (s *Server) attachmentContent(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	attachment, content, err := s.Attachments.Open(c.Request().Context(), callerOf(c).UserID, n)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	header := c.Response().Header()
	header.Set("Content-Type", attachment.MIMEType)
	header.Set("Content-Length", strconv.FormatInt(attachment.Size, 10))
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": attachment.Name}))
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, no-store")
	c.Response().WriteHeader(http.StatusOK)
	return serving.PatientCopy(c.Response(), content)
}

func (s *Server) deleteAttachment(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := s.Attachments.Delete(c.Request().Context(), callerOf(c).UserID, n); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// checkAttachments refuses what can't be a message's attachments. Whose they are the store knows.
func (s *Server) checkAttachments(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if s.Attachments == nil {
		return errAttachmentsOff
	}
	if len(ids) > api.MaxAttachments {
		return serving.Problem{
			Status: http.StatusBadRequest, Code: "too_many_attachments", Field: "attachments",
			Detail: fmt.Sprintf("A message may carry at most %d attachments.", api.MaxAttachments),
		}
	}
	seen := map[int64]bool{}
	for _, id := range ids {
		if seen[id] {
			return invalid("attachments", "attachments must not name one twice.")
		}
		seen[id] = true
	}
	return nil
}
