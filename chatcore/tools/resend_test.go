package tools_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/tools"
)

// status is a plain answer, without JSON-RPC in it.
func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		http.Error(w, "no", code)
	}
}

func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func page(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>under repair</html>") }

func garbage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"jsonrpc":"2.0","id":1,"resu`)
}

func sessionLost(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprint(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no session"}}`)
}

// cutAfter lets the call act, and cuts the way back.
func (s *server) cutAfter(_ http.ResponseWriter, r *http.Request) {
	s.inner.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// cutInside lets the call act, and cuts the answer in two.
func (s *server) cutInside(w http.ResponseWriter, r *http.Request) {
	whole := httptest.NewRecorder()
	s.inner.ServeHTTP(whole, r)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(whole.Body.Len()))
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	panic(http.ErrAbortHandler)
}

var _ = Describe("A call without an answer", func() {
	var there *server
	var box *tools.Tools
	BeforeEach(func() {
		there = newServer(nil).start()
		box = client(tools.Config{URL: there.URL})
	})

	DescribeTable("is sent again with the same key, and acts once",
		func(ctx SpecContext, harm func() http.HandlerFunc) {
			there.hurtCalls(2, harm())
			outcome, err := box.Call(ctx, alice, add("run/1/0", "Milk"))
			Expect(err).NotTo(HaveOccurred())
			Expect(outcome.Failed).To(BeFalse())
			Expect(there.acted()).To(Equal(1))
			Expect(there.notes("tools/call")).To(HaveLen(3))
			Expect(there.notes("tools/call")).To(HaveEach(HaveField("Key", "run/1/0")))
		},
		Entry("when it was cut", func() http.HandlerFunc { return cut }),
		Entry("when it was cut after it had acted", func() http.HandlerFunc { return there.cutAfter }),
		Entry("when its answer was cut", func() http.HandlerFunc { return there.cutInside }),
		Entry("when the server broke", func() http.HandlerFunc { return status(500) }),
		Entry("when a gateway finds nobody", func() http.HandlerFunc { return status(503) }),
		Entry("when there are too many calls", func() http.HandlerFunc { return status(429, "Retry-After", "1") }),
		Entry("when the token's key is not known yet", func() http.HandlerFunc { return status(401) }),
		Entry("when a page comes", func() http.HandlerFunc { return page }),
		Entry("when half of an answer comes", func() http.HandlerFunc { return garbage }),
		Entry("when the session is lost", func() http.HandlerFunc { return sessionLost }),
	)

	It("is sent again when one attempt takes too long", func(ctx SpecContext) {
		box := client(tools.Config{URL: there.URL, CallTimeout: 300 * time.Millisecond})
		there.hurtCalls(1, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		_, err := box.Call(ctx, alice, add("k", "Milk"))
		Expect(err).NotTo(HaveOccurred())
	}, SpecTimeout(20*time.Second))

	It("is unreachable in the end, and no deadline of the caller's", func(ctx SpecContext) {
		box := client(tools.Config{URL: there.URL, CallTimeout: 100 * time.Millisecond, RetryFor: 300 * time.Millisecond})
		there.hurt(func(_ http.ResponseWriter, r *http.Request, _ received) bool { <-r.Context().Done(); return true })
		_, err := box.Call(ctx, alice, add("k", "Milk"))
		Expect(err).To(MatchError(agent.ErrUnreachable))
		Expect(errors.Is(err, context.DeadlineExceeded)).To(BeFalse())
		Expect(err.Error()).NotTo(ContainSubstring("secret-"))
	}, SpecTimeout(20*time.Second))

	DescribeTable("is given up at once when asking again can't help",
		func(ctx SpecContext, code int) {
			there.hurtCalls(9, status(code))
			_, err := box.Call(ctx, alice, add("k", "Milk"))
			Expect(err).To(MatchError(agent.ErrUnreachable))
			Expect(there.notes("tools/call")).To(HaveLen(1))
		},
		Entry("because it is forbidden", 403), Entry("because nobody is there", 404), Entry("because it is refused", 400),
	)

	It("waits for a server that starts later", func(ctx SpecContext) {
		late := newServer(nil)
		reserved := httptest.NewServer(http.NotFoundHandler())
		address := reserved.Listener.Addr().String()
		reserved.Close()
		box := client(tools.Config{RetryDelay: 20 * time.Millisecond, URL: "http://" + address + "/mcp"})
		result := make(chan error, 1)
		go func() {
			_, err := box.Call(ctx, alice, add("k", "Milk"))
			result <- err
		}()
		Consistently(ctx, result).WithTimeout(300 * time.Millisecond).ShouldNot(Receive())
		late.startAt(address)
		Eventually(ctx, result).Should(Receive(BeNil()))
	}, SpecTimeout(20*time.Second))

	It("is the caller's own end when the caller gave up", func(ctx SpecContext) {
		caller, cancel := context.WithCancel(ctx)
		there.hurtCalls(9, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
		_, err := box.Call(caller, alice, add("k", "Milk"))
		Expect(err).To(MatchError(context.Canceled))
		Expect(err).NotTo(MatchError(agent.ErrUnreachable))
	}, SpecTimeout(20*time.Second))

	It("acts once and is answered, whatever happens on the way", func() {
		harms := []http.HandlerFunc{cut, there.cutAfter, there.cutInside, status(503), page, garbage, sessionLost}
		calls := 0
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			calls++
			plan := rapid.SliceOfN(rapid.IntRange(0, len(harms)-1), 0, 3).Draw(t, "harms")
			next := 0
			there.hurt(func(w http.ResponseWriter, r *http.Request, note received) bool {
				if note.Method == "notifications/cancelled" || next >= len(plan) {
					return false
				}
				next++
				harms[plan[next-1]](w, r)
				return true
			})
			before := there.acted()
			outcome, err := box.Call(context.Background(), alice, add(fmt.Sprint("rapid/", calls), "Milk"))
			if err != nil || outcome.Failed {
				t.Fatalf("%v %+v", err, outcome)
			}
			if there.acted() != before+1 {
				t.Fatalf("acted %d times", there.acted()-before)
			}
		})
	})
})
