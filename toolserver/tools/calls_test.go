package tools_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/toolserver/tasks"
)

var _ = Describe("A call", func() {
	var alice *client

	BeforeEach(func(ctx SpecContext) { alice = connect(ctx, newStore(), newUser()) })

	It("lives through a task's life", func(ctx SpecContext) {
		task := alice.add(ctx, "  Buy groceries ")
		Expect(task.Title).To(Equal("Buy groceries"))
		id := task.ID

		Expect(read[tasks.Task](alice.call(ctx, "find_task_by_name", `{"name":"GROCER"}`))).To(Equal(task))
		Expect(read[tasks.Task](alice.call(ctx, "complete_task", object{"task_id": id}.JSON())).Completed).To(BeTrue())
		Expect(read[tasks.Task](alice.call(ctx, "complete_task", object{"task_id": id}.JSON())).Completed).To(BeFalse())
		Expect(read[tasks.Task](alice.call(ctx, "complete_task", object{"task_id": id, "completed": true}.JSON())).Completed).To(BeTrue())

		changed := read[tasks.Changed](alice.call(ctx, "update_task",
			object{"task_id": id, "title": "Buy food", "description": "for two"}.JSON()))
		Expect(changed.Changed).To(Equal([]string{"title", "description"}))
		Expect(changed.Description).To(HaveValue(Equal("for two")))

		Expect(alice.list(ctx).Tasks).To(Equal([]tasks.Task{changed.Task}))
		Expect(read[tasks.Task](alice.call(ctx, "delete_task", object{"task_id": id}.JSON()))).To(Equal(changed.Task))
		Expect(alice.list(ctx).Tasks).To(BeEmpty())
	})

	It("filters a list by status", func(ctx SpecContext) {
		alice.add(ctx, "open")
		done := alice.add(ctx, "done")
		alice.call(ctx, "complete_task", object{"task_id": done.ID}.JSON())
		for status, total := range map[string]int{"all": 2, "pending": 1, "completed": 1} {
			list := read[tasks.List](alice.call(ctx, "list_tasks", object{"status": status}.JSON()))
			Expect(list.Tasks).To(HaveLen(total))
			Expect(string(list.Filtered)).To(Equal(status))
			Expect(list.Total).To(Equal(2))
		}
	})

	It("takes a null for an optional argument that was left out, and an id that is written as 5.0", func(ctx SpecContext) {
		task := read[tasks.Task](alice.call(ctx, "add_task", `{"title":"x","description":null}`))
		Expect(task.Description).To(BeNil())
		Expect(alice.call(ctx, "list_tasks", `null`).Failed).To(BeFalse())
		Expect(failure(alice.call(ctx, "delete_task", `{"task_id":5.0}`)).TaskID).To(Equal(int64(5)))
	})

	It("never reaches another user's task", func(ctx SpecContext) {
		task := alice.add(ctx, "Secret plan")
		mallory := connect(ctx, newStore(), newUser())
		for tool, arguments := range map[string]object{
			"complete_task":     {"task_id": task.ID},
			"update_task":       {"task_id": task.ID, "title": "Mine"},
			"delete_task":       {"task_id": task.ID},
			"find_task_by_name": {"name": "Secret plan"},
		} {
			Expect(failure(mallory.call(ctx, tool, arguments.JSON())).Code).To(Equal(tasks.CodeNotFound))
		}
		Expect(mallory.list(ctx).Total).To(BeZero())
		Expect(alice.list(ctx).Tasks).To(Equal([]tasks.Task{task}))
	})
})

// The golden file is what chatcore, the model and other clients get to read. UPDATE_SNAPSHOTS=1 go test ./toolserver/tools
// writes it anew.
var _ = Describe("Results on the wire", func() {
	It("are those that were reviewed, and fit the output schemas", func(ctx SpecContext) {
		now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		alice := connect(ctx, openStore(func() time.Time { return now }, &counter{}), newUser())
		schemas := outputSchemas(ctx, alice)
		type exchange struct {
			Tool      string
			Arguments json.RawMessage
			Reply     reply
		}
		var got []exchange
		for _, call := range [][2]string{
			{"add_task", `{"title":"Buy milk"}`},
			{"add_task", `{"title":"Buy <oat> milk","description":"the \"good\" one"}`},
			{"list_tasks", `{"status":"pending"}`},
			{"find_task_by_name", `{"name":"buy milk"}`},
			{"find_task_by_name", `{"name":"milk"}`},
			{"find_task_by_name", `{"name":"tea"}`},
			{"complete_task", `{"task_id":1}`},
			{"update_task", `{"task_id":2,"description":""}`},
			{"update_task", `{"task_id":2}`},
			{"delete_task", `{"task_id":1}`},
			{"delete_task", `{"task_id":1}`},
			{"add_task", `{"title":" "}`},
			{"add_task", `{"title":"x","user_id":"bob"}`},
		} {
			r := alice.call(ctx, call[0], call[1])
			var structured any
			Expect(json.Unmarshal(r.Structured, &structured)).To(Succeed())
			Expect(schemas[call[0]].Validate(structured)).To(Succeed())
			got = append(got, exchange{call[0], json.RawMessage(call[1]), r})
		}
		text, err := json.MarshalIndent(got, "", "  ")
		Expect(err).NotTo(HaveOccurred())
		path := filepath.Join("testdata", "results.golden.json")
		if os.Getenv("UPDATE_SNAPSHOTS") != "" {
			Expect(os.WriteFile(path, append(text, '\n'), 0o644)).To(Succeed())
		}
		Expect(os.ReadFile(path)).To(MatchJSON(text))
	})

	It("have the structured content as text too, for clients that read only that", func(ctx SpecContext) {
		r := connect(ctx, newStore(), newUser()).call(ctx, "add_task", `{"title":"x"}`)
		Expect(r.Words).To(MatchJSON(r.Structured))
	})
})

type validator interface{ Validate(any) error }

func outputSchemas(ctx context.Context, c *client) map[string]validator {
	GinkgoHelper()
	listed, err := c.session.ListTools(ctx, nil)
	Expect(err).NotTo(HaveOccurred())
	schemas := map[string]validator{}
	for _, tool := range listed.Tools {
		schemas[tool.Name] = schemaOf(tool.OutputSchema)
	}
	return schemas
}

// counter gives 1, 2, 3, …
type counter struct{ last int64 }

func (c *counter) Next() int64 { c.last++; return c.last }
