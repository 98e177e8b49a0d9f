package serving_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"

	"taskpilot/internal/serving"
)

var _ = Describe("A server", func() {
	var (
		out     *logged
		stop    context.CancelFunc
		ended   chan error
		options serving.Options
	)

	BeforeEach(func() {
		out = &logged{}
		ended = make(chan error, 1)
		options = serving.Options{Addr: "127.0.0.1:0", Log: serving.Logger(out, "info")}
	})

	// start runs the server and gives its address.
	start := func(ctx SpecContext) string {
		listening := make(chan string, 1)
		options.Listening = func(addr net.Addr) { listening <- "http://" + addr.String() }
		running, cancel := context.WithCancel(context.WithoutCancel(ctx))
		stop = cancel
		DeferCleanup(cancel)
		go func() { ended <- serving.Run(running, options) }()
		var url string
		Eventually(ctx, listening).Should(Receive(&url))
		return url
	}

	get := func(url string) (int, string) {
		response, err := http.Get(url)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		return response.StatusCode, string(text)
	}

	It("says where it listens, and ends when it is told to", func(ctx SpecContext) {
		options.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
		url := start(ctx)
		_, text := get(url)
		Expect(text).To(Equal("hello"))
		Expect(out.lines("listening")).To(ConsistOf(HaveKeyWithValue("addr", url[len("http://"):])))
		stop()
		Eventually(ctx, ended).Should(Receive(Succeed()))
		_, err := http.Get(url)
		Expect(err).To(HaveOccurred())
	})

	It("lets requests at work finish", func(ctx SpecContext) {
		begun, finish := make(chan struct{}), make(chan struct{})
		options.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			<-finish
			if r.Context().Err() == nil {
				_, _ = io.WriteString(w, "done")
			}
		})
		closing := make(chan struct{})
		options.Closing = func() { close(closing) }
		url := start(ctx)
		answer := make(chan string, 1)
		go func() {
			defer GinkgoRecover()
			_, text := get(url)
			answer <- text
		}()
		Eventually(ctx, begun).Should(BeClosed())
		stop()
		Eventually(ctx, closing).Should(BeClosed())
		Expect(ended).NotTo(Receive())
		close(finish)
		Eventually(ctx, answer).Should(Receive(Equal("done")))
		Eventually(ctx, ended).Should(Receive(Succeed()))
	})

	It("tells open streams before it waits for them, so that they can say goodbye", func(ctx SpecContext) {
		closing := make(chan struct{})
		var told atomic.Int32
		options.Closing = func() { told.Add(1); close(closing) }
		options.Grace = time.Hour // it is not needed
		options.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "hello\n")
			_ = http.NewResponseController(w).Flush()
			<-closing
			_, _ = io.WriteString(w, "goodbye\n")
		})
		response, err := http.Get(start(ctx))
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		reader := bufio.NewReader(response.Body)
		Expect(reader.ReadString('\n')).To(Equal("hello\n"))
		stop()
		Expect(reader.ReadString('\n')).To(Equal("goodbye\n"))
		_, err = reader.ReadByte()
		Expect(err).To(Equal(io.EOF), "the stream ended whole")
		Eventually(ctx, ended).Should(Receive(Succeed()))
		Expect(told.Load()).To(Equal(int32(1)))
	})

	It("cuts what does not end within the grace", func(ctx SpecContext) {
		var cut sync.WaitGroup
		cut.Add(1)
		begun := make(chan struct{})
		options.Grace = 50 * time.Millisecond
		options.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			defer cut.Done()
			close(begun)
			<-r.Context().Done()
		})
		url := start(ctx)
		go func() {
			if response, err := http.Get(url); err == nil {
				_ = response.Body.Close()
			}
		}()
		Eventually(ctx, begun).Should(BeClosed())
		stop()
		Eventually(ctx, ended).Should(Receive(Succeed()))
		cut.Wait()
		Expect(out.lines("requests were cut by the shutdown")).To(HaveLen(1))
	})

	It("does not start when its address is taken", func(ctx SpecContext) {
		other, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(other.Close)
		options.Handler = http.NotFoundHandler()
		options.Addr = other.Addr().String()
		Expect(serving.Run(ctx, options)).To(MatchError(ContainSubstring("listening on " + options.Addr)))

		By("the private one too, without keeping the public one")
		options.Addr, options.PrivateAddr = "127.0.0.1:0", other.Addr().String()
		Expect(serving.Run(ctx, options)).To(MatchError(ContainSubstring("listening on " + options.PrivateAddr)))
	})

	It("does not start without a handler", func(ctx SpecContext) {
		Expect(serving.Run(ctx, options)).To(MatchError(ContainSubstring("no handler")))
	})

	It("shows metrics and profiles on the private address only", func(ctx SpecContext) {
		registry := prometheus.NewRegistry()
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "turns_at_work"}, func() float64 { return 3 }))
		options.Handler = http.NotFoundHandler()
		options.PrivateAddr = "127.0.0.1:0"
		options.Gatherer = registry
		public := start(ctx)
		private := "http://" + out.lines("listening in private")[0]["addr"].(string)
		_, metrics := get(private + "/metrics")
		Expect(metrics).To(ContainSubstring("turns_at_work 3"))
		_, profiles := get(private + "/debug/pprof/")
		Expect(profiles).To(ContainSubstring("goroutine"))
		for _, path := range []string{"/metrics", "/debug/pprof/"} {
			status, _ := get(public + path)
			Expect(status).To(Equal(http.StatusNotFound))
		}
	})
})
