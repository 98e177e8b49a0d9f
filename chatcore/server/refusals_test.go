package server_test

import (
	"errors"
	"net/http"
	"strings"
	"testing/iotest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/server"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("A request that does not fit", func() {
	var (
		alice *user
		id    int64
	)

	BeforeEach(func(ctx SpecContext) {
		alice = newDesk().user()
		id = alice.began(ctx, "Hello")
	})

	// at puts the conversation's path where a table says {}.
	at := func(rest string) string { return alice.path(strings.ReplaceAll(rest, "{}", conversation(id))) }

	type bad struct {
		method, path, body string
		headers            []string
		status             int
		code, field        string
	}
	chat := func(body, field string) bad {
		return bad{method: "POST", path: "/chat", body: body, status: 400, code: "invalid_request", field: field}
	}
	change := func(body, field string) bad {
		return bad{method: "PATCH", path: "{}", body: body, status: 400, code: "invalid_request", field: field}
	}
	get := func(path, field string) bad {
		return bad{method: "GET", path: path, status: 400, code: "invalid_request", field: field}
	}
	session := func(body, field string) bad {
		return bad{method: "POST", path: "/chatkit-sessions", body: body, status: 400, code: "invalid_request", field: field}
	}
	missing := func(method, path, body string) bad {
		return bad{method: method, path: path, body: body, status: 404, code: "not_found"}
	}

	DescribeTable("is refused, and says what is wrong with it",
		func(ctx SpecContext, b bad) {
			problem := alice.call(ctx, b.method, at(b.path), b.body, b.headers...).problem(b.status, b.code)
			Expect(problem["status"]).To(BeEquivalentTo(b.status))
			Expect(problem["title"]).NotTo(BeEmpty())
			if b.field == "" {
				Expect(problem).NotTo(HaveKey("field"))
			} else {
				Expect(problem).To(HaveKeyWithValue("field", b.field))
			}
			if b.status == http.StatusBadRequest {
				Expect(problem["detail"]).To(MatchRegexp(`^\S.*\.$`))
			}
			var list []object
			alice.get(ctx, "/conversations").into(http.StatusOK, &list)
			Expect(list).To(HaveLen(1))
			Expect(list[0]).To(HaveKeyWithValue("message_count", BeEquivalentTo(2)), "nothing was accepted")
			Expect(list[0]).To(HaveKeyWithValue("title", "Hello"))
		},
		Entry("without content", chat(`{}`, "content")),
		Entry("with null for content", chat(`{"content": null}`, "content")),
		Entry("with empty content", chat(`{"content": ""}`, "content")),
		Entry("with blanks for content", chat(`{"content": " \n\t\u00a0"}`, "content")),
		Entry("with a number for content", chat(`{"content": 1}`, "content")),
		Entry("with content that is too long", chat(`{"content": "`+strings.Repeat("é", api.MaxContent+1)+`"}`, "content")),
		Entry("with U+0000 in content", chat(`{"content": "a\u0000b"}`, "content")),
		Entry("with content that is no UTF-8", chat("{\"content\": \"a\xffb\"}", "")),
		Entry("with a conversation that is no number", chat(`{"content": "Hi", "conversation_id": "1"}`, "conversation_id")),
		Entry("with a conversation that is a fraction", chat(`{"content": "Hi", "conversation_id": 1.5}`, "conversation_id")),
		Entry("with content and parts", chat(`{"content": "Hi", "parts": [{"text": "Hi"}]}`, "content")),
		Entry("with no parts", chat(`{"parts": []}`, "content")),
		Entry("with a text for parts", chat(`{"parts": "Hi"}`, "parts")),
		Entry("with parts that say nothing", chat(`{"parts": [{"text": " "}, {"text": ""}]}`, "parts")),
		Entry("with parts that are too long together", chat(`{"parts": [{"text": "`+strings.Repeat("é", 2500)+`"}, {"tag": {"id": "1", "text": "`+strings.Repeat("é", 2501)+`"}}]}`, "parts")),
		Entry("with too many parts", chat(`{"parts": [`+strings.Repeat(`{"text": "x"},`, api.MaxParts)+`{"text": "x"}]}`, "parts")),
		Entry("with U+0000 in a part", chat(`{"parts": [{"text": "a\u0000b"}]}`, "parts")),
		Entry("with a part that is nothing", chat(`{"parts": [{"text": "Hi"}, {}]}`, "parts[1]")),
		Entry("with a part that is null", chat(`{"parts": [null]}`, "parts[0]")),
		Entry("with a part that is text and tag", chat(`{"parts": [{"text": "Hi", "tag": {"id": "1", "text": "x"}}]}`, "parts[0]")),
		Entry("with a tag without an id", chat(`{"parts": [{"tag": {"text": "x"}}]}`, "parts[0].tag.id")),
		Entry("with a tag whose id is too long", chat(`{"parts": [{"tag": {"id": "`+strings.Repeat("x", 201)+`", "text": "x"}}]}`, "parts[0].tag.id")),
		Entry("with a tag without a text", chat(`{"parts": [{"tag": {"id": "1", "text": " "}}]}`, "parts[0].tag.text")),
		Entry("with a tag whose group is blank", chat(`{"parts": [{"tag": {"id": "1", "text": "x", "group": " "}}]}`, "parts[0].tag.group")),
		Entry("with a number for a tag's id", chat(`{"parts": [{"tag": {"id": 1, "text": "x"}}]}`, "parts.tag.id")),
		Entry("with a list for a tag's data", chat(`{"parts": [{"tag": {"id": "1", "text": "x", "data": []}}]}`, "parts[0].tag.data")),
		Entry("with a tag's data that is too large", chat(`{"parts": [{"tag": {"id": "1", "text": "x", "data": {"a": "`+strings.Repeat("x", api.MaxTagData)+`"}}}]}`, "parts[0].tag.data")),
		Entry("with a tag's data that is too deep", chat(`{"parts": [{"tag": {"id": "1", "text": "x", "data": {"a": `+strings.Repeat("[", 32)+strings.Repeat("]", 32)+`}}}]}`, "parts[0].tag.data")),
		Entry("with U+0000 in a tag's data", chat(`{"parts": [{"tag": {"id": "1", "text": "x", "data": {"a": "\u0000"}}}]}`, "parts[0].tag.data")),
		Entry("with half a character in a tag's data", chat(`{"parts": [{"tag": {"id": "1", "text": "x", "data": {"\ud83e": 1}}}]}`, "parts[0].tag.data")),
		Entry("with attachments", chat(`{"content": "Hi", "attachments": ["atc_1"]}`, "attachments")),
		Entry("with a quoted text and nothing else", chat(`{"quoted_text": "x"}`, "content")),
		Entry("with a quoted text of blanks", chat(`{"content": "Hi", "quoted_text": " "}`, "quoted_text")),
		Entry("with a quoted text that is too long", chat(`{"content": "Hi", "quoted_text": "`+strings.Repeat("é", api.MaxContent+1)+`"}`, "quoted_text")),
		Entry("with a list for a quoted text", chat(`{"content": "Hi", "quoted_text": []}`, "quoted_text")),
		Entry("with a model that is not on offer", bad{method: "POST", path: "/chat", body: `{"content": "Hi", "model": "gpt-x"}`, status: 400, code: "unknown_model", field: "model"}),
		Entry("with a model that is too long", chat(`{"content": "Hi", "model": "`+strings.Repeat("x", 201)+`"}`, "model")),
		Entry("with an object for a model", chat(`{"content": "Hi", "model": {"id": "x"}}`, "model")),
		Entry("with a tool that is not on offer", bad{method: "POST", path: "/chat", body: `{"content": "Hi", "tool_choice": "burn"}`, status: 400, code: "unknown_tool_choice", field: "tool_choice"}),
		Entry("with an object for a choice of tools", chat(`{"content": "Hi", "tool_choice": {"id": "add_task"}}`, "tool_choice")),
		Entry("with U+0000 in a choice of tools", chat(`{"content": "Hi", "tool_choice": "a\u0000"}`, "tool_choice")),
		Entry("with a retry that has parts", chat(`{"retry_of": 1, "parts": [{"text": "Hi"}]}`, "parts")),
		Entry("with a retry that has a quoted text", chat(`{"retry_of": 1, "quoted_text": "Hi"}`, "quoted_text")),
		Entry("with a retry that asks for another model that is not on offer", bad{method: "POST", path: "/chat", body: `{"retry_of": 1, "model": "gpt-x"}`, status: 400, code: "unknown_model", field: "model"}),
		Entry("with a retry of what is not there", missing("POST", "/chat", `{"retry_of": 1}`)),
		Entry("with a retry of what can't be an id", missing("POST", "/chat", `{"retry_of": -1}`)),
		Entry("with a retry that has content", chat(`{"retry_of": 1, "content": "Hi"}`, "content")),
		Entry("with a retry that is no number", chat(`{"retry_of": "1"}`, "retry_of")),
		Entry("with a guard that is too long", chat(`{"content": "Hi", "resend_guard": "`+strings.Repeat("x", 201)+`"}`, "resend_guard")),
		Entry("with U+0000 in its guard", chat(`{"content": "Hi", "resend_guard": "a\u0000"}`, "resend_guard")),
		Entry("with a key that is too long", bad{method: "POST", path: "/chat", body: `{"content": "Hi"}`, headers: []string{"Idempotency-Key", strings.Repeat("x", 201)}, status: 400, code: "invalid_request", field: "Idempotency-Key"}),
		Entry("with a key that is no UTF-8", bad{method: "POST", path: "/chat", body: `{"content": "Hi"}`, headers: []string{"Idempotency-Key", "a\xff"}, status: 400, code: "invalid_request", field: "Idempotency-Key"}),
		Entry("with a time to wait that is no number", get("{}/messages?wait=long", "wait")),
		Entry("with a time to wait below zero", get("{}/messages?wait=-1", "wait")),
		Entry("with a time to wait that is not one", get("{}/messages?wait=NaN", "wait")),
		Entry("for a run that is not there", missing("GET", "/runs/1", "")),
		Entry("for a run that can't be", missing("GET", "/runs/x", "")),
		Entry("for the events of a run that is not there", missing("GET", "/runs/1/events", "")),
		Entry("with feedback on what is not there", missing("POST", "/messages/1/feedback", `{"kind": "positive"}`)),
		Entry("with feedback on what can't be", missing("POST", "/messages/x/feedback", `{"kind": "positive"}`)),
		Entry("to stop a run that is not there", missing("POST", "/runs/1/cancel", "")),
		Entry("to leave a run that is not there", missing("POST", "/runs/1/reader-left", "")),
		Entry("with a client tool without a description", chat(`{"content": "Hi", "client_tools": [{"name": "x"}]}`, "client_tools")),
		Entry("with a client tool that is no object", chat(`{"content": "Hi", "client_tools": ["x"]}`, "client_tools")),
		Entry("with a client tool that is called as a tool", chat(`{"content": "Hi", "client_tools": [{"name": "add_task", "description": "x"}]}`, "client_tools")),
		Entry("with a client tool that is called as the built-in one", chat(`{"content": "Hi", "client_tools": [{"name": "ask_person", "description": "x"}]}`, "client_tools")),
		Entry("with input for a run that is not there", missing("POST", "/runs/1/input", `{"status": "skipped"}`)),
		Entry("with input for a run that can't be", missing("POST", "/runs/x/input", `{"status": "skipped"}`)),
		Entry("with input for a call that can't be", missing("POST", "/runs/1/input", `{"record_id": -1, "status": "skipped"}`)),
		Entry("with input in another shape", bad{method: "POST", path: "/runs/1/input", body: `{"answers": []}`, status: 400, code: "invalid_request", field: "answers"}),
		Entry("with input whose guard is too long", bad{method: "POST", path: "/runs/1/input", body: `{"resend_guard": "` + strings.Repeat("x", 201) + `"}`, status: 400, code: "invalid_request", field: "resend_guard"}),
		Entry("with a list for a body", chat(`[]`, "")),
		Entry("with null for a body", chat(`null`, "")),
		Entry("with a text for a body", chat(`"content"`, "")),
		Entry("with a body that is cut", chat(`{"content": "Hi"`, "")),
		Entry("with two bodies", chat(`{"content": "Hi"} {}`, "")),
		Entry("with no body", bad{method: "POST", path: "/chat", headers: []string{"Content-Type", "application/json"}, status: 400, code: "invalid_request"}),
		Entry("with a body that is too large", bad{method: "POST", path: "/chat", body: `{"content": "` + strings.Repeat("x", 1<<20) + `"}`, status: 413, code: "too_large"}),
		Entry("with a form for a body", bad{method: "POST", path: "/chat", body: "content=Hi", headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: "not_json"}),
		Entry("with a body of no type", bad{method: "POST", path: "/chat", body: `{"content": "Hi"}`, headers: []string{"Content-Type", ""}, status: 415, code: "not_json"}),

		Entry("with a title that is no text", change(`{"title": 1}`, "title")),
		Entry("with an empty title", change(`{"title": " "}`, "title")),
		Entry("with a title that is too long", change(`{"title": "`+strings.Repeat("é", 201)+`"}`, "title")),
		Entry("with a title of two lines", change(`{"title": "a\nb"}`, "title")),
		Entry("with U+0000 in a title", change(`{"title": "a\u0000b"}`, "title")),
		Entry("with archived that is no boolean", change(`{"archived": "yes"}`, "archived")),
		Entry("with a status that is none", change(`{"status": "open"}`, "status")),
		Entry("with a status that is no text", change(`{"status": true}`, "status")),
		Entry("with a reason and no status", change(`{"reason": "x"}`, "reason")),
		Entry("with a reason to reopen", change(`{"status": "active", "reason": "x"}`, "reason")),
		Entry("with an empty reason", change(`{"status": "locked", "reason": " "}`, "reason")),
		Entry("with a reason that is too long", change(`{"status": "locked", "reason": "`+strings.Repeat("é", 501)+`"}`, "reason")),
		Entry("with a reason of two lines", change(`{"status": "locked", "reason": "a\nb"}`, "reason")),
		Entry("with a status and no scope", bad{method: "PATCH", path: "{}", body: `{"status": "locked"}`, status: 403, code: "scope_needed"}),
		Entry("with nothing to change", change(`{"title": null}`, "")),
		Entry("with a new conversation's title that is too long", bad{method: "POST", path: "/conversations", body: `{"title": "` + strings.Repeat("x", 201) + `"}`, status: 400, code: "invalid_request", field: "title"}),

		Entry("with a limit of none", get("/conversations?limit=0", "limit")),
		Entry("with a limit below none", get("/conversations?limit=-1", "limit")),
		Entry("with a limit that is no number", get("{}/messages?limit=x", "limit")),
		Entry("with a cursor that is none", get("{}/messages?after=x", "after")),
		Entry("with a list's cursor in a conversation", get("{}/messages?after=1_1", "after")),
		Entry("with a cursor whose time is none", get("/conversations?after=1_x", "after")),
		Entry("with a cursor whose time is beyond all", get("/conversations?after=1_99999999999999999999", "after")),
		Entry("with a cursor of three parts", get("/conversations?after=1_1_1", "after")),
		Entry("with a cursor below all", get("/conversations?after=-1", "after")),
		Entry("with a cursor beyond all", get("{}/messages?after=9007199254740992", "after")),
		Entry("with an order that is none", get("{}/messages?order=up", "order")),

		Entry("for a session without a time", session(`{}`, "expires_in")),
		Entry("for a session of no time", session(`{"expires_in": 0}`, "expires_in")),
		Entry("for an endless session", session(`{"expires_in": 86401}`, "expires_in")),
		Entry("for a session with a text for its time", session(`{"expires_in": "1h"}`, "expires_in")),

		Entry("for a conversation that is not there", missing("GET", "/conversations/123", "")),
		Entry("for a conversation that can't be", missing("GET", "/conversations/new", "")),
		Entry("for a conversation with an id that is too large", missing("DELETE", "/conversations/9007199254740992", "")),
		Entry("for messages that are not there", missing("GET", "/conversations/123/messages", "")),
		Entry("to change what is not there", missing("PATCH", "/conversations/123", `{"title": "x"}`)),
		Entry("to delete what is not there", missing("DELETE", "/conversations/123", "")),
		Entry("to speak where nothing is", missing("POST", "/chat", `{"content": "Hi", "conversation_id": 123}`)),
		Entry("to speak in conversation 0", missing("POST", "/chat", `{"content": "Hi", "conversation_id": 0}`)),
		Entry("to speak in one with an id that is too large", missing("POST", "/chat", `{"content": "Hi", "conversation_id": 9007199254740992}`)),
		Entry("to go on behind what is not there", missing("GET", "/conversations?after=123", "")),
		Entry("for a session that is not there", missing("DELETE", "/chatkit-sessions/cks_1", "")),
		Entry("for a path that is none", missing("GET", "/nothing", "")),
		Entry("with a method that is none here", bad{method: "PUT", path: "{}", status: 405, code: "method_not_allowed"}),
	)

	It("is read kindly where nothing is lost by it", func(ctx SpecContext) {
		Expect(alice.call(ctx, "POST", alice.path("/chat"), ` {"content": "Hi", "unknown": [], "attachments": [], "model": null}`, "Content-Type", "application/json; charset=utf-8").StatusCode).To(Equal(200))
		Expect(alice.call(ctx, "POST", alice.path("/chat"), `{"content": "`+strings.Repeat(`\ud83e\uddc0`, api.MaxContent)+`"}`).StatusCode).To(Equal(200))
		Expect(alice.call(ctx, "POST", alice.path("/conversations"), "").StatusCode).To(Equal(201))
		Expect(alice.get(ctx, "/conversations?limit=1000000").StatusCode).To(Equal(200))
		beyond, err := http.NewRequestWithContext(ctx, http.MethodGet, alice.path("/conversations?limit=99999999999999999999"), nil)
		Expect(err).NotTo(HaveOccurred())
		beyond.Header.Set("Authorization", "Bearer "+alice.token())
		Expect(alice.serve(beyond).StatusCode).To(Equal(200), "no number that the document's checker can read")
		Expect(alice.call(ctx, "PATCH", at("{}"), `{"title": "  Trimmed "}`).object(200)).To(HaveKeyWithValue("title", "Trimmed"))
	})

	It("is refused while a turn is at work", func(ctx SpecContext) {
		response := alice.open(ctx, `{"content": "wait"}`)
		for event, err := range api.Decode(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			if started, ok := event.Body.(api.RunStarted); ok {
				id = started.Conversation.ID
				break
			}
		}
		body := strings.ReplaceAll(`{"content": "Hi", "conversation_id": ID}`, "ID", strings.TrimPrefix(conversation(id), "/conversations/"))
		alice.call(ctx, "POST", alice.path("/chat"), body).problem(http.StatusConflict, "turn_at_work")
		close(alice.model.hold)
		Eventually(ctx, alice.manager.AtWork).Should(BeZero())
		Expect(alice.call(ctx, "POST", alice.path("/chat"), body).StatusCode).To(Equal(200))
	})

	It("is refused when its body breaks off", func(ctx SpecContext) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://x"+alice.path("/chat"), iotest.ErrReader(errors.New("gone")))
		Expect(err).NotTo(HaveOccurred())
		request.Header = http.Header{"Authorization": {"Bearer " + alice.token()}, "Content-Type": {"application/json"}}
		alice.serve(request).problem(http.StatusBadRequest, "unreadable")
	})

	It("is refused when the service is going down", func(ctx SpecContext) {
		alice.manager.Refuse()
		response := alice.call(ctx, "POST", alice.path("/chat"), `{"content": "Hi"}`)
		response.problem(http.StatusServiceUnavailable, "going_down")
		Expect(response.Header.Get("Retry-After")).To(Equal("1"))
	})

	It("is refused when the database is away", func(ctx SpecContext) {
		nowhere, err := ownerdb.Open("postgres://somebody:secret@127.0.0.1:1/chat?sslmode=disable", ownerdb.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(nowhere.Close)
		alice = newDesk(func(s *server.Server) { s.Conversations = store.New(nowhere, ids.New(time.Now), time.Now) }).user()
		response := alice.get(ctx, "/conversations")
		response.problem(http.StatusServiceUnavailable, "unavailable")
		Expect(string(response.body)).NotTo(Or(ContainSubstring("127.0.0.1"), ContainSubstring("secret")))
		Expect(response.Header.Get("Retry-After")).NotTo(BeEmpty())
	})
})
