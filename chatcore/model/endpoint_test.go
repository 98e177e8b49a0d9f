package model_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/model"
)

const key = "sk-a-very-secret-key"

// ask is a prompt for specs that are about the answer.
var ask = agent.Prompt{Messages: []agent.PromptMessage{{Role: agent.RoleUser, Text: "Hello"}}}

// heard is all that came of one Reply.
type heard struct {
	Pieces   []string
	Finished []agent.Finished
	Err      error
}

func (h heard) Text() string { return strings.Join(h.Pieces, "") }

func hear(ctx context.Context, m *model.Model, prompt agent.Prompt) heard {
	var all heard
	for piece, err := range m.Reply(ctx, prompt) {
		ExpectWithOffset(1, all.Err).NotTo(HaveOccurred(), "an error is final")
		ExpectWithOffset(1, all.Finished).To(BeEmpty(), "Finished is the last piece")
		switch piece := piece.(type) {
		case agent.Text:
			all.Pieces = append(all.Pieces, string(piece))
		case agent.Finished:
			all.Finished = append(all.Finished, piece)
		}
		all.Err = err
	}
	return all
}

// endpoint is a real HTTP server that answers with handler, and a Model that asks it. Nothing of either is left running.
func endpoint(config model.Config, handler http.HandlerFunc) *model.Model {
	GinkgoHelper()
	before := gleak.Goroutines()
	DeferCleanup(func(ctx SpecContext) {
		Eventually(ctx, gleak.Goroutines).WithTimeout(5 * time.Second).ShouldNot(gleak.HaveLeaked(before))
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a server notices that the client is gone only after it has read the request
		r.Body = io.NopCloser(bytes.NewReader(body))
		handler(w, r)
	}))
	DeferCleanup(server.Close)
	transport := &http.Transport{}
	DeferCleanup(transport.CloseIdleConnections)
	config.BaseURL, config.APIKey, config.Client = server.URL+"/v1", key, &http.Client{Transport: transport}
	if config.Model == "" {
		config.Model = "test-model"
	}
	return model.New(config)
}

// streaming answers with a stream whose lines are given, and then ends.
func streaming(lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, line := range lines {
			fmt.Fprintf(w, "%s\n\n", line)
		}
	}
}

// cutting answers like streaming, and then cuts the connection.
func cutting(lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		streaming(lines...)(w, r)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Lines of a stream.
const done = "data: [DONE]"

func delta(fields string) string {
	return `data: {"choices":[{"index":0,"delta":{` + fields + `},"finish_reason":null}]}`
}

func says(text string) string { return delta(fmt.Sprintf(`"content":%q`, text)) }

func ends(reason string) string {
	return fmt.Sprintf(`data: {"choices":[{"index":0,"delta":{},"finish_reason":%q}]}`, reason)
}

func callPart(fields string) string { return delta(`"tool_calls":[{` + fields + `}]`) }
