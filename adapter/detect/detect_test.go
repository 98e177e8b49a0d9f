package detect_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/detect"
	"taskpilot/adapter/mapping"
	"taskpilot/adapter/plain"
	"taskpilot/chatcore/api"
)

var _ = Describe("A chat service", func() {
	var answer atomic.Pointer[http.HandlerFunc]
	var asked atomic.Int32
	var url string
	BeforeEach(func() {
		asked.Store(0)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			(*answer.Load())(w, r)
		}))
		DeferCleanup(server.Close)
		url = server.URL
	})
	set := func(h http.HandlerFunc) { answer.Store(&h) }
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}
	}
	detector := func(told detect.Kind) *detect.Detector {
		log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
		service, err := plain.NewService(url, &http.Client{}, mapping.Default(), "", log, time.Now)
		Expect(err).NotTo(HaveOccurred())
		return detect.New(url, told, service, http.DefaultTransport, log)
	}

	DescribeTable("is", func(ctx SpecContext, h http.HandlerFunc, kind detect.Kind) {
		set(h)
		Expect(detector(detect.Unknown).Kind(ctx)).To(Equal(kind))
	},
		Entry("chatcore with its document", status(200, string(api.Document)), detect.Chatcore),
		Entry("plain with another document", status(200, "openapi: 3.1.0\ninfo:\n  title: Todo API\n"), detect.Plain),
		Entry("plain with a page for everything", status(200, "<html>"), detect.Plain),
		Entry("plain with no document", status(404, ""), detect.Plain),
		Entry("plain when it wants a token", status(401, ""), detect.Plain),
		Entry("plain when it sends elsewhere", status(302, ""), detect.Plain),
		Entry("not known behind a gateway that waits for it", status(502, ""), detect.Unknown),
		Entry("not known while it is busy", status(503, ""), detect.Unknown),
	)

	It("is asked until it answers, and nothing is sent to it before", func(ctx SpecContext) {
		set(status(503, ""))
		d := detector(detect.Unknown)
		client := &http.Client{Transport: d.Guard(http.DefaultTransport)}
		_, err := client.Get(url + "/api/alice/chat")
		Expect(err).To(MatchError(ContainSubstring("not known yet")))
		running, stop := context.WithCancel(ctx)
		defer stop()
		go d.Run(running)
		Eventually(ctx, asked.Load).Should(BeNumerically(">=", 3))
		Expect(d.Found().Kind).To(Equal(detect.Unknown))
		set(status(200, string(api.Document)))
		Eventually(ctx, func() detect.Kind { return d.Found().Kind }).WithTimeout(5 * time.Second).Should(Equal(detect.Chatcore))
		response, err := client.Get(url + "/api/alice/chat")
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
	})

	DescribeTable("says what it has besides", func(ctx SpecContext, allow string, renames, deletes string) {
		set(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodOptions && allow != "" {
				w.Header().Set("Allow", allow)
			}
			w.WriteHeader(http.StatusNotFound)
		})
		d := detector(detect.Plain)
		go d.Run(ctx)
		Eventually(ctx, func() *plain.Abilities { return d.Found().Plain }).Should(Equal(&plain.Abilities{Rename: renames, Delete: deletes}))
	},
		Entry("by its methods", "GET, HEAD, DELETE", "no", "yes"),
		Entry("by all of them", "GET,PATCH,DELETE,OPTIONS", "yes", "yes"),
		Entry("not at all", "", "unknown", "unknown"),
	)

	It("need not be asked what it is", func(ctx SpecContext) {
		Expect(detector(detect.Chatcore).Kind(ctx)).To(Equal(detect.Chatcore))
		Expect(asked.Load()).To(BeZero())
	})
})
