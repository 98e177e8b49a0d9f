package plain_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/mapping"
	"taskpilot/adapter/settingsfile"
	"taskpilot/deploy/e2e/wire"
)

// elsewhere is a service with other paths, fields and headers.
const elsewhere = `
user: {header: X-User-Id, body: meta.user}
token: {from: fixed, header: X-Api-Key, prefix: "key "}
pass_headers: [X-Tenant]
routes:
  chat: {path: /v1/ask, method: PUT}
  conversations: {path: /v1/threads}
  conversation: {path: "/v1/threads/{conversation_id}"}
  rename: {method: POST, path: "/v1/threads/{conversation_id}/name", field: name}
  delete: {absent: true}
request: {content: input.text, conversation_id: input.thread, model: engine, constants: {channel: web}}
answer: {conversation_id: thread.ref, text: [output.text, output], tool_calls: output.steps}
conversations: {list: threads, in: thread, id: ref, title: name, created_at: since}
messages: {list: log, role: who, content: said, created_at: at, tool_calls: steps, newest_first: true, person: [human], assistant: [bot]}
tool_calls: {name: do, result: got}
`

var _ = Describe("A service that differs", func() {
	var s *httptest.Server
	var mu sync.Mutex
	var asked []string
	var headers []http.Header
	var name string
	var said []any
	BeforeEach(func() {
		asked, headers, name, said = nil, nil, "first", nil
		thread := func() map[string]any {
			return map[string]any{"ref": "t-1", "name": name, "since": "2026-01-02T03:04:05"}
		}
		mux := http.NewServeMux()
		mux.HandleFunc("PUT /v1/ask", func(w http.ResponseWriter, r *http.Request) {
			var body map[string]any
			_ = json.NewDecoder(r.Body).Decode(&body)
			said = append([]any{
				map[string]any{"who": "bot", "said": "hello", "at": 1767323047, "steps": []any{map[string]any{"do": "look", "got": "a lot"}}},
				map[string]any{"who": "system", "said": "be nice"},
				map[string]any{"who": "human", "said": body["input"].(map[string]any)["text"], "at": 1767323046},
			}, said...)
			write(w, map[string]any{"thread": thread(), "output": "hello"})
		})
		mux.HandleFunc("GET /v1/threads", func(w http.ResponseWriter, _ *http.Request) {
			write(w, map[string]any{"threads": []any{thread()}})
		})
		mux.HandleFunc("GET /v1/threads/t-1", func(w http.ResponseWriter, _ *http.Request) {
			write(w, map[string]any{"thread": thread(), "log": said})
		})
		mux.HandleFunc("POST /v1/threads/t-1/name", func(w http.ResponseWriter, r *http.Request) {
			var body map[string]string
			_ = json.NewDecoder(r.Body).Decode(&body)
			name = body["name"]
		})
		s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			body, _ := io.ReadAll(r.Body)
			asked, headers = append(asked, r.Method+" "+r.URL.Path+" "+string(body)), append(headers, r.Header)
			r.Body = io.NopCloser(bodyOf(body))
			mux.ServeHTTP(w, r)
		}))
		DeferCleanup(s.Close)
	})
	mapped := func(m *mapping.Mapping) {
		GinkgoHelper()
		Expect(settingsfile.Parse([]byte(elsewhere), mapping.Schema, m)).To(Succeed())
	}

	It("is called as its mapping says", func(ctx SpecContext) {
		page := adapterWith(s.URL, "secret", mapped)
		page.Header = http.Header{"X-Tenant": {"acme"}, "X-Other": {"no"}}
		params := wire.Say("", "hi")
		params["input"].(wire.Object)["inference_options"] = wire.Object{"model": "big"}
		events, err := page.Stream(ctx, "threads.create", params)
		Expect(err).NotTo(HaveOccurred())
		thread := &wire.Thread{}
		Expect(thread.Fold(events)).To(Succeed())
		Expect(thread.Meta).To(And(HaveKeyWithValue("id", "thr_s.t-1"), HaveKeyWithValue("title", "first"), HaveKeyWithValue("created_at", "2026-01-02T03:04:05Z")))
		Expect(asked[0]).To(Equal(`PUT /v1/ask {"channel":"web","engine":"big","input":{"text":"hi"},"meta":{"user":"alice"}}`))
		Expect(headers[0]).To(And(HaveKeyWithValue("X-User-Id", []string{"alice"}), HaveKeyWithValue("X-Api-Key", []string{"key secret"}), HaveKeyWithValue("X-Tenant", []string{"acme"})))
		Expect(headers).To(HaveEach(And(Not(HaveKey("X-Other")), Not(HaveKey("Authorization")))))
		Expect(types(events)).NotTo(ContainElement("error"))
		Expect(thread.Items).To(HaveLen(3))
		say(ctx, page, thread, "more")
		Expect(asked).To(ContainElement(ContainSubstring(`"input":{"text":"more","thread":"t-1"}`)))
		holdsLaw(ctx, adapterWith(s.URL, "secret", mapped), thread)

		renamed, err := page.Call(ctx, "threads.update", wire.Object{"thread_id": "thr_s.t-1", "title": "second"})
		Expect(err).NotTo(HaveOccurred())
		Expect(renamed["title"]).To(Equal("second"))
		_, err = page.Call(ctx, "threads.delete", wire.Object{"thread_id": "thr_s.t-1"})
		Expect(err).To(HaveField("Status", 501))
		all, err := page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).NotTo(HaveOccurred())
		Expect(all["data"]).To(HaveLen(1))
	})
})
