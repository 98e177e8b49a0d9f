package openai_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	client "github.com/sashabaranov/go-openai"

	"taskpilot/deploy/offlinemodel/openai"
)

func dial(server *httptest.Server) *client.Client {
	config := client.DefaultConfig("")
	config.BaseURL = server.URL + "/v1"
	return client.NewClientWithConfig(config)
}

// The client that chatcore uses reads what this package writes.
var _ = Describe("go-openai", func() {
	request := client.ChatCompletionRequest{
		Model:    "gpt-4-turbo",
		Messages: []client.ChatCompletionMessage{{Role: "user", Content: "Delete milk and list my tasks"}},
		Tools:    []client.Tool{{Type: "function", Function: &client.FunctionDefinition{Name: "list_tasks", Parameters: map[string]string{"type": "object"}}}},
	}
	reply := openai.Reply{Text: "One moment, please.", Calls: []openai.Call{
		openai.NewCall("", "find_task_by_name", `{"name":"milk and a rather long name"}`),
		openai.NewCall("", "list_tasks", `{}`),
	}}

	It("reads a whole reply", func(ctx SpecContext) {
		var got openai.Request
		server := serve(func(r openai.Request) openai.Reply { got = r; return reply })
		answer, err := dial(server).CreateChatCompletion(ctx, request)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Messages[0].Content.Text).To(Equal("Delete milk and list my tasks"))
		Expect(got.MayCall("list_tasks")).To(BeTrue())
		choice := answer.Choices[0]
		Expect(choice.FinishReason).To(Equal(client.FinishReasonToolCalls))
		Expect(choice.Message.Content).To(Equal("One moment, please."))
		Expect(choice.Message.ToolCalls).To(HaveLen(2))
		Expect(choice.Message.ToolCalls[0].Function).To(Equal(client.FunctionCall{Name: "find_task_by_name", Arguments: `{"name":"milk and a rather long name"}`}))
		Expect(answer.Usage.TotalTokens).To(BeNumerically(">", 0))
	})

	It("reads a stream: words in several deltas, calls by index, usage last", func(ctx SpecContext) {
		server := serve(func(openai.Request) openai.Reply { return reply })
		streamed := request
		streamed.StreamOptions = &client.StreamOptions{IncludeUsage: true}
		stream, err := dial(server).CreateChatCompletionStream(ctx, streamed)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(stream.Close)

		var text, finish string
		deltas, names, arguments := 0, map[int]string{}, map[int]string{}
		var usage *client.Usage
		for {
			chunk, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			Expect(err).NotTo(HaveOccurred())
			Expect(usage).To(BeNil(), "something came after the usage")
			usage = chunk.Usage
			for _, choice := range chunk.Choices {
				if choice.Delta.Content != "" {
					deltas++
				}
				text += choice.Delta.Content
				finish += string(choice.FinishReason)
				for _, call := range choice.Delta.ToolCalls {
					names[*call.Index] += call.Function.Name
					arguments[*call.Index] += call.Function.Arguments
				}
			}
		}
		Expect(text).To(Equal("One moment, please."))
		Expect(deltas).To(Equal(3))
		Expect(finish).To(Equal("tool_calls"))
		Expect(names).To(Equal(map[int]string{0: "find_task_by_name", 1: "list_tasks"}))
		Expect(arguments).To(Equal(map[int]string{0: `{"name":"milk and a rather long name"}`, 1: `{}`}))
		Expect(usage).NotTo(BeNil())
	})

	It("reads a refusal as an API error", func(ctx SpecContext) {
		bad := request
		bad.Messages = append(bad.Messages, client.ChatCompletionMessage{Role: "tool", ToolCallID: "x", Content: "{}"})
		_, err := dial(serve(nil)).CreateChatCompletion(ctx, bad)
		var fault *client.APIError
		Expect(errors.As(err, &fault)).To(BeTrue())
		Expect(fault.HTTPStatusCode).To(Equal(http.StatusBadRequest))
		Expect(fault.Message).To(ContainSubstring("must be a response to a preceding message"))
	})

	It("lists the models", func(ctx SpecContext) {
		models, err := dial(serve(nil)).ListModels(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(models.Models).To(ConsistOf(HaveField("ID", "offline")))
	})

	It("sees each piece as it is sent, and the reply ends when nobody listens any more", func(ctx SpecContext) {
		handler := openai.Handler(openai.Options{Clock: time.Now, NewID: func() string { return "x" }, Pace: time.Hour,
			Respond: func(openai.Request) openai.Reply { return openai.Reply{Text: "never ending"} }})
		ended := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(ended)
			handler.ServeHTTP(w, r)
		}))
		DeferCleanup(server.Close)
		reading, stop := context.WithCancel(ctx)
		defer stop()
		stream, err := dial(server).CreateChatCompletionStream(reading, request)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(stream.Close)
		first, err := stream.Recv()
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Choices[0].Delta.Role).To(Equal("assistant"))
		stop()
		Eventually(ctx, ended).Should(BeClosed())
	}, SpecTimeout(10*time.Second))

	It("is refused a body without end", func(ctx SpecContext) {
		status, _, answer := post(ctx, serve(nil), `{"model":"`+strings.Repeat("x", 17<<20)+`"}`)
		Expect(status).To(Equal(http.StatusBadRequest))
		Expect(answer).To(ContainSubstring("too large"))
	})
})
