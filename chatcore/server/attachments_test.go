package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/server"
)

// form is a multipart form with a file, and the header that goes with it.
func form(field, name, kind, content string) (body, header string) {
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	part, err := writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, field, name)}, "Content-Type": {kind},
	})
	Expect(err).NotTo(HaveOccurred())
	_, err = part.Write([]byte(content))
	Expect(err).NotTo(HaveOccurred())
	Expect(writer.Close()).To(Succeed())
	return buffer.String(), writer.FormDataContentType()
}

func (u *user) create(ctx context.Context, name, kind string, size int) answer {
	GinkgoHelper()
	body, err := json.Marshal(object{"name": name, "mime_type": kind, "size": size})
	Expect(err).NotTo(HaveOccurred())
	return u.call(ctx, http.MethodPost, u.path("/attachments"), string(body))
}

func (u *user) upload(ctx context.Context, id int64, content string) answer {
	GinkgoHelper()
	return u.call(ctx, http.MethodPut, u.path(attachment(id)+"/content"), content, "Content-Type", "application/octet-stream")
}

func (u *user) add(ctx context.Context, name, kind, content string) (stored api.Attachment) {
	GinkgoHelper()
	body, header := form("file", name, kind, content)
	u.call(ctx, http.MethodPost, u.path("/attachments"), body, "Content-Type", header).into(http.StatusCreated, &stored)
	return stored
}

func attachment(id int64) string { return fmt.Sprintf("/attachments/%d", id) }

