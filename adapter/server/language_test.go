package server_test

import (
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("A reader's language", func() {
	const (
		german    = "de-AT,en;q=0.5"
		thread    = `{"type":"items.list","params":{"thread_id":"thr_7","order":"asc"}}`
		newThread = `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"Add a task to buy groceries"}]}}}`
	)
	var a *adapter
	BeforeEach(func() { a = newAdapter() })
	JustBeforeEach(func() { a.start() })

	// texts are those of the assistant's messages.
	texts := func(items []any) (all []string) {
		for _, item := range items {
			if content, ok := item.(map[string]any)["content"].([]any); ok {
				all = append(all, content[0].(map[string]any)["text"].(string))
			}
		}
		return all
	}
	ask := func(ctx SpecContext, body, language string) *http.Response {
		GinkgoHelper()
		return a.post(ctx, body, "Accept-Language", language)
	}
	read := func(ctx SpecContext, language string) []any {
		GinkgoHelper()
		response := ask(ctx, thread, language)
		Expect(response.StatusCode).To(Equal(http.StatusOK))
		return object(response)["data"].([]any)
	}

	It("is that of each request: the same thread in two languages, and English for anybody else", func(ctx SpecContext) {
		a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{question(), answer()}}))
		Expect(texts(read(ctx, german))).To(ContainElement("✓ Aufgabe angelegt: Buy groceries"))
		Expect(texts(read(ctx, "en-GB"))).To(ContainElement("✓ Task created: Buy groceries"))
		Expect(read(ctx, "fr, ja")).To(Equal(read(ctx, "en")))
		Expect(read(ctx, ";;;")).To(Equal(read(ctx, "en")))
	})

	It("is the same live as in the history", func(ctx SpecContext) {
		a.chat.on("POST /api/alice/chat", streaming(turn()...))
		a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{question(), answer()}}))
		var live []any
		for _, event := range events(ask(ctx, newThread, german)) {
			switch event["type"] {
			case "thread.item.done":
				live = append(live, event["item"])
			case "progress_update":
				Expect(event["text"]).To(Equal("Lege die Aufgabe an …"))
			}
		}
		Expect(live).To(Equal(read(ctx, german)))
	})

	It("is that of errors in a stream", func(ctx SpecContext) {
		a.chat.on("POST /api/alice/chat", refusing(http.StatusConflict, "turn_at_work", "An answer is still being written."))
		message, _ := oneError(ask(ctx, newThread, german))
		Expect(message).To(Equal("Ich arbeite noch an deiner letzten Nachricht. Bitte warte auf die Antwort."))
	})

	It("is that of a message which is too long", func(ctx SpecContext) {
		a.chat.on("POST /api/alice/chat", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"code":"invalid_request","field":"content","limit":5000,"detail":"content may have at most 5000 characters."}`))
		})
		message, _ := oneError(ask(ctx, newThread, german))
		Expect(message).To(Equal("Diese Nachricht ist zu lang: Sie darf höchstens 5.000 Zeichen haben. Es wurde nichts gesendet."))
	})

	It("is that of refusals too, whose code stays what it is", func(ctx SpecContext) {
		response := ask(ctx, `{"type":"threads.delete","params":{"thread_id":"thr_nope"}}`, german)
		Expect(response.StatusCode).To(Equal(http.StatusNotFound))
		Expect(object(response)).To(And(HaveKeyWithValue("code", "not_found"), HaveKeyWithValue("detail", "Hier ist nichts.")))
		response = a.send(ctx, http.MethodPost, "/api/v1/chatkit", thread, "Authorization", "Bearer x", "Accept-Language", german)
		Expect(response.StatusCode).To(Equal(http.StatusUnauthorized))
		Expect(object(response)).To(HaveKeyWithValue("detail", "Dafür ist ein gültiges Bearer-Token nötig."))
	})

	It("is said in the answer, for whoever keeps answers", func(ctx SpecContext) {
		a.chat.on("POST /api/alice/chat", streaming(turn()...))
		a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation()}))
		for _, response := range []*http.Response{
			ask(ctx, thread, german), ask(ctx, newThread, german), ask(ctx, `{}`, german),
			a.send(ctx, http.MethodGet, "/api/nowhere", "", "Accept-Language", german),
		} {
			Expect(response.Header.Get("Content-Language")).To(Equal("de"))
			vary := slices.DeleteFunc(response.Header.Values("Vary"), func(name string) bool { return name != "Accept-Language" })
			Expect(vary).To(HaveLen(1))
		}
	})
})
