package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

var _ = Describe("The protocol's endpoint", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter() })
	JustBeforeEach(func() {
		a.start()
		a.chat.on(chatOf, streaming(turn()...))
		a.chat.on("GET /api/alice/conversations", answering(api.ConversationPage{}))
	})
	const list = `{"type":"threads.list","params":{}}`

	DescribeTable("refuses what is no request", func(ctx SpecContext, method, body, kind string, status int, code string) {
		response := a.send(ctx, method, "/api/v1/chatkit", body, "Content-Type", kind)
		Expect(response.StatusCode).To(Equal(status))
		Expect(response.Header.Get("Content-Type")).To(Equal("application/problem+json"))
		Expect(object(response)).To(And(HaveKeyWithValue("code", code), HaveKey("request_id")))
		Expect(a.chat.requests()).To(BeEmpty())
	},
		Entry("bad JSON", "POST", `{"type":`, "application/json", 400, "invalid_request"),
		Entry("nothing", "POST", ``, "application/json", 400, "invalid_request"),
		Entry("an unknown type", "POST", `{"type":"threads.burn","params":{}}`, "application/json", 400, "invalid_request"),
		Entry("another content type", "POST", list, "text/plain", 415, "not_json"),
		Entry("no content type", "POST", list, "", 415, "not_json"),
		Entry("too much", "POST", `{"type":"`+strings.Repeat("x", 300<<10)+`"}`, "application/json", 413, "too_large"),
		Entry("another method", "GET", ``, "application/json", 405, "method_not_allowed"),
	)

	It("is there under both its names, with a charset too", func(ctx SpecContext) {
		for _, path := range []string{"/api/v1/chatkit", "/chatkit"} {
			Expect(a.send(ctx, "POST", path, list, "Content-Type", "application/json; charset=utf-8").StatusCode).To(Equal(http.StatusOK))
		}
	})

	DescribeTable("lets nobody in without a good token", func(ctx SpecContext, token func() string) {
		for _, body := range []string{list, create} {
			response := a.post(ctx, body, "Authorization", token())
			Expect(response.StatusCode).To(Equal(http.StatusUnauthorized))
			Expect(object(response)).To(HaveKeyWithValue("code", "unauthorized"))
		}
		Expect(a.chat.requests()).To(BeEmpty())
	},
		Entry("none", func() string { return "" }),
		Entry("nonsense", func() string { return "Bearer x.y.z" }),
		Entry("another scheme", func() string { return "Basic YWxpY2U6eA==" }),
		Entry("one that is over", func() string {
			return "Bearer " + sign(a.issuer, tokens.Claims{Issuer: issuer, Audience: audience, Subject: "alice"}, time.Now().Add(-time.Hour))
		}),
		Entry("one for another service", func() string {
			return "Bearer " + sign(a.issuer, tokens.Claims{Issuer: issuer, Audience: "tools", Subject: "alice"}, time.Now())
		}),
		Entry("one of another issuer", func() string {
			return "Bearer " + sign(a.keys, tokens.Claims{Issuer: issuer, Audience: audience, Subject: "alice"}, time.Now())
		}),
		Entry("a hop token of ours", func() string {
			return "Bearer " + sign(a.keys, tokens.Claims{Issuer: tokens.HopAdapter, Audience: tokens.HopChatcore, Subject: "alice"}, time.Now())
		}),
		Entry("a session's that the users' issuer signed", func() string {
			return "Bearer " + sign(a.issuer, tokens.Claims{Issuer: tokens.HopAdapter, Audience: tokens.SessionAudience, Subject: "alice"}, time.Now())
		}),
	)

	Context("when the issuer's keys cannot be had", func() {
		BeforeEach(func() { a.jwks.Close() })

		It("says so in the form that the request wants", func(ctx SpecContext) {
			Expect(a.post(ctx, list).StatusCode).To(Equal(http.StatusServiceUnavailable))
			_, retry := oneError(a.post(ctx, create))
			Expect(retry).To(BeTrue())
			Expect(a.post(ctx, `{}`).StatusCode).To(Equal(http.StatusBadRequest))
		})
	})

	Describe("with a session's secret", func() {
		bearer := func(secret string) (string, string) { return "Authorization", "Bearer " + secret }

		It("asks chatcore as the user, and names the session", func(ctx SpecContext) {
			name, value := bearer(a.secret("alice", "cks_1", time.Now()))
			events(a.post(ctx, create, name, value))
			hop := a.hop(ctx, a.chat.requests()[0].auth)
			Expect(hop.Subject).To(Equal("alice"))
			Expect(hop.SessionID).To(Equal("cks_1"))
		})

		It("says that the session is over, with a code to act on", func(ctx SpecContext) {
			name, value := bearer(a.secret("alice", "cks_1", time.Now().Add(-2*time.Hour)))
			for _, body := range []string{list, create} {
				response := a.post(ctx, body, name, value)
				Expect(response.StatusCode).To(Equal(http.StatusUnauthorized))
				Expect(object(response)).To(HaveKeyWithValue("code", "session_expired"))
			}
		})

		It("refuses one that chatcore says was revoked", func(ctx SpecContext) {
			for _, route := range []string{chatOf, "GET /api/alice/conversations"} {
				a.chat.on(route, refusing(401, "session_ended", "The session is over or was revoked."))
			}
			name, value := bearer(a.secret("alice", "cks_1", time.Now()))
			for _, body := range []string{list, create} {
				response := a.post(ctx, body, name, value)
				Expect(response.StatusCode).To(Equal(http.StatusUnauthorized))
				Expect(object(response)).To(HaveKeyWithValue("code", "session_ended"))
			}
		})
	})

	Describe("for pages", func() {
		BeforeEach(func() { a.options.PublicURL = &url.URL{Scheme: "https", Host: "chat.example", Path: "/x"} })

		DescribeTable("lets known origins in", func(ctx SpecContext, origin func() string) {
			response := a.post(ctx, list, "Origin", origin())
			Expect(response.StatusCode).To(Equal(http.StatusOK))
			Expect(response.Header.Get("Access-Control-Allow-Origin")).To(Equal(origin()))
			Expect(response.Header.Values("Vary")).To(ContainElement("Origin"))
			Expect(response.Header).NotTo(HaveKey("Access-Control-Allow-Credentials"))
		},
			Entry("none at all", func() string { return "" }),
			Entry("one of the list", func() string { return "https://app.example" }),
			Entry("ChatKit's", func() string { return "https://cdn.platform.openai.com" }),
			Entry("the public address's", func() string { return "https://chat.example" }),
			Entry("its own", func() string { return a.url }),
		)

		DescribeTable("keeps others out", func(ctx SpecContext, origin string) {
			for _, method := range []string{"POST", "OPTIONS"} {
				for _, path := range []string{"/chatkit", "/api/chatkit/sessions"} {
					response := a.send(ctx, method, path, list, "Origin", origin)
					Expect(response.StatusCode).To(Equal(http.StatusForbidden))
					Expect(response.Header).NotTo(HaveKey("Access-Control-Allow-Origin"))
				}
			}
			Expect(a.chat.requests()).To(BeEmpty())
		},
			Entry(nil, "https://evil.example"), Entry(nil, "http://app.example"), Entry(nil, "https://app.example:8443"),
			Entry(nil, "https://app.example.evil.example"), Entry(nil, "https://sub.app.example"), Entry(nil, "null"), Entry(nil, "https://APP.example"), Entry(nil, "x"),
		)

		It("answers a preflight with what was asked for", func(ctx SpecContext) {
			response := a.send(ctx, "OPTIONS", "/api/v1/chatkit", "", "Authorization", "", "Origin", "https://cdn.platform.openai.com",
				"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,chatkit-frame-instance-id",
				"Access-Control-Request-Private-Network", "true")
			Expect(response.StatusCode).To(Equal(http.StatusNoContent))
			Expect(response.Header.Get("Access-Control-Allow-Headers")).To(Equal("authorization,content-type,chatkit-frame-instance-id"))
			Expect(response.Header.Get("Access-Control-Allow-Methods")).To(ContainSubstring("POST"))
			Expect(response.Header.Get("Access-Control-Allow-Private-Network")).To(Equal("true"))
		})
	})
})

