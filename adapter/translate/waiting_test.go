package translate_test

import (
	"encoding/json"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
)

const twoQuestions = `{"inputs":[{"id":"which","question":"Which *one*?","type":"multiple_choice","options":[{"value":"a"},{"value":"b"}],"multiple":true},` +
	`{"id":"why","question":"Why?","type":"freeform","description":"In short"}]}`

// waitingStep plays a step whose last call the page answers, and perhaps its answer.
func (p *playing) waitingStep(run int64, user api.Message) (step api.Step, answered bool) {
	id, position, at := p.place()
	step = api.Step{ID: id, Position: position, CreatedAt: at, ToolCalls: p.calls()}
	if rapid.Bool().Draw(p.T, "with words") {
		step.Content = p.words("answer")
	}
	p.ids++
	asked := api.ToolCall{ID: p.ids, Index: len(step.ToolCalls), Status: api.CallPending, Tool: "ask_person", For: api.ForStructuredInput, Parameters: json.RawMessage(twoQuestions)}
	result := rapid.SampledFrom([]string{
		`{"status":"answered","answers":{"which":{"values":["b"],"skipped":false},"why":{"values":[],"skipped":true}}}`, `{"status":"skipped","answers":{}}`,
	}).Draw(p.T, "answers")
	if rapid.Bool().Draw(p.T, "client tool") {
		asked.Tool, asked.For, asked.Parameters = "switch_theme", api.ForClientTool, json.RawMessage(`{"n":9007199254740993}`)
		result = rapid.SampledFrom([]string{`{"ok":true}`, `null`, `[1.50]`}).Draw(p.T, "output")
	}
	p.tell(api.MessageStarted{Step: api.StepHead{ID: id, Position: position, CreatedAt: at}})
	p.deltas(step)
	p.callsOf(step, len(step.ToolCalls))
	step.ToolCalls = append(step.ToolCalls, asked)
	p.tell(api.ToolCallStarted{StepID: id, Record: asked}, api.RunWaiting{For: asked.For, StepID: id, Record: asked})
	if !rapid.Bool().Draw(p.T, "answered") {
		return step, false
	}
	p.goesOn = append(p.goesOn, len(p.live))
	step.ToolCalls = slices.Clone(step.ToolCalls)
	done := &step.ToolCalls[asked.Index]
	done.Status, done.Result = api.CallExecuted, json.RawMessage(result)
	p.tell(api.RunStarted{RunID: run, Conversation: p.conversation, UserMessage: user},
		api.ToolCallFinished{StepID: id, Record: *done}, api.MessageCompleted{Step: step})
	return step, true
}

// talkedPast closes what the last answer waits for, if it does.
func (p *playing) talkedPast() (skipped []api.SkippedCall) {
	for m := range p.stored {
		if p.stored[m].State != api.StateWaiting {
			continue
		}
		p.stored[m].State = api.StateDone
		p.stored[m].Steps = slices.Clone(p.stored[m].Steps)
		step := &p.stored[m].Steps[len(p.stored[m].Steps)-1]
		step.ToolCalls = slices.Clone(step.ToolCalls)
		record := &step.ToolCalls[len(step.ToolCalls)-1]
		record.Status, record.Result = api.CallSkipped, json.RawMessage(`{"skipped":true}`)
		head := api.StepHead{ID: step.ID, Position: step.Position, CreatedAt: step.CreatedAt}
		skipped = append(skipped, api.SkippedCall{Step: head, Record: *record})
	}
	return skipped
}

// inOne is a turn as it is told again from what is stored: what it waited for is over.
func inOne(live []api.Body) (told []api.Body) {
	for i, body := range live {
		_, waits := body.(api.RunWaiting)
		if waits && i < len(live)-1 || i > 0 && body.EventType() == (api.RunStarted{}).EventType() {
			continue
		}
		told = append(told, body)
	}
	return told
}

