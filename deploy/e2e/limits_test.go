package e2e_test

import (
	"errors"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("Who asks too much", func() {
	It("is refused politely by adapter and chatcore, and others are not", func(ctx SpecContext) {
		at, _ := scriptedStack(ctx, "RATE_USER=2", "RATE_TURNS=2", "TURNS_PER_USER=2")
		page, other := pageAt(ctx, at, newUser("hasty")), pageAt(ctx, at, newUser("calm"))
		var refused *wire.StatusError
		for range 20 {
			if _, err := page.Call(ctx, "threads.list", wire.Object{}); err != nil {
				Expect(errors.As(err, &refused)).To(BeTrue(), "%v", err)
			}
		}
		Expect(refused).To(HaveField("Status", http.StatusTooManyRequests))
		Expect(refused.Body).To(HaveKeyWithValue("code", "too_many_requests"))
		Expect(other.Call(ctx, "threads.list", wire.Object{})).To(HaveKey("data"))

		for range 2 {
			create(ctx, other, "hello")
		}
		events, err := other.Stream(ctx, "threads.create", wire.Say("", "hello"))
		Expect(err).NotTo(HaveOccurred())
		Expect(events).To(HaveExactElements(And(HaveKeyWithValue("type", "error"), HaveKeyWithValue("code", "custom"), HaveKeyWithValue("allow_retry", true))))

		direct := service{user: "hasty", token: func() string { t, _ := at.Token(ctx, "hasty", ""); return t }(), at: at}
		var statuses []int
		for range 20 {
			response := direct.send(ctx, http.MethodGet, "/conversations", nil, "")
			statuses = append(statuses, response.StatusCode)
			if response.StatusCode == http.StatusTooManyRequests {
				Expect(response.Header.Get("Retry-After")).To(Equal("1"))
			}
		}
		Expect(statuses).To(And(ContainElement(http.StatusOK), ContainElement(http.StatusTooManyRequests)))
	})
})
