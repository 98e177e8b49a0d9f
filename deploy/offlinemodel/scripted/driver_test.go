package scripted_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	client "github.com/sashabaranov/go-openai"

	"taskpilot/deploy/offlinemodel/openai"
	"taskpilot/deploy/offlinemodel/scripted"
)

// newEndpoint makes an endpoint whose clock stands still and whose ids count, and serves it with its control.
func newEndpoint(otherwise openai.Responder) (*scripted.Endpoint, *httptest.Server) {
	var ids atomic.Int64
	endpoint := scripted.New(scripted.Options{
		Clock:     func() time.Time { return time.Unix(1795379828, 0) },
		NewID:     func() string { return fmt.Sprint("id", ids.Add(1)) },
		Otherwise: otherwise,
	})
	mux := http.NewServeMux()
	mux.Handle("/v1/", endpoint)
	mux.Handle("/", endpoint.Control())
	server := httptest.NewServer(mux)
	DeferCleanup(func() {
		endpoint.Close()
		server.Close()
	})
	return endpoint, server
}

func dial(server *httptest.Server) *client.Client {
	config := client.DefaultConfig("secret")
	config.BaseURL = server.URL + "/v1"
	return client.NewClientWithConfig(config)
}

func say(text string) client.ChatCompletionRequest {
	return client.ChatCompletionRequest{Model: "m", Messages: []client.ChatCompletionMessage{{Role: "user", Content: text}}}
}

// heard is what a reader got of a stream.
type heard struct {
	Text      string
	Chunks    int
	Names     map[int]string
	Arguments map[int]string
	Order     []int // the indexes of the calls' chunks, as they came
	Finish    string
	Err       error // nil when the stream ended in order
}

// listen reads a stream to its end.
func listen(ctx context.Context, server *httptest.Server, request client.ChatCompletionRequest) heard {
	got := heard{Names: map[int]string{}, Arguments: map[int]string{}}
	stream, err := dial(server).CreateChatCompletionStream(ctx, request)
	if err != nil {
		got.Err = err
		return got
	}
	defer func() { _ = stream.Close() }()
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			got.Err = err
			return got
		}
		got.Chunks++
		for _, choice := range chunk.Choices {
			got.Text += choice.Delta.Content
			got.Finish += string(choice.FinishReason)
			for _, call := range choice.Delta.ToolCalls {
				got.Order = append(got.Order, *call.Index)
				got.Names[*call.Index] += call.Function.Name
				got.Arguments[*call.Index] += call.Function.Arguments
			}
		}
	}
}

// send talks to the control.
func send(ctx context.Context, server *httptest.Server, method, path, body string) (int, string) {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, server.URL+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	response, err := server.Client().Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return response.StatusCode, string(text)
}
