package pagetools_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/pagetools"
)

func asked() api.ToolCall {
	several := strings.Replace(choice("all", "x", "y", "z"), `"options"`, `"multiple":true,"options"`, 1)
	return api.ToolCall{ID: 1, For: api.ForStructuredInput, Parameters: inputs(choice("one", "x", "y"), several, freeform)}
}

// answers are good ones, but for those that are given.
func answers(other map[string]api.Answer) api.InputRequest {
	given := map[string]api.Answer{"one": {Values: []string{"y"}}, "all": {Values: []string{"z", "x"}}, "why": {Values: []string{"because"}}}
	for id, answer := range other {
		given[id] = answer
	}
	return api.InputRequest{Status: api.Answered, Answers: given}
}

func without(id string) api.InputRequest {
	request := answers(nil)
	delete(request.Answers, id)
	return request
}

func values(values ...string) map[string]api.Answer {
	return map[string]api.Answer{"one": {Values: values}}
}

var _ = Describe("What a page sends", func() {
	DescribeTable("is what the model reads when it answers the questions",
		func(input api.InputRequest, result string) {
			Expect(pagetools.Result(asked(), input)).To(MatchJSON(result))
		},
		Entry("all of them", answers(nil),
			`{"status":"answered","answers":{"one":{"values":["y"],"skipped":false},"all":{"values":["z","x"],"skipped":false},"why":{"values":["because"],"skipped":false}}}`),
		Entry("one twice", answers(map[string]api.Answer{"all": {Values: []string{"x", "x"}}}),
			`{"status":"answered","answers":{"one":{"values":["y"],"skipped":false},"all":{"values":["x"],"skipped":false},"why":{"values":["because"],"skipped":false}}}`),
		Entry("but for one", answers(map[string]api.Answer{"why": {Values: []string{"dropped"}, Skipped: true}}),
			`{"status":"answered","answers":{"one":{"values":["y"],"skipped":false},"all":{"values":["z","x"],"skipped":false},"why":{"values":[],"skipped":true}}}`),
		Entry("none of them", api.InputRequest{Status: api.Skipped}, `{"status":"skipped","answers":{}}`),
		Entry("none of them, though something was typed", api.InputRequest{Status: api.Skipped, Answers: values("dropped")}, `{"status":"skipped","answers":{}}`),
	)

	DescribeTable("is refused when it does not",
		func(input api.InputRequest, code, field string) {
			_, err := pagetools.Result(asked(), input)
			var refused *pagetools.InputError
			Expect(err).To(BeAssignableToTypeOf(refused))
			Expect(err).To(HaveValue(And(HaveField("Code", code), HaveField("Field", field), HaveField("Message", Not(BeEmpty())))))
		},
		Entry("no status", api.InputRequest{Answers: values("x")}, "wrong_input", "status"),
		Entry("another status", api.InputRequest{Status: "maybe"}, "wrong_input", "status"),
		Entry("a tool's result", api.InputRequest{Status: api.Answered, Result: json.RawMessage(`1`)}, "wrong_input", "result"),
		Entry("an answer to what nobody asked", answers(map[string]api.Answer{"who": {Values: []string{"x"}}}), "unknown_question", "answers"),
		Entry("no answer", without("why"), "answer_missing", "answers.why"),
		Entry("an answer without values", answers(map[string]api.Answer{"all": {}}), "answer_missing", "answers.all"),
		Entry("an answer of blanks", answers(map[string]api.Answer{"why": {Values: []string{" \n"}}}), "answer_missing", "answers.why"),
		Entry("what is no option", answers(values("w")), "not_an_option", "answers.one"),
		Entry("an option in other letters", answers(values("X")), "not_an_option", "answers.one"),
		Entry("several, where one can be chosen", answers(values("x", "y")), "one_value_only", "answers.one"),
		Entry("several texts", answers(map[string]api.Answer{"why": {Values: []string{"a", "b"}}}), "one_value_only", "answers.why"),
		Entry("too many words", answers(map[string]api.Answer{"why": {Values: []string{strings.Repeat("é", 5001)}}}), "input_too_large", "answers.why"),
		Entry("what a database can't keep", answers(map[string]api.Answer{"why": {Values: []string{"a\x00b"}}}), "invalid_answer", "answers.why"),
	)

	DescribeTable("is a tool's result, whatever it is",
		func(sent, result string) {
			Expect(pagetools.Result(api.ToolCall{For: api.ForClientTool}, api.InputRequest{Result: json.RawMessage(sent)})).To(MatchJSON(result))
		},
		Entry("an object", `{"theme":"dark"}`, `{"theme":"dark"}`), Entry("a text", `"done"`, `"done"`),
		Entry("nothing", ``, `null`), Entry("null", `null`, `null`), Entry("what a database can't keep", `"a\u0000b"`, `"a\ufffdb"`),
	)

	DescribeTable("is refused as a tool's result",
		func(input api.InputRequest, code string) {
			_, err := pagetools.Result(api.ToolCall{For: api.ForClientTool}, input)
			Expect(err).To(HaveValue(HaveField("Code", code)))
		},
		Entry("answers", api.InputRequest{Status: api.Skipped}, "wrong_input"),
		Entry("too much", api.InputRequest{Result: json.RawMessage(`"` + strings.Repeat("x", api.MaxClientResult) + `"`)}, "input_too_large"),
		Entry("no JSON", api.InputRequest{Result: json.RawMessage(`{`)}, "invalid_answer"),
	)
})

// FuzzAnswers holds that whatever a page sends is refused or becomes JSON that a model can read and a database can keep.
func FuzzAnswers(f *testing.F) {
	f.Add(`{"status":"answered","answers":{"one":{"values":["x"]},"all":{"skipped":true},"why":{"values":["é\u0000"]}}}`)
	f.Add(`{"status":"skipped"}`)
	f.Add(`{"result":[1]}`)
	f.Fuzz(func(t *testing.T, body string) {
		var input api.InputRequest
		if json.Unmarshal([]byte(body), &input) != nil {
			t.Skip()
		}
		for _, record := range []api.ToolCall{asked(), {For: api.ForClientTool}} {
			result, err := pagetools.Result(record, input)
			if err == nil && (!json.Valid(result) || !utf8.Valid(result) || strings.Contains(string(result), `\u0000`)) {
				t.Fatalf("%q became %q", body, result)
			}
		}
	})
}
