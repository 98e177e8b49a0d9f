package scripted_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	client "github.com/sashabaranov/go-openai"

	"taskpilot/deploy/offlinemodel/openai"
	"taskpilot/deploy/offlinemodel/scripted"
)

func stringReader(text string) io.Reader { return strings.NewReader(text) }

// hear reads a stream in the background.
func hear(ctx context.Context, server *httptest.Server) <-chan heard {
	got := make(chan heard, 1)
	go func() { got <- listen(ctx, server, say("hi")) }()
	return got
}

// answered adds a step to a request: a call and its result.
func answered(request client.ChatCompletionRequest, result string) client.ChatCompletionRequest {
	id := fmt.Sprint("c", len(request.Messages))
	request.Messages = append(request.Messages,
		client.ChatCompletionMessage{Role: "assistant", ToolCalls: []client.ToolCall{{ID: id, Type: "function", Function: client.FunctionCall{Name: "x", Arguments: "{}"}}}},
		client.ChatCompletionMessage{Role: "tool", ToolCallID: id, Content: result})
	return request
}

var _ = Describe("the script", func() {
	var (
		endpoint *scripted.Endpoint
		server   *httptest.Server
	)
	BeforeEach(func() { endpoint, server = newEndpoint(nil) })

	It("gives its replies in order, and then refuses", func(ctx SpecContext) {
		endpoint.Play(scripted.Say("one"), scripted.Say("two"))
		Expect(listen(ctx, server, say("hi")).Text).To(Equal("one"))
		Expect(listen(ctx, server, say("hi")).Text).To(Equal("two"))
		Expect(listen(ctx, server, say("hi")).Err).To(MatchError(ContainSubstring("The script has no reply")))
	})

	It("goes on for ever when it shall: a model that never stops calling", func(ctx SpecContext) {
		endpoint.Use(scripted.Rule{Times: -1, Replies: []scripted.Reply{scripted.CallTool("list_tasks", "{}")}})
		request := say("hi")
		for range 20 {
			Expect(listen(ctx, server, request).Names).To(Equal(map[int]string{0: "list_tasks"}))
			request = answered(request, "{}")
		}
	})

	It("keeps several users apart by what they say", func(ctx SpecContext) {
		none, one := 0, 1
		endpoint.Use(
			scripted.Rule{When: scripted.When{Said: "ann", Results: &none}, Replies: []scripted.Reply{scripted.CallTool("list_tasks", "{}")}, Times: 2},
			scripted.Rule{When: scripted.When{Said: "ann", Results: &one}, Replies: []scripted.Reply{scripted.Say("Hello Ann")}},
			scripted.Rule{When: scripted.When{History: "bob"}, Replies: []scripted.Reply{scripted.Say("Hello Bob"), scripted.Say("Bob again")}},
		)
		Expect(listen(ctx, server, say("I am bob")).Text).To(Equal("Hello Bob"))
		Expect(listen(ctx, server, say("I am ann")).Names).To(HaveLen(1))
		Expect(listen(ctx, server, answered(say("I am bob"), "{}")).Text).To(Equal("Bob again"))
		Expect(listen(ctx, server, answered(say("I am ann"), "{}")).Text).To(Equal("Hello Ann"))
		Expect(listen(ctx, server, say("I am ann")).Names).To(HaveLen(1))
		Expect(listen(ctx, server, say("I am ann")).Err).To(HaveOccurred())
	})

	It("lets a function choose", func(ctx SpecContext) {
		endpoint.Play(scripted.Say("the script"))
		endpoint.Answer(func(r openai.Request) scripted.Reply { return scripted.Say("You said ", r.Messages[0].Content.Text) })
		Expect(listen(ctx, server, say("hi")).Text).To(Equal("You said hi"))
		endpoint.Answer(nil)
		Expect(listen(ctx, server, say("hi")).Text).To(Equal("the script"))
	})

	It("leaves to others what it has no reply for", func(ctx SpecContext) {
		endpoint, server := newEndpoint(func(openai.Request) openai.Reply {
			return openai.Reply{Text: "by rules", Calls: []openai.Call{openai.NewCall("", "x", "{}")}}
		})
		endpoint.Play(scripted.Fail(503))
		Expect(listen(ctx, server, say("hi")).Err).To(HaveOccurred())
		got := listen(ctx, server, say("hi"))
		Expect(got.Text).To(Equal("by rules"))
		Expect(got.Names).To(Equal(map[int]string{0: "x"}))
	})

	It("records each request, the refused ones too", func(ctx SpecContext) {
		endpoint.Play(scripted.Say("one"))
		listen(ctx, server, say("hi"))
		bad := say("hi")
		bad.Messages = append(bad.Messages, client.ChatCompletionMessage{Role: "tool", ToolCallID: "x", Content: "{}"})
		Expect(listen(ctx, server, bad).Err).To(HaveOccurred())
		send(ctx, server, http.MethodPost, "/v1/chat/completions", "garbage")

		requests := endpoint.Requests()
		Expect(requests).To(HaveLen(3))
		Expect(requests[0].Authorization).To(Equal("Bearer secret"))
		Expect(requests[0].Request.Messages).To(ConsistOf(HaveField("Content.Text", "hi")))
		Expect(requests[0].Refused).To(BeEmpty())
		Expect(json.Valid(requests[0].Body)).To(BeTrue())
		Expect(requests[1].Refused).To(ContainSubstring("must be a response"))
		Expect(requests[2].Refused).To(ContainSubstring("could not parse"))
		Expect(requests[2].Body).To(BeEmpty())
	})

	It("serves many at once, each reply once", func(ctx SpecContext) {
		const users = 40
		for i := range users {
			endpoint.Play(scripted.Reply{PaceMS: 1, Chunks: []scripted.Chunk{{Text: fmt.Sprintf("<%d>", i)}, {Text: "."}}})
		}
		got := make(chan heard, users)
		for range users {
			go func() { got <- listen(ctx, server, say("hi")) }()
		}
		texts := map[string]bool{}
		for range users {
			var one heard
			Eventually(ctx, got).Should(Receive(&one))
			Expect(one.Err).NotTo(HaveOccurred())
			texts[one.Text] = true
		}
		Expect(texts).To(HaveLen(users))
	}, SpecTimeout(20*time.Second))

	It("knows one path", func(ctx SpecContext) {
		status, _ := send(ctx, server, http.MethodGet, "/v1/chat/completions", "")
		Expect(status).To(Equal(http.StatusNotFound))
		status, _ = send(ctx, server, http.MethodPost, "/v1/embeddings", "{}")
		Expect(status).To(Equal(http.StatusNotFound))
	})
})

