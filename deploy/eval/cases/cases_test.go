package cases_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/eval/cases"
)

func TestCases(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Cases")
}

var _ = Describe("The cases", func() {
	It("are 120 utterances and 30 dialogues of several turns, with all six tools", func() {
		utterances, err := cases.Utterances()
		Expect(err).NotTo(HaveOccurred())
		Expect(utterances).To(HaveLen(120))
		dialogues, err := cases.Dialogues()
		Expect(err).NotTo(HaveOccurred())
		Expect(dialogues).To(HaveLen(30))
		tools := map[string]bool{}
		for _, c := range append(utterances, dialogues...) {
			for _, turn := range c.Turns {
				for _, call := range turn.Calls {
					tools[call.Tool] = true
				}
			}
		}
		Expect(tools).To(HaveLen(6))
		for _, dialogue := range dialogues {
			Expect(len(dialogue.Turns)).To(BeNumerically(">", 1), dialogue.Turns[0].Say)
		}
	})

	DescribeTable("name what is wrong with them", func(text, complaint string) {
		_, err := cases.Parse([]byte(text))
		Expect(err).To(MatchError(ContainSubstring(complaint)))
	},
		Entry(nil, `- {say: hello}`, "kind is missing"),
		Entry(nil, `- {kind: add}`, "nothing is said"),
		Entry(nil, `- {kind: add, say: a, turns: [{say: b}]}`, "both say and turns"),
		Entry(nil, `- {kind: add, say: a, task: [b]}`, "field task not found"),
		Entry(nil, `- {kind: add, say: a, calls: [{task: b}]}`, "a call has no tool"),
		Entry(nil, `- {kind: add, say: a, asks: true, calls: [{tool: add_task}]}`, "does nothing yet"),
		Entry(nil, `- {kind: add, say: a, empty: true, tasks: [b]}`, "both empty and tasks"),
		Entry(nil, `- {kind: add, say: a, have: [b|c]}`, "has to be one task"),
		Entry(nil, `hello`, "no list of cases"),
	)

	It("write tasks as a person would", func() {
		Expect(cases.AnyTask("[x] Buy paint :: two litres|Paint")).To(Equal([]cases.Task{
			{Title: "Buy paint", Description: "two litres", Completed: true}, {Title: "Paint"},
		}))
	})

	DescribeTable("compare words as a person would", func(a, b string, same bool) {
		Expect(cases.SameWords(a, b)).To(Equal(same))
	},
		Entry(nil, "Call  Mom.", "call mom", true),
		Entry(nil, "“Buy milk”", "buy milk", true),
		Entry(nil, "Anna’s gift", "Anna's gift", true),
		Entry(nil, "buy milk", "buy oat milk", false),
		Entry(nil, "", "", true),
	)
})
