package plain_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
)

// service is a small chat service with the three lines. What it does can be changed field by field.
type service struct {
	*httptest.Server
	mu     sync.Mutex
	talks  []*talk
	posts  []map[string]any // bodies of messages that came
	header []http.Header    // of all requests
	routes []string

	id     func(n int) any                                          // of the n-th conversation
	time   func() any                                               // of what is stored now
	calls  any                                                      // of each answer, as JSON
	answer func(content string) string                              // to a message
	before http.HandlerFunc                                         // of each message, before it is taken; one that writes has answered
	after  func(w http.ResponseWriter, r *http.Request) (over bool) // of each message, when it is stored
	reads  func(w http.ResponseWriter, r *http.Request) (over bool) // before each read
}

type talk struct {
	ID       any              `json:"id"`
	Title    any              `json:"title"`
	Created  any              `json:"created_at"`
	Updated  any              `json:"updated_at"`
	Messages []map[string]any `json:"messages,omitempty"`
}

func newService() *service {
	s := &service{
		id: func(n int) any { return n }, time: func() any { return time.Now().UTC().Format("2006-01-02T15:04:05.000000") },
		answer: func(content string) string { return "You said: " + content },
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{user}/chat", s.chat)
	mux.HandleFunc("GET /api/{user}/conversations", s.list)
	mux.HandleFunc("GET /api/{user}/conversations/{id}", s.one)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.header, s.routes = append(s.header, r.Header.Clone()), append(s.routes, r.Method+" "+r.URL.EscapedPath())
		s.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	DeferCleanup(s.Close)
	return s
}

// recorder says whether a handler has answered.
type recorder struct {
	http.ResponseWriter
	wrote bool
}

func (r *recorder) WriteHeader(status int) { r.wrote = true; r.ResponseWriter.WriteHeader(status) }
func (r *recorder) Write(p []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(p)
}

func (s *service) chat(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	body := map[string]any{}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	_ = decoder.Decode(&body)
	s.mu.Lock()
	s.posts = append(s.posts, body)
	before, after := s.before, s.after
	s.mu.Unlock()
	if before != nil {
		seen := &recorder{ResponseWriter: w}
		if before(seen, r); seen.wrote {
			return
		}
	}
	answered := s.store(body)
	if after != nil && after(w, r) {
		return
	}
	if answered == nil {
		http.Error(w, `{"detail":"Conversation not found"}`, http.StatusNotFound)
		return
	}
	write(w, answered)
}

func (s *service) store(body map[string]any) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, _ := body["content"].(string)
	t := &talk{ID: s.id(len(s.talks) + 1), Title: content, Created: s.time()}
	if asked := body["conversation_id"]; asked == nil {
		s.talks = append(s.talks, t)
	} else if t = s.find(fmt.Sprint(asked)); t == nil {
		return nil
	}
	n := len(t.Messages)
	t.Messages = append(t.Messages,
		map[string]any{"id": n + 1, "role": "user", "content": content, "tool_calls": nil, "created_at": s.time()},
		map[string]any{"id": n + 2, "role": "assistant", "content": s.answer(content), "tool_calls": s.calls, "created_at": s.time()})
	t.Updated = s.time()
	return map[string]any{"conversation_id": t.ID, "message_id": n + 2, "response": s.answer(content), "tool_calls": s.calls, "status": "success"}
}

func (s *service) find(id string) *talk {
	for _, t := range s.talks {
		if fmt.Sprint(t.ID) == id {
			return t
		}
	}
	return nil
}

func (s *service) list(w http.ResponseWriter, r *http.Request) {
	if s.reads != nil && s.reads(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	short := []talk{}
	for _, t := range s.talks {
		short = append(short, talk{ID: t.ID, Title: t.Title, Created: t.Created, Updated: t.Updated})
	}
	write(w, short)
}

func (s *service) one(w http.ResponseWriter, r *http.Request) {
	if s.reads != nil && s.reads(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.find(r.PathValue("id")); t != nil {
		write(w, t)
		return
	}
	http.Error(w, `{"detail":"Conversation not found"}`, http.StatusNotFound)
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// said are the bodies of all messages that came.
func (s *service) said() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]any(nil), s.posts...)
}

// raw is JSON as a value.
func raw(text string) any { return json.RawMessage(text) }

func bodyOf(raw []byte) io.Reader { return strings.NewReader(string(raw)) }
