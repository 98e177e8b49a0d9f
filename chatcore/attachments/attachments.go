package attachments

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"gocloud.dev/blob"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// Rows is what is known of attachments, in Postgres. Its errors are the store's.
type Rows interface {
	CreateAttachment(ctx context.Context, file store.NewAttachment) (api.Attachment, error)
	Attachment(ctx context.Context, userID string, id int64) (store.StoredAttachment, error)
	KeepBlob(ctx context.Context, userID string, id int64, blob string, size int64) (api.Attachment, error)
	DeleteAttachment(ctx context.Context, userID string, id int64) error
	DueSweeps(ctx context.Context, limit int, hold time.Duration) ([]store.Sweep, error)
	BeginSweep(ctx context.Context, sweep store.Sweep) (gone bool, err error)
	EndSweep(ctx context.Context, sweep store.Sweep, again time.Duration) error
}

// Config of Attachments. The zero value of each takes the default beside it.
type Config struct {
	MaxBytes   int64         // api.MaxAttachmentBytes: of one attachment
	Types      []string      // DefaultTypes
	Keep       time.Duration // 24 h: how long one stays that is not sent
	UploadTime time.Duration // 10 min: for one upload
	MaxUnsent  int           // 100: how many that are not sent a user may have
	SweepEvery time.Duration // 1 min
}

func (c Config) withDefaults() Config {
	if c.MaxBytes == 0 {
		c.MaxBytes = api.MaxAttachmentBytes
	}
	if len(c.Types) == 0 {
		c.Types = DefaultTypes()
	}
	if c.Keep == 0 {
		c.Keep = 24 * time.Hour
	}
	if c.UploadTime == 0 {
		c.UploadTime = 10 * time.Minute
	}
	if c.MaxUnsent == 0 {
		c.MaxUnsent = 100
	}
	if c.SweepEvery == 0 {
		c.SweepEvery = time.Minute
	}
	return c
}

// Attachments takes files in, keeps them and lets them go. It may be used by many at once.
type Attachments struct {
	rows   Rows
	bucket *blob.Bucket
	config Config
	log    *slog.Logger
	due    chan struct{} // something may be due to be swept
}

// New makes Attachments. Sweep must run beside it.
func New(rows Rows, bucket *blob.Bucket, config Config, log *slog.Logger) *Attachments {
	return &Attachments{rows: rows, bucket: bucket, config: config.withDefaults(), log: log, due: make(chan struct{}, 1)}
}

// MaxBytes is how large an attachment may be.
func (a *Attachments) MaxBytes() int64 { return a.config.MaxBytes }

// Create makes room for a file whose bytes will come. A *Refusal says why it was not.
func (a *Attachments) Create(ctx context.Context, userID string, request api.AttachmentRequest) (api.Attachment, error) {
	file, err := a.check(request)
	if err != nil {
		return api.Attachment{}, err
	}
	if request.Size < 1 {
		return api.Attachment{}, refuse(CodeEmpty, "The file is empty.")
	}
	return a.create(ctx, userID, file)
}

func (a *Attachments) create(ctx context.Context, userID string, file api.AttachmentRequest) (api.Attachment, error) {
	return a.rows.CreateAttachment(ctx, store.NewAttachment{
		UserID: userID, Name: file.Name, MIMEType: file.MIMEType, Size: file.Size,
		Keep: a.config.Keep, MaxUnsent: a.config.MaxUnsent,
	})
}

// Add takes a whole file in, whose size nobody said. A *Refusal says why it was not.
func (a *Attachments) Add(ctx context.Context, userID, name, mimeType string, content io.Reader) (api.Attachment, error) {
	file, err := a.check(api.AttachmentRequest{Name: name, MIMEType: mimeType})
	if err != nil {
		return api.Attachment{}, err
	}
	made, err := a.create(ctx, userID, file)
	if err != nil {
		return api.Attachment{}, err
	}
	stored, err := a.take(ctx, userID, made, content, anySize)
	if err != nil {
		a.drop(ctx, userID, made.ID)
	}
	return stored, err
}

// drop takes back an attachment whose bytes were no good.
func (a *Attachments) drop(ctx context.Context, userID string, id int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := a.Delete(ctx, userID, id); err != nil {
		a.log.WarnContext(ctx, "an attachment that was no good stays until it is swept", "error", err.Error())
	}
}

// Upload takes the bytes of an attachment, once: store.ErrAlreadyStored. A *Refusal says why they were not taken; others
// may be sent then.
func (a *Attachments) Upload(ctx context.Context, userID string, id int64, content io.Reader) (api.Attachment, error) {
	made, err := a.rows.Attachment(ctx, userID, id)
	if err != nil {
		return api.Attachment{}, err
	}
	if made.State == api.AttachmentStored {
		return api.Attachment{}, store.ErrAlreadyStored
	}
	return a.take(ctx, userID, made.Attachment, content, made.Size)
}

// Get gives what is known of an attachment.
func (a *Attachments) Get(ctx context.Context, userID string, id int64) (api.Attachment, error) {
	stored, err := a.rows.Attachment(ctx, userID, id)
	return stored.Attachment, err
}

// Open gives an attachment with its bytes, which the caller closes. One whose bytes have not come is not there.
func (a *Attachments) Open(ctx context.Context, userID string, id int64) (api.Attachment, io.ReadCloser, error) {
	stored, err := a.rows.Attachment(ctx, userID, id)
	if err != nil {
		return api.Attachment{}, nil, err
	}
	if stored.State != api.AttachmentStored {
		return api.Attachment{}, nil, store.ErrNotFound
	}
	content, err := a.bucket.NewReader(ctx, stored.Blob, nil)
	if err != nil {
		return api.Attachment{}, nil, fmt.Errorf("reading an attachment's bytes: %w", bucketError(err))
	}
	return stored.Attachment, content, nil
}

// Read gives the first bytes of an attachment, at most limit of them.
func (a *Attachments) Read(ctx context.Context, userID string, id, limit int64) ([]byte, error) {
	_, content, err := a.Open(ctx, userID, id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }()
	bytes, err := io.ReadAll(io.LimitReader(content, limit))
	if err != nil {
		return nil, fmt.Errorf("reading an attachment's bytes: %w", bucketError(err))
	}
	return bytes, nil
}

// Delete deletes an attachment that was not sent: store.ErrAttachmentSent.
func (a *Attachments) Delete(ctx context.Context, userID string, id int64) error {
	if err := a.rows.DeleteAttachment(ctx, userID, id); err != nil {
		return err
	}
	a.Forgotten()
	return nil
}

// ErrBucket says that the bucket did not answer as it should: the same may work later.
var ErrBucket = errors.New("the bucket of attachments failed")

func bucketError(err error) error { return fmt.Errorf("%w: %w", ErrBucket, err) }

// place is where all the blobs of an attachment lie. Users' names are anybody's choice, so their hash stands for them.
func place(userID string, id int64) string {
	sum := sha256.Sum256([]byte(userID))
	return hex.EncodeToString(sum[:16]) + "/" + strconv.FormatInt(id, 10) + "-"
}

// newBlob names a blob of an attachment that no other upload has.
func newBlob(userID string, id int64) string { return place(userID, id) + rand.Text() }