var _ = Describe("Attachments", func() {
	var alice *user
	BeforeEach(func() { alice = newDesk().user() })

	It("are described, filled, read and deleted", func(ctx SpecContext) {
		var made, stored, read api.Attachment
		alice.create(ctx, "notes.txt", "text/plain", 5).into(http.StatusCreated, &made)
		alice.get(ctx, attachment(made.ID)+"/content").problem(http.StatusNotFound, "not_found")
		alice.upload(ctx, made.ID, "hello").into(http.StatusOK, &stored)
		Expect(stored.State).To(Equal(api.AttachmentStored))
		alice.get(ctx, attachment(made.ID)).into(http.StatusOK, &read)
		Expect(read).To(Equal(stored))
		content := alice.get(ctx, attachment(made.ID)+"/content")
		Expect(string(content.body)).To(Equal("hello"))
		Expect(content.Header).To(And(
			HaveKeyWithValue("Content-Type", []string{"text/plain"}), HaveKeyWithValue("Content-Length", []string{"5"}),
			HaveKeyWithValue("Content-Disposition", []string{"attachment; filename=notes.txt"}),
			HaveKeyWithValue("X-Content-Type-Options", []string{"nosniff"}),
			HaveKeyWithValue("Content-Security-Policy", []string{"sandbox; default-src 'none'"}),
		))
		alice.upload(ctx, made.ID, "again").problem(http.StatusConflict, "attachment_stored")
		Expect(alice.call(ctx, http.MethodDelete, alice.path(attachment(made.ID)), "").StatusCode).To(Equal(http.StatusNoContent))
		alice.get(ctx, attachment(made.ID)).problem(http.StatusNotFound, "not_found")
	})

	It("come whole in a form", func(ctx SpecContext) {
		stored := alice.add(ctx, "Käse.txt", "text/plain", "hello")
		Expect(stored).To(And(HaveField("Name", "Käse.txt"), HaveField("State", api.AttachmentStored), HaveField("Size", int64(5))))
		Expect(alice.get(ctx, attachment(stored.ID)+"/content").Header.Get("Content-Disposition")).To(Equal("attachment; filename*=utf-8''K%C3%A4se.txt"))
	})

	It("go with a message, and with its conversation", func(ctx SpecContext) {
		file := alice.add(ctx, "notes.txt", "text/plain", "hello")
		say := func(body string) answer { return alice.call(ctx, http.MethodPost, alice.path("/chat"), body) }
		said := say(fmt.Sprintf(`{"content": "Look", "attachments": [%d]}`, file.ID)).object(http.StatusOK)
		conversationID := int64(said["conversation_id"].(float64))
		var page api.MessagePage
		alice.get(ctx, conversation(conversationID)+"/messages").into(http.StatusOK, &page)
		file.ConversationID = conversationID
		Expect(page.Data[0].Attachments).To(Equal([]api.Attachment{file}))
		say(fmt.Sprintf(`{"content": "Look", "attachments": [%d]}`, file.ID)).problem(http.StatusBadRequest, "attachment_used")
		alice.call(ctx, http.MethodDelete, alice.path(attachment(file.ID)), "").problem(http.StatusConflict, "attachment_sent")
		Expect(alice.call(ctx, http.MethodDelete, alice.path(conversation(conversationID)), "").StatusCode).To(Equal(http.StatusNoContent))
		alice.get(ctx, attachment(file.ID)+"/content").problem(http.StatusNotFound, "not_found")
	})

	It("may be all that a message is", func(ctx SpecContext) {
		for _, words := range []string{"", `"content": "", `, `"content": "  ", `, `"parts": [{"text": ""}], `} {
			file := alice.add(ctx, "notes.txt", "text/plain", "hello")
			body := fmt.Sprintf(`{%s"attachments": [%d]}`, words, file.ID)
			Expect(alice.call(ctx, http.MethodPost, alice.path("/chat"), body).StatusCode).To(Equal(http.StatusOK))
		}
		Expect(string(alice.get(ctx, "/conversations").body)).To(ContainSubstring(`"title":"notes.txt"`))
	})

	It("are nobody else's", func(ctx SpecContext) {
		file, mallory := alice.add(ctx, "notes.txt", "text/plain", "hello"), alice.user()
		mallory.get(ctx, attachment(file.ID)).problem(http.StatusNotFound, "not_found")
		mallory.get(ctx, attachment(file.ID)+"/content").problem(http.StatusNotFound, "not_found")
		mallory.upload(ctx, file.ID, "x").problem(http.StatusNotFound, "not_found")
		mallory.call(ctx, http.MethodDelete, mallory.path(attachment(file.ID)), "").problem(http.StatusNotFound, "not_found")
		mallory.call(ctx, http.MethodPost, mallory.path("/chat"), fmt.Sprintf(`{"content": "Look", "attachments": [%d]}`, file.ID)).
			problem(http.StatusBadRequest, "attachment_not_found")
		alice.get(ctx, attachment(file.ID)).object(http.StatusOK)
	})

	It("are limited in number while they wait to be sent", func(ctx SpecContext) {
		for range 5 {
			alice.create(ctx, "a.txt", "text/plain", 1).object(http.StatusCreated)
		}
		alice.create(ctx, "a.txt", "text/plain", 1).problem(http.StatusTooManyRequests, "too_many_attachments")
	})

	type bad struct {
		name, kind, content string
		size                int // 0: as long as content is
		field               string
		status              int
		code                string
	}
	DescribeTable("are refused in both ways when they are no good",
		func(ctx SpecContext, b bad) {
			body, header := form(b.field, b.name, b.kind, b.content)
			alice.call(ctx, http.MethodPost, alice.path("/attachments"), body, "Content-Type", header).problem(b.status, b.code)
			if b.field != "file" {
				return
			}
			made := alice.create(ctx, b.name, b.kind, len(b.content))
			if made.StatusCode == http.StatusCreated {
				made = alice.upload(ctx, int64(made.object(http.StatusCreated)["id"].(float64)), b.content)
			}
			made.problem(b.status, b.code)
		},
		Entry("HTML called a PNG", bad{"a.png", "image/png", "<html></html>", 0, "file", 415, "attachment_content"}),
		Entry("HTML", bad{"a.html", "text/html", "<html></html>", 0, "file", 415, "attachment_type"}),
		Entry("too large", bad{"a.txt", "text/plain", strings.Repeat("a", maxFile+1), 0, "file", 413, "attachment_too_large"}),
		Entry("larger than anything that is read", bad{"a.txt", "text/plain", strings.Repeat("a", 3*maxFile), 0, "file", 413, "attachment_too_large"}),
		Entry("empty", bad{"a.txt", "text/plain", "", 0, "file", 400, "attachment_empty"}),
		Entry("a name without end", bad{strings.Repeat("a", 300), "text/plain", "x", 0, "file", 400, "attachment_name"}),
		Entry("a form without a file", bad{"a.txt", "text/plain", "x", 0, "data", 400, "invalid_request"}),
	)

	DescribeTable("are refused, and say why",
		func(ctx SpecContext, body string, headers []string, status int, code string) {
			alice.call(ctx, http.MethodPost, alice.path("/attachments"), body, headers...).problem(status, code)
		},
		Entry("without a size", `{"name": "a.txt", "mime_type": "text/plain"}`, nil, 400, "attachment_empty"),
		Entry("with a size that is no number", `{"name": "a.txt", "size": "big"}`, nil, 400, "invalid_request"),
		Entry("as another thing", `hello`, []string{"Content-Type", "text/plain"}, 415, "not_json"),
		Entry("as a form without a boundary", `hello`, []string{"Content-Type", "multipart/form-data"}, 415, "not_a_form"),
		Entry("as a form that breaks off", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhel",
			[]string{"Content-Type", "multipart/form-data; boundary=x"}, 400, "unreadable"),
	)

	DescribeTable("are refused in a message",
		func(ctx SpecContext, attachments, code string) {
			problem := alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"content": "Look", "attachments": `+attachments+`}`).problem(http.StatusBadRequest, code)
			Expect(problem["field"]).To(Equal("attachments"))
		},
		Entry("when there are none such", "[7]", "attachment_not_found"),
		Entry("when they can't be ids", "[0, -1]", "attachment_not_found"),
		Entry("when they are no numbers", `["7"]`, "invalid_request"),
		Entry("twice", "[7, 7]", "invalid_request"),
		Entry("more than ten", "[1,2,3,4,5,6,7,8,9,10,11]", "too_many_attachments"),
	)

	It("don't go with a message that is answered again", func(ctx SpecContext) {
		problem := alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"retry_of": 7, "attachments": [7]}`).problem(http.StatusBadRequest, "invalid_request")
		Expect(problem["field"]).To(Equal("attachments"))
	})

	Context("when there is no place for them", func() {
		It("are off, and each request says so", func(ctx SpecContext) {
			bob := newDesk(func(s *server.Server) { s.Attachments = nil }).user()
			for _, refused := range []answer{
				bob.create(ctx, "a.txt", "text/plain", 1), bob.get(ctx, "/attachments/7"), bob.get(ctx, "/attachments/7/content"), bob.upload(ctx, 7, "x"),
				bob.call(ctx, http.MethodDelete, bob.path("/attachments/7"), ""),
				bob.call(ctx, http.MethodPost, bob.path("/chat"), `{"content": "Look", "attachments": [7]}`),
			} {
				Expect(refused.problem(http.StatusNotImplemented, "attachments_off")["detail"]).To(ContainSubstring("switched off"))
			}
			bob.say(ctx, "Hello")
		})
	})
})
