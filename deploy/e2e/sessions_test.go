package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

// session is what the sessions endpoint answers.
type session struct {
	ClientSecret   string    `json:"client_secret"`
	SessionID      string    `json:"session_id"`
	ConversationID int64     `json:"conversation_id"`
	ExpiresAt      time.Time `json:"expires_at"`
}

func openSession(ctx context.Context, path, token string) session {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, system.Adapter.URL+path, nil)
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	Expect(response).To(HaveHTTPStatus(http.StatusOK))
	var s session
	Expect(json.NewDecoder(response.Body).Decode(&s)).To(Succeed())
	return s
}

var _ = Describe("A ChatKit session", func() {
	It("opens with an empty conversation that its first thread takes", func(ctx SpecContext) {
		user := newUser("sue")
		owner := pageOf(ctx, user)
		create(ctx, owner, "said before there was a session")
		opened := openSession(ctx, "/api/v1/chatkit/sessions", owner.Token)
		Expect(opened.ExpiresAt).To(BeTemporally("~", time.Now().Add(time.Hour), time.Minute))
		Expect(owner.Call(ctx, "threads.list", wire.Object{})).To(HaveKeyWithValue("data", HaveLen(1)), "an empty one is in no list")

		page := wire.Page{URL: owner.URL, Token: opened.ClientSecret}
		first, _ := create(ctx, page, "Add a task to buy groceries")
		second, _ := create(ctx, page, "hello")
		Expect(first.Meta["id"]).To(Equal(threadOf(opened.ConversationID)))
		Expect(second.Meta["id"]).NotTo(Equal(first.Meta["id"]))
		Expect(page.Call(ctx, "threads.list", wire.Object{})).To(HaveKeyWithValue("data", HaveLen(3)), "earlier threads stay listed")
		Expect(tasksOf(ctx, user)).To(HaveLen(1))

		var row struct {
			ThreadID string `db:"thread_id"`
			Linked   string `db:"chatkit_session_id"`
		}
		Expect(database.GetContext(ctx, &row, `
			SELECT s.thread_id, c.chatkit_session_id FROM chatkit_sessions s
			JOIN conversations c ON c.user_id = s.user_id AND c.id = s.conversation_id
			WHERE s.user_id = $1 AND s.session_id = $2`, user, opened.SessionID)).To(Succeed())
		Expect(row.ThreadID).To(Equal(first.Meta["id"]))
		Expect(row.Linked).To(Equal(opened.SessionID))
	})

	It("is refused when it was revoked, and takes its empty conversation along", func(ctx SpecContext) {
		user := newUser("sue")
		owner := pageOf(ctx, user)
		opened := openSession(ctx, "/api/chatkit/sessions", owner.Token)
		page := wire.Page{URL: owner.URL, Token: opened.ClientSecret}
		Expect(page.Call(ctx, "threads.list", wire.Object{})).To(HaveKeyWithValue("data", BeEmpty()))

		caller := serviceOf(ctx, user)
		Expect(caller.send(ctx, "DELETE", "/chatkit-sessions/"+opened.SessionID, nil, "")).To(HaveHTTPStatus(http.StatusNoContent))
		_, err := page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).To(HaveField("Status", http.StatusUnauthorized))
		_, err = page.Stream(ctx, "threads.create", wire.Say("", "hello"))
		Expect(err).To(HaveField("Status", http.StatusUnauthorized))
		var left int
		Expect(database.GetContext(ctx, &left, `SELECT count(*) FROM conversations WHERE user_id = $1`, user)).To(Succeed())
		Expect(left).To(BeZero())
	})

	It("secret opens nothing but ChatKit", func(ctx SpecContext) {
		user := newUser("sue")
		opened := openSession(ctx, "/api/v1/chatkit/sessions", pageOf(ctx, user).Token)
		caller := service{user: user, token: opened.ClientSecret}
		Expect(caller.send(ctx, "GET", "/conversations", nil, "")).To(HaveHTTPStatus(http.StatusUnauthorized))
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, system.Adapter.URL+"/api/v1/chatkit/sessions", nil)
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Authorization", "Bearer "+opened.ClientSecret)
		response, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(response.Body.Close)
		Expect(response).To(HaveHTTPStatus(http.StatusUnauthorized), "a session cannot open another")
	})
})

var _ = Describe("The protocol's edge", func() {
	It("answers pages of allowed origins only, and the CDN's", func(ctx SpecContext) {
		for origin, status := range map[string]int{
			system.Adapter.URL: 204, "https://cdn.platform.openai.com": 204, "https://evil.example": 403, "null": 403,
		} {
			request, err := http.NewRequestWithContext(ctx, http.MethodOptions, system.Adapter.URL+"/api/v1/chatkit", nil)
			Expect(err).NotTo(HaveOccurred())
			request.Header.Set("Origin", origin)
			request.Header.Set("Access-Control-Request-Method", "POST")
			request.Header.Set("Access-Control-Request-Headers", "authorization,chatkit-frame-instance-id,content-type")
			request.Header.Set("Access-Control-Request-Private-Network", "true")
			response, err := http.DefaultClient.Do(request)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(response.Body.Close)
			Expect(response).To(HaveHTTPStatus(status), origin)
			if status == 204 {
				Expect(response).To(HaveHTTPHeaderWithValue("Access-Control-Allow-Origin", origin))
				Expect(response).To(HaveHTTPHeaderWithValue("Access-Control-Allow-Headers", ContainSubstring("chatkit-frame-instance-id")))
				Expect(response).To(HaveHTTPHeaderWithValue("Access-Control-Allow-Private-Network", "true"))
			}
		}
	})

	DescribeTable("refuses what is no request with a 400 that names the field",
		func(ctx SpecContext, body, field string) {
			page := pageOf(ctx, newUser("eve"))
			response, err := page.PostRaw(ctx, []byte(body))
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(response.Body.Close)
			Expect(response).To(HaveHTTPStatus(http.StatusBadRequest))
			var problem wire.Object
			Expect(json.NewDecoder(response.Body).Decode(&problem)).To(Succeed())
			if field != "" {
				Expect(problem).To(HaveKeyWithValue("field", field))
			}
		},
		Entry("no JSON", `{"type": `, ""),
		Entry("an unknown type", `{"type": "threads.explode", "params": {}}`, "type"),
		Entry("no type", `{"params": {}}`, "type"),
		Entry("no thread", `{"type": "items.list", "params": {}}`, "params.thread_id"),
		Entry("no input", `{"type": "threads.create", "params": {}}`, "params.input"),
		Entry("an order that is none", `{"type": "threads.list", "params": {"order": "up"}}`, "params.order"),
	)
})

func threadOf(conversation int64) string {
	text, err := json.Marshal(conversation)
	Expect(err).NotTo(HaveOccurred())
	return "thr_" + string(text)
}
