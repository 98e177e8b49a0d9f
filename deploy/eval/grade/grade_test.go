package grade_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/eval/cases"
	"taskpilot/deploy/eval/grade"
)

func TestGrade(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Grade")
}

// service is somebody with tasks, and an agent that does what the spec says.
type service struct {
	tasks map[int64]cases.Task
	agent func(s *service, text string) grade.Answer
}

func (s *service) Tasks(context.Context) (map[int64]cases.Task, error) {
	copied := map[int64]cases.Task{}
	for id, task := range s.tasks {
		copied[id] = task
	}
	return copied, nil
}

func (s *service) Add(_ context.Context, task cases.Task) error {
	if s.tasks == nil {
		s.tasks = map[int64]cases.Task{}
	}
	s.tasks[int64(len(s.tasks)+1)] = task
	return nil
}

func (s *service) Say(_ context.Context, text string) (grade.Answer, error) {
	if text == "break" {
		return grade.Answer{}, errors.New("the line is dead")
	}
	return s.agent(s, text), nil
}

func completes(id int64) func(*service, string) grade.Answer {
	return func(s *service, _ string) grade.Answer {
		task := s.tasks[id]
		task.Completed = true
		s.tasks[id] = task
		parameters := fmt.Appendf(nil, `{"task_id": %d, "completed": true}`, id)
		return grade.Answer{Text: "Done.", Took: time.Second, Calls: []grade.Call{
			grade.CallOf("find_task_by_name", []byte(`{"name": "milk"}`)), grade.CallOf("complete_task", parameters),
		}}
	}
}

func says(text string, calls ...grade.Call) func(*service, string) grade.Answer {
	return func(*service, string) grade.Answer { return grade.Answer{Text: text, Calls: calls} }
}

const completing = `[{kind: complete, have: [Buy milk, Call mom], turns: [{say: Mark it as done, refers: true,
  calls: [{tool: complete_task, task: buy milk, with: {completed: "true"}}], tasks: ["[x] Buy milk", Call mom]}]}]`

func marksOf(text string, agent func(*service, string) grade.Answer) grade.Marks {
	GinkgoHelper()
	parsed, err := cases.Parse([]byte(text))
	Expect(err).NotTo(HaveOccurred())
	marks, err := grade.Play(context.Background(), &service{agent: agent}, parsed[0])
	Expect(err).NotTo(HaveOccurred())
	Expect(marks).To(HaveLen(1))
	return marks[0]
}

var _ = Describe("Marks", func() {
	DescribeTable("of a turn in which a task is meant",
		func(agent func(*service, string) grade.Answer, choice, arguments, state bool) {
			marks := marksOf(completing, agent)
			Expect([]bool{*marks.Choice, *marks.Arguments, *marks.State}).To(Equal([]bool{choice, arguments, state}))
			Expect(*marks.Context).To(Equal(choice && arguments && state))
		},
		Entry("the right one is completed", completes(1), true, true, true),
		Entry("the wrong one is completed", completes(2), true, false, false),
		Entry("nothing is done", says("Done!"), false, false, false),
		Entry("it is only said to be done by another tool", says("Done", grade.CallOf("delete_task", []byte(`{"task_id": 1}`))), false, false, false),
		Entry("the call is nonsense", says("Done", grade.CallOf("complete_task", []byte(`no json`))), true, false, false),
	)

	DescribeTable("of a turn in which the agent has to ask back",
		func(agent func(*service, string) grade.Answer, choice bool) {
			marks := marksOf(`[{kind: ambiguity, have: [Buy milk], say: Delete buy, asks: true}]`, agent)
			Expect(*marks.Choice).To(Equal(choice))
			Expect(marks.Arguments).To(BeNil())
			Expect(marks.Context).To(BeNil())
		},
		Entry("it asks in words", says("Which one?"), true),
		Entry("it asks with choices", says("", grade.CallOf("ask_person", nil)), true),
		Entry("it does not", says("Hm."), false),
		Entry("it acts", says("This one?", grade.CallOf("delete_task", []byte(`{"task_id": 1}`))), false),
	)

	It("take as many calls as are right, each for itself", func() {
		twice := `[{kind: both, have: [A, B], say: both, calls: [{tool: complete_task, task: A}, {tool: complete_task, task: B}], tasks: ["[x] A", "[x] B"]}]`
		call := func(id int) grade.Call { return grade.CallOf("complete_task", fmt.Appendf(nil, `{"task_id": %d}`, id)) }
		Expect(*marksOf(twice, says("", call(2), call(1))).Arguments).To(BeTrue())
		Expect(*marksOf(twice, says("", call(1), call(1))).Arguments).To(BeFalse())
		Expect(*marksOf(twice, says("", call(1))).Choice).To(BeFalse())
	})

	It("are none of a case that broke", func() {
		marks, err := grade.Play(context.Background(), &service{}, cases.Case{Kind: "x", Turns: []cases.Turn{{Say: "break"}}})
		Expect(err).To(MatchError(ContainSubstring("the line is dead")))
		Expect(marks).To(BeEmpty())
	})
})

var _ = Describe("A report", func() {
	It("has shares with Wilson's intervals, times, and what was bad", func() {
		good, bad := marksOf(completing, completes(1)), marksOf(completing, completes(2))
		report := grade.Summarize("a model", grade.HarnessOnly, []grade.Marks{good, good, good, good, good, good, good, good, bad, bad}, []string{"one broke"})
		state := report.Figures["end state"]
		Expect([]int{state.Good, state.Of}).To(Equal([]int{8, 10}))
		Expect(state.Low).To(BeNumerically("~", 0.4902, 1e-4)) // 8 of 10, as published tables have it
		Expect(state.High).To(BeNumerically("~", 0.9433, 1e-4))
		Expect(report.Figures["tool choice"].Rate).To(Equal(1.0))
		Expect(report.Bad).To(HaveLen(2))
		Expect(report.P95.Seconds).To(Equal(1.0))

		var table bytes.Buffer
		Expect(report.Table(&table)).To(Succeed())
		Expect(table.String()).To(MatchRegexp(`end state +8 of 10 +80.0 % +49.0 to 94.3 % +\(offline model`))
		Expect(table.String()).To(MatchRegexp(`a turn, p95 +1.00 s +\(offline model`))
		Expect(table.String()).To(ContainSubstring("one broke"))
	})

	It("knows nothing of what was not tried", func() {
		report := grade.Summarize("a model", "", nil, nil)
		Expect(report.Figures["context"]).To(Equal(grade.Share{High: 1}))
	})
})
