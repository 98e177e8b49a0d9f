package attachments_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/attachments"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

func TestAttachments(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Attachments")
}

// desk is one user's attachments in a real database and a directory.
type desk struct {
	*attachments.Attachments
	store *store.Store
	user  string
	dir   string
}

func newDesk(config attachments.Config) *desk {
	GinkgoHelper()
	db, err := ownerdb.Open(pgtest.Database(GinkgoTB()).Chatcore, ownerdb.Options{})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	d := &desk{user: "user|" + rand.Text(), dir: filepath.Join(GinkgoT().TempDir(), "files")}
	d.store = store.New(db, ids.New(time.Now), time.Now)
	bucket, err := attachments.OpenBucket(context.Background(), "file://"+d.dir)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(bucket.Close)
	d.Attachments = attachments.New(d.store, bucket, config, slog.New(slog.NewJSONHandler(GinkgoWriter, nil)))
	return d
}

// files are those in the directory.
func (d *desk) files() (names []string) {
	Expect(filepath.WalkDir(d.dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path)
		}
		return err
	})).To(Succeed())
	return names
}

func (d *desk) create(ctx context.Context, name, kind string, size int) api.Attachment {
	GinkgoHelper()
	made, err := d.Create(ctx, d.user, api.AttachmentRequest{Name: name, MIMEType: kind, Size: int64(size)})
	Expect(err).NotTo(HaveOccurred())
	return made
}

func (d *desk) add(ctx context.Context, name, kind, content string) api.Attachment {
	GinkgoHelper()
	stored, err := d.Add(ctx, d.user, name, kind, strings.NewReader(content))
	Expect(err).NotTo(HaveOccurred())
	return stored
}

func (d *desk) content(ctx context.Context, id int64) string {
	GinkgoHelper()
	_, reader, err := d.Open(ctx, d.user, id)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = reader.Close() }()
	content, err := io.ReadAll(reader)
	Expect(err).NotTo(HaveOccurred())
	return string(content)
}

// png begins as every PNG file does.
var png = "\x89PNG\r\n\x1a\n" + strings.Repeat("pixels", 10)

// refusedWith matches a *Refusal by its code.
func refusedWith(code string) OmegaMatcher {
	return WithTransform(func(err error) string {
		var refusal *attachments.Refusal
		Expect(err).To(BeAssignableToTypeOf(refusal))
		Expect(err).To(HaveField("Detail", HaveSuffix(".")))
		return err.(*attachments.Refusal).Code //nolint:errorlint // a spec
	}, Equal(code))
}

// broken breaks off after some bytes.
func broken(content string) io.Reader {
	return io.MultiReader(strings.NewReader(content), failing{})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// endless never ends and counts what was read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, bytes.Repeat([]byte("a"), len(p)))
	e.read += n
	return n, nil
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
