// Command threelines is a chat service with nothing but the three lines: an example of what the adapter can stand in front of,
// and of how little that is. It keeps everything in memory, knows people by the path alone, and answers by echo.
//
//	go run ./deploy/threelines            on 127.0.0.1:9000, or on ADDR
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"
)

type message struct {
	ID        int    `json:"id"`
	Role      string `json:"role"`
	Content   string `json:"content"`
	ToolCalls []any  `json:"tool_calls"`
	CreatedAt string `json:"created_at"`
}

type conversation struct {
	ID        int       `json:"id"`
	Title     string    `json:"title"`
	CreatedAt string    `json:"created_at"`
	UpdatedAt string    `json:"updated_at"`
	Messages  []message `json:"messages,omitempty"`
}

var (
	mu    sync.Mutex
	all   = map[string][]*conversation{} // by user
	count int
)

// now is the time as many services write it: without a zone, in UTC.
func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000000") }

func find(user, id string) *conversation {
	for _, c := range all[user] {
		if fmt.Sprint(c.ID) == id {
			return c
		}
	}
	return nil
}

func chat(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	var said struct {
		Content        string `json:"content"`
		ConversationID *int   `json:"conversation_id"`
	}
	user := r.PathValue("user")
	if json.NewDecoder(r.Body).Decode(&said) != nil || said.Content == "" {
		http.Error(w, `{"detail": "A message needs content."}`, http.StatusBadRequest)
		return
	}
	count++
	c := &conversation{ID: count, Title: said.Content, CreatedAt: now()}
	if said.ConversationID == nil {
		all[user] = append(all[user], c)
	} else if c = find(user, fmt.Sprint(*said.ConversationID)); c == nil {
		http.Error(w, `{"detail": "Conversation not found"}`, http.StatusNotFound)
		return
	}
	answer := "You said: " + said.Content
	calls := []any{map[string]any{"tool": "echo", "parameters": map[string]any{"text": said.Content}, "result": "heard"}}
	c.Messages = append(c.Messages, message{count * 2, "user", said.Content, nil, now()}, message{count*2 + 1, "assistant", answer, calls, now()})
	c.UpdatedAt = now()
	write(w, map[string]any{"conversation_id": c.ID, "message_id": count*2 + 1, "response": answer, "tool_calls": calls, "status": "success"})
}

func list(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	short := []conversation{}
	for _, c := range all[r.PathValue("user")] {
		short = append(short, conversation{ID: c.ID, Title: c.Title, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt})
	}
	write(w, short)
}

func one(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	if c := find(r.PathValue("user"), r.PathValue("id")); c != nil {
		write(w, c)
		return
	}
	http.Error(w, `{"detail": "Conversation not found"}`, http.StatusNotFound)
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func main() {
	http.HandleFunc("POST /api/{user}/chat", chat)
	http.HandleFunc("GET /api/{user}/conversations", list)
	http.HandleFunc("GET /api/{user}/conversations/{id}", one)
	fmt.Fprintln(os.Stderr, http.ListenAndServe(cmp.Or(os.Getenv("ADDR"), "127.0.0.1:9000"), nil)) //nolint:gosec // an example
}
