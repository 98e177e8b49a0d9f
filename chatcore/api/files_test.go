package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("The client's files", func() {
	who := api.Caller{UserID: "auth0|a/b", Bearer: "token"}
	serve := func(answer http.HandlerFunc) *api.Client {
		server := httptest.NewServer(answer)
		DeferCleanup(server.Close)
		client, err := api.NewClient(server.URL, api.ClientOptions{})
		Expect(err).NotTo(HaveOccurred())
		return client
	}

	It("go up as they come", func(ctx SpecContext) {
		arrived := make(chan string, 1)
		client := serve(func(w http.ResponseWriter, r *http.Request) {
			defer GinkgoRecover()
			Expect(r.RequestURI).To(Equal("/api/auth0%7Ca%2Fb/attachments/7/content"))
			first := make([]byte, 5)
			_, err := io.ReadFull(r.Body, first)
			Expect(err).NotTo(HaveOccurred())
			arrived <- string(first)
			rest, err := io.ReadAll(r.Body)
			Expect(err).NotTo(HaveOccurred())
			_, _ = io.WriteString(w, `{"id":7,"name":"`+string(first)+string(rest)+`"}`)
		})
		content, push := io.Pipe()
		type uploaded struct {
			attachment api.Attachment
			err        error
		}
		done := make(chan uploaded, 1)
		go func() {
			attachment, err := client.UploadAttachment(ctx, who, 7, content)
			done <- uploaded{attachment, err}
		}()
		_, err := io.WriteString(push, "first")
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, arrived).Should(Receive(Equal("first")), "before the file has ended")
		_, err = io.WriteString(push, " and last")
		Expect(err).NotTo(HaveOccurred())
		Expect(push.Close()).To(Succeed())
		Eventually(ctx, done).Should(Receive(Equal(uploaded{attachment: api.Attachment{ID: 7, Name: "first and last"}})))
	})

	It("go up in a form under their name and type", func(ctx SpecContext) {
		client := serve(func(w http.ResponseWriter, r *http.Request) {
			defer GinkgoRecover()
			file, header, err := r.FormFile("file")
			Expect(err).NotTo(HaveOccurred())
			content, err := io.ReadAll(file)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(content)).To(Equal("hello"))
			Expect(header.Filename).To(Equal(`Käse "1".txt`))
			Expect(header.Header.Get("Content-Type")).To(Equal("text/plain"))
			_, _ = io.WriteString(w, `{"id":8}`)
		})
		made, err := client.AddAttachment(ctx, who, `Käse "1".txt`, "text/plain", strings.NewReader("hello"))
		Expect(err).NotTo(HaveOccurred())
		Expect(made.ID).To(Equal(int64(8)))
	})

	It("are not read any more when they were refused on their way", func(ctx SpecContext) {
		client := serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnsupportedMediaType)
			_, _ = io.WriteString(w, `{"code":"attachment_type"}`)
		})
		for _, send := range []func(context.Context, io.Reader) error{
			func(ctx context.Context, content io.Reader) error {
				_, err := client.UploadAttachment(ctx, who, 7, content)
				return err
			},
			func(ctx context.Context, content io.Reader) error {
				_, err := client.AddAttachment(ctx, who, "a", "text/plain", content)
				return err
			},
		} {
			source := &trickle{}
			Expect(send(ctx, source)).To(HaveField("Code", "attachment_type"))
			source.over = true // a data race, if anybody still read
		}
	})

	It("come down with their name, type and size", func(ctx SpecContext) {
		client := serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Content-Disposition", "attachment; filename*=utf-8''K%C3%A4se.png")
			_, _ = io.WriteString(w, "pixels")
		})
		file, err := client.AttachmentContent(ctx, who, 7)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(file.Close)
		Expect(file).To(And(HaveField("Name", "Käse.png"), HaveField("MIMEType", "image/png"), HaveField("Size", int64(6))))
		Expect(io.ReadAll(file)).To(Equal([]byte("pixels")))
	})
})

// trickle gives a little at a time, without end, until it is over.
type trickle struct{ over bool }

func (t *trickle) Read(p []byte) (int, error) {
	if t.over {
		return 0, io.EOF
	}
	return copy(p, "some of it"), nil
}
