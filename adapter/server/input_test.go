package server_test

import (
	"encoding/json"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
)

const inputOf3 = "POST /api/alice/runs/3/input"

// waitsFor is an answer that waits for its page, in its first step.
func waitsFor(kind string) api.Message {
	record := api.ToolCall{
		ID: 4, Tool: "ask_person", Status: api.CallPending, For: kind,
		Parameters: json.RawMessage(`{"inputs":[{"id":"which","question":"Which?","type":"multiple_choice","options":[{"value":"a"},{"value":"b"}]}]}`),
	}
	return api.Message{
		ID: 3, Role: api.RoleAssistant, Content: "One moment.", Position: 2, CreatedAt: noon, State: api.StateWaiting, ReplyTo: 2,
		Steps: []api.Step{{ID: 5, Position: 3, CreatedAt: noon, Content: "One moment.", ToolCalls: []api.ToolCall{record}}},
	}
}

// goneOn is how a run goes on from waiting.
func goneOn(kind, result string) story {
	step := waitsFor(kind).Steps[0]
	done := step.ToolCalls[0]
	done.Status, done.Result = api.CallExecuted, json.RawMessage(result)
	step.ToolCalls = []api.ToolCall{done}
	return story{
		{ID: "1.6.0.0", Body: api.RunStarted{RunID: 3, Conversation: conversation(), UserMessage: question()}},
		{ID: "1.6.1.0", Body: api.ToolCallFinished{StepID: 5, Record: done}},
		{ID: "1.6.2.0", Body: api.MessageCompleted{Step: step}},
		{ID: "2.0.0.0", Body: api.MessageStarted{Step: api.StepHead{ID: 6, Position: 4, CreatedAt: noon}}},
		{ID: "2.1.0.5", Body: api.MessageDelta{StepID: 6, Text: "Done."}},
		{ID: "2.5.0.0", Body: api.MessageCompleted{Step: api.Step{ID: 6, Position: 4, CreatedAt: noon, Content: "Done."}}},
		{ID: "2.8.0.0", Body: api.RunCompleted{Answer: answer()}},
	}
}

func page(messages ...api.Message) http.HandlerFunc {
	return answering(api.MessagePage{Data: messages, Conversation: conversation()})
}

const (
	itsAnswers = `{"status":"answered","answers":{"which":{"values":["b"],"skipped":false}}}`
	answers    = `{"type":"threads.add_structured_input","params":{"thread_id":"thr_7","item_id":"msg_5_3_0","input":{"status":"answered","answers":{"which":{"values":["b"]}}}}}`
	output     = `{"type":"threads.add_client_tool_output","params":{"thread_id":"thr_7","result":{"ok":true}}}`
)

