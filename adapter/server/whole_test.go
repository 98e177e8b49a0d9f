package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

var _ = Describe("A request that is answered whole", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter() })
	JustBeforeEach(func() { a.start() })

	ask := func(ctx SpecContext, kind, params string) *http.Response {
		GinkgoHelper()
		return a.post(ctx, fmt.Sprintf(`{"type":%q,"params":%s,"metadata":{}}`, kind, params))
	}
	ids := func(page any) []any {
		var all []any
		for _, element := range page.(map[string]any)["data"].([]any) {
			all = append(all, element.(map[string]any)["id"])
		}
		return all
	}

	Describe("threads.get_by_id", func() {
		It("gives the thread with its first items, in one call of chatcore's", func(ctx SpecContext) {
			a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{question(), answer()}}))
			thread := object(ask(ctx, "threads.get_by_id", `{"thread_id":"thr_7"}`))
			Expect(thread).To(And(HaveKeyWithValue("id", "thr_7"), HaveKeyWithValue("title", "New Conversation"), HaveKeyWithValue("metadata", map[string]any{})))
			Expect(ids(thread["items"])).To(Equal([]any{"msg_2_1", "msg_5_3_0", "msg_6_4"}))
			Expect(a.chat.requests()).To(HaveLen(1))
			Expect(a.chat.requests()[0].query).To(Equal("limit=21&order=asc"))
		})
	})

	Describe("items.list", func() {
		// chatcore gives one message a page here: the adapter asks on.
		BeforeEach(func() {
			messages := []api.Message{answer(), question()}
			a.chat.on(listOf7, func(w http.ResponseWriter, r *http.Request) {
				page := api.MessagePage{Conversation: conversation()}
				after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
				for _, m := range messages {
					if err == nil && m.Position >= after {
						continue
					}
					if len(page.Data) == 1 {
						page.HasMore, page.After = true, strconv.FormatInt(page.Data[0].Position, 10)
						break
					}
					page.Data = append(page.Data, m)
				}
				answering(page)(w, r)
			})
		})

		It("goes through a thread in pages that are never short", func(ctx SpecContext) {
			first := object(ask(ctx, "items.list", `{"thread_id":"thr_7","limit":2}`))
			Expect(ids(first)).To(Equal([]any{"msg_6_4", "msg_5_3_0"}))
			Expect(first).To(And(HaveKeyWithValue("has_more", true), HaveKeyWithValue("after", "msg_5_3_0")))
			second := object(ask(ctx, "items.list", `{"thread_id":"thr_7","limit":2,"after":"msg_5_3_0"}`))
			Expect(ids(second)).To(Equal([]any{"msg_2_1"}))
			Expect(second).To(And(HaveKeyWithValue("has_more", false), Not(HaveKey("after"))))
		})

		It("counts an answer's items, not its messages", func(ctx SpecContext) {
			page := object(ask(ctx, "items.list", `{"thread_id":"thr_7","limit":1,"after":"msg_6_4"}`))
			Expect(ids(page)).To(Equal([]any{"msg_5_3_0"}))
		})
	})

	Describe("threads.list", func() {
		It("asks a thousand at a time, each from where the one before ended, and gives none twice", func(ctx SpecContext) {
			a.chat.on("GET /api/alice/conversations", func(w http.ResponseWriter, r *http.Request) {
				limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
				text, _, _ := strings.Cut(r.URL.Query().Get("after"), "_")
				after, _ := strconv.ParseInt(text, 10, 64)
				page := api.ConversationPage{HasMore: true, After: fmt.Sprintf("%d_5", after+int64(limit))}
				for id := after + 1; id <= after+int64(limit); id++ {
					page.Data = append(page.Data, api.Conversation{ID: id, Title: "T", CreatedAt: noon})
				}
				if after == 9000 {
					page.Data[0].ID = 1 // it has changed meanwhile
				}
				answering(page)(w, r)
			})
			all := object(ask(ctx, "threads.list", `{"limit":9999,"order":"asc"}`))
			Expect(all["data"]).To(HaveLen(9999))
			Expect(all).To(And(HaveKeyWithValue("has_more", true), HaveKeyWithValue("after", "thr_10000")))
			Expect(a.chat.requests()).To(HaveLen(11))
			Expect(a.chat.requests()[1].query).To(ContainSubstring("after=1000_5"))
		})

		It("gives as many as are asked for, in as many calls as that takes", func(ctx SpecContext) {
			a.chat.on("GET /api/alice/conversations", func(w http.ResponseWriter, r *http.Request) {
				limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
				after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
				page := api.ConversationPage{HasMore: after+int64(limit) < 1500}
				for id := after + 1; id <= min(after+int64(limit), 1500); id++ {
					page.Data = append(page.Data, api.Conversation{ID: id, Title: "T", CreatedAt: noon})
				}
				page.After = strconv.FormatInt(after+int64(len(page.Data)), 10)
				answering(page)(w, r)
			})
			all := object(ask(ctx, "threads.list", `{"limit":9999}`))
			Expect(all["data"]).To(HaveLen(1500))
			Expect(all).To(And(HaveKeyWithValue("has_more", false), Not(HaveKey("after"))))
			some := object(ask(ctx, "threads.list", `{"limit":2,"order":"asc","after":"thr_5"}`))
			Expect(ids(some)).To(Equal([]any{"thr_6", "thr_7"}))
			Expect(some).To(And(HaveKeyWithValue("has_more", true), HaveKeyWithValue("after", "thr_7")))
			Expect(some["data"]).To(HaveEach(HaveKeyWithValue("items", map[string]any{"data": []any{}, "has_more": false})))
		})
	})

	It("threads.update renames", func(ctx SpecContext) {
		renamed := conversation()
		renamed.Title = "Groceries"
		a.chat.on("PATCH /api/alice/conversations/7", answering(renamed))
		Expect(object(ask(ctx, "threads.update", `{"thread_id":"thr_7","title":"Groceries"}`))).To(HaveKeyWithValue("title", "Groceries"))
		Expect(a.chat.requests()[0].body).To(MatchJSON(`{"title":"Groceries"}`))
	})

	It("threads.delete answers an empty object", func(ctx SpecContext) {
		a.chat.on("DELETE /api/alice/conversations/7", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		Expect(object(ask(ctx, "threads.delete", `{"thread_id":"thr_7"}`))).To(BeEmpty())
	})

	DescribeTable("is a 404 problem for what is not there, not the caller's, or can't be", func(ctx SpecContext, kind, params string) {
		response := ask(ctx, kind, params)
		Expect(response.StatusCode).To(Equal(http.StatusNotFound))
		Expect(response.Header.Get("Content-Type")).To(Equal("application/problem+json"))
		Expect(object(response)).To(HaveKeyWithValue("code", "not_found"))
	},
		Entry(nil, "threads.get_by_id", `{"thread_id":"thr_8"}`), Entry(nil, "threads.get_by_id", `{"thread_id":"thr_nope"}`),
		Entry(nil, "items.list", `{"thread_id":"thr_8"}`), Entry(nil, "items.list", `{"thread_id":""}`), Entry(nil, "items.list", `{"thread_id":"thr_7","after":"nope"}`),
		Entry(nil, "threads.update", `{"thread_id":"thr_8","title":"T"}`), Entry(nil, "threads.update", `{"thread_id":"7","title":"T"}`),
		Entry(nil, "threads.delete", `{"thread_id":"thr_8"}`), Entry(nil, "threads.delete", `{"thread_id":"thr_-1"}`), Entry(nil, "threads.list", `{"after":"x"}`),
	)

	DescribeTable("tells what chatcore said", func(ctx SpecContext, refuse http.HandlerFunc, status int, code string) {
		a.chat.on(listOf7, refuse)
		response := ask(ctx, "items.list", `{"thread_id":"thr_7"}`)
		Expect(response.StatusCode).To(Equal(status))
		answer := object(response)
		Expect(answer).To(HaveKeyWithValue("code", code))
		Expect(answer["detail"]).NotTo(ContainSubstring("pq:"))
		Expect(a.chat.requests()).To(HaveLen(1), "an answer is final")
	},
		Entry(nil, refusing(500, "internal", "pq: oh no"), 502, "bad_gateway"),
		Entry(nil, refusing(503, "unavailable", "pq: oh no"), 503, "unavailable"),
		Entry(nil, refusing(401, "unauthorized", "our hop token"), 502, "bad_gateway"),
		Entry(nil, refusing(429, "too_many", "Slow down."), 429, "too_many"),
		Entry(nil, refusing(400, "invalid_request", "limit"), 400, "invalid_request"),
	)

	It("is a 503 problem when chatcore is down", func(ctx SpecContext) {
		a.chat.Close()
		Expect(ask(ctx, "threads.list", `{}`).StatusCode).To(Equal(http.StatusServiceUnavailable))
	})

	It("is asked again when only the connection failed", func(ctx SpecContext) {
		calls := 0
		a.chat.on(listOf7, func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls < 3 {
				panic(http.ErrAbortHandler)
			}
			answering(api.MessagePage{Conversation: conversation()})(w, r)
		})
		Expect(ask(ctx, "items.list", `{"thread_id":"thr_7"}`).StatusCode).To(Equal(http.StatusOK))
	})

	Context("when chatcore is slow", func() {
		BeforeEach(func() { a.options.WholeTime = 50 * time.Millisecond })

		It("is a 503 problem after its time", func(ctx SpecContext) {
			a.chat.on(listOf7, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			Expect(ask(ctx, "items.list", `{"thread_id":"thr_7"}`).StatusCode).To(Equal(http.StatusServiceUnavailable))
		})
	})
})

var _ = Describe("A request without what it needs", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter(); a.start() })

	It("is a 400 that names the field", func(ctx SpecContext) {
		for _, kind := range []string{"threads.retry_after_item", "items.feedback", "threads.custom_action", "threads.sync_custom_action", "attachments.create",
			"attachments.delete", "input.transcribe", "threads.add_structured_input", "threads.add_client_tool_output"} {
			response := a.post(ctx, fmt.Sprintf(`{"type":%q,"params":{}}`, kind))
			Expect(response.StatusCode).To(Equal(http.StatusBadRequest), kind)
			var p struct{ Field string }
			Expect(json.NewDecoder(response.Body).Decode(&p)).To(Succeed())
			Expect(p.Field).To(HavePrefix("params."))
		}
	})
})
