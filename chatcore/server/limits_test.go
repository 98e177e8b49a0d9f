package server_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/server"
	"taskpilot/internal/limits"
	"taskpilot/internal/tokens"
)

var _ = Describe("A user who calls with a token of their own", func() {
	twice := func() *limits.Limiter { return limits.New(1, time.Hour, 2, time.Now) }

	It("is refused when they ask too much, and others are not", func(ctx SpecContext) {
		alice := newDesk(func(s *server.Server) { s.Requests = twice() }).user()
		alice.get(ctx, "/conversations")
		alice.get(ctx, "/conversations")
		refused := alice.get(ctx, "/conversations")
		refused.problem(http.StatusTooManyRequests, "too_many_requests")
		Expect(refused.Header.Get("Retry-After")).To(Equal("3600"))
		Expect(alice.user().get(ctx, "/conversations").StatusCode).To(Equal(http.StatusOK))
	})

	It("is refused when they begin too many turns, and may still read", func(ctx SpecContext) {
		alice := newDesk(func(s *server.Server) { s.TurnRate = twice() }).user()
		alice.began(ctx, "One")
		alice.began(ctx, "Two")
		alice.call(ctx, http.MethodPost, alice.path("/chat"), `{"content":"Three"}`).problem(http.StatusTooManyRequests, "too_many_requests")
		Expect(alice.get(ctx, "/conversations").StatusCode).To(Equal(http.StatusOK))
	})

	It("is limited by the adapter where that is on the way, and not a second time here", func(ctx SpecContext) {
		d := newDesk(func(s *server.Server) { s.Requests, s.TurnRate = twice(), twice() })
		alice := d.user()
		d.front.Callers = tokens.NewVerifier(tokens.Options{}, tokens.LocalSource(tokens.HopAdapter, audience, d.keys))
		hop, err := d.keys.Sign(time.Now(), tokens.Claims{Issuer: tokens.HopAdapter, Audience: audience, Subject: alice.name})
		Expect(err).NotTo(HaveOccurred())
		for range 5 {
			Expect(alice.call(ctx, http.MethodGet, alice.path("/conversations"), "", "Authorization", "Bearer "+hop).StatusCode).To(Equal(http.StatusOK))
		}
	})
})
