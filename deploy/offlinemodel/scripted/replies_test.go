package scripted_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	client "github.com/sashabaranov/go-openai"

	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("a scripted reply", func() {
	var (
		endpoint *scripted.Endpoint
		server   *httptest.Server
	)
	BeforeEach(func() { endpoint, server = newEndpoint(nil) })

	It("says its chunks, one by one", func(ctx SpecContext) {
		endpoint.Play(scripted.Say("One", " two", " three"))
		got := listen(ctx, server, say("hi"))
		Expect(got.Err).NotTo(HaveOccurred())
		Expect(got.Text).To(Equal("One two three"))
		Expect(got.Chunks).To(Equal(5)) // the role, three words, the end
		Expect(got.Finish).To(Equal("stop"))
	})

	It("repeats a chunk", func(ctx SpecContext) {
		endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Text: "ab", Times: 1000}}})
		got := listen(ctx, server, say("hi"))
		Expect(got.Text).To(HaveLen(2000))
		Expect(got.Chunks).To(Equal(1002))
	})

	It("calls tools with any arguments, in pieces", func(ctx SpecContext) {
		endpoint.Play(scripted.Reply{Calls: []scripted.Call{{Name: "add_task", Arguments: `{"title": oops`, Piece: 1}, {ID: "mine", Name: "nonsense"}}})
		got := listen(ctx, server, say("hi"))
		Expect(got.Names).To(Equal(map[int]string{0: "add_task", 1: "nonsense"}))
		Expect(got.Arguments).To(Equal(map[int]string{0: `{"title": oops`, 1: ""}))
		Expect(got.Order).To(HaveLen(1 + 14 + 1))
		Expect(got.Finish).To(Equal("tool_calls"))
	})

	It("calls tools by turns", func(ctx SpecContext) {
		endpoint.Play(scripted.Reply{Interleave: true, Calls: []scripted.Call{{Name: "a", Arguments: "1234", Piece: 2}, {Name: "b", Arguments: "12", Piece: 2}}})
		got := listen(ctx, server, say("hi"))
		Expect(got.Order).To(Equal([]int{0, 1, 0, 1, 0}))
		Expect(got.Arguments).To(Equal(map[int]string{0: "1234", 1: "12"}))
	})

	It("is given in one piece to who does not stream", func(ctx SpecContext) {
		endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Text: "a"}, {Text: "b"}}, Calls: []scripted.Call{{Name: "x", Arguments: "{}"}}})
		answer, err := dial(server).CreateChatCompletion(ctx, say("hi"))
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Choices[0].Message.Content).To(Equal("ab"))
		Expect(answer.Choices[0].Message.ToolCalls).To(ConsistOf(HaveField("Function.Name", "x")))
	})

	Context("with an end that is none", func() {
		It("is cut after some chunks", func(ctx SpecContext) {
			reply := scripted.Say("One", " two", " three")
			reply.CutAfter = 2
			endpoint.Play(reply)
			got := listen(ctx, server, say("hi"))
			Expect(got.Text).To(Equal("One two"))
			Expect(got.Finish).To(BeEmpty())
			Expect(got.Err).To(MatchError(io.ErrUnexpectedEOF))
			Eventually(ctx, endpoint.Requests).Should(ConsistOf(HaveField("Ended", scripted.Closed)))
		})

		It("is cut in the middle of a call's arguments", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Calls: []scripted.Call{{Name: "a", Arguments: "123456", Piece: 2}}, CutAfter: 2})
			got := listen(ctx, server, say("hi"))
			Expect(got.Arguments).To(Equal(map[int]string{0: "12"}))
			Expect(got.Err).To(HaveOccurred())
		})

		It("ends in order without a finish_reason", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Text: "One"}}, End: scripted.Unfinished})
			got := listen(ctx, server, say("hi"))
			Expect(got.Err).NotTo(HaveOccurred())
			Expect(got.Text).To(Equal("One"))
			Expect(got.Finish).To(BeEmpty())
		})

		It("is no answer at all", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{End: scripted.Dropped}, scripted.Reply{End: scripted.Cut})
			Expect(listen(ctx, server, say("hi")).Err).To(HaveOccurred())
			_, err := dial(server).CreateChatCompletion(ctx, say("hi"))
			Expect(err).To(HaveOccurred())
		})

		It("ends for another reason", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Text: "One"}}, FinishReason: "length"})
			Expect(listen(ctx, server, say("hi")).Finish).To(Equal("length"))
		})
	})

	Context("in place of a reply", func() {
		It("is an error with Retry-After", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Status: 429, RetryAfter: "7"}, scripted.Fail(500))
			body := `{"model":"m","messages":[{"role":"user","content":"hi"}]}`
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/chat/completions", stringReader(body))
			Expect(err).NotTo(HaveOccurred())
			response, err := server.Client().Do(request)
			Expect(err).NotTo(HaveOccurred())
			defer func() { _ = response.Body.Close() }()
			Expect(response.StatusCode).To(Equal(http.StatusTooManyRequests))
			Expect(response.Header.Get("Retry-After")).To(Equal("7"))

			var fault *client.APIError
			Expect(errors.As(listen(ctx, server, say("hi")).Err, &fault)).To(BeTrue())
			Expect(fault.HTTPStatusCode).To(Equal(500))
			Expect(fault.Type).To(Equal("server_error"))
		})

		It("is garbage", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Body: "<html>502</html>", Status: 502, ContentType: "text/html"}, scripted.Reply{Body: "garbage"})
			status, body := send(ctx, server, http.MethodPost, "/v1/chat/completions", `{"model":"m","messages":[{"role":"user","content":"hi"}]}`)
			Expect(status).To(Equal(502))
			Expect(body).To(Equal("<html>502</html>"))
			_, err := dial(server).CreateChatCompletion(ctx, say("hi"))
			Expect(err).To(HaveOccurred())
		})

		It("has raw lines in its stream", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Raw: ": hb\n\n", Times: 3}, {Text: "One"}, {Raw: "data: {oops\n\n"}}})
			got := listen(ctx, server, say("hi"))
			Expect(got.Text).To(Equal("One"))
			Expect(got.Err).To(HaveOccurred())
		})
	})

	Context("with a gate", func() {
		It("waits until it is opened, before it says anything", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Gate: "start", Chunks: []scripted.Chunk{{Text: "One"}}})
			got := hear(ctx, server)
			Eventually(ctx, func() int { return endpoint.Waiting("start") }).Should(Equal(1))
			Expect(endpoint.Requests()).To(ConsistOf(HaveField("Ended", scripted.AtWork)))
			endpoint.Open("start")
			Eventually(ctx, got).Should(Receive(HaveField("Text", "One")))
			Eventually(ctx, endpoint.Requests).Should(ConsistOf(HaveField("Ended", scripted.Answered)))
			Expect(endpoint.Waiting("start")).To(BeZero())
		})

		It("has sent what stands before the gate, and nothing after it", func(ctx SpecContext) {
			until := make(chan struct{})
			endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Text: "One"}, {Text: " two", Until: until}}})
			stream, err := dial(server).CreateChatCompletionStream(ctx, say("hi"))
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(stream.Close)
			for _, want := range []string{"", "One"} {
				chunk, err := stream.Recv()
				Expect(err).NotTo(HaveOccurred())
				Expect(chunk.Choices[0].Delta.Content).To(Equal(want))
			}
			close(until)
			chunk, err := stream.Recv()
			Expect(err).NotTo(HaveOccurred())
			Expect(chunk.Choices[0].Delta.Content).To(Equal(" two"))
		})

		It("notices that the caller went away", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Text: "One"}, {Text: " two", Gate: "never"}}})
			leaving, leave := context.WithCancel(ctx)
			got := hear(leaving, server)
			Eventually(ctx, func() int { return endpoint.Waiting("never") }).Should(Equal(1))
			leave()
			Eventually(ctx, got).Should(Receive(HaveField("Err", MatchError(context.Canceled))))
			Eventually(ctx, endpoint.Requests).Should(ConsistOf(HaveField("Ended", scripted.Left)))
			Expect(endpoint.Waiting("never")).To(BeZero())
		})

		It("goes on when the script is reset, and begins with closed gates", func(ctx SpecContext) {
			endpoint.Play(scripted.Reply{Gate: "g", Chunks: []scripted.Chunk{{Text: "One"}}})
			got := hear(ctx, server)
			Eventually(ctx, func() int { return endpoint.Waiting("g") }).Should(Equal(1))
			endpoint.Reset()
			Eventually(ctx, got).Should(Receive(HaveField("Text", "One")))
			Expect(endpoint.Requests()).To(BeEmpty())
			endpoint.Play(scripted.Reply{Chunks: []scripted.Chunk{{Text: "Two", Gate: "g"}}})
			again := hear(ctx, server)
			Eventually(ctx, func() int { return endpoint.Waiting("g") }).Should(Equal(1))
			endpoint.Open("g")
			Eventually(ctx, again).Should(Receive(HaveField("Text", "Two")))
		})
	})

	It("takes its time", func(ctx SpecContext) {
		endpoint.Play(scripted.Reply{DelayMS: 20, PaceMS: 5, Chunks: []scripted.Chunk{{Text: "a", Times: 4}, {Text: "b", PauseMS: 10}}})
		started := time.Now()
		Expect(listen(ctx, server, say("hi")).Text).To(Equal("aaaab"))
		Expect(time.Since(started)).To(BeNumerically(">=", 55*time.Millisecond))
	})
})
