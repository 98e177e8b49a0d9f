package upstream_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/upstream"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

var _ = Describe("A turn", func() {
	var (
		chat    *upstream.Chat
		mu      sync.Mutex
		asked   []string // method and Last-Event-ID
		answers []http.HandlerFunc
	)
	who := tokens.Identity{Subject: "alice", Token: "t"}
	started := api.Event{ID: "0.0.0.0", Body: api.RunStarted{RunID: 3}}
	begun := api.Event{ID: "1.0.0.0", Body: api.MessageStarted{Step: api.StepHead{ID: 5}}}
	ended := api.Event{ID: "1.8.0.0", Body: api.RunCompleted{}}

	telling := func(then func(r *http.Request), events ...api.Event) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for _, event := range events {
				_ = api.Encode(w, event)
			}
			_ = http.NewResponseController(w).Flush()
			then(r)
		}
	}
	cut := func(*http.Request) { panic(http.ErrAbortHandler) }
	silence := func(r *http.Request) { <-r.Context().Done() }
	refuse := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}

	// so answers the requests in turn; the last answer stays.
	so := func(all ...http.HandlerFunc) {
		mu.Lock()
		defer mu.Unlock()
		answers = all
	}
	sent := func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), asked...)
	}

	BeforeEach(func() {
		mu.Lock()
		asked, answers = nil, nil
		mu.Unlock()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			asked = append(asked, r.Method+" "+r.Header.Get("Last-Event-ID"))
			answer := answers[min(len(asked), len(answers))-1]
			mu.Unlock()
			answer(w, r)
		}))
		DeferCleanup(server.Close)
		client, err := api.NewClient(server.URL, api.ClientOptions{HTTP: &http.Client{Transport: &http.Transport{}}, Silence: 200 * time.Millisecond})
		Expect(err).NotTo(HaveOccurred())
		chat = &upstream.Chat{Client: client, Clock: time.Now, Patience: 2 * time.Second}
	})

	read := func(events iter.Seq2[api.Event, error]) (ids []string, last error) {
		GinkgoHelper()
		for event, err := range events {
			Expect(last).NotTo(HaveOccurred(), "an error is the last")
			if last = err; err == nil {
				ids = append(ids, event.ID)
			}
		}
		return ids, last
	}

	DescribeTable("goes on behind the last event", func(ctx SpecContext, breaks func(*http.Request)) {
		so(telling(breaks, started, begun), telling(breaks), telling(func(*http.Request) {}, ended))
		ids, err := read(chat.Stream(ctx, who, "", api.ChatRequest{}))
		Expect(err).NotTo(HaveOccurred())
		Expect(ids).To(Equal([]string{"0.0.0.0", "1.0.0.0", "1.8.0.0"}))
		Expect(sent()).To(Equal([]string{"POST ", "GET 1.0.0.0", "GET 1.0.0.0"}))
	}, Entry("when it is cut", cut), Entry("when the network goes silent", silence))

	DescribeTable("is followed once there is an answer", func(ctx SpecContext, after string) {
		so(refuse(503), telling(cut), telling(func(*http.Request) {}, begun, ended))
		ids, err := read(chat.Follow(ctx, who, 3, after))
		Expect(err).NotTo(HaveOccurred())
		Expect(ids).To(Equal([]string{"1.0.0.0", "1.8.0.0"}))
		Expect(sent()[2]).To(Equal("GET " + after))
	}, Entry(nil, ""), Entry(nil, "0.0.0.0"))

	It("is not sent again when it may have been accepted", func(ctx SpecContext) {
		so(telling(cut))
		_, err := read(chat.Stream(ctx, who, "", api.ChatRequest{}))
		Expect(err).To(MatchError(api.ErrCut))
		Expect(sent()).To(HaveLen(1))
	})

	It("of a service whose events have no ids is not followed", func(ctx SpecContext) {
		so(telling(cut, api.Event{Body: started.Body}))
		_, err := read(chat.Stream(ctx, who, "", api.ChatRequest{}))
		Expect(err).To(MatchError(api.ErrCut))
		Expect(sent()).To(HaveLen(1))
	})

	DescribeTable("is given up", func(ctx SpecContext, answer http.HandlerFunc, most int) {
		chat.Patience = 100 * time.Millisecond
		so(telling(cut, started), answer)
		_, err := read(chat.Stream(ctx, who, "", api.ChatRequest{}))
		Expect(err).To(MatchError(api.ErrCut), "the turn was accepted, whatever came after")
		Expect(len(sent())).To(BeNumerically("<=", most))
	},
		Entry("at once when there is no such run", refuse(404), 2),
		Entry("at once when what comes makes no sense", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = w.Write([]byte("event: message.delta\ndata: {\"step_id\n\n"))
		}), 2),
		Entry("after a while when nobody answers", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), 20),
	)

	DescribeTable("is given its input again while it is not known whether that was accepted", func(ctx SpecContext, first http.HandlerFunc) {
		so(first, telling(cut, started), telling(func(*http.Request) {}, begun, ended))
		ids, err := read(chat.Input(ctx, who, 3, api.InputRequest{ResendGuard: "g"}))
		Expect(err).NotTo(HaveOccurred())
		Expect(ids).To(Equal([]string{"0.0.0.0", "1.0.0.0", "1.8.0.0"}))
		Expect(sent()).To(Equal([]string{"POST ", "POST ", "GET 0.0.0.0"}))
	},
		Entry("for its connection broke", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })),
		Entry("for its stream broke before it said anything", telling(cut)),
		Entry("for nobody was there", refuse(503)),
	)

	DescribeTable("is given its input once when that is refused", func(ctx SpecContext, status int) {
		so(refuse(status))
		_, err := read(chat.Input(ctx, who, 3, api.InputRequest{ResendGuard: "g"}))
		Expect(err).To(HaveOccurred())
		Expect(sent()).To(HaveLen(1))
	}, Entry(nil, 400), Entry(nil, 404), Entry(nil, 409), Entry(nil, 429))

	It("is what it is when nothing came at all", func(ctx SpecContext) {
		so(refuse(404))
		_, err := read(chat.Follow(ctx, who, 3, ""))
		var problem *api.Problem
		Expect(errors.As(err, &problem)).To(BeTrue())
		Expect(err).NotTo(MatchError(api.ErrCut))
	})

	It("is let go of with its reader", func(ctx SpecContext) {
		so(telling(cut, started), refuse(503))
		reader, leave := context.WithCancel(ctx)
		defer leave()
		for _, err := range chat.Stream(reader, who, "", api.ChatRequest{}) {
			if err != nil {
				break
			}
			leave()
		}
		Expect(reader.Err()).To(HaveOccurred())
	})
})
