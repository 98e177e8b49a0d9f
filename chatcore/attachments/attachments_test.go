package attachments_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/attachments"
	"taskpilot/chatcore/store"
)

var _ = Describe("A file", func() {
	var d *desk
	BeforeEach(func() { d = newDesk(attachments.Config{MaxBytes: 1000, MaxUnsent: 20}) })

	It("comes in two steps, and is read as it came", func(ctx SpecContext) {
		made := d.create(ctx, "notes.txt", "text/plain", 5)
		_, _, err := d.Open(ctx, d.user, made.ID)
		Expect(err).To(MatchError(store.ErrNotFound), "there are no bytes yet")
		stored, err := d.Upload(ctx, d.user, made.ID, strings.NewReader("hello"))
		Expect(err).NotTo(HaveOccurred())
		Expect(stored.State).To(Equal(api.AttachmentStored))
		Expect(d.content(ctx, made.ID)).To(Equal("hello"))
		Expect(d.Read(ctx, d.user, made.ID, 4)).To(Equal([]byte("hell")))
		Expect(d.files()).To(HaveLen(1))
	})

	It("comes in one step", func(ctx SpecContext) {
		stored := d.add(ctx, "pic.png", "image/png", png)
		Expect(stored.Size).To(Equal(int64(len(png))))
		Expect(d.content(ctx, stored.ID)).To(Equal(png))
	})

	It("comes once", func(ctx SpecContext) {
		stored := d.add(ctx, "a.txt", "text/plain", "one")
		_, err := d.Upload(ctx, d.user, stored.ID, strings.NewReader("two"))
		Expect(err).To(MatchError(store.ErrAlreadyStored))
		Expect(d.content(ctx, stored.ID)).To(Equal("one"))
	})

	It("is the first to come when two come at once, and the other leaves nothing", func(ctx SpecContext) {
		made := d.create(ctx, "a.txt", "text/plain", 3)
		slow, push := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			_, err := d.Upload(ctx, d.user, made.ID, slow)
			ended <- err
		}()
		_, err := push.Write([]byte("s")) // it is read: that upload has begun
		Expect(err).NotTo(HaveOccurred())
		_, err = d.Upload(ctx, d.user, made.ID, strings.NewReader("one"))
		Expect(err).NotTo(HaveOccurred())
		_, err = push.Write([]byte("lo"))
		Expect(err).NotTo(HaveOccurred())
		Expect(push.Close()).To(Succeed())
		Eventually(ctx, ended).Should(Receive(MatchError(store.ErrAlreadyStored)))
		Expect(d.content(ctx, made.ID)).To(Equal("one"))
		Expect(d.files()).To(HaveLen(1))
	})

	It("may come again when it broke off", func(ctx SpecContext) {
		made := d.create(ctx, "a.txt", "text/plain", 5)
		_, err := d.Upload(ctx, d.user, made.ID, broken("hel"))
		Expect(err).To(MatchError(attachments.ErrBrokenOff))
		Expect(d.files()).To(BeEmpty())
		_, err = d.Upload(ctx, d.user, made.ID, strings.NewReader("hello"))
		Expect(err).NotTo(HaveOccurred())
	})

	DescribeTable("is refused before it comes when it",
		func(ctx SpecContext, request api.AttachmentRequest, code string) {
			_, err := d.Create(ctx, d.user, request)
			Expect(err).To(refusedWith(code))
		},
		Entry("is too large", api.AttachmentRequest{Name: "a.txt", MIMEType: "text/plain", Size: 1001}, attachments.CodeTooLarge),
		Entry("is empty", api.AttachmentRequest{Name: "a.txt", MIMEType: "text/plain"}, attachments.CodeEmpty),
		Entry("has a size below zero", api.AttachmentRequest{Name: "a.txt", MIMEType: "text/plain", Size: -1}, attachments.CodeEmpty),
		Entry("is of a type that is not taken", api.AttachmentRequest{Name: "a.html", MIMEType: "text/html", Size: 1}, attachments.CodeType),
		Entry("is an SVG", api.AttachmentRequest{Name: "a.svg", MIMEType: "image/svg+xml", Size: 1}, attachments.CodeType),
		Entry("has no type", api.AttachmentRequest{Name: "a", Size: 1}, attachments.CodeType),
		Entry("has no type that is one", api.AttachmentRequest{Name: "a.png", MIMEType: "a b/c;", Size: 1}, attachments.CodeType),
		Entry("has a name that is too long", api.AttachmentRequest{Name: strings.Repeat("ä", 256), MIMEType: "text/plain", Size: 1}, attachments.CodeName),
		Entry("has a name that is no text", api.AttachmentRequest{Name: "\xff", MIMEType: "text/plain", Size: 1}, attachments.CodeName),
	)

	DescribeTable("is refused when it comes and",
		func(ctx SpecContext, kind, content string, size int, code string) {
			made := d.create(ctx, "a", kind, size)
			_, err := d.Upload(ctx, d.user, made.ID, strings.NewReader(content))
			Expect(err).To(refusedWith(code))
			Expect(d.files()).To(BeEmpty())
			Expect(d.Get(ctx, d.user, made.ID)).To(HaveField("State", api.AttachmentCreated))
		},
		Entry("is longer than was said", "text/plain", "hello", 4, attachments.CodeOtherSize),
		Entry("is shorter than was said", "text/plain", "hello", 6, attachments.CodeOtherSize),
		Entry("is empty", "text/plain", "", 6, attachments.CodeEmpty),
		Entry("is HTML called a PNG", "image/png", "<html><script>alert(1)</script></html>", 38, attachments.CodeContent),
		Entry("is a PNG called a JPEG", "image/jpeg", png, len(png), attachments.CodeContent),
		Entry("is a PNG called a text", "text/plain", png, len(png), attachments.CodeContent),
		Entry("is a text called a PDF", "application/pdf", "hello", 5, attachments.CodeContent),
	)

	It("is read no further than it may be long", func(ctx SpecContext) {
		source := &endless{}
		_, err := d.Add(ctx, d.user, "a.txt", "text/plain", source)
		Expect(err).To(refusedWith(attachments.CodeTooLarge))
		Expect(source.read).To(BeNumerically("<", 100_000))
		Expect(d.files()).To(BeEmpty())
	})

	DescribeTable("is of the type that",
		func(ctx SpecContext, name, declared, content, kind string) {
			Expect(d.add(ctx, name, declared, content).MIMEType).To(Equal(kind))
		},
		Entry("it is declared to be", "a.csv", "text/csv", "a,b\n1,2\n", "text/csv"),
		Entry("its parameters leave of it", "a.txt", "Text/Plain; charset=utf-8", "hello", "text/plain"),
		Entry("its name says, when the browser does not know", "README.MD", "", "# Title", "text/markdown"),
		Entry("its name says, when the browser says bytes", "a.json", "application/octet-stream", `{"a": 1}`, "application/json"),
		Entry("its name says, when Windows has an Excel", "a.csv", "application/vnd.ms-excel", "a,b\n", "text/csv"),
		Entry("another name for it means", "a.jpg", "image/jpg", "\xff\xd8\xff\xe0 pixels", "image/jpeg"),
		Entry("it is declared, though Markdown may begin like HTML", "a.md", "text/markdown", "<h1 align=center>Hi</h1>", "text/markdown"),
		Entry("PDFs are", "a.pdf", "application/pdf", "%PDF-1.7\n", "application/pdf"),
	)

	DescribeTable("is called",
		func(ctx SpecContext, given, name string) {
			Expect(d.create(ctx, given, "text/plain", 1).Name).To(Equal(name))
		},
		Entry("as it is called", "Notizen für Jörg.txt", "Notizen für Jörg.txt"),
		Entry("without its folders", "../../etc/passwd", "passwd"),
		Entry("without its folders on Windows", `C:\secret\a.txt`, "a.txt"),
		Entry("without what controls a terminal", "a\x00\n\x1b[31m.txt", "a[31m.txt"),
		Entry("without what turns letters around", "a\u202etxt.exe", "atxt.exe"),
		Entry("file, when nothing is left", "/..", "file"),
	)
})

