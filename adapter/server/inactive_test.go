package server_test

import (
	"encoding/json"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A thread that takes nothing more", func() {
	var a *adapter

	BeforeEach(func() { a = newAdapter(); a.start() })

	refusing := func(status, reason string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			_ = json.NewEncoder(w).Encode(map[string]any{"status": 409, "code": "conversation_" + status, "detail": "d", "reason": reason})
		}
	}

	DescribeTable("says so, with its moderator's reason", func(ctx SpecContext, status, reason, told string) {
		a.chat.on(chatOf, refusing(status, reason))
		a.chat.on("PATCH /api/alice/conversations/7", refusing(status, reason))
		for _, request := range []string{
			addTo7, `{"type":"threads.retry_after_item","params":{"thread_id":"thr_7","item_id":"msg_2_1"}}`,
		} {
			message, retry := oneError(a.post(ctx, request))
			Expect(message).To(Equal(told))
			Expect(retry).To(BeFalse())
		}
		answer := a.post(ctx, `{"type":"threads.update","params":{"thread_id":"thr_7","title":"Mine"}}`)
		Expect(answer.StatusCode).To(Equal(http.StatusConflict))
		Expect(object(answer)).To(And(HaveKeyWithValue("code", "conversation_"+status), HaveKeyWithValue("detail", told)))
	},
		Entry("locked", "locked", "Be kind.", "This conversation is locked: nothing can be added or changed. Reason: Be kind."),
		Entry("closed", "closed", "Be kind.", "This conversation is closed. Please start a new one. Reason: Be kind."),
		Entry("for a reason that is more than a line", "locked", "a\n\nb\u202ec", "This conversation is locked: nothing can be added or changed. Reason: a bc"),
	)
})
