package attachments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"taskpilot/chatcore/api"
)

// anySize says that nobody said how large a file is.
const anySize = -1

// take stores an attachment's bytes when they are what was said of them. What does not fit is not kept.
func (a *Attachments) take(ctx context.Context, userID string, made api.Attachment, content io.Reader, declared int64) (api.Attachment, error) {
	ctx, cancel := context.WithTimeout(ctx, a.config.UploadTime)
	defer cancel()
	coming := &arrival{source: content, limit: a.config.MaxBytes, declared: declared}
	content, err := a.sniff(made.MIMEType, coming)
	if err != nil {
		return api.Attachment{}, err
	}
	key := newBlob(userID, made.ID)
	if err := a.write(ctx, key, made.MIMEType, content); err != nil {
		return api.Attachment{}, err
	}
	kept, err := a.rows.KeepBlob(ctx, userID, made.ID, key, coming.size)
	if err != nil {
		a.unwrite(ctx, key)
	}
	return kept, err
}

// write makes a blob of all that comes. When that does not come to its end, nothing is there.
func (a *Attachments) write(ctx context.Context, key, mimeType string, content io.Reader) error {
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	writer, err := a.bucket.NewWriter(ctx, key, nil)
	if err != nil {
		return fmt.Errorf("writing an attachment's bytes: %w", bucketError(err))
	}
	if _, err := io.Copy(onlyWriter{writer}, content); err != nil {
		abort() // Close would make a whole blob of the part
		_ = writer.Close()
		var broken *arrivalError
		if errors.As(err, &broken) {
			return broken.Unwrap()
		}
		return fmt.Errorf("writing an attachment's bytes: %w", bucketError(err))
	}
	if err := writer.Close(); err != nil {
		return fmt.Errorf("writing an attachment's bytes: %w", bucketError(err))
	}
	return nil
}

// onlyWriter hides the writer's ReadFrom: errors of reading must come back as they are.
type onlyWriter struct{ io.Writer }

// unwrite takes a blob back that another upload was faster than. The attachment's sweep finds it in any case.
func (a *Attachments) unwrite(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := a.bucket.Delete(ctx, key); err != nil {
		a.log.WarnContext(ctx, "bytes that nobody needs stay until their attachment is swept", "error", err.Error())
	}
}

// arrival counts bytes as they come and refuses too many or too few of them.
type arrival struct {
	source          io.Reader
	limit, declared int64
	size            int64
}

// Read implements io.Reader.
func (r *arrival) Read(p []byte) (int, error) {
	n, err := r.source.Read(p)
	r.size += int64(n)
	switch {
	case r.size > r.limit:
		return 0, &arrivalError{tooLarge(r.limit)}
	case r.declared != anySize && r.size > r.declared:
		return 0, &arrivalError{otherSize(r.declared)}
	case errors.Is(err, io.EOF) && r.size == 0:
		return 0, &arrivalError{refuse(CodeEmpty, "The file is empty.")}
	case errors.Is(err, io.EOF) && r.declared != anySize && r.size < r.declared:
		return 0, &arrivalError{otherSize(r.declared)}
	case err != nil && !errors.Is(err, io.EOF):
		return n, &arrivalError{fmt.Errorf("%w: %w", ErrBrokenOff, err)}
	}
	return n, err
}

// ErrBrokenOff says that an upload did not come to its end.
var ErrBrokenOff = errors.New("the upload broke off")

// arrivalError is what went wrong on the sender's side.
type arrivalError struct{ cause error }

func (e *arrivalError) Error() string { return e.cause.Error() }
func (e *arrivalError) Unwrap() error { return e.cause }

// sniff refuses bytes that are not of the type they are said to be, by how they begin.
func (a *Attachments) sniff(mimeType string, coming io.Reader) (io.Reader, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(coming, head)
	var broken *arrivalError
	switch {
	case errors.As(err, &broken):
		return nil, broken.Unwrap()
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	if !begins(head[:n], mimeType) {
		return nil, refuse(CodeContent, "The file is not what its type says: "+mimeType+".")
	}
	return io.MultiReader(bytes.NewReader(head[:n]), coming), nil
}