var _ = Describe("What a run waits for", func() {
	var a *adapter
	BeforeEach(func() { a = newAdapter(); a.start() })

	It("is brought to it as the person's answers, and the stream goes on from there", func(ctx SpecContext) {
		a.chat.on(listOf7, page(waitsFor(api.ForStructuredInput)))
		a.chat.on(inputOf3, goneOn(api.ForStructuredInput, itsAnswers).tellAll)
		all := events(a.post(ctx, answers))
		Expect(types(all)).To(Equal([]any{
			"stream_options", "thread.item.replaced", "thread.item.added", "thread.item.updated", "thread.item.updated", "thread.item.updated", "thread.item.done",
		}))
		Expect(all[1]["item"]).To(And(HaveKeyWithValue("id", "msg_5_3_0"), HaveKeyWithValue("status", "answered"), HaveKeyWithValue("inputs", HaveExactElements(
			HaveKeyWithValue("answer", HaveKeyWithValue("values", HaveExactElements("b"))),
		))))
		Expect(a.chat.requests()[1].body).To(MatchRegexp(
			`^\{"record_id":4,"status":"answered","answers":\{"which":\{"values":\["b"\],"skipped":false\}\},"resend_guard":"[^"]+"\}$`))
	})

	It("is brought to it as what the page's tool gave", func(ctx SpecContext) {
		a.chat.on(listOf7, page(waitsFor(api.ForClientTool)))
		a.chat.on(inputOf3, goneOn(api.ForClientTool, `{"ok":true}`).tellAll)
		all := events(a.post(ctx, output))
		Expect(types(all)[:2]).To(Equal([]any{"stream_options", "thread.item.replaced"}))
		Expect(all[1]["item"]).To(And(HaveKeyWithValue("id", "msg_5_3_0"), HaveKeyWithValue("status", "completed"), HaveKeyWithValue("output", HaveKeyWithValue("ok", true))))
		Expect(a.chat.requests()[1].body).To(MatchRegexp(`^\{"record_id":4,"result":\{"ok":true\},"resend_guard":"[^"]+"\}$`))
	})

	It("is shown with the question of the turn's own stream, pending", func(ctx SpecContext) {
		answer := waitsFor(api.ForStructuredInput)
		step := answer.Steps[0]
		a.chat.on(chatOf, story{
			{ID: "0.0.0.0", Body: api.RunStarted{RunID: 3, Conversation: conversation(), UserMessage: question()}},
			{ID: "1.0.0.0", Body: api.MessageStarted{Step: api.StepHead{ID: 5, Position: 3, CreatedAt: noon}}},
			{ID: "1.1.0.11", Body: api.MessageDelta{StepID: 5, Text: "One moment."}},
			{ID: "1.3.0.0", Body: api.ToolCallStarted{StepID: 5, Record: step.ToolCalls[0]}},
			{ID: "1.6.0.0", Body: api.RunWaiting{For: api.ForStructuredInput, StepID: 5, Record: step.ToolCalls[0], Answer: &answer}},
		}.tellAll)
		all := events(a.post(ctx, addTo7))
		last := all[len(all)-1]
		Expect(last).To(And(HaveKeyWithValue("type", "thread.item.done"), HaveKeyWithValue("item", And(
			HaveKeyWithValue("type", "structured_input"), HaveKeyWithValue("status", "pending"), HaveKeyWithValue("id", "msg_5_3_0")))))
		Expect(types(all)).NotTo(ContainElement("progress_update"))
	})

	It("is replaced at the next message, when that talks past it", func(ctx SpecContext) {
		record := waitsFor(api.ForClientTool).Steps[0].ToolCalls[0]
		record.Status, record.Result = api.CallSkipped, json.RawMessage(`{"skipped":true}`)
		told := theStory()
		told[0].Body = api.RunStarted{RunID: 3, Conversation: conversation(), UserMessage: question(), Skipped: []api.SkippedCall{
			{Step: api.StepHead{ID: 15, Position: 1, CreatedAt: noon}, Record: record},
		}}
		a.chat.on(chatOf, told.tellAll)
		all := events(a.post(ctx, addTo7))
		Expect(types(all)[:3]).To(Equal([]any{"thread.item.done", "stream_options", "thread.item.replaced"}))
		Expect(all[2]["item"]).To(And(HaveKeyWithValue("id", "msg_15_1_0"), HaveKeyWithValue("status", "completed"), HaveKeyWithValue("output", HaveKeyWithValue("skipped", true))))
	})

	It("goes on by itself when its stream is cut", func(ctx SpecContext) {
		a.chat.on(listOf7, page(waitsFor(api.ForStructuredInput)))
		whole := goneOn(api.ForStructuredInput, itsAnswers)
		a.chat.on(inputOf3, whole[:2].tellAll)
		a.chat.on("GET /api/alice/runs/3/events", whole[2:].tellAll)
		all := events(a.post(ctx, answers))
		Expect(types(all)).To(HaveLen(7))
		Expect(a.chat.requests()[2].last).To(Equal("1.6.1.0"))
	})

	It("is given to chatcore again when it was answered already: it may be the same request", func(ctx SpecContext) {
		done := waitsFor(api.ForStructuredInput)
		done.State, done.Steps[0].ToolCalls[0].Status = api.StateDone, api.CallExecuted
		done.Steps = append(done.Steps, api.Step{ID: 6, Position: 4, CreatedAt: noon, Content: "Done."})
		a.chat.on(listOf7, page(done))
		a.chat.on(inputOf3, goneOn(api.ForStructuredInput, itsAnswers).tellAll)
		Expect(types(events(a.post(ctx, answers)))[:3]).To(Equal([]any{"stream_options", "thread.item.replaced", "thread.item.added"}))
	})

	DescribeTable("is one error when it can't be brought, and the page may not try again by itself",
		func(ctx SpecContext, request, kind string, input http.HandlerFunc, message string) {
			a.chat.on(listOf7, page(waitsFor(kind)))
			if input != nil {
				a.chat.on(inputOf3, input)
			}
			told, retry := oneError(a.post(ctx, request))
			Expect(told).To(ContainSubstring(message))
			Expect(retry).To(BeFalse())
		},
		Entry("answers to another item", `{"type":"threads.add_structured_input","params":{"thread_id":"thr_7","item_id":"msg_9_9_0","input":{}}}`, "structured_input", nil, "isn't open any more"),
		Entry("answers to what is no item", `{"type":"threads.add_structured_input","params":{"thread_id":"thr_7","item_id":"nope","input":{}}}`, "structured_input", nil, "isn't open any more"),
		Entry("answers where a tool is waited for", answers, "client_tool", nil, "isn't open any more"),
		Entry("answers to what was answered", answers, "structured_input", refusing(409, "not_waiting", "d"), "was answered already"),
		Entry("answers to what was not asked", answers, "structured_input", refusing(400, "unknown_question", "d"), "wasn't asked"),
		Entry("too few answers", answers, "structured_input", refusing(400, "answer_missing", "d"), "answer each question"),
		Entry("what is no option", answers, "structured_input", refusing(400, "not_an_option", "d"), "among the options"),
		Entry("several for one", answers, "structured_input", refusing(400, "one_value_only", "d"), "only one answer"),
		Entry("too much", answers, "structured_input", refusing(400, "input_too_large", "d"), "too long"),
		Entry("answers in a locked thread", answers, "structured_input", refusing(409, "conversation_locked", "d"), "locked"),
		Entry("a result where questions are open", output, "structured_input", nil, "waits for what your page sent"),
		Entry("a result for nothing pending", output, "client_tool", refusing(409, "not_waiting", "d"), "waits for what your page sent"),
		Entry("a result that is too large", output, "client_tool", refusing(400, "input_too_large", "d"), "too long"),
		Entry("a result to what is no thread", `{"type":"threads.add_client_tool_output","params":{"thread_id":"7","result":1}}`, "client_tool", nil, "conversation isn't there"),
	)

	DescribeTable("is one error where nothing waits", func(ctx SpecContext, request, message string, messages ...api.Message) {
		a.chat.on(listOf7, page(messages...))
		told, _ := oneError(a.post(ctx, request))
		Expect(told).To(ContainSubstring(message))
		Expect(a.chat.count(inputOf3)).To(BeZero())
	},
		Entry("for a result, in an empty thread", output, "waits for what your page sent"),
		Entry("for a result, behind an answer", output, "waits for what your page sent", answer()),
		Entry("for a result, behind a message", output, "waits for what your page sent", question()),
		Entry("for answers, in an empty thread", answers, "isn't open any more"),
		Entry("for answers, behind another answer", answers, "isn't open any more", answer()),
	)

	It("is found behind what the person did since", func(ctx SpecContext) {
		a.chat.on(listOf7, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("after") == "" {
				answering(api.MessagePage{Actions: []api.Action{{ID: 99, Position: 99}}, HasMore: true, After: "99", Conversation: conversation()})(w, r)
				return
			}
			page(waitsFor(api.ForClientTool))(w, r)
		})
		a.chat.on(inputOf3, goneOn(api.ForClientTool, `1`).tellAll)
		Expect(types(events(a.post(ctx, output)))[:2]).To(Equal([]any{"stream_options", "thread.item.replaced"}))
	})

	It("is one error when the thread isn't the person's", func(ctx SpecContext) {
		told, _ := oneError(a.post(ctx, answers))
		Expect(told).To(ContainSubstring("conversation isn't there"))
	})

	It("shows as an item after a reload, and no turn is at work then", func(ctx SpecContext) {
		a.chat.on(listOf7, page(waitsFor(api.ForStructuredInput), question()))
		listed := object(a.post(ctx, `{"type":"items.list","params":{"thread_id":"thr_7"}}`))
		Expect(listed["data"]).To(HaveExactElements(
			And(HaveKeyWithValue("type", "structured_input"), HaveKeyWithValue("status", "pending"), HaveKeyWithValue("id", "msg_5_3_0")),
			HaveKeyWithValue("type", "assistant_message"), HaveKeyWithValue("type", "user_message"),
		))
		Expect(a.send(ctx, http.MethodGet, "/api/v1/chatkit/threads/thr_7/events", "").StatusCode).To(Equal(http.StatusNoContent))
	})
})

// tellAll tells all of it.
func (s story) tellAll(w http.ResponseWriter, _ *http.Request) { s.tell(w) }
