package server_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Stopping a thread's turn", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter(); a.start() })

	DescribeTable("stops the one at work", func(ctx SpecContext, path string) {
		a.chat.on(listOf7, answering(atWork(1)))
		a.chat.on(cancelOf3, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		Expect(a.send(ctx, "POST", path, "", "Content-Type", "").StatusCode).To(Equal(http.StatusNoContent))
		Expect(a.chat.count(cancelOf3)).To(Equal(1))
		Expect(a.hop(ctx, a.chat.requests()[1].auth).Subject).To(Equal("alice"))
	}, Entry(nil, "/api/v1/chatkit/threads/thr_7/cancel"), Entry(nil, "/chatkit/threads/thr_7/cancel"))

	It("is done when none is, or when it ended just now", func(ctx SpecContext) {
		a.chat.on(listOf7, answering(atRest()))
		Expect(a.send(ctx, "POST", "/chatkit/threads/thr_7/cancel", "").StatusCode).To(Equal(http.StatusNoContent))
		Expect(a.chat.count(cancelOf3)).To(BeZero())
		a.chat.on(listOf7, answering(atWork(1)))
		Expect(a.send(ctx, "POST", "/chatkit/threads/thr_7/cancel", "").StatusCode).To(Equal(http.StatusNoContent))
	})

	It("is a problem when it could not be done", func(ctx SpecContext) {
		a.chat.on(listOf7, answering(atWork(1)))
		a.chat.on(cancelOf3, refusing(403, "forbidden", "d"))
		Expect(a.send(ctx, "POST", "/chatkit/threads/thr_7/cancel", "").StatusCode).To(Equal(http.StatusBadGateway))
		Expect(a.send(ctx, "POST", "/chatkit/threads/thr_8/cancel", "").StatusCode).To(Equal(http.StatusNotFound))
		Expect(a.send(ctx, "POST", "/chatkit/threads/x/cancel", "").StatusCode).To(Equal(http.StatusNotFound))
		Expect(a.send(ctx, "POST", "/chatkit/threads/thr_7/cancel", "", "Authorization", "").StatusCode).To(Equal(http.StatusUnauthorized))
		Expect(a.send(ctx, "GET", "/chatkit/threads/thr_7/cancel", "").StatusCode).To(Equal(http.StatusMethodNotAllowed))
	})
})
