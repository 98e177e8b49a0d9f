package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("Attachments", func() {
	var (
		a     *adapter
		image api.Attachment
		now   time.Time
	)

	BeforeEach(func() {
		a = newAdapter()
		now = time.Date(2026, 11, 22, 12, 10, 0, 0, time.UTC)
		a.options.Clock = func() time.Time { return now }
		image = api.Attachment{ID: 12, Name: "cat.png", MIMEType: "image/png", Size: 6, State: api.AttachmentCreated, CreatedAt: noon}
		stored := func(w http.ResponseWriter, r *http.Request) {
			done := image
			done.State = api.AttachmentStored
			answering(done)(w, r)
		}
		a.chat.on("POST /api/alice/attachments", func(w http.ResponseWriter, r *http.Request) { answering(image)(w, r) })
		a.chat.on("PUT /api/alice/attachments/12/content", stored)
		a.chat.on("DELETE /api/alice/attachments/12", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		a.chat.on("GET /api/alice/attachments/12/content", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", image.MIMEType)
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": image.Name}))
			_, _ = io.WriteString(w, "pixels")
		})
	})

	const createCat = `{"type":"attachments.create","params":{"name":"cat.png","size":6,"mime_type":"image/png"}}`

	// created gives the attachment that attachments.create answers with, and where its bytes go.
	created := func(ctx context.Context) (attachment map[string]any, upload string) {
		GinkgoHelper()
		response := a.post(ctx, createCat)
		Expect(response.StatusCode).To(Equal(http.StatusOK))
		attachment = object(response)
		descriptor := attachment["upload_descriptor"].(map[string]any)
		Expect(descriptor).To(And(HaveKeyWithValue("method", "PUT"), HaveKeyWithValue("headers", HaveKeyWithValue("Content-Type", "image/png"))))
		return attachment, descriptor["url"].(string)
	}
	// at calls an address as it is, with nobody's token.
	at := func(ctx context.Context, method, address, body, kind string) *http.Response {
		GinkgoHelper()
		request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		if kind != "" {
			request.Header.Set("Content-Type", kind)
		}
		return sent(request)
	}
	form := func(content string) (body, kind string) {
		var buffer bytes.Buffer
		writer := multipart.NewWriter(&buffer)
		Expect(writer.WriteField("other", "thing")).To(Succeed())
		part, err := writer.CreateFormFile("file", "cät.png")
		Expect(err).NotTo(HaveOccurred())
		_, err = io.WriteString(part, content)
		Expect(err).NotTo(HaveOccurred())
		Expect(writer.Close()).To(Succeed())
		return buffer.String(), writer.FormDataContentType()
	}
	read := func(response *http.Response) string {
		GinkgoHelper()
		body, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		return string(body)
	}

	It("are created with addresses that are good by themselves", func(ctx SpecContext) {
		a.start()
		attachment, upload := created(ctx)
		Expect(attachment).To(And(
			HaveKeyWithValue("id", "atc_12"), HaveKeyWithValue("name", "cat.png"), HaveKeyWithValue("type", "image"),
			HaveKeyWithValue("mime_type", "image/png"), Not(HaveKey("thread_id")),
		))
		Expect(upload).To(HavePrefix(a.url + "/api/v1/chatkit/attachments/eyJ"))
		Expect(attachment["preview_url"]).To(HavePrefix(a.url + "/api/v1/chatkit/attachments/eyJ"))
		Expect(a.chat.requests()[0].body).To(MatchJSON(`{"name":"cat.png","size":6,"mime_type":"image/png"}`))

		response := at(ctx, http.MethodPut, upload, "pixels", "image/png")
		Expect(response.StatusCode).To(Equal(http.StatusOK))
		Expect(object(response)).To(And(HaveKeyWithValue("id", "atc_12"), HaveKeyWithValue("preview_url", attachment["preview_url"])))
		put := a.chat.requests()[1]
		Expect(put.body).To(Equal("pixels"))
		Expect(a.hop(ctx, put.auth).Subject).To(Equal("alice"))

		shown := at(ctx, http.MethodGet, attachment["preview_url"].(string), "", "")
		Expect(read(shown)).To(Equal("pixels"))
		Expect(shown.Header).To(And(
			HaveKeyWithValue("Content-Type", []string{"image/png"}), HaveKeyWithValue("Content-Disposition", []string{"inline; filename=cat.png"}),
			HaveKeyWithValue("X-Content-Type-Options", []string{"nosniff"}), HaveKeyWithValue("Content-Security-Policy", []string{"sandbox; default-src 'none'"}),
			HaveKeyWithValue("Cache-Control", []string{"private, immutable, max-age=6600"}), HaveKeyWithValue("Cross-Origin-Resource-Policy", []string{"cross-origin"}),
		))
	})

	It("come in a form too", func(ctx SpecContext) {
		a.start()
		_, upload := created(ctx)
		body, kind := form("pixels")
		Expect(at(ctx, http.MethodPost, upload, body, kind).StatusCode).To(Equal(http.StatusOK))
		Expect(a.chat.requests()[1].body).To(Equal("pixels"))
		Expect(at(ctx, http.MethodPost, upload, "pixels", "image/png").StatusCode).To(Equal(http.StatusUnsupportedMediaType))
	})

	It("come directly, with the user's token", func(ctx SpecContext) {
		a.start()
		body, kind := form("pixels")
		for _, path := range []string{"/api/v1/chatkit/attachments", "/chatkit/attachments"} {
			response := a.send(ctx, http.MethodPost, path, body, "Content-Type", kind, "Origin", "https://app.example")
			Expect(response.StatusCode).To(Equal(http.StatusOK))
			Expect(response.Header.Get("Access-Control-Allow-Origin")).To(Equal("https://app.example"))
			Expect(object(response)).To(HaveKeyWithValue("id", "atc_12"))
		}
		asked := a.chat.requests()[0]
		Expect(asked.body).To(And(ContainSubstring("pixels"), ContainSubstring("filename*=utf-8''c%C3%A4t.png"), ContainSubstring("application/octet-stream")))
		Expect(a.send(ctx, http.MethodPost, "/api/v1/chatkit/attachments", body, "Content-Type", kind, "Authorization", "").StatusCode).To(Equal(http.StatusUnauthorized))
	})

	It("are passed on while they come, and nothing of them is kept", func(ctx SpecContext) {
		var mu sync.Mutex
		arrived := 0
		seen := make(chan struct{})
		direct := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			buffer := make([]byte, 32<<10)
			n, _ := io.ReadAtLeast(r.Body, buffer, 10)
			mu.Lock()
			arrived = n
			mu.Unlock()
			close(seen)
			_, _ = io.Copy(io.Discard, r.Body)
			answering(image)(w, r)
		})
		a.chat.raw("PUT /api/alice/attachments/12/content", direct)
		a.start()
		_, upload := created(ctx)
		slow, push := io.Pipe()
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, upload, slow)
		Expect(err).NotTo(HaveOccurred())
		done := make(chan int, 1)
		go func() {
			defer GinkgoRecover()
			done <- sent(request).StatusCode
		}()
		_, err = io.WriteString(push, "ten bytes.")
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, seen).Should(BeClosed(), "before the upload has ended")
		Expect(push.Close()).To(Succeed())
		Eventually(ctx, done).Should(Receive(Equal(http.StatusOK)))
		mu.Lock()
		defer mu.Unlock()
		Expect(arrived).To(Equal(10))
	})

	It("have addresses of PUBLIC_URL where that is known", func(ctx SpecContext) {
		a.options.PublicURL = &url.URL{Scheme: "https", Host: "chat.example.com"}
		a.start()
		attachment, upload := created(ctx)
		Expect(upload).To(HavePrefix("https://chat.example.com/api/v1/chatkit/attachments/"))
		Expect(attachment["preview_url"]).To(HavePrefix("https://chat.example.com/"))
	})

	It("are served by any adapter that shares the keys", func(ctx SpecContext) {
		a.start()
		attachment, _ := created(ctx)
		other := newAdapter()
		other.chat, other.options.Keys, other.options.Clock = a.chat, a.options.Keys, a.options.Clock
		other.start()
		address := strings.Replace(attachment["preview_url"].(string), a.url, other.url, 1)
		Expect(read(at(ctx, http.MethodGet, address, "", ""))).To(Equal("pixels"))
	})

	It("are shown with the message, live and after a reload, at the same address for an hour", func(ctx SpecContext) {
		image.State, image.ConversationID = api.AttachmentStored, 7
		plan := api.Attachment{ID: 13, ConversationID: 7, Name: "plan.pdf", MIMEType: "application/pdf", State: api.AttachmentStored}
		asked := question()
		asked.Content, asked.Attachments = "", []api.Attachment{image, plan}
		bodies := turn()
		bodies[0] = api.RunStarted{RunID: 3, Conversation: conversation(), UserMessage: asked}
		a.chat.on(chatOf, streaming(bodies...))
		a.chat.on(listOf7, answering(api.MessagePage{Data: []api.Message{answer(), asked}, Conversation: conversation()}))
		a.start()
		live := events(a.post(ctx, `{"type":"threads.create","params":{"input":{"content":[],"attachments":["atc_12","atc_13"],"inference_options":{}}}}`))
		Expect(a.chat.requests()[0].body).To(And(ContainSubstring(`"attachments":[12,13]`), Not(ContainSubstring(`"content"`))))
		item := live[1]["item"].(map[string]any)
		Expect(item["content"]).To(BeEmpty())
		Expect(item["attachments"]).To(HaveExactElements(
			And(HaveKeyWithValue("id", "atc_12"), HaveKeyWithValue("type", "image"), HaveKeyWithValue("thread_id", "thr_7"), HaveKey("preview_url")),
			And(HaveKeyWithValue("id", "atc_13"), HaveKeyWithValue("type", "file"), Not(HaveKey("preview_url"))),
		))
		list := func() any {
			GinkgoHelper()
			data := object(a.post(ctx, `{"type":"items.list","params":{"thread_id":"thr_7"}}`))["data"].([]any)
			return data[len(data)-1]
		}
		now = now.Add(49 * time.Minute)
		Expect(list()).To(Equal(any(item)))
		now = now.Add(time.Hour)
		Expect(list()).NotTo(Equal(any(item)))
		Expect(at(ctx, http.MethodGet, item["attachments"].([]any)[0].(map[string]any)["preview_url"].(string), "", "").StatusCode).To(Equal(http.StatusOK), "it is good still")
	})

	DescribeTable("are never shown by the browser unless they are images",
		func(ctx SpecContext, kind string) {
			image.Name, image.MIMEType = "x", "image/png"
			a.start()
			attachment, _ := created(ctx)
			image.MIMEType = kind
			shown := at(ctx, http.MethodGet, attachment["preview_url"].(string), "", "")
			Expect(shown.Header.Get("Content-Type")).To(Equal("application/octet-stream"))
			Expect(shown.Header.Get("Content-Disposition")).To(HavePrefix("attachment"))
		},
		Entry(nil, "text/html"), Entry(nil, "image/svg+xml"), Entry(nil, "application/pdf"), Entry(nil, "text/plain"), Entry(nil, ""),
	)

	It("are deleted", func(ctx SpecContext) {
		a.start()
		remove := func(id string) *http.Response {
			return a.post(ctx, fmt.Sprintf(`{"type":"attachments.delete","params":{"attachment_id":%q}}`, id))
		}
		Expect(read(remove("atc_12"))).To(MatchJSON(`{}`))
		for _, gone := range []string{"atc_13", "atc_x", "12", "msg_12"} {
			Expect(remove(gone).StatusCode).To(Equal(http.StatusNotFound), gone)
		}
		a.chat.on("DELETE /api/alice/attachments/12", refusing(http.StatusConflict, "attachment_sent", "It is in a message."))
		response := remove("atc_12")
		Expect(response.StatusCode).To(Equal(http.StatusConflict))
		Expect(object(response)).To(HaveKeyWithValue("detail", "It is in a message."))
	})

	It("are refused in chatcore's words", func(ctx SpecContext) {
		a.start()
		_, upload := created(ctx)
		for status, code := range map[int]string{
			http.StatusConflict: "attachment_stored", http.StatusRequestEntityTooLarge: "attachment_too_large", http.StatusUnsupportedMediaType: "attachment_content",
			http.StatusBadRequest: "attachment_size", http.StatusNotImplemented: "attachments_off",
		} {
			a.chat.on("PUT /api/alice/attachments/12/content", refusing(status, code, "Because."))
			response := at(ctx, http.MethodPut, upload, "pixels", "image/png")
			Expect(response.StatusCode).To(Equal(status))
			Expect(object(response)).To(And(HaveKeyWithValue("code", code), HaveKeyWithValue("detail", "Because.")))
			a.chat.on("POST /api/alice/attachments", refusing(status, code, "Because."))
			Expect(object(a.post(ctx, createCat))).To(HaveKeyWithValue("code", code))
		}
		a.chat.on(chatOf, refusing(http.StatusBadRequest, "attachment_used", "One of the attachments is in a message already."))
		told, retry := oneError(a.post(ctx, `{"type":"threads.create","params":{"input":{"content":[],"attachments":["atc_12"]}}}`))
		Expect(told).To(ContainSubstring("in a message already"))
		Expect(retry).To(BeFalse())
	})

	It("are said in the reader's language to be refused, and to be off where the chat service has none", func(ctx SpecContext) {
		a.start()
		german := func(body string) map[string]any { return object(a.post(ctx, body, "Accept-Language", "de")) }
		a.chat.on("POST /api/alice/attachments", refusing(http.StatusRequestEntityTooLarge, "attachment_too_large", "The file is too large."))
		Expect(german(createCat)).To(HaveKeyWithValue("detail", "Diese Datei ist zu groß."))
		a.chat.on(chatOf, refusing(http.StatusBadRequest, "attachment_used", "One of the attachments is in a message already."))
		told, _ := oneError(a.post(ctx, `{"type":"threads.create","params":{"input":{"content":[],"attachments":["atc_12"]}}}`, "Accept-Language", "de"))
		Expect(told).To(HaveSuffix("Einer der Anhänge steht schon in einer Nachricht."))
		a.chat.on("POST /api/alice/attachments", refusing(http.StatusNotFound, "not_found", "No such route."))
		Expect(german(createCat)).To(And(HaveKeyWithValue("code", "attachments_off"), HaveKeyWithValue("detail", "Anhänge sind hier abgeschaltet.")))
	})

	It("have an address for one purpose, for a while, and for nobody who makes one up", func(ctx SpecContext) {
		a.start()
		attachment, upload := created(ctx)
		preview := attachment["preview_url"].(string)
		foreign := newAdapter()
		foreign.chat = a.chat
		foreign.start()
		refused := func(method, address string) {
			GinkgoHelper()
			response := at(ctx, method, address, "pixels", "image/png")
			Expect(response.StatusCode).To(Equal(http.StatusForbidden), address)
			Expect(object(response)).To(HaveKeyWithValue("code", "address_invalid"))
		}
		refused(http.MethodGet, upload)
		refused(http.MethodPut, preview)
		refused(http.MethodGet, preview+"x")
		refused(http.MethodGet, a.url+"/api/v1/chatkit/attachments/"+a.token("alice"))
		refused(http.MethodGet, strings.Replace(preview, a.url, foreign.url, 1))
		now = now.Add(15 * time.Minute)
		refused(http.MethodPut, upload)
		now = now.Add(2 * time.Hour)
		refused(http.MethodGet, preview)
		Expect(at(ctx, http.MethodDelete, preview, "", "").StatusCode).To(Equal(http.StatusMethodNotAllowed))
		Expect(a.chat.count("GET /api/alice/attachments/12/content")).To(BeZero())
	})

	It("may be uploaded by pages of known origins", func(ctx SpecContext) {
		a.start()
		_, upload := created(ctx)
		preflight := func(origin string) *http.Response {
			request, err := http.NewRequestWithContext(ctx, http.MethodOptions, upload, nil)
			Expect(err).NotTo(HaveOccurred())
			request.Header.Set("Origin", origin)
			request.Header.Set("Access-Control-Request-Method", "PUT")
			request.Header.Set("Access-Control-Request-Headers", "content-type")
			return sent(request)
		}
		response := preflight("https://app.example")
		Expect(response.StatusCode).To(Equal(http.StatusNoContent))
		Expect(response.Header.Get("Access-Control-Allow-Methods")).To(Equal("GET, PUT, POST, OPTIONS"))
		Expect(preflight("https://evil.example").StatusCode).To(Equal(http.StatusForbidden))
	})

	Context("when the adapter has no keys", func() {
		BeforeEach(func() { a.options.Keys = nil })

		It("are off, and say so", func(ctx SpecContext) {
			a.start()
			body, kind := form("pixels")
			for _, response := range []*http.Response{
				a.post(ctx, createCat), a.send(ctx, http.MethodPost, "/api/v1/chatkit/attachments", body, "Content-Type", kind),
			} {
				Expect(response.StatusCode).To(Equal(http.StatusNotImplemented))
				Expect(object(response)).To(And(HaveKeyWithValue("code", "attachments_off"), HaveKeyWithValue("detail", ContainSubstring("no keys"))))
			}
			Expect(at(ctx, http.MethodGet, a.url+"/api/v1/chatkit/attachments/eyJ.x", "", "").StatusCode).To(Equal(http.StatusNotFound))
		})
	})
})
