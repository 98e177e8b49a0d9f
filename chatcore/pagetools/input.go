package pagetools

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/storable"
)

// InputError is something that a page sent and that does not fit what is waited for. Code is stable, Field names what of
// the request is wrong, and Message is a sentence for the caller.
type InputError struct{ Code, Field, Message string }

func (e *InputError) Error() string { return e.Message }

// Codes of an InputError.
const (
	CodeWrongKind       = "wrong_input"      // a result for questions, or answers for a tool
	CodeTooLarge        = "input_too_large"  // a result or an answer
	CodeUnknownQuestion = "unknown_question" // an answer to what nobody asked
	CodeMissing         = "answer_missing"   // no answer to what was asked
	CodeNoOption        = "not_an_option"    // chosen, but not on offer
	CodeOneValue        = "one_value_only"   // several, where one can be given
	CodeBadText         = "invalid_answer"   // an answer that cannot be kept
)

// Result is what the model reads of a call that a page has answered. The error is an *InputError when the input does not
// fit the call.
func Result(record api.ToolCall, input api.InputRequest) (json.RawMessage, error) {
	if record.For == api.ForClientTool {
		return outputOf(input)
	}
	var asked api.Questions
	if err := json.Unmarshal(record.Parameters, &asked); err != nil {
		return nil, fmt.Errorf("reading stored questions: %w", err)
	}
	answers, err := answersTo(asked, input)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answers)
}

func outputOf(input api.InputRequest) (json.RawMessage, error) {
	if input.Status != "" || input.Answers != nil {
		return nil, &InputError{CodeWrongKind, "status", "The page's tool has a result to bring, and no answers."}
	}
	if len(input.Result) == 0 {
		return json.RawMessage("null"), nil
	}
	if len(input.Result) > api.MaxClientResult {
		return nil, &InputError{CodeTooLarge, "result", fmt.Sprintf("A result may have at most %d bytes.", api.MaxClientResult)}
	}
	result, ok := storable.JSON(input.Result)
	if !ok {
		return nil, &InputError{CodeBadText, "result", "The result is not JSON."}
	}
	return result, nil
}

func answersTo(asked api.Questions, input api.InputRequest) (api.Answers, error) {
	given := api.Answers{Status: input.Status, Answers: map[string]api.Answer{}}
	if len(input.Result) > 0 {
		return given, &InputError{CodeWrongKind, "result", "Questions have answers, and no result."}
	}
	switch input.Status {
	case api.Skipped:
		return given, nil
	case api.Answered:
	default:
		return given, &InputError{CodeWrongKind, "status", "status must be answered or skipped."}
	}
	for id := range input.Answers {
		if !slices.ContainsFunc(asked.Inputs, func(q api.Question) bool { return q.ID == id }) {
			return given, &InputError{CodeUnknownQuestion, "answers", "There is an answer to a question that was not asked."}
		}
	}
	for _, question := range asked.Inputs {
		answer, err := answerTo(question, input.Answers[question.ID])
		if err != nil {
			return given, err
		}
		given.Answers[question.ID] = answer
	}
	return given, nil
}

// answerTo judges one answer and gives it as it is kept.
func answerTo(question api.Question, answer api.Answer) (api.Answer, error) {
	field := "answers." + question.ID
	if answer.Skipped {
		return api.Answer{Values: []string{}, Skipped: true}, nil
	}
	values := slices.Clone(answer.Values)
	switch {
	case len(values) == 0:
		return answer, &InputError{CodeMissing, field, "A question was neither answered nor skipped."}
	case len(values) > 1 && !question.Multiple:
		return answer, &InputError{CodeOneValue, field, "Only one answer can be given to this question."}
	}
	for _, value := range values {
		if question.Type == api.MultipleChoice && !slices.Contains(question.Options, api.Option{Value: value}) {
			return answer, &InputError{CodeNoOption, field, "An answer is none of the options."}
		}
		if err := checkAnswer(field, value); err != nil {
			return answer, err
		}
	}
	return api.Answer{Values: distinct(values)}, nil
}

func checkAnswer(field, value string) error {
	switch {
	case strings.TrimSpace(value) == "":
		return &InputError{CodeMissing, field, "An answer must not be empty."}
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return &InputError{CodeBadText, field, "An answer must be UTF-8 without the character U+0000."}
	case utf8.RuneCountInString(value) > api.MaxContent:
		return &InputError{CodeTooLarge, field, fmt.Sprintf("An answer may have at most %d characters.", api.MaxContent)}
	}
	return nil
}

func distinct(values []string) []string {
	var once []string
	for _, value := range values {
		if !slices.Contains(once, value) {
			once = append(once, value)
		}
	}
	return once
}
