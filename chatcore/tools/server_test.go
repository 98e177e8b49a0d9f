package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gleak"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/tools"
)

var (
	alice = agent.Caller{UserID: "alice", SessionID: "cksess_1"}
	bob   = agent.Caller{UserID: "bob"}
)

// received is one request as it came to the server.
type received struct {
	HTTP   string // the HTTP method
	Method string // the JSON-RPC method
	Token  string
	Key    string
	Tool   string
}

// server is a real MCP server, behind a door that keeps notes and can do harm.
type server struct {
	URL   string
	stop  func()
	mcp   *mcp.Server
	inner http.Handler

	mu       sync.Mutex
	requests []received
	results  map[string]string // by key: what a call that acted said
	acts     int
	harm     func(w http.ResponseWriter, r *http.Request, note received) (done bool)
	wait     chan struct{} // what the tool "wait" waits for
}

func newServer(options *mcp.StreamableHTTPOptions) *server {
	if options == nil {
		options = &mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true, PropagateRequestCancellation: true}
	}
	s := &server{results: map[string]string{}, wait: make(chan struct{})}
	inner := mcp.NewServer(&mcp.Implementation{Name: "specs", Version: "1"}, nil)
	for name, handler := range s.tools() {
		inner.AddTool(&mcp.Tool{Name: name, Description: "Does " + name + ".", InputSchema: json.RawMessage(`{"type":"object","properties":{"title":{"type":"string","maxLength":200}}}`)}, handler)
	}
	s.mcp = inner
	s.inner = mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return inner }, options)
	return s
}

// start serves, at an address of its own.
func (s *server) start() *server {
	GinkgoHelper()
	real := httptest.NewServer(s)
	s.URL, s.stop = real.URL+"/mcp", sync.OnceFunc(func() { real.CloseClientConnections(); real.Close() })
	DeferCleanup(s.stop)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var message struct {
		Method string `json:"method"`
		Params struct {
			Name string         `json:"name"`
			Meta map[string]any `json:"_meta"`
		} `json:"params"`
	}
	_ = json.Unmarshal(body, &message)
	key, _ := message.Params.Meta[tools.CallKey].(string)
	note := received{HTTP: r.Method, Method: message.Method, Key: key, Tool: message.Params.Name,
		Token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	s.mu.Lock()
	s.requests = append(s.requests, note)
	harm := s.harm
	s.mu.Unlock()
	if harm == nil || !harm(w, r, note) {
		s.inner.ServeHTTP(w, r)
	}
}

// hurt sets the harm that is done to requests from now on.
func (s *server) hurt(harm func(w http.ResponseWriter, r *http.Request, note received) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.harm = harm
}

// hurtCalls does harm to the first n tool calls.
func (s *server) hurtCalls(n int64, harm http.HandlerFunc) {
	var seen atomic.Int64
	s.hurt(func(w http.ResponseWriter, r *http.Request, note received) bool {
		if note.Method != "tools/call" || seen.Add(1) > n {
			return false
		}
		harm(w, r)
		return true
	})
}

func (s *server) notes(method string) []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	var some []received
	for _, note := range s.requests {
		if note.Method == method {
			some = append(some, note)
		}
	}
	return some
}

func (s *server) acted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.acts
}

func (s *server) tools() map[string]mcp.ToolHandler {
	give := func(result *mcp.CallToolResult) mcp.ToolHandler {
		return func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) { return result, nil }
	}
	words := func(texts ...string) (content []mcp.Content) {
		for _, text := range texts {
			content = append(content, &mcp.TextContent{Text: text})
		}
		return content
	}
	return map[string]mcp.ToolHandler{
		"add_task": s.add,
		"say":      give(&mcp.CallToolResult{Content: words("one", "two\x00")}),
		"nothing":  give(&mcp.CallToolResult{Content: []mcp.Content{}}),
		"picture":  give(&mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{Data: []byte{1}, MIMEType: "image/png"}}}),
		"number":   give(&mcp.CallToolResult{StructuredContent: map[string]any{"id": 9007199254740991, "html": "<b>", "nul": "a\x00b"}}),
		"fail": give(&mcp.CallToolResult{IsError: true, Content: words("There is no such task."),
			StructuredContent: map[string]any{"code": "not_found", "message": "There is no such task.", "task_id": 7}}),
		"grumble":   give(&mcp.CallToolResult{IsError: true, Content: words("No.")}),
		"mumble":    give(&mcp.CallToolResult{IsError: true, StructuredContent: map[string]any{"code": "Not A Code!"}}),
		"long":      give(&mcp.CallToolResult{Content: words(strings.Repeat("x", tools.MaxResult))}),
		"very_long": give(&mcp.CallToolResult{Content: words(strings.Repeat("x", 3<<20))}),
		"long_fail": give(&mcp.CallToolResult{IsError: true, StructuredContent: map[string]any{"code": "invalid", "message": "No.", "x": strings.Repeat("x", tools.MaxResult)}}),
		"wait": func(ctx context.Context, _ *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			select {
			case <-s.wait:
				return &mcp.CallToolResult{StructuredContent: map[string]any{"waited": true}}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}
}

// add acts once for a key, as the real tool server does.
func (s *server) add(_ context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	key, _ := request.Params.Meta[tools.CallKey].(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, repeated := s.results[key]; !repeated {
		s.acts++
		s.results[key] = fmt.Sprintf(`{"task_id":%d,"arguments":%s}`, s.acts, request.Params.Arguments)
	}
	return &mcp.CallToolResult{StructuredContent: json.RawMessage(s.results[key])}, nil
}

// minted counts tokens; each is another one, and names its user.
type minted struct{ n atomic.Int64 }

func (m *minted) mint(_ context.Context, caller agent.Caller) (string, error) {
	return fmt.Sprintf("secret-%s-%d", caller.UserID, m.n.Add(1)), nil
}

// client makes Tools over a server. At the end nothing of them is left, and no token was logged.
func client(config tools.Config) *tools.Tools {
	GinkgoHelper()
	before := gleak.Goroutines()
	DeferCleanup(func(ctx SpecContext) {
		Eventually(ctx, gleak.Goroutines).WithTimeout(10 * time.Second).ShouldNot(gleak.HaveLeaked(before))
	})
	log := gbytes.NewBuffer()
	config.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	config.Client = &http.Client{Transport: transport}
	if config.Mint == nil {
		config.Mint = (&minted{}).mint
	}
	if config.RetryDelay == 0 {
		config.RetryDelay = 5 * time.Millisecond
	}
	made := tools.New(config)
	DeferCleanup(func() {
		Expect(made.Close()).To(Succeed())
		Expect(string(log.Contents())).NotTo(ContainSubstring("secret-"))
	})
	return made
}

func add(key, title string) agent.ToolRequest {
	arguments, _ := json.Marshal(map[string]string{"title": title})
	return agent.ToolRequest{Key: key, Tool: "add_task", Arguments: arguments}
}
