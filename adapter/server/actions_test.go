package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

const actionsOf7 = "POST /api/alice/conversations/7/actions"

// listed is the record of a list with one task.
func listed(revision int64, completed bool) api.ToolCall {
	list := func(completed bool) json.RawMessage {
		pending := 1
		if completed {
			pending = 0
		}
		return json.RawMessage(fmt.Sprintf(`{"tasks":[{"task_id":9,"title":"Milk","completed":%t}],"total":1,"pending":%d,"completed":%d,"has_more":false,
			"filtered_status":"all"}`, completed, pending, 1-pending))
	}
	record := api.ToolCall{ID: 14, Tool: "list_tasks", Parameters: json.RawMessage(`{}`), Status: api.CallExecuted, Result: list(false)}
	if revision > 0 {
		record.Revision, record.Refreshed = revision, list(completed)
	}
	return record
}

// done is an action as chatcore has it.
func done(status api.CallStatus, code string, record int64) api.Action {
	return api.Action{
		ID: 30, Position: 9, RecordID: record, By: api.ByPerson, CreatedAt: noon,
		Record: api.ToolCall{ID: 30, Tool: "complete_task", Parameters: json.RawMessage(`{}`), Status: status, Code: code,
			Result: json.RawMessage(`{"task_id":9,"title":"Milk","completed":true}`)},
	}
}

