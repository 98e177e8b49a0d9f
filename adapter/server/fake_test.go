package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"taskpilot/chatcore/api"
)

// chatAPI stands in for chatcore: answers are set by method and path behind the user, and what was asked is kept.
type chatAPI struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	raws    map[string]http.HandlerFunc
	asked   []asked
}

// asked is one request that came. Auth is its Authorization header, last its Last-Event-ID, key its Idempotency-Key.
type asked struct{ route, query, auth, body, last, key string }

func newChatAPI() *chatAPI {
	fake := &chatAPI{answers: map[string]http.HandlerFunc{}, raws: map[string]http.HandlerFunc{}}
	fake.Server = httptest.NewServer(http.HandlerFunc(fake.serve))
	DeferCleanup(fake.Close)
	return fake
}

func (f *chatAPI) serve(w http.ResponseWriter, r *http.Request) {
	route := r.Method + " " + r.URL.EscapedPath()
	f.mu.Lock()
	raw := f.raws[route]
	f.mu.Unlock()
	if raw != nil {
		raw(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.asked = append(f.asked, asked{route, r.URL.RawQuery, r.Header.Get("Authorization"), string(body), r.Header.Get("Last-Event-ID"), r.Header.Get("Idempotency-Key")})
	answer := f.answers[route]
	f.mu.Unlock()
	if answer == nil {
		problem(w, http.StatusNotFound, "not_found", "There is nothing here under this id.")
		return
	}
	answer(w, r)
}

func (f *chatAPI) on(route string, answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[route] = answer
}

// raw answers a route whose body the handler reads itself.
func (f *chatAPI) raw(route string, answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.raws[route] = answer
}

func (f *chatAPI) requests() []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]asked(nil), f.asked...)
}

// count says how often a route was asked.
func (f *chatAPI) count(route string) (n int) {
	for _, asked := range f.requests() {
		if asked.route == route {
			n++
		}
	}
	return n
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "detail": detail})
}

func refusing(status int, code, detail string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { problem(w, status, code, detail) }
}

func answering(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
}

// say streams bodies and keeps the stream open.
func say(w http.ResponseWriter, bodies ...api.Body) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, body := range bodies {
		_ = api.Encode(w, api.Event{Body: body})
	}
	_ = http.NewResponseController(w).Flush()
}

// streaming streams bodies and ends: in order when the last one is an end.
func streaming(bodies ...api.Body) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { say(w, bodies...) }
}

// flood says more than fits into any buffer.
func flood(w http.ResponseWriter, r *http.Request, beginning story) {
	beginning[:6].tell(w)
	much := api.MessageDelta{StepID: 6, Text: string(make([]byte, 64<<10))}
	for r.Context().Err() == nil {
		if api.Encode(w, api.Event{Body: much}) != nil {
			return
		}
	}
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 123456000, time.UTC)

func conversation() api.Conversation {
	return api.Conversation{ID: 7, Title: "New Conversation", Status: "active", CreatedAt: noon, UpdatedAt: noon}
}

func question() api.Message {
	return api.Message{ID: 2, Role: api.RoleUser, Content: "Add a task to buy groceries", Position: 1, CreatedAt: noon, State: api.StateDone}
}

func executed() api.ToolCall {
	return api.ToolCall{
		ID: 4, Tool: "add_task", Parameters: json.RawMessage(`{"title":"Buy groceries"}`), Status: api.CallExecuted,
		Result: json.RawMessage(`{"task_id":9,"title":"Buy groceries","completed":false}`),
	}
}

func answer() api.Message {
	return api.Message{
		ID: 3, Role: api.RoleAssistant, Content: "I added it.", Position: 2, CreatedAt: noon, State: api.StateDone, ReplyTo: 2,
		Steps: []api.Step{
			{ID: 5, Position: 3, CreatedAt: noon, ToolCalls: []api.ToolCall{executed()}},
			{ID: 6, Position: 4, CreatedAt: noon, Content: "I added it."},
		},
	}
}

// turn is a whole turn as chatcore streams it.
func turn() []api.Body {
	a := answer()
	return []api.Body{
		api.RunStarted{RunID: 3, Conversation: conversation(), UserMessage: question()},
		api.MessageStarted{Step: api.StepHead{ID: 5, Position: 3, CreatedAt: noon}},
		api.ToolCallStarted{StepID: 5, Record: api.ToolCall{Tool: "add_task", Status: api.CallRunning}},
		api.ToolCallFinished{StepID: 5, Record: executed()},
		api.MessageCompleted{Step: a.Steps[0]},
		api.MessageStarted{Step: api.StepHead{ID: 6, Position: 4, CreatedAt: noon}},
		api.MessageDelta{StepID: 6, Text: "I added "}, api.MessageDelta{StepID: 6, Text: "it."},
		api.MessageCompleted{Step: a.Steps[1]},
		api.RunCompleted{Answer: a},
	}
}
