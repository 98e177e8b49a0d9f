package server_test

import (
	"bufio"
	"context"
	"iter"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"taskpilot/adapter/server"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

var _ = Describe("A streamed request", func() {
	var a *adapter
	BeforeEach(func() {
		before := gleak.Goroutines()
		DeferCleanup(func(ctx SpecContext) {
			http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			Eventually(ctx, gleak.Goroutines).WithTimeout(5 * time.Second).ShouldNot(gleak.HaveLeaked(before))
		})
		a = newAdapter()
	})
	JustBeforeEach(func() { a.start() })

	It("creates a thread and shows the turn, in ChatKit's order", func(ctx SpecContext) {
		a.chat.on(chatOf, streaming(turn()...))
		response := a.post(ctx, create)
		all := events(response)
		Expect(types(all)).To(Equal([]any{
			"thread.created", "thread.item.done", "stream_options", "progress_update", "thread.item.done",
			"thread.item.added", "thread.item.updated", "thread.item.updated", "thread.item.updated", "thread.item.updated", "thread.item.done",
		}))
		Expect(all[4]["item"]).To(HaveKeyWithValue("content", ContainElement(HaveKeyWithValue("text", "✓ Task created: Buy groceries"))))
		Expect(response.Header.Get("Cache-Control")).To(Equal("no-cache, no-transform"))
		Expect(response.Header.Get("X-Accel-Buffering")).To(Equal("no"))
		Expect(response.Header).NotTo(HaveKey("Content-Encoding"))
	})

	It("asks chatcore as the user of the token, with a hop token", func(ctx SpecContext) {
		a.chat.on(chatOf, streaming(turn()...))
		events(a.post(ctx, addTo7))
		Expect(a.chat.requests()).To(HaveLen(1))
		Expect(a.chat.requests()[0].body).To(MatchRegexp(`^\{"content":"hi","conversation_id":7,"resend_guard":"weak:[0-9a-f]{64}"\}$`))
		hop := a.hop(ctx, a.chat.requests()[0].auth)
		Expect(hop.Subject).To(Equal("alice"))
		Expect(hop.SessionID).To(BeEmpty())
	})

	It("adds to a thread and begins at the message", func(ctx SpecContext) {
		a.chat.on(chatOf, streaming(turn()...))
		Expect(types(events(a.post(ctx, addTo7)))[:2]).To(Equal([]any{"thread.item.done", "stream_options"}))
	})

	DescribeTable("that chatcore refuses is one error", func(ctx SpecContext, status int, code, detail, message string, retry bool) {
		a.chat.on(chatOf, refusing(status, code, detail))
		told, allowed := oneError(a.post(ctx, addTo7))
		Expect(told).To(ContainSubstring(message))
		Expect(allowed).To(Equal(retry))
		Expect(a.chat.requests()).To(HaveLen(1), "a turn was sent again")
	},
		Entry("no such thread", 404, "not_found", "d", "isn't there any more", false),
		Entry("a turn at work", 409, "turn_at_work", "d", "still working", false),
		Entry("locked", 409, "conversation_locked", "d", "This conversation is locked: nothing can be added or changed.", false),
		Entry("closed", 409, "conversation_closed", "d", "This conversation is closed. Please start a new one.", false),
		Entry("too long", 400, "invalid_request", "content may have at most 5000 characters.", "content may have at most 5000 characters.", false),
		Entry("too much", 429, "too_many", "d", "too much at once", true),
		Entry("our hop token is not trusted", 401, "unauthorized", "d", "can't be reached", true),
		Entry("its own fault", 500, "internal", "stack trace", "can't be reached", true),
		Entry("a proxy's page", 502, "", "", "can't be reached", true),
		Entry("going down", 503, "going_down", "d", "can't be reached", true),
	)

	It("to a thread that cannot be is one error, and nobody is asked", func(ctx SpecContext) {
		_, retry := oneError(a.post(ctx, `{"type":"threads.add_user_message","params":{"thread_id":"thr_nope","input":{"content":[{"type":"input_text","text":"hi"}]}}}`))
		Expect(retry).To(BeFalse())
		Expect(a.chat.requests()).To(BeEmpty())
	})

	It("while chatcore is down is one error", func(ctx SpecContext) {
		a.chat.Close()
		told, retry := oneError(a.post(ctx, create))
		Expect(told).To(ContainSubstring("can't be reached"))
		Expect(retry).To(BeTrue())
	})

	It("whose turn is cut ends in order, with an error", func(ctx SpecContext) {
		a.chat.on(chatOf, streaming(turn()[:7]...))
		all := events(a.post(ctx, create))
		Expect(all[len(all)-1]).To(Equal(map[string]any{
			"type": "error", "code": "custom", "allow_retry": true,
			"message": "The connection to the assistant broke. The answer may still come: reload in a moment to see it.",
		}))
	})

	It("whose turn makes no sense ends in order, with an error", func(ctx SpecContext) {
		a.chat.on(chatOf, func(w http.ResponseWriter, _ *http.Request) {
			say(w, turn()[0])
			_, _ = w.Write([]byte("event: message.delta\ndata: {\"step_id\":\"x\n\n"))
		})
		all := events(a.post(ctx, create))
		Expect(types(all)[len(all)-1]).To(Equal("error"))
	})

	It("that fails after it was accepted shows the stored sentence, then that it can be tried again", func(ctx SpecContext) {
		step := api.Step{ID: 5, Position: 3, CreatedAt: noon, Code: "model_unreachable", Content: "I can't reach the language model right now."}
		a.chat.on(chatOf, streaming(turn()[0],
			api.MessageStarted{Step: api.StepHead{ID: 5, Position: 3, Code: step.Code, CreatedAt: noon}}, api.MessageDelta{StepID: 5, Text: step.Content},
			api.MessageCompleted{Step: step}, api.RunFailed{Code: step.Code, Message: step.Content, Retryable: true, Answer: &api.Message{}}))
		all := events(a.post(ctx, create))
		Expect(types(all)).To(Equal([]any{"thread.created", "thread.item.done", "stream_options", "thread.item.done", "error"}))
		Expect(all[4]["message"]).To(Equal("You can try again."))
	})

	It("is told when the adapter goes down", func(ctx SpecContext) {
		a.chat.on(chatOf, func(w http.ResponseWriter, r *http.Request) {
			say(w, turn()[0])
			<-r.Context().Done()
		})
		response := a.post(ctx, create)
		a.server.Closing()
		a.server.Closing()
		all := events(response)
		Expect(all[len(all)-1]).To(HaveKeyWithValue("message", ContainSubstring("restarting")))
		Expect(all[len(all)-1]).To(HaveKeyWithValue("allow_retry", true))
	})

	It("passes on what a message carries, and shows it as it came back", func(ctx SpecContext) {
		const content = `[{"type":"input_text","text":"Finish "},{"type":"input_tag","id":"t1","text":"@milk","data":{"id":12345678901234567890},"group":"tasks","interactive":true},{"type":"input_tag","id":"t2","text":" & tea"}]`
		asked := question()
		asked.Content, asked.Said = "Finish @milk & tea", api.Said{
			Parts: []api.MessagePart{{Text: "Finish "},
				{Tag: &api.Tag{ID: "t1", Text: "@milk", Data: []byte(`{"id":12345678901234567890}`), Group: "tasks", Interactive: true}},
				{Tag: &api.Tag{ID: "t2", Text: " & tea"}}},
			QuotedText: "q", Model: "m", ToolChoice: "add_task",
		}
		a.chat.on(chatOf, streaming(api.RunStarted{RunID: 3, Conversation: conversation(), UserMessage: asked}, api.RunCompleted{Answer: answer()}))
		response := a.post(ctx, `{"type":"threads.create","params":{"input":{"content":`+content+`,"quoted_text":"q","inference_options":{"model":"m","tool_choice":{"id":"add_task"}}}}}`)
		stream := bufio.NewReader(response.Body)
		Expect(frame(stream)).To(ContainSubstring("thread.created"))
		said := frame(stream)
		Expect(said).To(ContainSubstring(strings.Replace(content, `" & tea"`, `" & tea","data":{},"interactive":false`, 1)), "to the last digit")
		event, _ := decoded(said)
		Expect(event["item"]).To(And(HaveKeyWithValue("quoted_text", "q"),
			HaveKeyWithValue("inference_options", map[string]any{"model": "m", "tool_choice": map[string]any{"id": "add_task"}})))

		var sent api.ChatRequest
		decode(a.chat.requests()[0].body, &sent)
		Expect(sent.Content).To(BeEmpty())
		Expect(sent.Said).To(Equal(asked.Said))
	})

	It("is plain text to the chat API when it is one", func(ctx SpecContext) {
		a.chat.on(chatOf, streaming(turn()...))
		events(a.post(ctx, create))
		var sent map[string]any
		decode(a.chat.requests()[0].body, &sent)
		Expect(sent).To(And(HaveKeyWithValue("content", "Add a task to buy groceries"), Not(HaveKey("parts")), Not(HaveKey("model"))))
	})

	DescribeTable("with a choice that is not on offer is one error in words", func(ctx SpecContext, code, words string) {
		a.chat.on(chatOf, refusing(http.StatusBadRequest, code, "The model \"x\" is not on offer here."))
		told, retry := oneError(a.post(ctx, create))
		Expect(told).To(ContainSubstring(words))
		Expect(retry).To(BeFalse())
	},
		Entry(nil, "unknown_model", "That model isn't available here."), Entry(nil, "unknown_tool_choice", "That tool isn't available here."),
	)

	It("without any words is a 400 that names the field", func(ctx SpecContext) {
		response := a.post(ctx, `{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":" \n"}]}}}`)
		Expect(response.StatusCode).To(Equal(http.StatusBadRequest))
		Expect(object(response)).To(HaveKeyWithValue("field", "params.input.content"))
	})

	Context("when the code behind it panics", func() {
		BeforeEach(func() { a.options.Chat = panicking{} })

		It("ends in order all the same, and the process lives", func(ctx SpecContext) {
			all := events(a.post(ctx, create))
			Expect(types(all)).To(Equal([]any{"thread.created", "thread.item.done", "stream_options", "error"}))
			Expect(all[3]).To(HaveKeyWithValue("message", ContainSubstring("went wrong on our side")))
		})
	})

	Context("when chatcore takes its time", func() {
		BeforeEach(func() { a.options.Heartbeat, a.options.Patience = 20*time.Millisecond, 30*time.Millisecond })

		It("sends heartbeats between whole events, and the answer when it comes", func(ctx SpecContext) {
			release := make(chan struct{})
			a.chat.on(chatOf, func(w http.ResponseWriter, _ *http.Request) {
				<-release
				say(w, turn()...)
			})
			response := a.post(ctx, create) // its headers come before anything else does
			stream := bufio.NewReader(response.Body)
			Expect(frame(stream)).To(Equal(": hb\n\n"))
			Expect(frame(stream)).To(Equal(": hb\n\n"))
			close(release)
			for text := frame(stream); ; text = frame(stream) {
				if text != ": hb\n\n" {
					Expect(text).To(HavePrefix(`data: {"type":"thread.created"`))
					break
				}
			}
		})

		It("tells a session that was revoked in the stream, for the status is out", func(ctx SpecContext) {
			release := make(chan struct{})
			a.chat.on(chatOf, func(w http.ResponseWriter, _ *http.Request) {
				<-release
				problem(w, 401, "session_ended", "The session is over.")
			})
			response := a.post(ctx, create, "Authorization", "Bearer "+a.secret("alice", "cks_1", time.Now()))
			close(release)
			told, retry := oneError(response)
			Expect(told).To(ContainSubstring("sign in again"))
			Expect(retry).To(BeFalse())
		})
	})

	Context("when the page stops reading", func() {
		BeforeEach(func() { a.options.WriteTime = 100 * time.Millisecond })

		It("is given up, and chatcore's stream with it", func(ctx SpecContext) {
			left := make(chan struct{})
			a.chat.on(chatOf, func(w http.ResponseWriter, r *http.Request) {
				defer close(left)
				flood(w, r, theStory())
			})
			response := a.post(ctx, create)
			Eventually(ctx, left).WithTimeout(10 * time.Second).Should(BeClosed())
			Expect(response.Body.Close()).To(Succeed())
		})
	})
})

// panicking is a chat API whose code is broken.
type panicking struct{ server.Chat }

func (panicking) Stream(context.Context, tokens.Identity, translate.Key, api.ChatRequest) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		yield(api.Event{Body: turn()[0]}, nil)
		panic("broken")
	}
}
