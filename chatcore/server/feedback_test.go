package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/server"
)

var _ = Describe("Feedback", func() {
	var (
		alice    *user
		registry *prometheus.Registry
		said     object
		answer   int64
	)

	BeforeEach(func(ctx SpecContext) {
		registry = prometheus.NewRegistry()
		metrics, err := server.NewMetrics(registry)
		Expect(err).NotTo(HaveOccurred())
		alice = newDesk(func(s *server.Server) { s.Metrics = metrics }).user()
		said = alice.say(ctx, "add Tea")
		answer = int64(said["message_id"].(float64))
	})

	give := func(ctx SpecContext, who *user, message int64, body string) answerTo {
		GinkgoHelper()
		return answerTo{who.call(ctx, "POST", who.path(fmt.Sprintf("/messages/%d/feedback", message)), body)}
	}
	messages := func(ctx SpecContext) []api.Message {
		GinkgoHelper()
		var page api.MessagePage
		alice.get(ctx, conversation(int64(said["conversation_id"].(float64)))+"/messages").into(http.StatusOK, &page)
		return page.Data
	}
	// counted is what an operator reads.
	counted := func(positive, negative int) {
		GinkgoHelper()
		shown := httptest.NewRecorder()
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(shown, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		Expect(shown.Body.String()).To(And(
			ContainSubstring(`chatcore_feedback_total{kind="positive"} %d`+"\n", positive),
			ContainSubstring(`chatcore_feedback_total{kind="negative"} %d`+"\n", negative)))
	}

	It("is kept with the answer and counted, and the last word counts", func(ctx SpecContext) {
		Expect(messages(ctx)[1].Feedback).To(BeEmpty())
		counted(0, 0)
		give(ctx, alice, answer, `{"kind": "positive"}`).taken()
		Expect(messages(ctx)).To(HaveExactElements(HaveField("Feedback", ""), HaveField("Feedback", "positive")))
		give(ctx, alice, answer, `{"kind": "positive"}`).taken()
		counted(1, 0)
		give(ctx, alice, answer, `{"kind": "negative"}`).taken()
		Expect(messages(ctx)[1].Feedback).To(Equal("negative"))
		counted(1, 1)
	})

	It("is each answer's own", func(ctx SpecContext) {
		alice.say(ctx, "Thanks", int64(said["conversation_id"].(float64)))
		give(ctx, alice, answer, `{"kind": "negative"}`).taken()
		Expect(messages(ctx)[3].Feedback).To(BeEmpty())
	})

	It("goes with its conversation", func(ctx SpecContext) {
		give(ctx, alice, answer, `{"kind": "positive"}`).taken()
		Expect(alice.call(ctx, "DELETE", alice.path(conversation(int64(said["conversation_id"].(float64)))), "").StatusCode).To(Equal(http.StatusNoContent))
		give(ctx, alice, answer, `{"kind": "positive"}`).problem(http.StatusNotFound, "not_found")
		counted(1, 0)
	})

	It("is not taken for an answer that was replaced", func(ctx SpecContext) {
		alice.call(ctx, "POST", alice.path("/chat"), fmt.Sprintf(`{"retry_of": %d}`, messages(ctx)[0].ID)).object(http.StatusOK)
		give(ctx, alice, answer, `{"kind": "positive"}`).problem(http.StatusNotFound, "not_found")
	})

	It("is not taken for what is another's, or for what the person said", func(ctx SpecContext) {
		give(ctx, alice.named("mallory"), answer, `{"kind": "positive"}`).problem(http.StatusNotFound, "not_found")
		give(ctx, alice, messages(ctx)[0].ID, `{"kind": "positive"}`).problem(http.StatusBadRequest, "no_answer")
		Expect(messages(ctx)).To(HaveEach(HaveField("Feedback", "")))
		counted(0, 0)
	})

	DescribeTable("is refused when it does not fit",
		func(ctx SpecContext, body string, field string) {
			problem := give(ctx, alice, answer, body).problem(http.StatusBadRequest, "invalid_request")
			if field != "" {
				Expect(problem).To(HaveKeyWithValue("field", field))
			}
			counted(0, 0)
		},
		Entry("without a kind", `{}`, "kind"), Entry("of an unknown kind", `{"kind": "meh"}`, "kind"),
		Entry("with a number for a kind", `{"kind": 1}`, "kind"), Entry("in a list", `["positive"]`, ""),
	)
})

// answerTo is an answer to feedback.
type answerTo struct{ answer }

func (a answerTo) taken() {
	GinkgoHelper()
	Expect(a.StatusCode).To(Equal(http.StatusNoContent), string(a.body))
}
