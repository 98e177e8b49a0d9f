package server_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"iter"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/server"
)

// open begins a turn as a stream and gives it unread.
func (u *user) open(ctx context.Context, body string) *http.Response {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url+u.path("/chat"), strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	request.Header = http.Header{
		"Authorization": {"Bearer " + u.token()}, "Content-Type": {"application/json"}, "Accept": {"text/event-stream"},
	}
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(response.Body.Close)
	return response
}

func decoded(r io.Reader) (events []api.Event) {
	GinkgoHelper()
	for event, err := range api.Decode(r) {
		Expect(err).NotTo(HaveOccurred())
		events = append(events, event)
	}
	return events
}

var _ = Describe("A turn as a stream", func() {
	It("comes as it happens, and says what is stored", func(ctx SpecContext) {
		alice := newDesk().user()
		response := alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"content": "add Tea"}`, "Accept", "text/event-stream")
		Expect(response.StatusCode).To(Equal(http.StatusOK))
		Expect(response.Header.Get("Content-Type")).To(Equal("text/event-stream"))
		Expect(response.Header.Get("Cache-Control")).To(Equal("no-cache, no-transform"))
		Expect(response.Header.Get("X-Accel-Buffering")).To(Equal("no"))
		events := decoded(bytes.NewReader(response.body))
		var types []string
		for _, event := range events {
			Expect(event.ID).NotTo(BeEmpty())
			types = append(types, event.Body.EventType())
		}
		Expect(types).To(Equal([]string{
			"run.started", "conversation.updated", "message.started", "message.delta", "message.text_completed",
			"tool_call.started", "tool_call.finished", "message.completed",
			"message.started", "message.delta", "message.text_completed", "message.completed", "run.completed",
		}))
		var page api.MessagePage
		id := events[0].Body.(api.RunStarted).Conversation.ID
		alice.get(ctx, conversation(id)+"/messages").into(http.StatusOK, &page)
		Expect(page.Data[0]).To(Equal(events[0].Body.(api.RunStarted).UserMessage))
		Expect(page.Data[1]).To(Equal(events[12].Body.(api.RunCompleted).Answer))
		Expect(page.Data[1].Steps[0]).To(Equal(events[7].Body.(api.MessageCompleted).Step))
		Expect(page.Conversation.Title).To(Equal(events[1].Body.(api.ConversationUpdated).Conversation.Title))
	})

	It("shows what is said before it is all said", func(ctx SpecContext) {
		alice := newDesk().user()
		response := alice.open(ctx, `{"content": "wait"}`)
		for event, err := range api.Decode(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			if _, said := event.Body.(api.MessageDelta); said {
				close(alice.model.hold)
				break
			}
		}
	})

	It("has comments while nothing happens", func(ctx SpecContext) {
		alice := newDesk(func(s *server.Server) { s.Config.Heartbeat = 5 * time.Millisecond }).user()
		lines := bufio.NewScanner(alice.open(ctx, `{"content": "wait"}`).Body)
		beats, broken := 0, false
		for lines.Scan() {
			if lines.Text() == ": hb" {
				if beats++; beats == 3 {
					close(alice.model.hold)
				}
				broken = !lines.Scan() || lines.Text() != "" // a frame of its own
			}
		}
		Expect(beats).To(BeNumerically(">=", 3))
		Expect(broken).To(BeFalse())
	})

	It("fails as a stream once it was accepted, and as a problem before", func(ctx SpecContext) {
		alice := newDesk().user()
		response := alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"content": "fail"}`, "Accept", "text/event-stream")
		events := decoded(bytes.NewReader(response.body))
		failed := events[len(events)-1].Body.(api.RunFailed)
		Expect(failed.Code).To(Equal("model_refused"))
		Expect(failed.Answer.Content).To(Equal(failed.Message))
		Expect(failed.Answer.Steps).To(HaveExactElements(HaveField("Code", "model_refused")))

		response = alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"content": ""}`, "Accept", "text/event-stream")
		response.problem(http.StatusBadRequest, "invalid_request")
	})

	DescribeTable("is given to those who ask for it",
		func(ctx SpecContext, streamed bool, accept ...string) {
			alice := newDesk().user()
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, alice.url+alice.path("/chat"), strings.NewReader(`{"content": "Hi"}`))
			Expect(err).NotTo(HaveOccurred())
			request.Header = http.Header{"Authorization": {"Bearer " + alice.token()}, "Content-Type": {"application/json"}, "Accept": accept}
			response, err := http.DefaultClient.Do(request)
			Expect(err).NotTo(HaveOccurred())
			defer func() { _ = response.Body.Close() }()
			Expect(response.StatusCode).To(Equal(http.StatusOK))
			Expect(response.Header.Get("Content-Type") == "text/event-stream").To(Equal(streamed))
			_, err = io.Copy(io.Discard, response.Body)
			Expect(err).NotTo(HaveOccurred())
		},
		Entry("by name", true, "text/event-stream"),
		Entry("by name, in other letters", true, "Text/Event-Stream"),
		Entry("by name, with more", true, "text/event-stream; charset=utf-8"),
		Entry("beside JSON", true, "application/json, text/event-stream"),
		Entry("in a second line", true, "application/json", "text/event-stream"),
		Entry("before JSON", true, "text/event-stream, application/json;q=0.5"),
		Entry("not behind JSON", false, "application/json, text/event-stream;q=0.5"),
		Entry("not when it is refused", false, "text/event-stream;q=0"),
		Entry("not by anything", false, "*/*"),
		Entry("not by text", false, "text/*"),
		Entry("not by JSON", false, "application/json"),
		Entry("not by nonsense", false, ";;;, text/event-streams"),
		Entry("not by nobody", false),
	)

	It("goes on without its reader", func(ctx SpecContext) {
		alice := newDesk().user()
		reading, leave := context.WithCancel(ctx)
		defer leave()
		id := int64(0)
		for event, err := range api.Decode(alice.open(reading, `{"content": "wait"}`).Body) {
			if err != nil {
				break
			}
			if started, ok := event.Body.(api.RunStarted); ok {
				id = started.Conversation.ID
				leave()
			}
		}
		close(alice.model.hold)
		Eventually(ctx, func() any { return alice.get(ctx, conversation(id)).object(http.StatusOK)["messages"] }).Should(HaveLen(2))
	})

	It("goes on without the caller who wanted it whole", func(ctx SpecContext) {
		alice := newDesk().user()
		reading, leave := context.WithCancel(ctx)
		defer leave()
		request, err := http.NewRequestWithContext(reading, http.MethodPost, alice.url+alice.path("/chat"), strings.NewReader(`{"content": "wait"}`))
		Expect(err).NotTo(HaveOccurred())
		request.Header = http.Header{"Authorization": {"Bearer " + alice.token()}, "Content-Type": {"application/json"}}
		go func() {
			defer GinkgoRecover()
			Eventually(ctx, alice.manager.AtWork).Should(Equal(1))
			leave()
		}()
		_, err = http.DefaultClient.Do(request)
		Expect(err).To(MatchError(context.Canceled))
		Expect(alice.manager.AtWork()).To(Equal(1))
		close(alice.model.hold)
		Eventually(ctx, alice.manager.AtWork).Should(BeZero())
		var list []object
		alice.get(ctx, "/conversations").into(http.StatusOK, &list)
		Expect(list).To(HaveExactElements(HaveKeyWithValue("message_count", BeEquivalentTo(2))))
	})
})

// breaking shows a turn's start, and then loses it.
type breaking struct{ server.Turns }

func (b breaking) Follow(ctx context.Context, user string, run int64, after api.Position, alone bool) (iter.Seq2[api.Event, error], error) {
	events, err := b.Turns.Follow(ctx, user, run, after, alone)
	return func(yield func(api.Event, error) bool) {
		for event, err := range events {
			yield(event, err)
			break
		}
		yield(api.Event{}, runs.ErrGoingDown)
	}, err
}

var _ = Describe("A turn that was accepted and can't be shown to its end", func() {
	var alice *user

	BeforeEach(func() {
		alice = newDesk(func(s *server.Server) { s.Turns = breaking{s.Turns} }).user()
	})

	It("is a stream without an end", func(ctx SpecContext) {
		var shown []api.Event
		var cut error
		for event, err := range api.Decode(alice.open(ctx, `{"content": "Hi"}`).Body) {
			if cut = err; err == nil {
				shown = append(shown, event)
			}
		}
		Expect(cut).To(MatchError(api.ErrCut))
		Expect(shown).To(HaveExactElements(HaveField("Body", BeAssignableToTypeOf(api.RunStarted{}))))
	})

	It("is named to who wanted it whole, who is not told that nothing was accepted", func(ctx SpecContext) {
		said := alice.say(ctx, "Hi")
		Expect(said).To(And(HaveKeyWithValue("status", "error"), HaveKeyWithValue("response", MatchRegexp(`^Your message .*\.$`))))
		Expect(said).To(HaveKeyWithValue("tool_calls", BeEmpty()))
		Eventually(ctx, func() any {
			return alice.get(ctx, run(int64(said["message_id"].(float64)))).object(http.StatusOK)["state"]
		}).Should(Equal(api.StateDone))
		id := int64(said["conversation_id"].(float64))
		Expect(alice.get(ctx, conversation(id)).object(http.StatusOK)["messages"]).To(ContainElement(HaveKeyWithValue("content", "You said: Hi")))
	})
})

var _ = Describe("A reader that stops reading", func() {
	DescribeTable("is given up",
		func(ctx SpecContext, accept string) {
			served := make(chan struct{})
			alice := newDesk(func(s *server.Server) {
				s.Config.WriteTime, s.Config.MaxContent, s.Config.Heartbeat = 200*time.Millisecond, 12<<20, -1
			}).user()
			front := alice.front.Handler()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			Expect(err).NotTo(HaveOccurred())
			own := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(served)
				front.ServeHTTP(w, r)
			})}
			go func() { _ = own.Serve(listener) }()
			DeferCleanup(own.Close)
			conn, err := net.Dial("tcp", listener.Addr().String())
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(conn.Close)
			body := `{"content": "` + strings.Repeat("x", 10<<20) + `"}`
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://x"+alice.path("/chat"), strings.NewReader(body))
			Expect(err).NotTo(HaveOccurred())
			request.Header = http.Header{"Authorization": {"Bearer " + alice.token()}, "Content-Type": {"application/json"}, "Accept": {accept}}
			Expect(request.Write(conn)).To(Succeed())
			Eventually(ctx, served).WithTimeout(20 * time.Second).Should(BeClosed())
			Eventually(ctx, alice.manager.AtWork).Should(BeZero())
		},
		Entry("on a stream", "text/event-stream"), Entry("of a whole answer", "application/json"),
	)
})
