package present_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
	"taskpilot/chatcore/api"
)

func english() *present.Words { return languages().For("en") }

func executed(tool, result string) api.ToolCall {
	return api.ToolCall{Tool: tool, Status: api.CallExecuted, Result: json.RawMessage(result), Parameters: json.RawMessage(`{}`)}
}

func failed(tool, code, result string) api.ToolCall {
	return api.ToolCall{Tool: tool, Status: api.CallFailed, Code: code, Result: json.RawMessage(result), Error: "There is no task with the id 5."}
}

func task(title, more string) string { return fmt.Sprintf(`{"task_id":5,"title":%q%s}`, title, more) }

var _ = Describe("A call that was executed", func() {
	DescribeTable("is shown in a line", func(tool, result, want string) {
		shown, ok := english().Call(executed(tool, result))
		Expect(ok).To(BeTrue())
		Expect(shown).To(Equal(present.Shown{Line: want}))
	},
		Entry("adding", "add_task", task("Buy groceries", `,"completed":false`), "✓ Task created: Buy groceries"),
		Entry("completing", "complete_task", task("Buy groceries", `,"completed":true`), "✓ Task completed: Buy groceries"),
		Entry("reopening", "complete_task", task("Buy groceries", `,"completed":false`), "↺ Task reopened: Buy groceries"),
		Entry("deleting", "delete_task", task("Buy groceries", `,"completed":true`), "✓ Task deleted: Buy groceries"),
		Entry("finding an open one", "find_task_by_name", task("Buy groceries", `,"completed":false`), "Found: Buy groceries (open)"),
		Entry("finding one that is done", "find_task_by_name", task("Buy groceries", `,"completed":true`), "Found: Buy groceries (done)"),
		Entry("renaming", "update_task", task("Buy milk", `,"completed":false,"changed":["title"]`), "✓ Task updated: Buy milk (new title)"),
		Entry("describing", "update_task", task("Buy milk", `,"completed":false,"description":"2 l","changed":["title","description"]`), "✓ Task updated: Buy milk (new title, new description)"),
		Entry("clearing the description", "update_task", task("Buy milk", `,"completed":false,"changed":["description"]`), "✓ Task updated: Buy milk (description cleared)"),
		Entry("changing nothing", "update_task", task("Buy milk", `,"completed":false,"changed":[]`), "✓ Task left as it was: Buy milk"),
	)

	It("is a collapsed workflow when nobody has words for its tool: its name, the time it took, and its result", func() {
		record := executed("send_mail", `{"sent":true,"text":"`+"```"+`"}`)
		began := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		ended := began.Add(1250 * time.Millisecond)
		record.StartedAt, record.FinishedAt = &began, &ended
		shown, ok := english().Call(record)
		Expect(ok).To(BeTrue())
		Expect(shown.Line).To(Equal("✓ Done: send\\_mail"), "for who knows no workflows")
		Expect(shown.Workflow).To(HaveValue(Equal(chatkit.Workflow{
			Type: "custom", Summary: chatkit.CustomSummary{Title: "Used send_mail (1.2 s)", Icon: "bolt"},
			Tasks: []chatkit.Task{chatkit.CustomTask{
				TaskHead: chatkit.TaskHead{Status: "complete", Title: "send_mail"}, Icon: "bolt",
				Content: "````\n{\n  \"sent\": true,\n  \"text\": \"```\"\n}\n````",
			}},
		})))
	})

	DescribeTable("shows of a strange result what can be shown", func(result, want string) {
		shown, _ := english().Call(executed("send_mail", result))
		Expect(shown.Workflow.Tasks[0].(chatkit.CustomTask).Content).To(Equal(want))
	},
		Entry("a text", `"a\nb\u0007"`, "```\na\nb\n```"),
		Entry("nothing", ``, ""), Entry("an empty text", `" "`, ""), Entry("no JSON", `{`, ""),
		Entry("much", `"`+strings.Repeat("x", 5000)+`"`, "```\n"+strings.Repeat("x", 1999)+"…\n```"),
	)

	DescribeTable("gets plain words when its result has no shape that we know", func(tool, result string) {
		shown, ok := english().Call(executed(tool, result))
		Expect(ok).To(BeTrue())
		Expect(shown.Line).To(HavePrefix("✓ Done: "))
		Expect(shown.Widget).To(BeNil())
	},
		Entry(nil, "add_task", ``), Entry(nil, "add_task", `null`), Entry(nil, "add_task", `[1]`), Entry(nil, "add_task", `{"title":7,"completed":true}`),
		Entry(nil, "add_task", task("", `,"completed":true`)), Entry(nil, "add_task", task(" \u202e ", `,"completed":true`)), Entry(nil, "complete_task", task("x", ``)),
		Entry(nil, "update_task", `{"changed":["title"]}`), Entry(nil, "list_tasks", `{}`), Entry(nil, "list_tasks", `{"tasks":[{"title":"x"}],"pending":1,"completed":0}`),
		Entry(nil, "list_tasks", `{"tasks":[],"pending":-1,"completed":0}`), Entry(nil, "list_tasks", `{"tasks":null,"pending":0,"completed":0}`),
	)

	DescribeTable("shows a title as it is and does not obey it", func(title, want string) {
		shown, _ := english().Call(executed("add_task", task(title, `,"completed":false`)))
		Expect(shown.Line).To(Equal("✓ Task created: " + want))
	},
		Entry("emphasis", "*Buy* _milk_ `now` ~~no~~", "\\*Buy\\* \\_milk\\_ \\`now\\` \\~\\~no\\~\\~"),
		Entry("a link", "[click](https://evil.example)", `\[click\](https://evil.example)`),
		Entry("markup", `<img src=x onerror=alert(1)> &amp; \`, `\<img src=x onerror=alert(1)\> \&amp; \\`),
		Entry("several lines", "one\n# two\t three", "one # two three"),
		Entry("text turned around", "a\u202eb\u2066c", "abc"),
		Entry("what is plain", "2.5 l milk - for mum! (2026)", "2.5 l milk - for mum! (2026)"),
		Entry("a percent sign", "100 %d %s", "100 %d %s"),
	)

	It("shows its newer state after an action", func() {
		record := executed("complete_task", task("A", `,"completed":true`))
		record.Refreshed = json.RawMessage(task("B", `,"completed":false`))
		shown, _ := english().Call(record)
		Expect(shown.Line).To(Equal("↺ Task reopened: B"))
	})
})

var _ = Describe("A call that failed", func() {
	DescribeTable("is told by its code", func(code, result, want string) {
		shown, ok := english().Call(failed("complete_task", code, result))
		Expect(ok).To(BeTrue())
		Expect(shown.Line).To(ContainSubstring(want))
		Expect(shown.Line).NotTo(ContainSubstring("the id 5"), "the sentence for the model is shown")
	},
		Entry(nil, "not_found", `{"task_id":5}`, "couldn't find that task"),
		Entry(nil, "not_found", `{"name":"Milk*"}`, `couldn't find a task called “Milk\*”`),
		Entry(nil, "ambiguous", `{"name":"milk","matches":2,"candidates":[{"title":"Buy milk"},{"title":"Sell *milk*"}]}`, `“Buy milk”, “Sell \*milk\*”. Which`),
		Entry(nil, "ambiguous", `{"name":"milk","matches":2,"candidates":[{"title":"Buy milk"}]}`, `“Buy milk” and one more.`),
		Entry(nil, "ambiguous", `{"name":"milk","matches":12,"candidates":[{"title":"Buy milk"}]}`, `“Buy milk” and 11 more.`),
		Entry(nil, "ambiguous", `{"candidates":7}`, "Several tasks match. Which"),
		Entry(nil, "invalid", `{"field":"title","limit":200}`, "1 to 200 characters"),
		Entry(nil, "invalid", `{"field":"description","limit":1000}`, "at most 1,000 characters"),
		Entry(nil, "invalid", `{"field":"other","limit":3}`, "at most 3 characters"),
		Entry(nil, "invalid", ``, "wasn't right"),
		Entry(nil, "nothing_to_change", ``, "nothing to change"),
		Entry(nil, "unknown_tool", ``, "tool that doesn't exist (complete\\_task)"),
		Entry(nil, "invalid_arguments", ``, "made a mistake"),
		Entry(nil, "tool_unreachable", ``, "can't be reached"),
		Entry(nil, "tool_timeout", ``, "too long"),
		Entry(nil, "skipped", ``, "not done"),
		Entry(nil, "key_reused", ``, "didn't work"),
		Entry(nil, "a code of tomorrow", `"x"`, "didn't work (complete\\_task)"),
		Entry(nil, "", ``, "didn't work"),
	)

	It("is told as not done when it was skipped", func() {
		shown, ok := english().Call(api.ToolCall{Status: api.CallSkipped})
		Expect(ok).To(BeTrue())
		Expect(shown.Line).To(ContainSubstring("not done"))
	})
})

var _ = Describe("A call that is not finished", func() {
	It("is not shown", func() {
		for _, status := range []api.CallStatus{api.CallPending, api.CallRunning, ""} {
			_, ok := english().Call(api.ToolCall{Tool: "add_task", Status: status})
			Expect(ok).To(BeFalse())
		}
	})

	DescribeTable("is told as it happens", func(tool, parameters, want string) {
		text, icon := english().Doing(api.ToolCall{Tool: tool, Parameters: json.RawMessage(parameters)})
		Expect(text).To(Equal(want))
		Expect(icon).NotTo(BeEmpty())
	},
		Entry(nil, "add_task", `{}`, "Adding the task…"), Entry(nil, "list_tasks", `{}`, "Looking through your tasks…"),
		Entry(nil, "find_task_by_name", `{}`, "Looking for the task…"), Entry(nil, "complete_task", `{"completed":true}`, "Completing the task…"),
		Entry(nil, "complete_task", `{"completed":false}`, "Reopening the task…"), Entry(nil, "complete_task", `nonsense`, "Completing the task…"),
		Entry(nil, "update_task", `{}`, "Updating the task…"), Entry(nil, "delete_task", `{}`, "Deleting the task…"),
		Entry(nil, "send_mail", `{}`, "Working: send_mail…"),
	)
})

// FuzzCall holds that any record is shown in some words, as JSON that can be sent.
func FuzzCall(f *testing.F) {
	f.Add("add_task", "executed", "", task("x", `,"completed":false`))
	f.Add("list_tasks", "executed", "", `{"tasks":[`+task("x", `,"completed":false`)+`],"pending":1,"completed":0,"has_more":true}`)
	f.Add("x", "failed", "ambiguous", `{"name":"a","candidates":[{"title":"b"}]}`)
	words := english()
	f.Fuzz(func(t *testing.T, tool, status, code, result string) {
		shown, ok := words.Call(api.ToolCall{Tool: tool, Status: api.CallStatus(status), Code: code, Result: json.RawMessage(result)})
		if !ok {
			return
		}
		if (shown.Widget == nil) == (shown.Line == "") {
			t.Fatalf("neither or both: %+v", shown)
		}
		if strings.ContainsAny(shown.Line, "\n\r\x00") {
			t.Fatalf("more than a line: %q", shown.Line)
		}
		if shown.Widget != nil {
			if _, err := chatkit.Marshal(shown.Widget); err != nil {
				t.Fatal(err)
			}
		}
	})
}
