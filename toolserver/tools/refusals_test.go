package tools_test

import (
	"encoding/json"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/toolserver/tasks"
)

var _ = Describe("A call that breaks a rule", func() {
	var alice *client

	BeforeEach(func(ctx SpecContext) { alice = connect(ctx, newStore(), newUser()) })

	type input struct {
		tool, arguments string
		code, field     string
		limit           int
		words           string
	}
	DescribeTable("is refused in a sentence to act on, and changes nothing", func(ctx SpecContext, in input) {
		task := alice.add(ctx, "Stay as you are")
		schemas := outputSchemas(ctx, alice)
		r := alice.call(ctx, in.tool, strings.ReplaceAll(in.arguments, "$ID", strconv.FormatInt(task.ID, 10)))
		f := failure(r)
		Expect(f.Code).To(Equal(in.code))
		Expect(f.Field).To(Equal(in.field))
		Expect(f.Limit).To(Equal(in.limit))
		Expect(f.Message).To(ContainSubstring(in.words))
		Expect(schemas[in.tool].Validate(asMap(r.Structured))).To(Succeed())
		Expect(alice.list(ctx).Tasks).To(Equal([]tasks.Task{task}))
	},
		Entry("no title", input{"add_task", `{}`, "invalid", "title", 0, `"title" is missing`}),
		Entry("a null title", input{"add_task", `{"title":null}`, "invalid", "title", 0, "missing"}),
		Entry("an empty title", input{"add_task", `{"title":""}`, "invalid", "title", 200, "1 to 200 characters"}),
		Entry("a blank title", input{"add_task", `{"title":" \n\t "}`, "invalid", "title", 200, "empty"}),
		Entry("a title of 201 characters", input{"add_task", `{"title":"` + strings.Repeat("é", 201) + `"}`, "invalid", "title", 200, "201 characters: at most 200"}),
		Entry("a description of 1001 characters", input{"add_task", `{"title":"x","description":"` + strings.Repeat("é", 1001) + `"}`, "invalid", "description", 1000, "at most 1000"}),
		Entry("a title that is a number", input{"add_task", `{"title":5}`, "invalid", "title", 0, "must be a text"}),
		Entry("a title with U+0000", input{"add_task", `{"title":"a\u0000b"}`, "invalid", "title", 0, "U+0000"}),
		Entry("a description with U+0000", input{"add_task", `{"title":"a","description":"\u0000"}`, "invalid", "description", 0, "U+0000"}),
		Entry("a title that is not UTF-8", input{"add_task", "{\"title\":\"a\xffb\"}", "invalid", "arguments", 0, "UTF-8"}),
		Entry("half a surrogate pair", input{"add_task", `{"title":"a\ud83d b"}`, "invalid", "arguments", 0, "surrogate"}),
		Entry("an argument user_id", input{"add_task", `{"title":"x","user_id":"bob"}`, "invalid", "user_id", 0, `no argument "user_id"`}),
		Entry("an argument user_id, for a list", input{"list_tasks", `{"user_id":"bob"}`, "invalid", "user_id", 0, "it can be status"}),
		Entry("an argument user_id, for a deletion", input{"delete_task", `{"task_id":$ID,"user_id":"bob"}`, "invalid", "user_id", 0, "it can be task_id"}),
		Entry("an argument that nobody knows", input{"complete_task", `{"task_id":$ID,"done":true}`, "invalid", "done", 0, "task_id, completed"}),
		Entry("an argument in another case", input{"add_task", `{"Title":"x"}`, "invalid", "Title", 0, "it can be title, description"}),
		Entry("an argument given twice", input{"add_task", `{"title":"x","title":"y"}`, "invalid", "title", 0, "twice"}),
		Entry("a list for an object", input{"add_task", `["x"]`, "invalid", "arguments", 0, "not a JSON object"}),
		Entry("an unknown status", input{"list_tasks", `{"status":"done"}`, "invalid", "status", 0, "all, pending or completed"}),
		Entry("an empty name", input{"find_task_by_name", `{"name":" "}`, "invalid", "name", 200, "empty"}),
		Entry("a name of 201 characters", input{"find_task_by_name", `{"name":"` + strings.Repeat("x", 201) + `"}`, "invalid", "name", 200, "at most 200"}),
		Entry("a name of nothing there is", input{"find_task_by_name", `{"name":"tea"}`, "not_found", "", 0, `"tea"`}),
		Entry("no task_id", input{"complete_task", `{}`, "invalid", "task_id", 0, "missing"}),
		Entry("a task_id that is a text", input{"complete_task", `{"task_id":"$ID"}`, "invalid", "task_id", 0, "whole number"}),
		Entry("a task_id that is no whole number", input{"complete_task", `{"task_id":1.5}`, "invalid", "task_id", 0, "whole number"}),
		Entry("a task_id beyond all numbers", input{"complete_task", `{"task_id":1e400}`, "invalid", "task_id", 0, "whole number"}),
		Entry("a task_id beyond 64 bits", input{"delete_task", `{"task_id":9223372036854775808}`, "invalid", "task_id", 0, "whole number"}),
		Entry("a task_id of no task", input{"delete_task", `{"task_id":1}`, "not_found", "", 0, "no task with the id 1"}),
		Entry("a completed that is a text", input{"complete_task", `{"task_id":$ID,"completed":"yes"}`, "invalid", "completed", 0, "true or false"}),
		Entry("an update of nothing", input{"update_task", `{"task_id":$ID}`, "nothing_to_change", "", 0, "title, a description"}),
		Entry("an update of nulls", input{"update_task", `{"task_id":$ID,"title":null,"description":null}`, "nothing_to_change", "", 0, "Nothing"}),
		Entry("an update to an empty title", input{"update_task", `{"task_id":$ID,"title":""}`, "invalid", "title", 200, "empty"}),
		Entry("an update to a title that is too long", input{"update_task", `{"task_id":$ID,"title":"` + strings.Repeat("x", 201) + `"}`, "invalid", "title", 200, "at most 200"}),
	)

	It("is an error of the protocol when there is no such tool", func(ctx SpecContext) {
		_, err := alice.send(ctx, "drop_tables", `{}`, nil)
		Expect(err).To(MatchError(ContainSubstring("unknown tool")))
	})

	It("is an error of the protocol when nobody makes it", func(ctx SpecContext) {
		_, err := connect(ctx, newStore(), "").send(ctx, "list_tasks", `{}`, nil)
		Expect(err).To(MatchError(ContainSubstring("whose it is")))
	})
})

func asMap(structured json.RawMessage) map[string]any {
	GinkgoHelper()
	var members map[string]any
	Expect(json.Unmarshal(structured, &members)).To(Succeed())
	return members
}
