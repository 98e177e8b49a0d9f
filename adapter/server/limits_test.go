package server_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/internal/limits"
)

var _ = Describe("Who asks too much", func() {
	const list = `{"type":"threads.list","params":{}}`
	var a *adapter

	BeforeEach(func() { a = newAdapter() })
	JustBeforeEach(func() {
		a.start()
		a.chat.on(chatOf, streaming(turn()...))
		a.chat.on("GET /api/alice/conversations", answering(api.ConversationPage{}))
	})
	twice := func() *limits.Limiter { return limits.New(1, time.Hour, 2, time.Now) }

	Context("as a user", func() {
		BeforeEach(func() { a.options.Requests = twice() })

		It("is refused, with the time to wait, and others are not", func(ctx SpecContext) {
			Expect(a.post(ctx, list).StatusCode).To(Equal(http.StatusOK))
			Expect(a.post(ctx, list).StatusCode).To(Equal(http.StatusOK))
			refused := a.post(ctx, list)
			Expect(refused.StatusCode).To(Equal(http.StatusTooManyRequests))
			Expect(refused.Header.Get("Retry-After")).To(Equal("3600"))
			Expect(object(refused)).To(HaveKeyWithValue("code", "too_many_requests"))
			_, retry := oneError(a.post(ctx, create))
			Expect(retry).To(BeTrue(), "in a stream it is an event")
			a.chat.on("GET /api/bob/conversations", answering(api.ConversationPage{}))
			Expect(a.post(ctx, list, "Authorization", "Bearer "+a.token("bob")).StatusCode).To(Equal(http.StatusOK))
		})
	})

	Context("with turns", func() {
		BeforeEach(func() { a.options.Turns = twice() })

		It("is told so in the stream, may try again, and may still read", func(ctx SpecContext) {
			for range 2 {
				events(a.post(ctx, create))
			}
			before := len(a.chat.requests())
			_, retry := oneError(a.post(ctx, create))
			Expect(retry).To(BeTrue())
			Expect(a.chat.requests()).To(HaveLen(before), "nothing went on")
			Expect(a.post(ctx, list).StatusCode).To(Equal(http.StatusOK))
		})
	})

	Context("from an address", func() {
		BeforeEach(func() {
			a.options.Addresses = limits.Settings{AddressRate: 1}.Addresses(time.Now)
		})

		It("is refused whatever it brings; below that a bad token is a bad token", func(ctx SpecContext) {
			Expect(a.post(ctx, list, "Authorization", "Bearer x.y.z").StatusCode).To(Equal(http.StatusUnauthorized))
			var statuses []int
			for range 5 {
				refused := a.post(ctx, list, "Origin", "https://app.example")
				statuses = append(statuses, refused.StatusCode)
				if refused.StatusCode == http.StatusTooManyRequests {
					Expect(refused.Header.Get("Access-Control-Allow-Origin")).To(Equal("https://app.example"), "the page can read it")
				}
			}
			Expect(statuses).To(ContainElement(http.StatusTooManyRequests))
			Expect(a.send(ctx, "GET", "/healthz", "").StatusCode).To(Equal(http.StatusOK))
		})
	})
})
