package present_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/present"
)

// clicks are the actions in a widget, as a page would send them: a form's with what was typed.
func clicks(part any) (sent []chatkit.Action) {
	switch part := part.(type) {
	case []any:
		for _, child := range part {
			sent = append(sent, clicks(child)...)
		}
	case map[string]any:
		for name, value := range part {
			config, ok := value.(map[string]any)
			if !ok || !strings.HasPrefix(name, "on") {
				sent = append(sent, clicks(value)...)
				continue
			}
			payload := config["payload"].(map[string]any)
			if name == "onSubmitAction" {
				payload["title"] = "Bread"
			}
			encoded, err := json.Marshal(payload)
			Expect(err).NotTo(HaveOccurred())
			Expect(config).To(HaveKeyWithValue("streaming", false), "it works while an answer is being written")
			sent = append(sent, chatkit.Action{Type: config["type"].(string), Payload: encoded})
		}
	}
	return sent
}

var _ = Describe("An action", func() {
	It("of every control in a card is one call of a tool, on the state that is shown", func() {
		record := executed("list_tasks", `{"tasks":[{"task_id":2,"title":"Milk","completed":false},{"task_id":1,"title":"Mum","completed":true}],
			"total":2,"pending":1,"completed":1,"has_more":false,"filtered_status":"pending"}`)
		record.Revision = 3
		shown, ok := english().Call(record)
		Expect(ok).To(BeTrue())
		encoded, err := chatkit.Marshal(shown.Widget)
		Expect(err).NotTo(HaveOccurred())
		var card map[string]any
		Expect(json.Unmarshal(encoded, &card)).To(Succeed())
		var calls []string
		for _, click := range clicks(card) {
			action, invalid := present.ReadAction(click)
			Expect(invalid).To(BeNil())
			Expect(action.Revision).To(BeEquivalentTo(3))
			calls = append(calls, action.Tool+" "+string(action.Parameters))
		}
		Expect(calls).To(ConsistOf(
			`list_tasks {"status":"all"}`, `list_tasks {"status":"pending"}`, `list_tasks {"status":"completed"}`,
			`complete_task {"completed":true,"task_id":2}`, `delete_task {"task_id":2}`,
			`complete_task {"completed":false,"task_id":1}`, `delete_task {"task_id":1}`,
			`add_task {"title":"Bread"}`))
	})

	It("of a page's own names no revision", func() {
		action, invalid := present.ReadAction(chatkit.Action{Type: "task.add", Payload: json.RawMessage(`{"title":"  Milk "}`)})
		Expect(invalid).To(BeNil())
		Expect(action.Revision).To(BeEquivalentTo(-1))
		Expect(action.Parameters).To(MatchJSON(`{"title":"Milk"}`))
	})

	DescribeTable("that does not fit is named", func(kind, payload, field string) {
		_, invalid := present.ReadAction(chatkit.Action{Type: kind, Payload: json.RawMessage(payload)})
		Expect(invalid).NotTo(BeNil())
		Expect(invalid.Field).To(Equal(field))
		Expect(invalid.Message).NotTo(BeEmpty())
	},
		Entry("unknown", "task.explode", `{}`, "params.action.type"),
		Entry("a tool's name", "delete_task", `{"task_id":1}`, "params.action.type"),
		Entry("no payload", "task.delete", ``, "params.action.payload.task_id"),
		Entry("a list", "task.delete", `[1]`, "params.action.payload"),
		Entry("null", "task.delete", `null`, "params.action.payload"),
		Entry("no id", "task.delete", `{}`, "params.action.payload.task_id"),
		Entry("a null id", "task.delete", `{"task_id":null}`, "params.action.payload.task_id"),
		Entry("an id of text", "task.delete", `{"task_id":"1"}`, "params.action.payload.task_id"),
		Entry("half an id", "task.delete", `{"task_id":1.5}`, "params.action.payload.task_id"),
		Entry("id 0", "task.delete", `{"task_id":0}`, "params.action.payload.task_id"),
		Entry("a huge id", "task.delete", `{"task_id":1e300}`, "params.action.payload.task_id"),
		Entry("another member", "task.delete", `{"task_id":1,"user_id":"eve"}`, "params.action.payload.user_id"),
		Entry("no state", "task.complete", `{"task_id":1}`, "params.action.payload.completed"),
		Entry("a state of text", "task.complete", `{"task_id":1,"completed":"true"}`, "params.action.payload.completed"),
		Entry("no title", "task.add", `{}`, "params.action.payload.title"),
		Entry("a blank title", "task.add", `{"title":"  "}`, "params.action.payload.title"),
		Entry("a long title", "task.add", fmt.Sprintf(`{"title":%q}`, strings.Repeat("x", 201)), "params.action.payload.title"),
		Entry("a title with U+0000", "task.add", `{"title":"a\u0000"}`, "params.action.payload.title"),
		Entry("a nested title", "task.add", `{"title":{"x":1}}`, "params.action.payload.title"),
		Entry("an unknown filter", "tasks.show", `{"status":"mine"}`, "params.action.payload.status"),
		Entry("a revision of text", "tasks.show", `{"status":"all","revision":"1"}`, "params.action.payload.revision"),
		Entry("a revision below zero", "tasks.show", `{"status":"all","revision":-1}`, "params.action.payload.revision"),
	)
})

// FuzzAction holds that whatever a page sends is a call with an object, or refused with a field.
func FuzzAction(f *testing.F) {
	for _, seed := range []string{`{"task_id":1,"completed":true,"revision":0}`, `{"title":"a"}`, `{"status":"all"}`, `[]`, `nope`, ``} {
		for _, kind := range []string{"task.complete", "task.delete", "task.add", "tasks.show", "x"} {
			f.Add(kind, seed)
		}
	}
	f.Fuzz(func(t *testing.T, kind, payload string) {
		action, invalid := present.ReadAction(chatkit.Action{Type: kind, Payload: json.RawMessage(payload)})
		switch {
		case invalid != nil && (invalid.Field == "" || invalid.Message == ""):
			t.Fatalf("refused without a reason: %v", invalid)
		case invalid == nil:
			var parameters map[string]any
			if action.Tool == "" || json.Unmarshal(action.Parameters, &parameters) != nil {
				t.Fatalf("%s %s became %v", kind, payload, action)
			}
		}
	})
}
