package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"taskpilot/adapter/web"
)

type object = map[string]any

// fake is a small server of ChatKit's protocol with the page before it, in the order of events that the protocol's page
// sets down. What a turn says is scripted by the message that begins it.
type fake struct {
	page   *httptest.Server
	issuer *httptest.Server

	mu       sync.Mutex
	threads  map[string]*fakeThread
	scripts  map[string]func(*fakeTurn)
	asked    []ask
	made     int
	valid    map[string]string // token → user
	refusals []refusal
	live     map[string]func(*fakeTurn) // by thread: what is at work there, for who follows it
	stops    chan string                // ids of threads whose turn was to be stopped; nil: there is no such route
	bare     bool                       // turns can't be followed
	uploads  map[string]upload          // by attachment
}

type fakeThread struct {
	id, user, title string
	created         time.Time
	items           []object
	status          object // nil: active
}

// ask is one request as the fake saw it.
type ask struct {
	Type, User string
	Params     object
	Locale     string
}

// refusal is what the next request gets in place of an answer.
type refusal struct {
	status int
	detail string
}

// streamed are the types that are answered by a stream.
var streamed = []string{
	"threads.create", "threads.add_user_message", "threads.retry_after_item", "threads.custom_action",
	"threads.add_structured_input", "threads.add_client_tool_output",
}

func newFake() *fake {
	f := &fake{
		threads: map[string]*fakeThread{}, scripts: map[string]func(*fakeTurn){}, valid: map[string]string{},
		live: map[string]func(*fakeTurn){}, uploads: map[string]upload{},
	}
	f.issuer = httptest.NewServer(http.HandlerFunc(f.token))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/chatkit", f.protocol)
	f.beside(mux)
	mux.Handle("/", web.Handler(web.Config{Protocol: "/api/v1/chatkit", DevIssuer: f.issuer.URL}))
	f.page = httptest.NewServer(mux)
	return f
}

func (f *fake) close() {
	f.page.CloseClientConnections()
	f.page.Close()
	f.issuer.Close()
}

// when scripts the turn that a message begins.
func (f *fake) when(message string, script func(*fakeTurn)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scripts[message] = script
}

// refuseNext answers the next protocol request with a problem.
func (f *fake) refuseNext(status int, detail string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refusals = append(f.refusals, refusal{status, detail})
}

// expireTokens makes every token given so far worthless.
func (f *fake) expireTokens() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.valid)
}

// requests is every request of a type so far.
func (f *fake) requests(kind string) []ask {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []ask
	for _, asked := range f.asked {
		if asked.Type == kind {
			found = append(found, asked)
		}
	}
	return found
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	user := r.FormValue("user")
	if r.Method != http.MethodPost || user == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	token := fmt.Sprintf("token-%d", f.made)
	f.valid[token] = user
	writeJSON(w, http.StatusOK, object{"access_token": token, "token_type": "Bearer", "expires_in": 3600})
}

func (f *fake) protocol(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Type   string
		Params object
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		problem(w, http.StatusBadRequest, "The body is not JSON.")
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	f.mu.Lock()
	user, known := f.valid[token]
	var refused *refusal
	if len(f.refusals) > 0 {
		refused = &f.refusals[0]
		f.refusals = f.refusals[1:]
	}
	f.asked = append(f.asked, ask{request.Type, user, request.Params, r.Header.Get("Accept-Language")})
	f.mu.Unlock()
	switch {
	case refused != nil:
		problem(w, refused.status, refused.detail)
	case !known:
		problem(w, http.StatusUnauthorized, "The token is not valid.")
	case slices.Contains(streamed, request.Type):
		f.stream(w, r, user, request.Type, request.Params)
	default:
		f.answer(w, user, request.Type, request.Params)
	}
}

func (f *fake) answer(w http.ResponseWriter, user, kind string, params object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answerFiles(w, kind, params) {
		return
	}
	if kind == "threads.list" {
		var mine []object
		for _, thread := range f.threads {
			if thread.user == user {
				mine = append(mine, thread.json(nil))
			}
		}
		slices.SortFunc(mine, func(a, b object) int { return strings.Compare(b["id"].(string), a["id"].(string)) })
		writeJSON(w, http.StatusOK, pageOf(mine, false))
		return
	}
	id, _ := params["thread_id"].(string)
	thread := f.threads[id]
	if thread == nil || thread.user != user {
		problem(w, http.StatusNotFound, "There is no such thread.")
		return
	}
	switch kind {
	case "threads.get_by_id":
		first := thread.items[:min(20, len(thread.items))]
		writeJSON(w, http.StatusOK, thread.json(pageOf(first, len(thread.items) > len(first))))
	case "items.list":
		at := slices.IndexFunc(thread.items, func(item object) bool { return item["id"] == params["after"] }) + 1
		rest := thread.items[at:]
		limit := int(params["limit"].(float64))
		writeJSON(w, http.StatusOK, pageOf(rest[:min(limit, len(rest))], len(rest) > limit))
	case "threads.update":
		thread.title = params["title"].(string)
		writeJSON(w, http.StatusOK, thread.json(nil))
	case "threads.delete":
		delete(f.threads, id)
		writeJSON(w, http.StatusOK, object{})
	case "items.feedback":
		writeJSON(w, http.StatusOK, object{})
	case "threads.sync_custom_action":
		item := thread.item(params["item_id"])
		item["widget"] = object{"type": "Card", "children": []object{{"type": "Text", "value": "Clicked"}}}
		writeJSON(w, http.StatusOK, object{"updated_item": item})
	default:
		problem(w, http.StatusBadRequest, "This type is not supported yet.")
	}
}

func (t *fakeThread) json(items object) object {
	if items == nil {
		items = pageOf(nil, false)
	}
	thread := object{
		"id": t.id, "created_at": t.created.Format(time.RFC3339Nano),
		"status": object{"type": "active"}, "metadata": object{}, "items": items,
	}
	if t.status != nil {
		thread["status"] = t.status
	}
	if t.title != "" {
		thread["title"] = t.title
	}
	return thread
}

func (t *fakeThread) item(id any) object {
	at := slices.IndexFunc(t.items, func(item object) bool { return item["id"] == id })
	if at < 0 {
		return nil
	}
	return t.items[at]
}

func pageOf(data []object, more bool) object {
	page := object{"data": data, "has_more": more}
	if data == nil {
		page["data"] = []object{}
	}
	if more {
		page["after"] = data[len(data)-1]["id"]
	}
	return page
}

func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	writeStatus(w, status, object{"status": status, "title": http.StatusText(status), "detail": detail})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	writeStatus(w, status, body)
}

func writeStatus(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// grow gives every thread that many answers more.
func (f *fake) grow(count int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, thread := range f.threads {
		for at := range count {
			thread.items = append(thread.items, object{
				"id": fmt.Sprintf("more_%04d", at), "thread_id": thread.id, "created_at": thread.created.Format(time.RFC3339Nano),
				"type": "assistant_message", "content": []any{output(fmt.Sprintf("Item %d", at))},
			})
		}
	}
}
