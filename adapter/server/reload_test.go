package server_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("A reloaded page", func() {
	var a *adapter
	BeforeEach(func() {
		a = newAdapter()
		a.options.ReloadWait, a.options.WholeTime = 8*time.Second, time.Second
	})
	JustBeforeEach(func() { a.start() })

	const (
		wholeThread = `{"type":"threads.get_by_id","params":{"thread_id":"thr_7"}}`
		newestItems = `{"type":"items.list","params":{"thread_id":"thr_7"}}`
	)

	// queries are what was asked of the conversation's messages.
	queries := func() (all []string) {
		for _, asked := range a.chat.requests() {
			all = append(all, asked.query)
		}
		return all
	}

	It("waits for the answer at work with its newest items", func(ctx SpecContext) {
		a.chat.on(listOf7, answering(atRest()))
		Expect(a.post(ctx, newestItems).StatusCode).To(Equal(http.StatusOK))
		Expect(queries()).To(HaveExactElements("limit=21&order=desc&wait=8", "after=2&limit=21&order=desc"))
	})

	It("waits for it in a short thread", func(ctx SpecContext) {
		a.chat.on(listOf7, func(w http.ResponseWriter, r *http.Request) {
			page := api.MessagePage{Conversation: conversation(), Data: []api.Message{question(), atWork(1).Data[0]}}
			if r.URL.Query().Has("wait") {
				page.Data[1] = answer()
			}
			answering(page)(w, r)
		})
		thread := object(a.post(ctx, wholeThread))
		Expect(queries()).To(Equal([]string{"limit=21&order=asc", "limit=21&order=asc&wait=8"}))
		Expect(thread["items"]).To(HaveKeyWithValue("data", HaveLen(3)))
	})

	It("waits for nothing when the answer is not on its page", func(ctx SpecContext) {
		long := answer()
		long.Steps = nil
		for i := range int64(30) {
			long.Steps = append(long.Steps, api.Step{ID: 100 + i, Position: 100 + i, Content: "Hi"})
		}
		a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{question(), long, {ID: 99, Role: api.RoleAssistant, Position: 200, State: api.StateRunning}}}))
		Expect(object(a.post(ctx, wholeThread))["items"]).To(HaveKeyWithValue("has_more", true))
		Expect(queries()).To(Equal([]string{"limit=21&order=asc"}))
	})

	DescribeTable("waits for nothing with any other request", func(ctx SpecContext, params string) {
		a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{question(), atWork(1).Data[0]}}))
		Expect(a.post(ctx, `{"type":"items.list","params":`+params+`}`).StatusCode).To(Equal(http.StatusOK))
		Expect(queries()).To(HaveEach(Not(ContainSubstring("wait"))))
	}, Entry(nil, `{"thread_id":"thr_7","order":"asc"}`), Entry(nil, `{"thread_id":"thr_7","after":"msg_9_9"}`))

	It("has the time that this takes", func(ctx SpecContext) {
		a.chat.on(listOf7, func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(1500 * time.Millisecond): // longer than any other request may take
			case <-r.Context().Done():
			}
			answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{answer(), question()}})(w, r)
		})
		Expect(a.post(ctx, newestItems).StatusCode).To(Equal(http.StatusOK))
	})

	Context("when that is switched off", func() {
		BeforeEach(func() { a.options.ReloadWait = 0 })
		It("does not wait", func(ctx SpecContext) {
			a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{question(), atWork(1).Data[0]}}))
			for _, body := range []string{newestItems, wholeThread} {
				Expect(a.post(ctx, body).StatusCode).To(Equal(http.StatusOK))
			}
			Expect(queries()).To(Equal([]string{"limit=21&order=desc", "limit=21&order=asc"}))
		})
	})
})