var _ = Describe("The sessions' endpoint", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter() })
	JustBeforeEach(func() { a.start() })
	const opened = "POST /api/alice/chatkit-sessions"
	session := func() api.Session {
		return api.Session{SessionID: "cks_1", ThreadID: "thr_9", ConversationID: 9, CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)}
	}

	DescribeTable("opens a session, whose secret is good for the protocol and for nothing else", func(ctx SpecContext, path string) {
		made := session()
		a.chat.on(opened, answering(made))
		response := a.send(ctx, "POST", path, "", "Content-Type", "")
		Expect(response.StatusCode).To(Equal(http.StatusOK))
		Expect(response.Header.Get("Cache-Control")).To(Equal("no-store"))
		var got struct {
			ClientSecret   string    `json:"client_secret"`
			SessionID      string    `json:"session_id"`
			ConversationID int64     `json:"conversation_id"`
			ExpiresAt      time.Time `json:"expires_at"`
		}
		Expect(json.NewDecoder(response.Body).Decode(&got)).To(Succeed())
		Expect(got.SessionID).To(Equal("cks_1"))
		Expect(got.ConversationID).To(BeEquivalentTo(9))
		Expect(got.ExpiresAt).To(BeTemporally("==", made.ExpiresAt))
		Expect(a.chat.requests()[0].body).To(MatchJSON(`{"expires_in":3600}`))

		a.chat.on("GET /api/alice/conversations", answering(api.ConversationPage{}))
		Expect(a.post(ctx, `{"type":"threads.list","params":{}}`, "Authorization", "Bearer "+got.ClientSecret).StatusCode).To(Equal(http.StatusOK))
		Expect(a.send(ctx, "POST", path, "", "Authorization", "Bearer "+got.ClientSecret).StatusCode).To(Equal(http.StatusUnauthorized))
	}, Entry(nil, "/api/v1/chatkit/sessions"), Entry(nil, "/api/chatkit/sessions"))

	It("wants a user's token", func(ctx SpecContext) {
		Expect(a.send(ctx, "POST", "/api/chatkit/sessions", "", "Authorization", "").StatusCode).To(Equal(http.StatusUnauthorized))
		Expect(a.send(ctx, "GET", "/api/chatkit/sessions", "").StatusCode).To(Equal(http.StatusMethodNotAllowed))
	})

	It("says when chatcore is down", func(ctx SpecContext) {
		a.chat.Close()
		Expect(a.send(ctx, "POST", "/api/chatkit/sessions", "").StatusCode).To(Equal(http.StatusServiceUnavailable))
	})

	Context("without signing keys", func() {
		BeforeEach(func() { a.options.Keys = nil })

		It("is not there, and users' own tokens are passed on", func(ctx SpecContext) {
			response := a.send(ctx, "POST", "/api/chatkit/sessions", "")
			Expect(response.StatusCode).To(Equal(http.StatusNotFound))
			Expect(response.Header.Get("Content-Type")).To(Equal("application/problem+json"))
			Expect(a.send(ctx, "GET", "/.well-known/jwks.json", "").StatusCode).To(Equal(http.StatusNotFound))

			token := a.token("alice")
			a.chat.on(chatOf, refusing(401, "unauthorized", "A valid bearer token is needed."))
			Expect(a.post(ctx, create, "Authorization", "Bearer "+token).StatusCode).To(Equal(http.StatusUnauthorized))
			Expect(a.chat.requests()[0].auth).To(Equal("Bearer " + token))
		})
	})

	Context("when ChatKit is switched off", func() {
		BeforeEach(func() { a.options.Disabled = true })

		It("is a 404 problem, like the protocol's", func(ctx SpecContext) {
			for _, path := range []string{"/api/v1/chatkit", "/chatkit", "/api/v1/chatkit/sessions", "/api/chatkit/sessions"} {
				response := a.send(ctx, "POST", path, create)
				Expect(response.StatusCode).To(Equal(http.StatusNotFound))
				Expect(response.Header.Get("Content-Type")).To(Equal("application/problem+json"))
			}
			Expect(a.chat.requests()).To(BeEmpty())
		})
	})
})

var _ = Describe("What stands beside the protocol", func() {
	var a *adapter
	BeforeEach(func() {
		a = newAdapter()
		a.options.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
		a.options.Ready = func(context.Context) error { return context.Canceled }
		a.start()
	})

	DescribeTable("answers", func(ctx SpecContext, path string, status int) {
		Expect(a.send(ctx, "GET", path, "", "Authorization", "").StatusCode).To(Equal(status))
	},
		Entry("health", "/healthz", http.StatusOK), Entry("readiness", "/readyz", http.StatusServiceUnavailable), Entry("keys", "/.well-known/jwks.json", http.StatusOK),
		Entry("the page", "/", http.StatusTeapot), Entry("its files", "/chatkit.js", http.StatusTeapot), Entry("no API", "/api/v2/chatkit", http.StatusNotFound),
	)

	It("publishes public keys only", func(ctx SpecContext) {
		keys := object(a.send(ctx, "GET", "/.well-known/jwks.json", ""))["keys"].([]any)
		Expect(keys).To(HaveEach(Not(HaveKey("d"))))
	})
})