var _ = Describe("What the page answers", func() {
	item := func(record api.ToolCall) string {
		items := fresh(bailOut{}).Items("7", api.Message{Role: api.RoleAssistant, Steps: []api.Step{{ID: 5, Position: 3, ToolCalls: []api.ToolCall{record}}}})
		Expect(items).To(HaveLen(1))
		encoded, err := chatkit.Marshal(items[0])
		Expect(err).NotTo(HaveOccurred())
		return strings.Replace(string(encoded), `"created_at":"0001-01-01T00:00:00Z",`, "", 1)
	}
	questions := func(status api.CallStatus, result string) api.ToolCall {
		return api.ToolCall{ID: 4, Tool: "ask_person", For: api.ForStructuredInput, Parameters: json.RawMessage(twoQuestions), Status: status, Result: json.RawMessage(result)}
	}
	tool := func(status api.CallStatus, result string) api.ToolCall {
		return api.ToolCall{ID: 4, Tool: "switch_theme", For: api.ForClientTool, Parameters: json.RawMessage(`{"n":9007199254740993}`), Status: status, Result: json.RawMessage(result)}
	}
	const (
		head      = `"id":"msg_5_3_0","thread_id":"thr_7"`
		noAnswers = `"inputs":[{"type":"multiple_choice","id":"which","question":"Which *one*?","options":[{"value":"a"},{"value":"b"}],"multiple":true},` +
			`{"type":"freeform","id":"why","question":"Why?","description":"In short"}]`
	)

	DescribeTable("is an item of its own, pending and after it, with its words as they are",
		func(record api.ToolCall, want string) { Expect(item(record)).To(MatchJSON(want)) },
		Entry("questions", questions(api.CallPending, ``), `{"type":"structured_input",`+head+`,"status":"pending",`+noAnswers+`}`),
		Entry("questions that were answered", questions(api.CallExecuted, `{"status":"answered","answers":{"which":{"values":["a"],"skipped":false},"why":{"values":[],"skipped":true}}}`),
			`{"type":"structured_input",`+head+`,"status":"answered","inputs":[{"type":"multiple_choice","id":"which","question":"Which *one*?","options":[{"value":"a"},{"value":"b"}],"multiple":true,"answer":{"values":["a"],"skipped":false}},`+
				`{"type":"freeform","id":"why","question":"Why?","description":"In short","answer":{"values":[],"skipped":true}}]}`),
		Entry("questions that were skipped", questions(api.CallExecuted, `{"status":"skipped","answers":{}}`), `{"type":"structured_input",`+head+`,"status":"skipped",`+noAnswers+`}`),
		Entry("questions that were talked past", questions(api.CallSkipped, `{"status":"skipped","answers":{}}`), `{"type":"structured_input",`+head+`,"status":"skipped",`+noAnswers+`}`),
		Entry("questions whose turn was stopped", questions(api.CallSkipped, `{"code":"skipped"}`), `{"type":"structured_input",`+head+`,"status":"skipped",`+noAnswers+`}`),
		Entry("a client tool", tool(api.CallPending, ``), `{"type":"client_tool_call",`+head+`,"status":"pending","call_id":"call_4","name":"switch_theme","arguments":{"n":9007199254740993}}`),
		Entry("a client tool that ran", tool(api.CallExecuted, `{"ok":1.50}`), `{"type":"client_tool_call",`+head+`,"status":"completed","call_id":"call_4","name":"switch_theme","arguments":{"n":9007199254740993},"output":{"ok":1.50}}`),
		Entry("a client tool that said nothing", tool(api.CallExecuted, `null`), `{"type":"client_tool_call",`+head+`,"status":"completed","call_id":"call_4","name":"switch_theme","arguments":{"n":9007199254740993}}`),
		Entry("a client tool that was talked past", tool(api.CallSkipped, `{"skipped":true}`), `{"type":"client_tool_call",`+head+`,"status":"completed","call_id":"call_4","name":"switch_theme","arguments":{"n":9007199254740993},"output":{"skipped":true}}`),
	)

	It("is found by its item, the last one without", func() {
		first, second := questions(api.CallExecuted, `{}`), tool(api.CallPending, ``)
		second.Index = 1
		message := api.Message{Steps: []api.Step{{ID: 5, Position: 3, ToolCalls: []api.ToolCall{first}}, {ID: 6, Position: 4, ToolCalls: []api.ToolCall{aCall(), second}}}}
		record, ok := translate.Waited("7", message, api.ForStructuredInput, "msg_5_3_0")
		Expect(ok).To(BeTrue())
		Expect(record).To(Equal(first))
		record, ok = translate.Waited("7", message, api.ForClientTool, "")
		Expect(ok).To(BeTrue())
		Expect(record).To(Equal(second))
		for _, other := range []string{"msg_6_4_1", "msg_5_3", "nope"} {
			_, ok = translate.Waited("7", message, api.ForStructuredInput, other)
			Expect(ok).To(BeFalse())
		}
	})
})

func aCall() api.ToolCall { return api.ToolCall{ID: 3, Tool: "add_task", Status: api.CallExecuted} }
