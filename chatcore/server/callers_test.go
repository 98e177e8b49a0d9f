package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/server"
	"taskpilot/internal/tokens"
)

// serve lets the front answer a request without a network between them.
func (d *desk) serve(request *http.Request) answer {
	GinkgoHelper()
	recorder := httptest.NewRecorder()
	d.front.Handler().ServeHTTP(recorder, request)
	return answer{Response: recorder.Result(), body: recorder.Body.Bytes()}
}

var _ = Describe("A caller", func() {
	It("needs a token", func(ctx SpecContext) {
		alice := newDesk().user()
		for method, path := range map[string]string{
			http.MethodGet: "/conversations", http.MethodPost: "/chat", http.MethodPatch: "/conversations/1", http.MethodDelete: "/conversations/1",
		} {
			response := alice.call(ctx, method, alice.path(path), "", "Authorization", "")
			response.problem(http.StatusUnauthorized, "unauthorized")
			Expect(response.Header.Get("WWW-Authenticate")).To(Equal("Bearer"))
		}
	})

	It("is told what is no path and no method of the service", func(ctx SpecContext) {
		alice := newDesk().user()
		alice.call(ctx, http.MethodGet, "/nothing", "", "Authorization", "").problem(http.StatusNotFound, "not_found")
		response := alice.call(ctx, http.MethodPut, alice.path("/chat"), "", "Authorization", "")
		response.problem(http.StatusMethodNotAllowed, "method_not_allowed")
		Expect(response.Header.Get("Allow")).To(ContainSubstring("POST"))
	})

	It("needs a token that was made for this service", func(ctx SpecContext) {
		alice := newDesk().user()
		for _, header := range []string{"Bearer " + alice.signed("another"), "Bearer x.y.z", "Basic " + alice.token(), "Bearer"} {
			alice.call(ctx, http.MethodGet, alice.path("/conversations"), "", "Authorization", header).problem(http.StatusUnauthorized, "unauthorized")
		}
	})

	It("is asked to come back when tokens can't be judged", func(ctx SpecContext) {
		alice := newDesk(func(s *server.Server) { s.Callers = unavailable{} }).user()
		alice.get(ctx, "/conversations").problem(http.StatusServiceUnavailable, "keys_unavailable")
	})

	It("has no business in another's path", func(ctx SpecContext) {
		alice := newDesk().user()
		bob := alice.user()
		id := alice.began(ctx, "Hello")
		for _, path := range []string{"/conversations", conversation(id), conversation(id) + "/messages"} {
			bob.call(ctx, http.MethodGet, alice.path(path), "").problem(http.StatusForbidden, "not_your_path")
		}
		bob.call(ctx, http.MethodGet, "/api//conversations", "").problem(http.StatusForbidden, "not_your_path")
	})

	DescribeTable("may have any name",
		func(ctx SpecContext, name string) {
			someone := newDesk().named(name)
			id := someone.began(ctx, "Hello")
			Expect(someone.get(ctx, conversation(id)).object(http.StatusOK)["id"]).To(BeEquivalentTo(id))
			var page api.MessagePage
			someone.get(ctx, conversation(id)+"/messages?limit=1").into(http.StatusOK, &page)
			Expect(page.Data).To(HaveLen(1))
			Expect(someone.call(ctx, http.MethodDelete, someone.path(conversation(id)), "").StatusCode).To(Equal(http.StatusNoContent))
		},
		Entry("of an issuer's", "auth0|x"), Entry("with a slash", "a/b"), Entry("with dots", "../.."), Entry("with a percent sign", "100%"),
		Entry("that looks escaped", "a%2Fb"), Entry("with a question mark", "who?"), Entry("with a plus and a blank", "a+b c"),
		Entry("of other letters", "Žofie 🧀"), Entry("with a colon", "a:b;c=d&e"), Entry("with a quote", `o'reilly"\`),
	)

	It("may leave unescaped what need not be", func(ctx SpecContext) {
		someone := newDesk().named("auth0|x")
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, someone.url, nil)
		Expect(err).NotTo(HaveOccurred())
		request.URL.Opaque = "//" + request.URL.Host + "/api/auth0|x/conversations"
		request.Header.Set("Authorization", "Bearer "+someone.token())
		response, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer func() { _ = response.Body.Close() }()
		Expect(response.StatusCode).To(Equal(http.StatusOK))
	})

	It("is not mistaken for another whose name is escaped alike", func(ctx SpecContext) {
		d := newDesk()
		d.named("a/b").call(ctx, http.MethodGet, "/api/"+url.PathEscape("a%2Fb")+"/conversations", "").problem(http.StatusForbidden, "not_your_path")
		d.named("a%2Fb").call(ctx, http.MethodGet, "/api/a%2Fb/conversations", "").problem(http.StatusForbidden, "not_your_path")
	})
})

// unavailable is a verifier without keys.
type unavailable struct{}

func (unavailable) Bearer(*http.Request) (tokens.Identity, error) {
	return tokens.Identity{}, errors.Join(tokens.ErrKeysUnavailable)
}

var _ = Describe("Another user's conversation", func() {
	DescribeTable("gets the answer of one that is not there, to the byte",
		func(ctx SpecContext, method, rest, body string) {
			d := newDesk()
			alice, bob := d.user(), d.user()
			id := alice.began(ctx, "My secret plan")
			try := func(id int64) []byte {
				response := bob.call(ctx, method, bob.path(fmt.Sprintf(rest, id)), fmt.Sprintf(body, id), "X-Request-Id", "the-same")
				response.problem(http.StatusNotFound, "not_found")
				return response.body
			}
			Expect(try(id)).To(Equal(try(123)))
			Expect(alice.get(ctx, conversation(id)).object(http.StatusOK)).To(And(HaveKeyWithValue("title", "My secret plan"), HaveKeyWithValue("message_count", BeEquivalentTo(2))))
		},
		Entry("read", "GET", "/conversations/%d", "%.0d"),
		Entry("read in pages", "GET", "/conversations/%d/messages", "%.0d"),
		Entry("paged behind", "GET", "/conversations?after=%d", "%.0d"),
		Entry("changed", "PATCH", "/conversations/%d", `{"title": "Mine %d"}`),
		Entry("deleted", "DELETE", "/conversations/%d", "%.0d"),
		Entry("spoken in", "POST", "/chat%.0d", `{"content": "Hi", "conversation_id": %d}`),
	)
})

var _ = Describe("A ChatKit session", func() {
	var alice *user

	BeforeEach(func() { alice = newDesk().user() })

	open := func(ctx SpecContext, seconds int) api.Session {
		GinkgoHelper()
		var session api.Session
		alice.call(ctx, http.MethodPost, alice.path("/chatkit-sessions"), fmt.Sprintf(`{"expires_in": %d}`, seconds)).into(http.StatusCreated, &session)
		return session
	}

	It("opens with an empty conversation, which its first turn takes", func(ctx SpecContext) {
		session := open(ctx, 3600)
		Expect(session.ThreadID).To(Equal(fmt.Sprintf("thr_%d", session.ConversationID)))
		Expect(session.ExpiresAt).To(BeTemporally("~", time.Now().Add(time.Hour), time.Minute))
		inside := alice.in(session.SessionID)
		Expect(inside.began(ctx, "Hello")).To(Equal(session.ConversationID))
		Expect(inside.began(ctx, "Again")).NotTo(Equal(session.ConversationID))
		Expect(string(inside.get(ctx, "/conversations").body)).To(Equal(string(alice.get(ctx, "/conversations").body)), "it shows all of its user's")
	})

	It("lets nobody in once it was revoked", func(ctx SpecContext) {
		session := open(ctx, 3600)
		inside := alice.in(session.SessionID)
		Expect(inside.get(ctx, "/conversations").StatusCode).To(Equal(http.StatusOK))
		Expect(alice.call(ctx, http.MethodDelete, alice.path("/chatkit-sessions/"+session.SessionID), "").StatusCode).To(Equal(http.StatusNoContent))
		response := inside.get(ctx, "/conversations")
		response.problem(http.StatusUnauthorized, "session_ended")
		Expect(response.Header.Get("WWW-Authenticate")).To(Equal("Bearer"))
		inside.call(ctx, http.MethodPost, alice.path("/chat"), `{"content": "Hi"}`, "Accept", "text/event-stream").problem(http.StatusUnauthorized, "session_ended")
		alice.call(ctx, http.MethodDelete, alice.path("/chatkit-sessions/"+session.SessionID), "").problem(http.StatusNotFound, "not_found")
		alice.get(ctx, conversation(session.ConversationID)).problem(http.StatusNotFound, "not_found")
	})

	It("lets nobody in when its time is over", func(ctx SpecContext) {
		inside := alice.in(open(ctx, 10).SessionID)
		Expect(inside.get(ctx, "/conversations").StatusCode).To(Equal(http.StatusOK))
		alice.clock.Advance(11 * time.Second)
		inside.get(ctx, "/conversations").problem(http.StatusUnauthorized, "session_ended")
	})

	It("that never was, or is another's, lets nobody in", func(ctx SpecContext) {
		alice.in("cks_never").get(ctx, "/conversations").problem(http.StatusUnauthorized, "session_ended")
		bob := alice.user().in(open(ctx, 3600).SessionID)
		bob.get(ctx, "/conversations").problem(http.StatusUnauthorized, "session_ended")
	})

	It("is not revoked by another user", func(ctx SpecContext) {
		session, bob := open(ctx, 3600), alice.user()
		bob.call(ctx, http.MethodDelete, bob.path("/chatkit-sessions/"+session.SessionID), "").problem(http.StatusNotFound, "not_found")
		Expect(alice.in(session.SessionID).get(ctx, "/conversations").StatusCode).To(Equal(http.StatusOK))
	})
})

var _ = Describe("What needs no token", func() {
	It("is health, readiness, the public keys and the document", func(ctx SpecContext) {
		alice := newDesk().user()
		for path, kind := range map[string]string{
			"/healthz": "application/json", "/readyz": "application/json", "/.well-known/jwks.json": "application/json", "/openapi.yaml": "application/yaml",
		} {
			response := alice.call(ctx, http.MethodGet, path, "", "Authorization", "")
			Expect(response.StatusCode).To(Equal(http.StatusOK), path)
			Expect(response.Header.Get("Content-Type")).To(HavePrefix(kind), path)
		}
		Expect(alice.call(ctx, http.MethodGet, "/openapi.yaml", "").body).To(Equal(api.Document))
		jwks := alice.call(ctx, http.MethodGet, "/.well-known/jwks.json", "").body
		Expect(bytes.Contains(jwks, []byte(`"d"`))).To(BeFalse(), "public halves only")
	})

	It("says when the service is not ready", func(ctx SpecContext) {
		alice := newDesk(func(s *server.Server) {
			s.Ready = func(context.Context) error { return errors.New("pq: no host 10.0.0.1") }
		}).user()
		problem := alice.call(ctx, http.MethodGet, "/readyz", "").problem(http.StatusServiceUnavailable, "not_ready")
		Expect(problem["detail"]).NotTo(ContainSubstring("10.0.0.1"))
	})
})
