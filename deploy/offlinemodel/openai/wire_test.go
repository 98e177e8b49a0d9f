package openai_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/offlinemodel/openai"
)

// serve starts the API with a responder, a clock that stands still and ids that count.
func serve(respond openai.Responder) *httptest.Server {
	ids := 0
	server := httptest.NewServer(openai.Handler(openai.Options{
		Respond: respond,
		Models:  []string{"offline"},
		Clock:   func() time.Time { return time.Unix(1795379828, 0) },
		NewID:   func() string { ids++; return fmt.Sprint("id", ids) },
	}))
	DeferCleanup(server.Close)
	return server
}

func post(ctx SpecContext, server *httptest.Server, body string) (status int, kind, answer string) {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/chat/completions", strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	response, err := server.Client().Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return response.StatusCode, response.Header.Get("Content-Type"), string(text)
}

// expectGolden compares with a file in testdata; UPDATE_GOLDEN=1 writes it.
func expectGolden(name, got string) {
	GinkgoHelper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		Expect(os.WriteFile(path, []byte(got), 0o600)).To(Succeed())
	}
	want, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	Expect(got).To(Equal(string(want)))
}

var _ = Describe("the wire", func() {
	words := openai.Reply{Text: "I've added “Buy <groceries>” to your list.\n\n1. two"}
	calls := openai.Reply{Calls: []openai.Call{
		openai.NewCall("", "find_task_by_name", `{"name":"milk & honey"}`),
		openai.NewCall("call_own", "list_tasks", `{}`),
	}}
	both := openai.Reply{Text: "One moment.", Calls: calls.Calls[:1]}

	DescribeTable("is as it always was",
		func(ctx SpecContext, golden string, reply openai.Reply, options string) {
			server := serve(func(openai.Request) openai.Reply { return reply })
			status, kind, answer := post(ctx, server, `{"model":"gpt-4-turbo","messages":[{"role":"user","content":"hello"}]`+options+`}`)
			Expect(status).To(Equal(http.StatusOK))
			if strings.HasSuffix(golden, ".sse") {
				Expect(kind).To(HavePrefix("text/event-stream"))
			} else {
				Expect(kind).To(Equal("application/json"))
			}
			expectGolden(golden, answer)
		},
		Entry("words", "words.json", words, ``),
		Entry("calls", "calls.json", calls, ``),
		Entry("words, streamed", "words.sse", words, `,"stream":true`),
		Entry("words, streamed, counted", "words_usage.sse", words, `,"stream":true,"stream_options":{"include_usage":true}`),
		Entry("calls, streamed", "calls.sse", calls, `,"stream":true`),
		Entry("words and a call, streamed", "both.sse", both, `,"stream":true,"stream_options":{"include_usage":false}`),
		Entry("nothing, streamed", "empty.sse", openai.Reply{}, `,"stream":true`),
	)

	It("lists the models", func(ctx SpecContext) {
		server := serve(nil)
		response, err := server.Client().Get(server.URL + "/v1/models")
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		Expect(io.ReadAll(response.Body)).To(MatchJSON(`{"object":"list","data":[{"id":"offline","object":"model","created":0,"owned_by":"taskpilot"}]}`))
	})

	It("answers what is not there with an error of the API's form", func() {
		server := serve(nil)
		response, err := server.Client().Get(server.URL + "/v1/embeddings")
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		Expect(response.StatusCode).To(Equal(http.StatusNotFound))
		Expect(io.ReadAll(response.Body)).To(MatchJSON(`{"error":{"message":"Unknown request URL: GET /v1/embeddings.","type":"invalid_request_error","param":null,"code":null}}`))
	})
})

