package server_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("Feedback on items", func() {
	var a *adapter

	// given is what chatcore was told, as "message kind".
	given := func() (told []string) {
		for _, asked := range a.chat.requests() {
			if answer, ok := strings.CutSuffix(asked.route, "/feedback"); ok {
				told = append(told, strings.TrimPrefix(answer, "POST /api/alice/messages/")+" "+asked.body)
			}
		}
		return told
	}

	// The thread: a question at 1, its answer at 2 with steps at 3 (a text and a call) and 4 (a text), a question at 5, its answer at 6 with a step at 7.
	step := func(id, position int64, content string, calls ...api.ToolCall) api.Step {
		return api.Step{ID: id, Position: position, Content: content, ToolCalls: calls, CreatedAt: noon}
	}
	thread := []api.Message{
		{ID: 10, Role: api.RoleUser, Position: 1, Content: "Add tea", State: api.StateDone},
		{ID: 20, Role: api.RoleAssistant, Position: 2, State: api.StateDone, Steps: []api.Step{step(30, 3, "One moment.", executed()), step(40, 4, "Done.")}},
		{ID: 50, Role: api.RoleUser, Position: 5, Content: "Thanks", State: api.StateDone},
		{ID: 60, Role: api.RoleAssistant, Position: 6, State: api.StateDone, Steps: []api.Step{step(70, 7, "Gladly.")}},
	}
	last := func(m api.Message) int64 {
		if len(m.Steps) == 0 {
			return m.Position
		}
		return m.Steps[len(m.Steps)-1].Position
	}

	BeforeEach(func() {
		a = newAdapter()
		a.chat.on(listOf7, func(w http.ResponseWriter, r *http.Request) {
			after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
			Expect(err).NotTo(HaveOccurred())
			page := api.MessagePage{Conversation: conversation()}
			for _, message := range thread {
				if last(message) > after && len(page.Data) == 0 {
					page.Data, page.HasMore = append(page.Data, message), true
				}
			}
			answering(page)(w, r)
		})
		for _, answer := range []int{20, 60} {
			a.chat.on(fmt.Sprintf("POST /api/alice/messages/%d/feedback", answer), func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusNoContent)
			})
		}
		a.start()
	})

	rate := func(ctx SpecContext, thread string, items ...string) *http.Response {
		GinkgoHelper()
		ids := `["` + strings.Join(items, `","`) + `"]`
		if len(items) == 0 {
			ids = `[]`
		}
		return a.post(ctx, `{"type":"items.feedback","params":{"thread_id":"`+thread+`","item_ids":`+ids+`,"kind":"positive"}}`)
	}

	DescribeTable("is feedback on the answers that have them, once each", func(ctx SpecContext, items []string, answers ...string) {
		response := rate(ctx, "thr_7", items...)
		Expect(response.StatusCode).To(Equal(http.StatusOK))
		Expect(object(response)).To(BeEmpty())
		Expect(given()).To(Equal(answers))
	},
		Entry("a text", []string{"msg_30_3"}, `20 {"kind":"positive"}`),
		Entry("a later text", []string{"msg_40_4"}, `20 {"kind":"positive"}`),
		Entry("what a call shows", []string{"msg_30_3_0"}, `20 {"kind":"positive"}`),
		Entry("all of an answer, some twice", []string{"msg_40_4", "msg_30_3", "msg_30_3_0", "msg_30_3"}, `20 {"kind":"positive"}`),
		Entry("two answers", []string{"msg_70_7", "msg_30_3"}, `60 {"kind":"positive"}`, `20 {"kind":"positive"}`),
	)

	DescribeTable("is all or nothing", func(ctx SpecContext, thread string, items []string, status int, field string) {
		response := rate(ctx, thread, items...)
		Expect(response.StatusCode).To(Equal(status))
		problem := object(response)
		if field != "" {
			Expect(problem).To(HaveKeyWithValue("field", field))
		}
		Expect(given()).To(BeEmpty())
	},
		Entry("with an item that is not there", "thr_7", []string{"msg_30_3", "msg_41_4"}, 404, ""),
		Entry("with an item at another place", "thr_7", []string{"msg_30_3", "msg_30_4"}, 404, ""),
		Entry("with a call that is not there", "thr_7", []string{"msg_30_3", "msg_30_3_1"}, 404, ""),
		Entry("with an item beyond the end", "thr_7", []string{"msg_30_3", "msg_90_9"}, 404, ""),
		Entry("with an item that can't be", "thr_7", []string{"msg_30_3", "nope"}, 404, ""),
		Entry("in a thread that is not there", "thr_8", []string{"msg_30_3"}, 404, ""),
		Entry("in a thread that can't be", "thr_nope", []string{"msg_30_3"}, 404, ""),
		Entry("with what the person said", "thr_7", []string{"msg_30_3", "msg_10_1"}, 400, "params.item_ids[1]"),
		Entry("with no items", "thr_7", nil, 400, "params.item_ids"),
		Entry("with too many items", "thr_7", strings.Split(strings.Repeat("msg_30_3 ", 101), " "), 400, "params.item_ids"),
	)
})
