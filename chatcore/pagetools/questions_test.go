package pagetools_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/pagetools"
)

// choice is a multiple choice with these options.
func choice(id string, options ...string) string {
	values := make([]string, 0, len(options))
	for _, option := range options {
		values = append(values, fmt.Sprintf(`{"value":%q}`, option))
	}
	return fmt.Sprintf(`{"id":%q,"question":"Which?","type":"multiple_choice","options":[%s]}`, id, strings.Join(values, ","))
}

func inputs(questions ...string) json.RawMessage {
	return json.RawMessage(`{"inputs":[` + strings.Join(questions, ",") + `]}`)
}

func many(n int) (options []string) {
	for i := range n {
		options = append(options, fmt.Sprint("option ", i))
	}
	return options
}

const freeform = `{"id":"why","question":"Why?","type":"freeform","description":"In a few words"}`

var _ = Describe("Questions to the person", func() {
	DescribeTable("are asked when they fit",
		func(arguments json.RawMessage) { Expect(pagetools.Questions().Check(arguments)).To(Succeed()) },
		Entry("a choice", inputs(choice("which", "Buy milk (open)", "Buy milk (done)"))),
		Entry("a choice of one", inputs(choice("which", "Buy milk"))),
		Entry("as many options as there may be", inputs(choice("which", many(50)...))),
		Entry("words", inputs(freeform)),
		Entry("several", inputs(freeform, choice("a", "x"), choice("b", "x"))),
		Entry("with more than is known", json.RawMessage(`{"title":"x","inputs":[`+freeform+`]}`)),
	)

	DescribeTable("are refused in words for the model",
		func(arguments json.RawMessage, why string) {
			Expect(pagetools.Questions().Check(arguments)).To(MatchError(ContainSubstring(why)))
		},
		Entry("none", inputs(), "1 to 5 inputs"),
		Entry("of another shape", json.RawMessage(`{"inputs":"Which?"}`), "list of questions"),
		Entry("options as plain text", json.RawMessage(`{"inputs":[{"id":"a","question":"b","type":"multiple_choice","options":["x"]}]}`), "objects with a value"),
		Entry("too many", inputs(freeform, freeform, freeform, freeform, freeform, freeform), "1 to 5 inputs, not 6"),
		Entry("without an id", inputs(choice("", "x")), "the id of input 1"),
		Entry("with a strange id", inputs(choice("a b", "x")), "the id of input 1"),
		Entry("two with one id", inputs(choice("a", "x"), choice("a", "y")), `two inputs have the id "a"`),
		Entry("without words", json.RawMessage(`{"inputs":[{"id":"a","question":" ","type":"freeform"}]}`), "question must not be empty"),
		Entry("with too many words", json.RawMessage(`{"inputs":[{"id":"a","question":"`+strings.Repeat("é", 501)+`","type":"freeform"}]}`), "at most 500 characters, not 501"),
		Entry("of an unknown type", json.RawMessage(`{"inputs":[{"id":"a","question":"b","type":"date"}]}`), `not "date"`),
		Entry("a choice of nothing", inputs(choice("a")), "1 to 50 options"),
		Entry("a choice of too much", inputs(choice("a", many(51)...)), "1 to 50 options, not 51"),
		Entry("an empty option", inputs(choice("a", "")), "an option's value must not be empty"),
		Entry("an option that is too long", inputs(choice("a", strings.Repeat("x", 301))), "at most 300 characters"),
		Entry("options that are equal", inputs(choice("a", "x", "y", "x")), "could not tell them apart"),
		Entry("words with options", json.RawMessage(`{"inputs":[{"id":"a","question":"b","type":"freeform","options":[{"value":"x"}]}]}`), "use multiple_choice"),
	)

	It("say what they ask to whoever has no user interface for them", func() {
		Expect(pagetools.Questions().Words(inputs(choice("a", "Buy milk", "Buy oat milk"), freeform))).To(Equal("Which?\n- Buy milk\n- Buy oat milk\n\nWhy?"))
	})

	It("have a schema that the model's endpoints can read, and that agrees with the check", func() {
		var schema jsonschema.Schema
		Expect(json.Unmarshal(pagetools.Questions().Schema, &schema)).To(Succeed())
		resolved, err := schema.Resolve(nil)
		Expect(err).NotTo(HaveOccurred())
		for _, arguments := range []json.RawMessage{inputs(choice("which", many(50)...)), inputs(freeform)} {
			var value any
			Expect(json.Unmarshal(arguments, &value)).To(Succeed())
			Expect(resolved.Validate(value)).To(Succeed())
		}
		for _, arguments := range []json.RawMessage{inputs(), inputs(choice("a", many(51)...)), json.RawMessage(`{}`)} {
			var value any
			Expect(json.Unmarshal(arguments, &value)).To(Succeed())
			Expect(resolved.Validate(value)).NotTo(Succeed())
		}
	})
})
