package rules_test

import (
	"encoding/json"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/deploy/offlinemodel/openai"
)

var _ = Describe("whatever is said", func() {
	It("a turn ends within three replies, with words, and touches no task that was not meant", func() {
		verbs := []string{"Add a task to ", "Find ", "Complete ", "Reopen ", "Delete ", "Rename ", "Describe ", "Show my ", "", "no, ", "Is "}
		things := []string{"buy milk", "milk", "it", "the second one", "the last one", "3", "tasks", "completed tasks", "everything", "“sell milk”", ""}
		ends := []string{"", " to buy oat milk", " as two litres", " done", "?", " please", " is done"}
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			c := newChat("Buy milk", "Sell milk", "Call mum")
			for range rapid.IntRange(1, 6).Draw(t, "turns") {
				said := rapid.SampledFrom(verbs).Draw(t, "verb") + rapid.SampledFrom(things).Draw(t, "thing") + rapid.SampledFrom(ends).Draw(t, "end")
				before, steps := len(c.tasks), len(c.messages)
				answer := c.says(said)
				if answer == "" || answer == "the model never stopped calling tools" || len(c.calls) > 2 || len(c.messages)-steps > 6 {
					t.Fatalf("%q: %q after %q", said, answer, c.calls)
				}
				if len(c.tasks) < before-1 {
					t.Fatalf("%q deleted several tasks", said)
				}
			}
		})
	})
})

// FuzzRespond says anything, after anything a tool may have said: the answer is words, or calls of tools on offer with a
// JSON object for arguments.
func FuzzRespond(f *testing.F) {
	f.Add("Rename talk to Bob to call Bob", `{"tasks":[{"task_id":1,"title":"Talk to Bob"}]}`, false)
	f.Add("delete the 999th", `{"candidates":[{"task_id":1,"title":"x"},{"task_id":2,"title":"x"}],"code":"ambiguous"}`, true)
	f.Add("add description two litres to buy milk", `{}`, false)
	f.Add("“”\" '", `[]`, false)
	f.Add("Add a task to ", `{"task":{"task_id":1e99}}`, true)
	f.Add("rename \xff to to to", `{"tasks":null,"code":7}`, false)
	f.Fuzz(func(t *testing.T, said, result string, atWork bool) {
		messages := []openai.Message{
			{Role: "user", Content: openai.Text("delete milk")},
			{Role: "assistant", ToolCalls: []openai.Call{openai.NewCall("a", "find_task_by_name", `{"name":"milk"}`)}},
			{Role: "tool", ToolCallID: "a", Content: openai.Text(result)},
		}
		if !atWork {
			messages = append(messages, openai.Message{Role: "user", Content: openai.Text(said)})
		}
		request := openai.Request{Messages: messages, Tools: offered()}
		reply := model().Respond(request)
		if reply.Text == "" && len(reply.Calls) == 0 {
			t.Fatal("no answer")
		}
		for _, call := range reply.Calls {
			var arguments map[string]any
			if !request.MayCall(call.Function.Name) || json.Unmarshal([]byte(call.Function.Arguments), &arguments) != nil {
				t.Fatalf("a bad call: %+v", call)
			}
		}
	})
}

var _ = Describe("the table", func() {
	It("has an example for each tool, and understands its own examples", func() {
		for _, example := range []string{"Add a task to buy milk", "Show my tasks", "Find milk", "Mark buy milk as done", "Reopen buy milk",
			"Rename buy milk to buy oat milk", "Describe buy milk as two litres", "Delete the task buy milk"} {
			c := newChat("Buy milk")
			Expect(c.says("What can you do?")).To(ContainSubstring("\n- " + example))
			c.says(example)
			Expect(c.calls).NotTo(BeEmpty(), example)
		}
	})
})
