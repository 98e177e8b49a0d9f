package server_test

import (
	"bufio"
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
)

var _ = Describe("A page that leaves a turn", func() {
	var (
		a    *adapter
		told story
		gone chan struct{}
	)
	leaving := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

	BeforeEach(func() {
		before := gleak.Goroutines()
		DeferCleanup(func(ctx SpecContext) {
			http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			Eventually(ctx, gleak.Goroutines).WithTimeout(5 * time.Second).ShouldNot(gleak.HaveLeaked(before))
		})
		a, told, gone = newAdapter(), theStory(), make(chan struct{})
	})
	JustBeforeEach(func() {
		a.start()
		a.chat.on(leftOf3, leaving)
		a.chat.on(chatOf, told.hold(1, gone))
	})

	// open begins a turn, and gives what aborts the page's request.
	open := func(ctx SpecContext, body string) (abort func()) {
		GinkgoHelper()
		page, abort := context.WithCancel(ctx)
		response := a.post(page, body)
		Expect(frame(bufio.NewReader(response.Body))).NotTo(BeEmpty())
		return abort
	}

	DescribeTable("is told to chatcore, once, and its stream is closed", func(ctx SpecContext, body string) {
		open(ctx, body)()
		Eventually(ctx, gone).Should(BeClosed())
		Eventually(ctx, a.chat.count).WithArguments(leftOf3).Should(Equal(1))
		asked := a.chat.requests()
		Expect(asked[0].auth).NotTo(Equal(asked[1].auth), "a hop token is for one call")
		Expect(a.hop(ctx, asked[1].auth).Subject).To(Equal("alice"))
	}, Entry("a new thread", create), Entry("a message", addTo7), Entry("an answer tried again", retryOf2))

	It("is told again when that was not heard", func(ctx SpecContext) {
		var tries atomic.Int64
		a.chat.on(leftOf3, func(w http.ResponseWriter, r *http.Request) {
			switch tries.Add(1) {
			case 1:
				panic(http.ErrAbortHandler)
			case 2:
				problem(w, 503, "unavailable", "d")
			default:
				leaving(w, r)
			}
		})
		open(ctx, create)()
		Eventually(ctx, tries.Load).Should(BeEquivalentTo(3))
		Consistently(ctx, tries.Load).WithTimeout(300 * time.Millisecond).Should(BeEquivalentTo(3))
	})

	It("is told also when the turn had no name yet", func(ctx SpecContext) {
		release := make(chan struct{})
		answer := sync.OnceFunc(func() { close(release) })
		DeferCleanup(answer)
		a.chat.on(chatOf, func(w http.ResponseWriter, r *http.Request) {
			<-release
			told.hold(1, gone)(w, r)
		})
		page, abort := context.WithCancel(ctx)
		go func() {
			defer GinkgoRecover()
			Eventually(ctx, a.chat.count).WithArguments(chatOf).Should(Equal(1))
			abort()
		}()
		request, err := http.NewRequestWithContext(page, http.MethodPost, a.url+"/chatkit", bodyOf(create))
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+a.token("alice"))
		_, err = http.DefaultTransport.RoundTrip(request)
		Expect(err).To(MatchError(context.Canceled))
		answer() // not before: the page must be gone when the turn gets its name
		Eventually(ctx, gone).Should(BeClosed())
		Eventually(ctx, a.chat.count).WithArguments(leftOf3).Should(Equal(1))
	})

	It("is told while the stream is being looked for", func(ctx SpecContext) {
		a.chat.on(chatOf, told.cut(1))
		a.chat.on(eventsOf3, refusing(503, "unavailable", "d"))
		abort := open(ctx, create)
		Eventually(ctx, a.chat.count).WithArguments(eventsOf3).Should(BeNumerically(">", 0))
		abort()
		Eventually(ctx, a.chat.count).WithArguments(leftOf3).Should(Equal(1))
	})

	It("is nothing to tell after the turn's end", func(ctx SpecContext) {
		a.chat.on(chatOf, told.cut(len(told)))
		page, abort := context.WithCancel(ctx)
		events(a.post(page, create))
		abort()
		Consistently(ctx, a.chat.count).WithArguments(leftOf3).WithTimeout(300 * time.Millisecond).Should(BeZero())
	})

	It("did not leave when we go down", func(ctx SpecContext) {
		page, abort := context.WithCancel(ctx)
		response := a.post(page, create)
		stream := bufio.NewReader(response.Body)
		Expect(frame(stream)).NotTo(BeEmpty())
		a.server.Closing()
		abort()
		Eventually(ctx, gone).Should(BeClosed())
		Consistently(ctx, a.chat.count).WithArguments(leftOf3).WithTimeout(300 * time.Millisecond).Should(BeZero())
	})

	Context("by not reading any more", func() {
		BeforeEach(func() { a.options.WriteTime = 100 * time.Millisecond })

		It("is not known to have left: its turn goes on", func(ctx SpecContext) {
			a.chat.on(chatOf, func(w http.ResponseWriter, r *http.Request) {
				defer close(gone)
				flood(w, r, told)
			})
			response := a.post(ctx, create)
			Eventually(ctx, gone).WithTimeout(10 * time.Second).Should(BeClosed())
			Consistently(ctx, a.chat.count).WithArguments(leftOf3).WithTimeout(300 * time.Millisecond).Should(BeZero())
			Expect(response.Body.Close()).To(Succeed())
		})
	})
})
