package translate

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
)

// Waited is the last call of an answer's, of a kind, that the page answers, or has answered: the one that shows the item with
// this id, or any when it is empty. ok is false when there is none, or it was talked past.
func Waited(conversation Key, answer api.Message, kind, id string) (record api.ToolCall, ok bool) {
	for _, step := range slices.Backward(answer.Steps) {
		for _, record := range step.ToolCalls {
			if record.For == kind && (id == "" || id == callID(conversation, step.ID, step.Position, record.Index)) {
				return record, record.Status == api.CallPending || record.Status == api.CallExecuted
			}
		}
	}
	return api.ToolCall{}, false
}

// asked is what a call shows that the page answers. It is there while it is waited for, too, and has the same id then.
func (t Translator) asked(h chatkit.Head, record api.ToolCall) chatkit.Item {
	if record.For == api.ForClientTool {
		return clientToolCall(h, record)
	}
	if record.Confirms != nil {
		return t.confirmation(h, record)
	}
	return structuredInput(h, record)
}

// confirmation is the question whether a call may be made, in the reader's language.
func (t Translator) confirmation(h chatkit.Head, record api.ToolCall) chatkit.Item {
	question, yes, no := t.words.Confirmation(*record.Confirms)
	given := answersTo(record)
	choice := chatkit.MultipleChoice{
		QuestionHead: chatkit.QuestionHead{ID: api.ConfirmID, Question: question}, Options: []chatkit.Choice{{Value: yes}, {Value: no}},
	}
	if answer, ok := given.Answers[api.ConfirmID]; ok {
		said := chatkit.Answer{Values: []string{}, Skipped: answer.Skipped}
		for _, value := range answer.Values {
			if value == api.ConfirmYes {
				said.Values = append(said.Values, yes)
			} else {
				said.Values = append(said.Values, no)
			}
		}
		choice.Answer = &said
	}
	return chatkit.StructuredInputItem{Head: h, Status: given.Status, Inputs: []chatkit.StructuredInput{choice}}
}

func clientToolCall(h chatkit.Head, record api.ToolCall) chatkit.Item {
	call := chatkit.ClientToolCall{
		Head: h, Status: chatkit.ToolCompleted, CallID: "call_" + strconv.FormatInt(record.ID, 10), Name: record.Tool, Arguments: arguments(record),
	}
	switch {
	case isOpen(record):
		call.Status = chatkit.ToolPending
	case record.Status != api.CallExecuted:
		call.Output = json.RawMessage(`{"skipped":true}`)
	case string(record.Result) != "null":
		call.Output = record.Result
	}
	return call
}

// arguments are a call's parameters, their numbers as they were written.
func arguments(record api.ToolCall) (values map[string]any) {
	decoder := json.NewDecoder(bytes.NewReader(record.Parameters))
	decoder.UseNumber()
	if decoder.Decode(&values) != nil {
		return nil
	}
	return values
}

// structuredInput shows questions in the words in which they were asked.
func structuredInput(h chatkit.Head, record api.ToolCall) chatkit.Item {
	var questions api.Questions
	_ = json.Unmarshal(record.Parameters, &questions) // chatcore has judged them; without any there is nothing to answer
	given := answersTo(record)
	item := chatkit.StructuredInputItem{Head: h, Status: given.Status}
	for _, question := range questions.Inputs {
		item.Inputs = append(item.Inputs, input(question, given.Answers))
	}
	return item
}

// answersTo are what was answered, and how the question stands.
func answersTo(record api.ToolCall) api.Answers {
	given := api.Answers{Status: chatkit.InputSkipped}
	switch {
	case isOpen(record):
		given.Status = chatkit.InputPending
	case record.Status == api.CallExecuted:
		if json.Unmarshal(record.Result, &given) != nil || given.Status != chatkit.InputAnswered {
			return api.Answers{Status: chatkit.InputSkipped}
		}
	}
	return given
}

func input(question api.Question, given map[string]api.Answer) chatkit.StructuredInput {
	head := chatkit.QuestionHead{ID: question.ID, Question: question.Question}
	if answer, ok := given[question.ID]; ok {
		head.Answer = &chatkit.Answer{Values: answer.Values, Skipped: answer.Skipped}
	}
	if question.Type == api.Freeform {
		return chatkit.Freeform{QuestionHead: head, Description: question.Description}
	}
	choice := chatkit.MultipleChoice{QuestionHead: head, Multiple: question.Multiple}
	for _, option := range question.Options {
		choice.Options = append(choice.Options, chatkit.Choice{Value: option.Value})
	}
	return choice
}

// GoOn begins the stream of a turn that waited, for a page that has all of it up to there. answer is the turn's as it was
// found, waiting or already answered.
func (t Translator) GoOn(answer api.Message) *Stream {
	s := t.NewStream(Again)
	s.waited = map[int64]waitedStep{}
	var named sources
	for _, step := range answer.Steps {
		if last := len(step.ToolCalls) - 1; last >= 0 && step.ToolCalls[last].For != "" {
			s.waited[step.ID] = waitedStep{step, named}
		}
		named = named.behind(step)
	}
	return s
}

// waitedStep is a step of which the page has all but what came for its last call, and what its text names.
type waitedStep struct {
	api.Step
	named sources
}

// hasSeen puts a step that waited as the page has it: all of it is shown, the last call pending.
func (s *Stream) hasSeen(waited waitedStep) *liveStep {
	step := waited.Step
	s.named = waited.named
	step.ToolCalls = slices.Clone(step.ToolCalls)
	last := &step.ToolCalls[len(step.ToolCalls)-1]
	last.Status, last.Result, last.Code, last.Error = api.CallPending, nil, "", ""
	live := &liveStep{
		head: api.StepHead{ID: step.ID, Position: step.Position, Code: step.Code, CreatedAt: step.CreatedAt},
		text: step.Content, textBegun: true, textEnded: true, named: s.named, records: map[int]api.ToolCall{}, shown: map[string][]byte{},
	}
	for _, record := range step.ToolCalls[:len(step.ToolCalls)-1] {
		live.records[record.Index] = record
	}
	s.show(live, step)
	return live
}

// waiting shows what the turn waits for.
func (s *Stream) waiting(e api.RunWaiting) []chatkit.Event {
	step := s.step(e.StepID)
	if step.head.ID == 0 {
		return nil
	}
	step.records[e.Record.Index] = e.Record
	return append(s.endText(step), s.show(step, step.soFar(step.ready()))...)
}

// skipped shows what nobody waits for any more.
func (s *Stream) skipped(calls []api.SkippedCall) []chatkit.Event {
	var events []chatkit.Event
	for _, call := range calls {
		h := head(callID(s.conversation, call.Step.ID, call.Step.Position, call.Record.Index), s.conversation, call.Step.CreatedAt)
		events = append(events, chatkit.ItemReplaced{Item: s.asked(h, call.Record)})
	}
	return events
}
