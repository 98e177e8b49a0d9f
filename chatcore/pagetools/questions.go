package pagetools

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

// AskPerson is the name of the built-in tool that asks the person.
const AskPerson = "ask_person"

// Limits of questions; texts are counted in characters.
const (
	maxQuestions = 5
	maxQuestion  = 500
	maxOptions   = 50
	maxOption    = 300
)

var (
	//go:embed ask_person.md
	askDescription string
	//go:embed ask_person.json
	askSchema []byte
)

// Questions is the built-in tool that asks the person.
func Questions() agent.PageTool {
	return agent.PageTool{
		Tool:  agent.Tool{Name: AskPerson, Description: strings.TrimSpace(askDescription), Schema: compacted(askSchema)},
		For:   api.ForStructuredInput,
		Check: checkQuestions,
		Words: questionsInWords,
	}
}

var questionID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// checkQuestions says in a sentence for the model what does not fit.
func checkQuestions(arguments json.RawMessage) error {
	var asked api.Questions
	if err := json.Unmarshal(arguments, &asked); err != nil {
		return errors.New("inputs must be a list of questions, each with id, question and type; options are objects with a value")
	}
	if n := len(asked.Inputs); n < 1 || n > maxQuestions {
		return fmt.Errorf("there must be 1 to %d inputs, not %d", maxQuestions, n)
	}
	ids := map[string]bool{}
	for i, question := range asked.Inputs {
		if !questionID.MatchString(question.ID) {
			return fmt.Errorf("the id of input %d must have 1 to 64 letters, digits, _ or -", i+1)
		}
		if ids[question.ID] {
			return fmt.Errorf("two inputs have the id %q; each must have its own", question.ID)
		}
		ids[question.ID] = true
		if err := checkQuestion(question); err != nil {
			return fmt.Errorf("input %q: %w", question.ID, err)
		}
	}
	return nil
}

func checkQuestion(question api.Question) error {
	if err := checkWords("question", question.Question, maxQuestion); err != nil {
		return err
	}
	switch question.Type {
	case api.Freeform:
		if len(question.Options) > 0 {
			return errors.New("a freeform question has no options; use multiple_choice")
		}
		if question.Description != "" {
			return checkWords("description", question.Description, maxQuestion)
		}
		return nil
	case api.MultipleChoice:
		return checkOptions(question.Options)
	default:
		return fmt.Errorf("type must be %s or %s, not %q", api.MultipleChoice, api.Freeform, question.Type)
	}
}

func checkOptions(options []api.Option) error {
	if n := len(options); n < 1 || n > maxOptions {
		return fmt.Errorf("a multiple_choice question must have 1 to %d options, not %d", maxOptions, n)
	}
	values := map[string]bool{}
	for _, option := range options {
		if err := checkWords("an option's value", option.Value, maxOption); err != nil {
			return err
		}
		if values[option.Value] {
			return fmt.Errorf("two options are %q; the person could not tell them apart", option.Value)
		}
		values[option.Value] = true
	}
	return nil
}

func checkWords(what, text string, most int) error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%s must not be empty", what)
	case n > most:
		return fmt.Errorf("%s may have at most %d characters, not %d", what, most, n)
	}
	return nil
}

// questionsInWords are the questions with their options, for whoever has no user interface for them.
func questionsInWords(arguments json.RawMessage) string {
	var asked api.Questions
	if json.Unmarshal(arguments, &asked) != nil {
		return ""
	}
	var blocks []string
	for _, question := range asked.Inputs {
		lines := []string{question.Question}
		for _, option := range question.Options {
			lines = append(lines, "- "+option.Value)
		}
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	return strings.Join(blocks, "\n\n")
}
