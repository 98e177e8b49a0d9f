package wire_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("What a page gets", func() {
	var (
		status int
		answer string
		page   wire.Page
	)
	BeforeEach(func() {
		status = http.StatusOK
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if answer == "" || answer[0] != '{' {
				w.Header().Set("Content-Type", "text/event-stream")
			}
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
		}))
		DeferCleanup(server.Close)
		page = wire.Page{URL: server.URL}
		DeferCleanup(wire.Mistakes)
	})
	const invented = `data: {"type":"error","code":"custom","message":"No.","allow_retry":false}` + "\n\n" + `data: {"type":"thread.message.delta"}` + "\n\n"

	It("is judged when it is a stream", func(ctx SpecContext) {
		answer = invented
		Expect(page.Stream(ctx, "threads.create", wire.Object{})).To(HaveLen(2))
		Expect(wire.Mistakes()).To(ConsistOf(ContainSubstring("did you mean `thread.item.updated`?"), ContainSubstring("after an `error`")))
		Expect(wire.Mistakes()).To(BeEmpty(), "told once")
	})

	It("is judged when it is JSON, by the request", func(ctx SpecContext) {
		answer = `{"data":[],"has_more":true}`
		Expect(page.Call(ctx, "threads.list", wire.Object{})).NotTo(BeNil())
		Expect(wire.Mistakes()).To(HaveExactElements(ContainSubstring("threads.list: data is empty while")))
	})

	It("is judged as far as it came when the page leaves", func(ctx SpecContext) {
		answer = invented
		response, err := page.Post(ctx, "threads.create", wire.Object{})
		Expect(err).NotTo(HaveOccurred())
		for _, err := range wire.Frames(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			break
		}
		Expect(response.Body.Close()).To(Succeed())
		Expect(wire.Mistakes()).To(ContainElement(ContainSubstring("thread.message.delta")))
	})

	It("is none of the protocol's when it is a refusal", func(ctx SpecContext) {
		status, answer = http.StatusNotFound, `{"title":"Not Found"}`
		_, err := page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).To(HaveField("Status", 404))
		Expect(wire.Mistakes()).To(BeEmpty())
	})
})