var _ = Describe("A click", func() {
	var a *adapter
	BeforeEach(func() {
		a = newAdapter()
		a.start()
		shown := answer()
		shown.Steps = append(shown.Steps, api.Step{ID: 8, Position: 5, CreatedAt: noon, ToolCalls: []api.ToolCall{listed(0, false)}})
		a.chat.on(listOf7, func(w http.ResponseWriter, r *http.Request) {
			answering(api.MessagePage{Conversation: conversation(), Data: []api.Message{shown}})(w, r)
		})
		newer := listed(1, true)
		a.chat.on(actionsOf7, answering(api.ActionResponse{Action: done(api.CallExecuted, "", 14), Record: &newer}))
	})
	ask := func(ctx SpecContext, kind, item, action, payload string) *http.Response {
		GinkgoHelper()
		params := map[string]any{"thread_id": "thr_7", "action": map[string]any{"type": action, "payload": json.RawMessage(payload)}}
		if item != "" {
			params["item_id"] = item
		}
		body, err := json.Marshal(map[string]any{"type": kind, "params": params})
		Expect(err).NotTo(HaveOccurred())
		return a.post(ctx, string(body))
	}
	const (
		sync     = "threads.sync_custom_action"
		streamed = "threads.custom_action"
		card     = "msg_8_5_0"
		turnIt   = `{"task_id":9,"completed":true,"revision":0}`
	)
	keys := func() (keys []string) {
		for _, asked := range a.chat.requests() {
			if asked.route == actionsOf7 {
				keys = append(keys, asked.key)
			}
		}
		return keys
	}

	It("is answered at once with the widget's new state, after a look that brings no page back", func(ctx SpecContext) {
		item := object(ask(ctx, sync, card, "task.complete", turnIt))["updated_item"]
		Expect(item).To(And(HaveKeyWithValue("id", card), HaveKeyWithValue("type", "widget"), HaveKeyWithValue("copy_text", ContainSubstring("0 open, 1 done"))))
		asked := a.chat.requests()
		Expect(asked).To(HaveLen(2))
		Expect(asked[0].query).To(Equal("after=4&glance=true&limit=1&order=asc"))
		Expect(asked[1].body).To(MatchJSON(`{"tool":"complete_task","parameters":{"task_id":9,"completed":true},"record_id":14}`))
	})

	It("is answered by a stream when it asks for one", func(ctx SpecContext) {
		all := events(ask(ctx, streamed, card, "task.complete", turnIt))
		Expect(types(all)).To(Equal([]any{"stream_options", "thread.item.replaced"}))
		Expect(all[0]).To(HaveKeyWithValue("stream_options", HaveKeyWithValue("allow_cancel", false)))
		Expect(all[1]["item"]).To(Equal(object(ask(ctx, sync, card, "task.complete", turnIt))["updated_item"]))
	})

	It("has one key for the same state of the widget, and another for any other", func(ctx SpecContext) {
		for _, payload := range []string{turnIt, `{"revision":0,"completed":true,"task_id":9}`, `{"task_id":9,"completed":true,"revision":1}`, `{"task_id":9,"completed":false,"revision":0}`} {
			Expect(ask(ctx, sync, card, "task.complete", payload).StatusCode).To(Equal(200))
		}
		Expect(ask(ctx, streamed, card, "task.complete", turnIt).StatusCode).To(Equal(200))
		all := keys()
		Expect(all[1]).To(Equal(all[0]))
		Expect(all[4]).To(Equal(all[0]))
		Expect(all[2]).NotTo(Equal(all[0]))
		Expect(all[3]).NotTo(Or(Equal(all[0]), Equal(all[2])))
	})

	It("that names no state is a new one each time", func(ctx SpecContext) {
		for range 2 {
			Expect(ask(ctx, sync, card, "task.delete", `{"task_id":9}`).StatusCode).To(Equal(200))
		}
		all := keys()
		Expect(all[0]).NotTo(BeEmpty())
		Expect(all[1]).NotTo(Equal(all[0]))
	})

	It("in no item shows what it did as an item of its own", func(ctx SpecContext) {
		a.chat.on(actionsOf7, answering(api.ActionResponse{Action: done(api.CallExecuted, "", 0)}))
		all := events(ask(ctx, streamed, "", "task.complete", `{"task_id":9,"completed":true}`))
		Expect(types(all)).To(Equal([]any{"stream_options", "thread.item.done"}))
		Expect(all[1]["item"]).To(And(HaveKeyWithValue("id", "msg_30_9_0"), HaveKeyWithValue("type", "assistant_message")))
		Expect(object(ask(ctx, sync, "", "task.complete", `{"task_id":9,"completed":true}`))["updated_item"]).To(Equal(all[1]["item"]))
	})

	It("in an item of an action's own is on that action's record", func(ctx SpecContext) {
		alone := done(api.CallExecuted, "", 0)
		alone.Record = listed(0, false)
		alone.Record.ID = 30
		a.chat.on(listOf7, answering(api.MessagePage{Conversation: conversation(), Actions: []api.Action{alone}}))
		Expect(ask(ctx, sync, "msg_30_9_0", "tasks.show", `{"status":"pending","revision":0}`).StatusCode).To(Equal(200))
		Expect(a.chat.requests()[1].body).To(ContainSubstring(`"record_id":30`))
	})

	It("on a task that is gone shows what there is, and says so where it can", func(ctx SpecContext) {
		newer := listed(1, true)
		a.chat.on(actionsOf7, answering(api.ActionResponse{Action: done(api.CallFailed, "not_found", 14), Record: &newer}))
		Expect(object(ask(ctx, sync, card, "task.complete", turnIt))["updated_item"]).To(HaveKeyWithValue("copy_text", ContainSubstring("0 open, 1 done")))
		all := events(ask(ctx, streamed, card, "task.complete", turnIt))
		Expect(types(all)).To(Equal([]any{"stream_options", "thread.item.replaced", "notice"}))
		Expect(all[2]).To(And(HaveKeyWithValue("level", "warning"), HaveKeyWithValue("message", ContainSubstring("couldn't find that task"))))
	})

	It("that could not be done for now is an error", func(ctx SpecContext) {
		same := listed(0, false)
		a.chat.on(actionsOf7, answering(api.ActionResponse{Action: done(api.CallFailed, "tool_unreachable", 14), Record: &same}))
		response := ask(ctx, sync, card, "task.complete", turnIt)
		Expect(response.StatusCode).To(Equal(http.StatusBadGateway))
		Expect(object(response)).To(And(HaveKeyWithValue("code", "action_failed"), HaveKeyWithValue("detail", ContainSubstring("can't be reached"))))
		all := events(ask(ctx, streamed, card, "task.complete", turnIt))
		Expect(types(all)).To(Equal([]any{"stream_options", "thread.item.replaced", "error"}))
	})

	DescribeTable("that does not fit is a 400 that names the field, at once and streamed",
		func(ctx SpecContext, item, action, payload, field string) {
			for _, kind := range []string{sync, streamed} {
				response := ask(ctx, kind, item, action, payload)
				Expect(response.StatusCode).To(Equal(http.StatusBadRequest), kind)
				Expect(object(response)).To(And(HaveKeyWithValue("code", "invalid_request"), HaveKeyWithValue("field", field)))
			}
			Expect(keys()).To(BeEmpty())
		},
		Entry("an unknown action", card, "task.explode", `{}`, "params.action.type"),
		Entry("an unknown action of a page's", "", "task.explode", `{}`, "params.action.type"),
		Entry("no id", card, "task.delete", `{}`, "params.action.payload.task_id"),
		Entry("a wrong type", card, "task.delete", `"9"`, "params.action.payload"),
		Entry("a title that is too long", card, "task.add", `{"title":"`+strings.Repeat("x", 201)+`"}`, "params.action.payload.title"),
	)

	It("in an item that is no widget is refused", func(ctx SpecContext) {
		for _, item := range []string{"msg_5_3_0", "msg_6_4"} {
			response := ask(ctx, sync, item, "task.complete", turnIt)
			Expect(response.StatusCode).To(Equal(http.StatusBadRequest))
			Expect(object(response)).To(HaveKeyWithValue("field", "params.item_id"))
			all := events(ask(ctx, streamed, item, "task.explode", `{}`))
			Expect(all).To(HaveLen(1))
			Expect(all[0]).To(Equal(map[string]any{"type": "error", "code": "stream.error", "allow_retry": false}))
		}
		Expect(keys()).To(BeEmpty())
	})

	DescribeTable("on what is not there is a 404, or one error, whatever the action is", func(ctx SpecContext, thread, item string) {
		body := `{"type":%q,"params":{"thread_id":%q,"item_id":%q,"action":{"type":"nope"}}}`
		Expect(a.post(ctx, fmt.Sprintf(body, sync, thread, item)).StatusCode).To(Equal(http.StatusNotFound))
		_, retry := oneError(a.post(ctx, fmt.Sprintf(body, streamed, thread, item)))
		Expect(retry).To(BeFalse())
	},
		Entry("no such thread", "thr_8", card), Entry("no thread's id", "nope", card),
		Entry("no such item", "thr_7", "msg_8_5_1"), Entry("no item's id", "thr_7", "nope"), Entry("another step's", "thr_7", "msg_9_5_0"),
	)

	It("is refused as chatcore refuses it", func(ctx SpecContext) {
		a.chat.on(actionsOf7, refusing(409, "turn_at_work", "d"))
		Expect(ask(ctx, sync, "", "task.add", `{"title":"x"}`).StatusCode).To(Equal(http.StatusConflict))
		told, _ := oneError(ask(ctx, streamed, "", "task.add", `{"title":"x"}`))
		Expect(told).To(ContainSubstring("still working"))
		a.chat.on(actionsOf7, refusing(409, "conversation_locked", "d"))
		told, _ = oneError(ask(ctx, streamed, card, "task.complete", turnIt))
		Expect(told).To(ContainSubstring("locked"))
		a.chat.on(actionsOf7, refusing(404, "not_found", "d"))
		Expect(ask(ctx, sync, card, "task.complete", turnIt).StatusCode).To(Equal(http.StatusNotFound))
	})
})
