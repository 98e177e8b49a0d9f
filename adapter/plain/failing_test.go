package plain_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/mapping"
	"taskpilot/deploy/e2e/wire"
)

func answering(status int, contentType, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

var _ = Describe("A service that fails", func() {
	var s *service
	var page wire.Page
	var thread *wire.Thread
	BeforeEach(func(ctx SpecContext) {
		s = newService()
		page = adapter(s)
		thread, _ = create(ctx, page, "hi")
		s.posts = nil
	})

	const away, maybe = "can't be reached right now", "It may have done what you asked for"
	DescribeTable("at a message", func(ctx SpecContext, fails http.HandlerFunc, newWords, oldWords string, retry bool) {
		s.before = fails
		events, err := page.Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).NotTo(HaveOccurred())
		words, again := oneError(events)
		Expect(words).To(ContainSubstring(newWords))
		Expect(again).To(Equal(retry))
		Expect(s.said()).To(HaveLen(1), "a message is sent once")

		events = say(ctx, page, thread, "do it")
		Expect(events[len(events)-1]["message"]).To(ContainSubstring(oldWords))
		Expect(events[len(events)-1]["allow_retry"]).To(Equal(retry))
		Expect(s.said()).To(HaveLen(2))
		s.before = nil
		holdsLaw(ctx, adapter(s), thread)
	},
		Entry("with 500", answering(500, "application/json", `{"detail":"boom"}`), maybe, maybe, false),
		Entry("with 502 and a proxy's page", answering(502, "text/html", "<html>Bad gateway"), maybe, maybe, false),
		Entry("with 504", answering(504, "text/html", "<html>"), maybe, maybe, false),
		Entry("with 503", answering(503, "text/plain", "busy", "Retry-After", "3"), away, away, true),
		Entry("with 429", answering(429, "application/json", `{}`, "Retry-After", "7"), "too much at once", "too much at once", true),
		Entry("with 400 and a sentence", answering(400, "application/json", `{"detail":"Too long."}`), "could not be accepted. Too long.", "Too long.", false),
		Entry("with 422 and a framework's list", answering(422, "application/json", `{"detail":[{"msg":"x"}]}`), "could not be accepted.", "could not be accepted.", false),
		Entry("with a page and 200", answering(200, "text/html", "<html>Welcome"), maybe, maybe, false),
		Entry("with no JSON", answering(200, "application/json", `{"response": "half`), maybe, maybe, false),
		Entry("with another form", answering(200, "application/json", `[1]`), maybe, maybe, false),
		Entry("by hanging up", hangUp, maybe, maybe, false),
	)

	It("says that nobody is signed in when it refuses the person's token", func(ctx SpecContext) {
		s.before = answering(401, "application/json", `{"detail":"no"}`)
		_, err := page.Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).To(HaveField("Status", 401))
		s.reads = func(w http.ResponseWriter, r *http.Request) bool {
			answering(401, "text/html", "")(w, r)
			return true
		}
		_, err = page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).To(HaveField("Status", 401))
	})

	It("blames nobody when it refuses the adapter's own token", func(ctx SpecContext) {
		s.before = answering(401, "application/json", `{"detail":"no"}`)
		events, err := adapterWith(s.URL, "secret").Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).NotTo(HaveOccurred())
		words, _ := oneError(events)
		Expect(words).To(ContainSubstring(away))
	})

	It("says that a thread is gone, and of a first message that nothing was accepted", func(ctx SpecContext) {
		s.before = answering(404, "text/html", `<h1>nope`)
		events, err := page.Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).NotTo(HaveOccurred())
		words, retry := oneError(events)
		Expect(words).To(ContainSubstring(away))
		Expect(retry).To(BeTrue())
		words, retry = oneError(say(ctx, page, thread, "do it"))
		Expect(words).To(ContainSubstring("isn't there any more"))
		Expect(retry).To(BeFalse())
	})

	It("shows the answer that came although the connection broke", func(ctx SpecContext) {
		s.after = func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }
		events := say(ctx, page, thread, "do it")
		Expect(types(events)).NotTo(ContainElement("error"))
		Expect(thread.Items).To(HaveLen(4))
		holdsLaw(ctx, adapter(s), thread)
	})

	It("waits for an answer that is stored later than its request broke, and says so when none comes", func(ctx SpecContext) {
		half := func(http.ResponseWriter, *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.talks[0].Messages = append(s.talks[0].Messages, map[string]any{"role": "user", "content": "do it", "created_at": s.time()})
			panic(http.ErrAbortHandler)
		}
		s.before = half
		time.AfterFunc(80*time.Millisecond, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.talks[0].Messages = append(s.talks[0].Messages, map[string]any{"role": "assistant", "content": "done", "created_at": s.time()})
		})
		Expect(types(say(ctx, page, thread, "do it"))).NotTo(ContainElement("error"))
		events := say(ctx, page, thread, "do it")
		Expect(events[len(events)-1]["message"]).To(ContainSubstring("may still come"))
		holdsLaw(ctx, adapter(s), thread)
	})

	It("is answered late, and its limit ends that", func(ctx SpecContext) {
		s.before = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		page = adapter(s, func(m *mapping.Mapping) { m.Limits.Answer = mapping.Duration(100 * time.Millisecond) })
		events, err := page.Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).NotTo(HaveOccurred())
		words, _ := oneError(events)
		Expect(words).To(ContainSubstring(maybe))
	})

	It("is not read without end", func(ctx SpecContext) {
		page = adapter(s, func(m *mapping.Mapping) { m.Limits.AnswerBytes = 4096 })
		s.answer = func(string) string { return strings.Repeat("long ", 10_000) }
		events, err := page.Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).NotTo(HaveOccurred())
		words, _ := oneError(events)
		Expect(words).To(ContainSubstring(maybe))
		Expect(s.said()).To(HaveLen(1))
	})

	It("is read again while it is away for a moment", func(ctx SpecContext) {
		var left atomic.Int32
		left.Store(2)
		s.reads = func(w http.ResponseWriter, r *http.Request) bool {
			if left.Add(-1) < 0 {
				return false
			}
			answering(503, "text/html", "<html>")(w, r)
			return true
		}
		Expect(items(ctx, page, "thr_1", 10, "asc")).To(Equal(thread.Items))
	})

	DescribeTable("at a read", func(ctx SpecContext, fails http.HandlerFunc, status int) {
		s.reads = func(w http.ResponseWriter, r *http.Request) bool { fails(w, r); return true }
		for kind, params := range map[string]wire.Object{"threads.list": {}, "items.list": {"thread_id": "thr_1"}} {
			_, err := page.Call(ctx, kind, params)
			Expect(err).To(HaveField("Status", status), kind)
		}
		events, err := page.Stream(ctx, "threads.add_user_message", wire.Say("thr_1", "do it"))
		Expect(err).NotTo(HaveOccurred())
		oneError(events)
		Expect(s.said()).To(BeEmpty(), "a message whose place is not known is not sent")
	},
		Entry("with a page", answering(200, "text/html", "<html>"), 503),
		Entry("with 500", answering(500, "text/html", "<html>"), 502),
		Entry("with 429", answering(429, "text/html", "<html>", "Retry-After", "7"), 429),
		Entry("with an object that is none", answering(200, "application/json", `{"hello":"you"}`), 503),
	)

	It("that sends callers elsewhere is not followed: no token goes there", func(ctx SpecContext) {
		var elsewhere atomic.Int32
		thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		DeferCleanup(thief.Close)
		sends := func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
			return true
		}
		s.before, s.reads = func(w http.ResponseWriter, r *http.Request) { sends(w, r) }, sends
		events, err := page.Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).NotTo(HaveOccurred())
		words, _ := oneError(events)
		Expect(words).To(ContainSubstring(away))
		_, err = page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).To(HaveField("Status", 503))
		Expect(elsewhere.Load()).To(BeZero())
	})

	It("that is not there has not got the message", func(ctx SpecContext) {
		s.Close()
		started := time.Now()
		events, err := page.Stream(ctx, "threads.create", wire.Say("", "do it"))
		Expect(err).NotTo(HaveOccurred())
		_, retry := oneError(events)
		Expect(retry).To(BeTrue())
		Expect(time.Since(started)).To(BeNumerically("<", 2*time.Second))
	})
})