var _ = Describe("Bytes", func() {
	sweeping := func(ctx SpecContext, d *desk) {
		during, stop := context.WithCancel(ctx)
		over := make(chan struct{})
		go func() {
			defer close(over)
			d.Sweep(during)
		}()
		DeferCleanup(func() {
			stop()
			<-over
		})
	}

	It("go when their attachment is deleted", func(ctx SpecContext) {
		d := newDesk(attachments.Config{SweepEvery: time.Hour})
		sweeping(ctx, d)
		file, other := d.add(ctx, "a.txt", "text/plain", "hello"), d.add(ctx, "b.txt", "text/plain", "stays")
		Expect(d.Delete(ctx, d.user, file.ID)).To(Succeed())
		Eventually(ctx, d.files).Should(HaveLen(1))
		Expect(d.content(ctx, other.ID)).To(Equal("stays"))
	})

	It("go with their conversation", func(ctx SpecContext) {
		d := newDesk(attachments.Config{SweepEvery: 50 * time.Millisecond})
		file := d.add(ctx, "a.txt", "text/plain", "hello")
		turn, err := d.store.Accept(ctx, store.NewTurn{
			UserID: d.user, Content: "Look", Attachments: []int64{file.ID}, MaxHistory: 1, OwnerURL: "x", Lease: time.Hour})
		Expect(err).NotTo(HaveOccurred())
		sweeping(ctx, d)
		Consistently(ctx, d.files, "200ms").Should(HaveLen(1))
		Expect(d.store.DeleteConversation(ctx, d.user, turn.Conversation.ID)).To(Succeed())
		Eventually(ctx, d.files).Should(BeEmpty())
	})

	It("go when they were not sent in time", func(ctx SpecContext) {
		d := newDesk(attachments.Config{Keep: time.Millisecond, SweepEvery: 50 * time.Millisecond})
		file := d.add(ctx, "a.txt", "text/plain", "hello")
		sweeping(ctx, d)
		Eventually(ctx, d.files).Should(BeEmpty())
		Eventually(ctx, func(ctx SpecContext) error {
			_, err := d.Get(ctx, d.user, file.ID)
			return err
		}).Should(MatchError(store.ErrNotFound))
	})

	It("go with the second sweep when they came after the first", func(ctx SpecContext) {
		d := newDesk(attachments.Config{UploadTime: 500 * time.Millisecond, SweepEvery: 50 * time.Millisecond})
		made := d.create(ctx, "a.txt", "text/plain", 5)
		slow, push := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			_, err := d.Upload(ctx, d.user, made.ID, slow)
			ended <- err
		}()
		_, err := push.Write([]byte("hel"))
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Delete(ctx, d.user, made.ID)).To(Succeed())
		sweeping(ctx, d)
		_, err = push.Write([]byte("lo"))
		Expect(err).NotTo(HaveOccurred())
		Expect(push.Close()).To(Succeed())
		Eventually(ctx, ended).Should(Receive(MatchError(store.ErrNotFound)))
		Eventually(ctx, d.files).Should(BeEmpty())
	})
})

var _ = Describe("A bucket's address", func() {
	It("is a directory's or S3's", func(ctx SpecContext) {
		for _, address := range []string{"", "/tmp/x", "mem://", "https://example.com", "gs://bucket"} {
			_, err := attachments.OpenBucket(ctx, address)
			Expect(err).To(HaveOccurred(), address)
		}
		bucket, err := attachments.OpenBucket(ctx, "s3://bucket?region=eu-central-1&endpoint=http://127.0.0.1:9&use_path_style=true")
		Expect(err).NotTo(HaveOccurred())
		Expect(bucket.Close()).To(Succeed())
	})

	It("is a fault that can be told when it does not answer", func(ctx SpecContext) {
		d := newDesk(attachments.Config{})
		bucket, err := attachments.OpenBucket(ctx, "s3://bucket?region=eu-central-1&endpoint=http://127.0.0.1:9&use_path_style=true&anonymous=true")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(bucket.Close)
		away := attachments.New(d.store, bucket, attachments.Config{UploadTime: 3 * time.Second}, discard())
		_, err = away.Add(ctx, d.user, "a.txt", "text/plain", strings.NewReader("hello"))
		Expect(errors.Is(err, attachments.ErrBucket)).To(BeTrue(), "%v", err)
	})
})
