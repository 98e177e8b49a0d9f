package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/deploy/e2e/stack"
	"taskpilot/deploy/e2e/wire"
)

// service is an internal service that calls chatcore itself, as a user.
type service struct {
	user, token string
	key         string       // an Idempotency-Key to send along
	at          *stack.Stack // nil: the stack that all specs share
}

// testPatience is for what takes a lease to end, on a busy machine.
const testPatience = time.Minute

func (s service) stack() *stack.Stack {
	if s.at == nil {
		return system
	}
	return s.at
}

// request makes a request of the chat API as the user.
func (s service) request(ctx context.Context, method, path string, body io.Reader) *http.Request {
	GinkgoHelper()
	address := s.stack().Chatcore.URL + "/api/" + url.PathEscape(s.user) + path
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Content-Type", "application/json")
	if s.key != "" {
		request.Header.Set("Idempotency-Key", s.key)
	}
	return request
}

// follow opens a run's stream behind an event.
func (s service) follow(ctx context.Context, run int64, after string) *http.Response {
	GinkgoHelper()
	request := s.request(ctx, http.MethodGet, fmt.Sprintf("/runs/%d/events", run), nil)
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(response.Body.Close)
	return response
}

// run says how a run stands.
func (s service) run(ctx context.Context, run int64) (status api.RunStatus) {
	GinkgoHelper()
	Expect(s.json(ctx, http.MethodGet, fmt.Sprintf("/runs/%d", run), nil, &status)).To(Equal(http.StatusOK))
	return status
}

// try is json for a service that may be away.
func (s service) try(ctx context.Context, method, path string, into any) error {
	response, err := http.DefaultClient.Do(s.request(ctx, method, path, nil))
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	return json.NewDecoder(response.Body).Decode(into)
}

func serviceOf(ctx context.Context, user string) service {
	GinkgoHelper()
	token, err := system.Token(ctx, user, "")
	Expect(err).NotTo(HaveOccurred())
	return service{user: user, token: token}
}

func (s service) send(ctx context.Context, method, path string, body any, accept string) *http.Response {
	GinkgoHelper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		Expect(err).NotTo(HaveOccurred())
		content = bytes.NewReader(text)
	}
	request := s.request(ctx, method, path, content)
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(response.Body.Close)
	return response
}

func (s service) json(ctx context.Context, method, path string, body, into any) int {
	GinkgoHelper()
	response := s.send(ctx, method, path, body, "")
	Expect(json.NewDecoder(response.Body).Decode(into)).To(Succeed())
	return response.StatusCode
}

