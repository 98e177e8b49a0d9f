package chatkit

// StructuredInput is one question: MultipleChoice or Freeform.
type StructuredInput interface{ structuredInput() }

// QuestionHead is what every question has.
type QuestionHead struct {
	ID       string  `json:"id"`
	Question string  `json:"question"`
	Answer   *Answer `json:"answer,omitempty"`
}

func (QuestionHead) structuredInput() {}

type (
	// MultipleChoice is answered by choosing.
	MultipleChoice struct {
		QuestionHead
		Options  []Choice `json:"options"`
		Multiple bool     `json:"multiple"`
	}

	// Freeform is answered in words.
	Freeform struct {
		QuestionHead
		Description string `json:"description,omitempty"`
	}

	// Choice is an option of a MultipleChoice.
	Choice struct {
		Value string `json:"value"`
	}

	// Answer is what was answered to a question.
	Answer struct {
		Values  []string `json:"values"`
		Skipped bool     `json:"skipped"`
	}
)

func (MultipleChoice) kind() string { return "multiple_choice" }
func (Freeform) kind() string       { return "freeform" }

// MarshalJSON writes options always.
func (q MultipleChoice) MarshalJSON() ([]byte, error) {
	type fields MultipleChoice
	q.Options = list(q.Options)
	return tagged(q.kind(), fields(q))
}

// MarshalJSON adds the type.
func (q Freeform) MarshalJSON() ([]byte, error) {
	type fields Freeform
	return tagged(q.kind(), fields(q))
}

// MarshalJSON writes values always.
func (a Answer) MarshalJSON() ([]byte, error) {
	type fields Answer
	a.Values = list(a.Values)
	return Marshal(fields(a))
}