var _ = Describe("a request", func() {
	const tool = `{"type":"function","function":{"name":"list_tasks","parameters":{"type":"object"}}}`
	asks := func(ids ...string) string {
		var calls []string
		for _, id := range ids {
			calls = append(calls, `{"id":"`+id+`","type":"function","function":{"name":"list_tasks","arguments":"{}"}}`)
		}
		return `{"role":"assistant","content":null,"tool_calls":[` + strings.Join(calls, ",") + `]}`
	}
	answers := func(id string) string { return `{"role":"tool","tool_call_id":"` + id + `","content":"{}"}` }
	const user, said = `{"role":"user","content":"hi"}`, `{"role":"assistant","content":"hello"}`
	with := func(messages ...string) string {
		return `{"model":"m","messages":[` + strings.Join(messages, ",") + `]}`
	}
	more := func(field string) string { return `{"model":"m","messages":[` + user + `],` + field + `}` }

	DescribeTable("that a real endpoint refuses is refused",
		func(ctx SpecContext, body, param, message string) {
			server := serve(func(openai.Request) openai.Reply { Fail("it was answered"); return openai.Reply{} })
			status, _, answer := post(ctx, server, body)
			Expect(status).To(Equal(http.StatusBadRequest))
			Expect(answer).To(And(ContainSubstring(`"type":"invalid_request_error"`), ContainSubstring(message)))
			if param == "" {
				param = `null`
			} else {
				param = `"` + param + `"`
			}
			Expect(answer).To(ContainSubstring(`"param":` + param))
		},
		Entry("no JSON", `{"model"`, "", "could not parse the JSON body"),
		Entry("nothing", ``, "", "could not parse the JSON body"),
		Entry("a list", `[]`, "", "could not parse the JSON body"),
		Entry("content of a wrong type", with(`{"role":"user","content":7}`), "", "could not parse the JSON body"),
		Entry("no model", `{"messages":[`+user+`]}`, "model", "must provide a model"),
		Entry("no messages", `{"model":"m"}`, "messages", "Missing required parameter: 'messages'"),
		Entry("empty messages", with(), "messages", "empty array"),
		Entry("an unknown role", with(`{"role":"robot","content":"hi"}`), "messages.[0].role", "Invalid value: 'robot'"),
		Entry("a user without content", with(`{"role":"user"}`), "messages.[0].content", "expected a string, got null"),
		Entry("a tool result without content", with(user, asks("a"), `{"role":"tool","tool_call_id":"a"}`), "messages.[2].content", "got null"),
		Entry("an assistant with neither words nor calls", with(user, `{"role":"assistant","content":null}`), "messages.[1].content", "got null"),
		Entry("an empty list of calls", with(user, `{"role":"assistant","content":"x","tool_calls":[]}`), "messages.[1].tool_calls", "empty array"),
		Entry("a call of a user's", with(`{"role":"user","content":"x","tool_calls":[{"id":"a"}]}`), "messages.[0].tool_calls", "Only messages with role 'assistant'"),
		Entry("a call without an id", with(user, asks("")), "messages.[1].tool_calls[0].id", "Missing required"),
		Entry("two calls of one id", with(user, asks("a", "a")), "messages.[1].tool_calls[1].id", "Duplicate"),
		Entry("a call of an odd name", with(user, strings.ReplaceAll(asks("a"), "list_tasks", "list tasks")), "messages.[1].tool_calls[0].function.name", "does not match pattern"),
		Entry("a result without a call", with(user, answers("a")), "messages.[1].role", "must be a response to a preceding message"),
		Entry("a result after the person spoke again", with(user, asks("a"), answers("a"), user, answers("a")), "messages.[4].role", "must be a response"),
		Entry("a result of another call", with(user, asks("a"), answers("b")), "messages.[2].tool_call_id", "'b' not found"),
		Entry("a result given twice", with(user, asks("a"), answers("a"), answers("a")), "messages.[3].tool_call_id", "answered twice"),
		Entry("a result missing at the end", with(user, asks("a", "b"), answers("b")), "messages.[2].role", "did not have response messages: a"),
		Entry("a result missing in between", with(user, asks("a", "b"), answers("a"), user), "messages.[3].role", "did not have response messages: b"),
		Entry("a system note between a call and its result", with(user, asks("a"), `{"role":"system","content":"note"}`, answers("a")), "messages.[2].role", "did not have response messages: a"),
		Entry("a tool that is no function", more(`"tools":[{"type":"web","function":{"name":"x"}}]`), "tools[0].type", "Invalid value: 'web'"),
		Entry("a tool without a name", more(`"tools":[{"type":"function","function":{}}]`), "tools[0].function.name", "does not match pattern"),
		Entry("a tool twice", more(`"tools":[`+tool+`,`+tool+`]`), "tools", "must be unique"),
		Entry("a schema of no object", more(`"tools":[{"type":"function","function":{"name":"x","parameters":{"type":"array"}}}]`), "tools[0].function.parameters", "Invalid schema"),
		Entry("a choice without tools", more(`"tool_choice":"auto"`), "tool_choice", "only allowed when 'tools'"),
		Entry("an unknown choice", more(`"tools":[`+tool+`],"tool_choice":"maybe"`), "tool_choice", "Invalid value: 'maybe'"),
		Entry("a choice of a tool not on offer", more(`"tools":[`+tool+`],"tool_choice":{"type":"function","function":{"name":"x"}}`), "tool_choice", "not found in 'tools'"),
		Entry("a choice that is no choice", more(`"tools":[`+tool+`],"tool_choice":7`), "tool_choice", "Invalid value"),
		Entry("stream options without a stream", more(`"stream_options":{"include_usage":true}`), "stream_options", "only allowed when 'stream'"),
	)

	DescribeTable("that a real endpoint takes is taken",
		func(ctx SpecContext, body string) {
			server := serve(func(openai.Request) openai.Reply { return openai.Reply{Text: "fine"} })
			status, _, answer := post(ctx, server, body)
			Expect(status).To(Equal(http.StatusOK), answer)
		},
		Entry("all roles", with(`{"role":"system","content":"s"}`, `{"role":"developer","content":"d"}`, user, said, user)),
		Entry("content in parts", with(`{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:"}}]}`)),
		Entry("calls whose results come in another order", with(user, asks("a", "b"), answers("b"), answers("a"), said, user)),
		Entry("calls without content", with(user, strings.Replace(asks("a"), `"content":null,`, ``, 1), answers("a"))),
		Entry("the same id in a later step", with(user, asks("a"), answers("a"), asks("a"), answers("a"))),
		Entry("arguments that are no JSON", with(user, strings.Replace(asks("a"), `"{}"`, `"{oops"`, 1), answers("a"))),
		Entry("an empty text", with(`{"role":"user","content":""}`)),
		Entry("tools and choices", more(`"tools":[`+tool+`],"tool_choice":"required","parallel_tool_calls":true,"temperature":0.2,"user":"u"`)),
		Entry("a named choice", more(`"tools":[`+tool+`],"tool_choice":{"type":"function","function":{"name":"list_tasks"}}`)),
	)

	It("gives the text of all its parts", func(ctx SpecContext) {
		var got openai.Request
		server := serve(func(r openai.Request) openai.Reply { got = r; return openai.Reply{Text: "ok"} })
		post(ctx, server, with(`{"role":"user","content":[{"type":"text","text":"a"},{"type":"file"},{"type":"text","text":"b"}]}`))
		Expect(got.Messages[0].Content.Text).To(Equal("a\nb"))
	})

	DescribeTable("says which tools may be called",
		func(choice string, may bool) {
			request := openai.Request{Tools: []openai.Tool{{Function: openai.ToolDefinition{Name: "a"}}}, ToolChoice: []byte(choice)}
			Expect(request.MayCall("a")).To(Equal(may))
			Expect(request.MayCall("b")).To(BeFalse())
		},
		Entry("by default", ``, true),
		Entry("with auto", `"auto"`, true),
		Entry("with none", `"none"`, false),
		Entry("with another one named", `{"type":"function","function":{"name":"c"}}`, false),
		Entry("with this one named", `{"type":"function","function":{"name":"a"}}`, true),
	)
})