var _ = Describe("the control", func() {
	var server *httptest.Server
	BeforeEach(func() { _, server = newEndpoint(nil) })

	It("takes a script as JSON, says what came, and opens gates", func(ctx SpecContext) {
		status, body := send(ctx, server, http.MethodPost, "/script", `{
			"rules": [{"when": {"said": "bob", "results": 0}, "times": -1, "replies": [{"calls": [{"name": "x", "arguments": "{oops", "piece": 3}]}]}],
			"replies": [{"chunks": [{"text": "One"}, {"text": " two", "gate": "g"}], "pace_ms": 1}]}`)
		Expect(status).To(Equal(http.StatusNoContent), body)
		Expect(listen(ctx, server, say("bob")).Arguments).To(Equal(map[int]string{0: "{oops"}))
		got := hear(ctx, server)
		Eventually(ctx, func() string { _, body := send(ctx, server, http.MethodGet, "/gates/g", ""); return body }).Should(MatchJSON(`{"waiting":1}`))
		status, _ = send(ctx, server, http.MethodPost, "/gates/g", "")
		Expect(status).To(Equal(http.StatusNoContent))
		Eventually(ctx, got).Should(Receive(HaveField("Text", "One two")))

		_, body = send(ctx, server, http.MethodGet, "/requests", "")
		var came struct {
			Requests []struct {
				Body  openai.Request `json:"body"`
				Ended string         `json:"ended"`
			} `json:"requests"`
		}
		Expect(json.Unmarshal([]byte(body), &came)).To(Succeed())
		Expect(came.Requests).To(HaveLen(2))
		Expect(came.Requests[1].Body.Messages[0].Content.Text).To(Equal("hi"))
		Expect(came.Requests[0].Ended).To(Equal("whole"))
	})

	It("begins anew with each script, unless it is to be appended", func(ctx SpecContext) {
		send(ctx, server, http.MethodPost, "/script", `{"replies":[{"chunks":[{"text":"a"}]}]}`)
		send(ctx, server, http.MethodPost, "/script", `{"replies":[{"chunks":[{"text":"b"}]}]}`)
		send(ctx, server, http.MethodPost, "/script", `{"append":true,"replies":[{"chunks":[{"text":"c"}]}]}`)
		Expect(listen(ctx, server, say("hi")).Text).To(Equal("b"))
		Expect(listen(ctx, server, say("hi")).Text).To(Equal("c"))
		send(ctx, server, http.MethodPost, "/script", `{"replies":[{"chunks":[{"text":"d"}]}]}`)
		send(ctx, server, http.MethodDelete, "/script", ``)
		Expect(listen(ctx, server, say("hi")).Err).To(HaveOccurred())
	})

	DescribeTable("refuses a script that it can't play, and keeps the old one",
		func(ctx SpecContext, script, reason string) {
			send(ctx, server, http.MethodPost, "/script", `{"replies":[{"chunks":[{"text":"old"}]}]}`)
			status, body := send(ctx, server, http.MethodPost, "/script", script)
			Expect(status).To(Equal(http.StatusBadRequest))
			Expect(body).To(ContainSubstring(reason))
			Expect(listen(ctx, server, say("hi")).Text).To(Equal("old"))
		},
		Entry("no JSON", `{`, "reading the script"),
		Entry("an unknown field", `{"replys":[]}`, "replys"),
		Entry("an unknown end", `{"replies":[{"end":"explode"}]}`, "explode"),
		Entry("an odd status", `{"rules":[{"replies":[{"status":7}]}]}`, "200 to 599"),
		Entry("a call without a name", `{"replies":[{"calls":[{"arguments":"{}"}]}]}`, "without a name"),
	)
})