var _ = Describe("The chat API", func() {
	DescribeTable("answers a client that knows only the three lines",
		func(ctx SpecContext, name string) {
			caller := serviceOf(ctx, newUser(name))
			var answer struct {
				ConversationID json.Number      `json:"conversation_id"`
				MessageID      json.Number      `json:"message_id"`
				Response       string           `json:"response"`
				ToolCalls      []map[string]any `json:"tool_calls"`
				Status         string           `json:"status"`
			}
			Expect(caller.json(ctx, "POST", "/chat", wire.Object{"content": "Add a task to buy groceries"}, &answer)).To(Equal(200))
			Expect(answer.Status).To(Equal("success"))
			Expect(answer.Response).NotTo(BeEmpty())
			Expect(answer.ToolCalls).To(HaveLen(1))
			Expect(answer.ToolCalls[0]).To(And(HaveKeyWithValue("tool", "add_task"), HaveKeyWithValue("status", "executed")))

			Expect(caller.json(ctx, "POST", "/chat",
				wire.Object{"content": "mark it as done", "conversation_id": answer.ConversationID}, &answer)).To(Equal(200))
			Expect(tasksOf(ctx, caller.user)).To(HaveExactElements(HaveField("Completed", true)))

			var list []map[string]any
			Expect(caller.json(ctx, "GET", "/conversations", nil, &list)).To(Equal(200))
			Expect(list).To(HaveLen(1))
			Expect(list[0]).To(And(HaveKeyWithValue("message_count", 4.0), HaveKey("id"), HaveKey("title"), HaveKey("created_at"), HaveKey("updated_at")))

			var one struct {
				Messages []map[string]any `json:"messages"`
			}
			Expect(caller.json(ctx, "GET", "/conversations/"+answer.ConversationID.String(), nil, &one)).To(Equal(200))
			Expect(one.Messages).To(HaveLen(4))
			for i, message := range one.Messages {
				Expect(message).To(HaveKeyWithValue("role", []string{"user", "assistant"}[i%2]))
				Expect(message).To(And(HaveKey("id"), HaveKey("tool_calls"), HaveKey("created_at"), HaveKeyWithValue("content", Not(BeEmpty()))))
			}
		},
		Entry("an ordinary name", "sam"),
		Entry("a name with a bar", "auth0|sam"),
		Entry("a name with a slash", "a/b"),
		Entry("a name with everything", "ü %2F?#&+ x"),
	)

	It("streams a turn whose last event is its one end, with ids that rise", func(ctx SpecContext) {
		caller := serviceOf(ctx, newUser("sam"))
		response := caller.send(ctx, "POST", "/chat", wire.Object{"content": "Add a task to buy groceries"}, "text/event-stream")
		Expect(response).To(HaveHTTPStatus(200))
		var names []string
		last := api.Position{Step: -1}
		for event, err := range api.Decode(response.Body) {
			Expect(err).NotTo(HaveOccurred())
			names = append(names, event.Body.EventType())
			at, err := api.ParsePosition(event.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(last.Before(at)).To(BeTrue(), "%v then %v", last, at)
			last = at
		}
		Expect(names[0]).To(Equal("run.started"))
		Expect(names).To(ContainElements("tool_call.started", "tool_call.finished", "message.delta", "message.completed"))
		Expect(names[len(names)-1]).To(Equal("run.completed"))
	})

	It("finishes a turn whose caller went away", func(ctx SpecContext) {
		caller := serviceOf(ctx, newUser("sam"))
		impatient, leave := context.WithCancel(ctx)
		response := caller.send(impatient, "POST", "/chat", wire.Object{"content": "Add a task to buy groceries"}, "text/event-stream")
		_, err := response.Body.Read(make([]byte, 1))
		Expect(err).NotTo(HaveOccurred())
		leave()
		Eventually(ctx, func() []map[string]any {
			var list []map[string]any
			caller.json(ctx, "GET", "/conversations", nil, &list)
			return list
		}).Should(HaveExactElements(HaveKeyWithValue("message_count", 2.0)))
		Expect(tasksOf(ctx, caller.user)).To(HaveLen(1))
	})

	DescribeTable("refuses with a problem that has a stable code",
		func(ctx SpecContext, method, path string, body any, status int, code string) {
			var problem map[string]any
			Expect(serviceOf(ctx, newUser("sam")).json(ctx, method, path, body, &problem)).To(Equal(status))
			Expect(problem).To(And(HaveKeyWithValue("code", code), HaveKey("request_id"), HaveKey("detail")))
		},
		Entry("empty content", "POST", "/chat", wire.Object{"content": " "}, 400, "invalid_request"),
		Entry("no content", "POST", "/chat", wire.Object{}, 400, "invalid_request"),
		Entry("an unknown conversation", "POST", "/chat", wire.Object{"content": "x", "conversation_id": 7}, 404, "not_found"),
		Entry("a conversation that is no number", "POST", "/chat", wire.Object{"content": "x", "conversation_id": "7"}, 400, "invalid_request"),
		Entry("a conversation that is not there", "GET", "/conversations/7", nil, 404, "not_found"),
		Entry("a body that is no object", "POST", "/chat", "x", 400, "invalid_request"),
		Entry("content that is too long", "POST", "/chat", wire.Object{"content": fmt.Sprintf("%05001d", 0)}, 400, "invalid_request"),
	)
})
