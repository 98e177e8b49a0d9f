package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
)

// CreateAttachment says what a file is whose bytes will follow.
func (c *Client) CreateAttachment(ctx context.Context, who Caller, request AttachmentRequest) (Attachment, error) {
	return jsonCall[Attachment](ctx, c, call{who: who, method: http.MethodPost, path: "/attachments", body: request})
}

// AddAttachment brings a whole file, as it comes: nothing of it is kept. content is not read any more when it returns.
func (c *Client) AddAttachment(ctx context.Context, who Caller, name, mimeType string, content io.Reader) (Attachment, error) {
	source := &loan{from: content}
	defer source.end()
	form, contentType := formOf(name, mimeType, source)
	defer func() { _ = form.CloseWithError(errSent) }()
	return jsonCall[Attachment](ctx, c, call{
		who: who, method: http.MethodPost, path: "/attachments", raw: form, rawType: contentType, timeout: c.options.File})
}

// UploadAttachment brings an attachment's bytes, as they come. content is not read any more when it returns.
func (c *Client) UploadAttachment(ctx context.Context, who Caller, id int64, content io.Reader) (Attachment, error) {
	source := &loan{from: content}
	defer source.end()
	return jsonCall[Attachment](ctx, c, call{
		who: who, method: http.MethodPut, path: attachmentPath(id) + "/content", raw: source,
		rawType: "application/octet-stream", timeout: c.options.File})
}

// Attachment gives what is known of an attachment.
func (c *Client) Attachment(ctx context.Context, who Caller, id int64) (Attachment, error) {
	return jsonCall[Attachment](ctx, c, call{who: who, method: http.MethodGet, path: attachmentPath(id)})
}

// DeleteAttachment deletes an attachment that was not sent.
func (c *Client) DeleteAttachment(ctx context.Context, who Caller, id int64) error {
	return c.bareCall(ctx, call{who: who, method: http.MethodDelete, path: attachmentPath(id)})
}

// File is an attachment's bytes on their way. Whoever gets one closes it.
type File struct {
	io.ReadCloser
	Name     string
	MIMEType string
	Size     int64 // -1 when nobody said
}

// AttachmentContent gives an attachment's bytes.
func (c *Client) AttachmentContent(ctx context.Context, who Caller, id int64) (File, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.File)
	response, err := c.send(ctx, call{who: who, method: http.MethodGet, path: attachmentPath(id) + "/content", accept: "*/*"}) //nolint:bodyclose // by whoever closes the file
	if err != nil {
		cancel()
		return File{}, err
	}
	_, parameters, _ := mime.ParseMediaType(response.Header.Get("Content-Disposition"))
	return File{
		ReadCloser: closing{response.Body, cancel}, Name: parameters["filename"],
		MIMEType: response.Header.Get("Content-Type"), Size: response.ContentLength,
	}, nil
}

// closing ends the request's time with the body.
type closing struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c closing) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

func attachmentPath(id int64) string { return "/attachments/" + strconv.FormatInt(id, 10) }

var errSent = errors.New("the request is over")

// formOf writes a form with a file while it is read.
func formOf(name, mimeType string, content io.Reader) (form *io.PipeReader, contentType string) {
	form, into := io.Pipe()
	writer := multipart.NewWriter(into)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", mime.FormatMediaType("form-data", map[string]string{"name": "file", "filename": name}))
	if mimeType != "" {
		header.Set("Content-Type", mimeType)
	}
	go func() {
		part, err := writer.CreatePart(header)
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = writer.Close()
		}
		_ = into.CloseWithError(err) // nil is the form's end
	}()
	return form, writer.FormDataContentType()
}
