package main_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/internal/tokens"
)

var _ = Describe("A token", func() {
	var (
		chatcore *issuer
		ts       *server
	)

	BeforeEach(func(ctx SpecContext) {
		chatcore = newIssuer()
		ts = serve(ctx, database(), "CHATCORE_JWKS_URL="+chatcore.url)
	})

	type input struct{ issuer, audience string }
	DescribeTable("is refused that was not made by chatcore for toolserver", func(ctx SpecContext, in input) {
		token := chatcore.sign(tokens.Claims{Issuer: in.issuer, Audience: in.audience, Subject: "alice"})
		response := ts.post(ctx, listCall, map[string]string{"Authorization": "Bearer " + token})
		Expect(response).To(HaveHTTPStatus(http.StatusUnauthorized))
		Expect(response).To(HaveHTTPHeaderWithValue("Content-Type", "application/problem+json"))
		Expect(response).To(HaveHTTPHeaderWithValue("WWW-Authenticate", "Bearer"))
	},
		Entry("one for chatcore", input{tokens.HopChatcore, tokens.HopChatcore}),
		Entry("one by the adapter", input{tokens.HopAdapter, tokens.HopToolserver}),
		Entry("one for the page", input{tokens.HopAdapter, tokens.SessionAudience}),
	)

	It("is refused when it is missing, a stranger's or old", func(ctx SpecContext) {
		old, err := chatcore.keys.Sign(time.Now().Add(-time.Hour),
			tokens.Claims{Issuer: tokens.HopChatcore, Audience: tokens.HopToolserver, Subject: "alice"})
		Expect(err).NotTo(HaveOccurred())
		for _, authorization := range []string{"", "Bearer", "Bearer x.y.z", "Basic YTpi",
			"Bearer " + newIssuer().hop("alice"), "Bearer " + old} {
			response := ts.post(ctx, listCall, map[string]string{"Authorization": authorization})
			Expect(response).To(HaveHTTPStatus(http.StatusUnauthorized), authorization)
			Expect(bodyOf(response)).To(ContainSubstring(`"code":"unauthorized"`))
		}
	})

	It("cannot be judged while chatcore's keys are away, which is no reason not to be ready", func(ctx SpecContext) {
		late := newIssuer()
		late.stop()
		ts = serve(ctx, database(), "CHATCORE_JWKS_URL="+late.url)
		response := ts.post(ctx, listCall, map[string]string{"Authorization": "Bearer " + late.hop("alice")})
		Expect(response).To(HaveHTTPStatus(http.StatusServiceUnavailable))
		Expect(response.Header).To(HaveKey("Retry-After"))
		Expect(ts.send(ctx, http.MethodGet, "/readyz", "", nil)).To(HaveHTTPStatus(http.StatusOK))
	})

	Context("of the users' issuer", func() {
		const issuerName, audience = "https://id.example", "toolserver.example"
		var users *issuer

		BeforeEach(func(ctx SpecContext) {
			users = newIssuer()
			ts = serve(ctx, database(), "CHATCORE_JWKS_URL="+chatcore.url,
				"AUTH_JWKS_URL="+users.url, "AUTH_ISSUER="+issuerName, "AUTH_AUDIENCE="+audience)
		})

		It("is accepted when it was made for toolserver, and shows the same tasks as chatcore's for the user", func(ctx SpecContext) {
			alice := newUser()
			own := users.sign(tokens.Claims{Issuer: issuerName, Audience: audience, Subject: alice})
			call(ctx, ts.client(ctx, own), "add_task", map[string]any{"title": "x"})
			list, _ := call(ctx, ts.client(ctx, chatcore.hop(alice)), "list_tasks", nil)
			Expect(list).To(HaveKeyWithValue("total", 1.0))
		})

		It("is refused when it was made for the chat, or has one issuer's name and the other's keys", func(ctx SpecContext) {
			for _, token := range []string{
				users.sign(tokens.Claims{Issuer: issuerName, Audience: "chat.example", Subject: "alice"}),
				users.hop("alice"),
				chatcore.sign(tokens.Claims{Issuer: issuerName, Audience: audience, Subject: "alice"}),
			} {
				response := ts.post(ctx, listCall, map[string]string{"Authorization": "Bearer " + token})
				Expect(response).To(HaveHTTPStatus(http.StatusUnauthorized))
			}
		})

		It("needs that issuer's keys, and toolserver is not ready before it has them", func(ctx SpecContext) {
			users.stop()
			ts = serve(ctx, database(), "AUTH_JWKS_URL="+users.url, "AUTH_ISSUER="+issuerName, "AUTH_AUDIENCE="+audience)
			response := ts.send(ctx, http.MethodGet, "/readyz", "", nil)
			Expect(response).To(HaveHTTPStatus(http.StatusServiceUnavailable))
			Expect(bodyOf(response)).To(ContainSubstring("users' keys"))
		})
	})
})
