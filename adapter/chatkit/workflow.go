package chatkit

// Workflow is a list of tasks, shown folded or not. Type is custom or reasoning.
type Workflow struct {
	Type     string
	Tasks    []Task
	Summary  Summary // nil: none
	Expanded bool
}

// MarshalJSON writes tasks always.
func (w Workflow) MarshalJSON() ([]byte, error) {
	return Marshal(struct {
		Type     string  `json:"type"`
		Tasks    []Task  `json:"tasks"`
		Summary  Summary `json:"summary,omitempty"`
		Expanded bool    `json:"expanded"`
	}{w.Type, list(w.Tasks), w.Summary, w.Expanded})
}

// Summary heads a workflow: a CustomSummary or a DurationSummary.
type Summary interface{ summary() }

type (
	// CustomSummary is a title.
	CustomSummary struct {
		Title string `json:"title"`
		Icon  string `json:"icon,omitempty"`
	}

	// DurationSummary is a time, in seconds.
	DurationSummary struct {
		Duration int `json:"duration"`
	}
)

func (CustomSummary) summary()   {}
func (DurationSummary) summary() {}

// Task is one task of a workflow: one of the types below.
type Task interface{ task() }

// TaskHead is what every task has. Status is none (when empty), loading or complete.
type TaskHead struct {
	Status string `json:"status_indicator,omitempty"`
	Title  string `json:"title,omitempty"`
}

func (TaskHead) task() {}

type (
	// CustomTask has content of any kind, as Markdown.
	CustomTask struct {
		TaskHead
		Icon    string `json:"icon,omitempty"`
		Content string `json:"content,omitempty"`
	}

	// SearchTask is a search of the web.
	SearchTask struct {
		TaskHead
		TitleQuery string
		Queries    []string
		Sources    []URLSource
	}

	// ThoughtTask is a thought.
	ThoughtTask struct {
		TaskHead
		Content string `json:"content"`
	}

	// FileTask is about files.
	FileTask struct {
		TaskHead
		Sources []FileSource
	}

	// ImageTask is about an image.
	ImageTask struct{ TaskHead }
)

// MarshalJSON adds the type.
func (t CustomTask) MarshalJSON() ([]byte, error) {
	type fields CustomTask
	return tagged("custom", fields(t))
}

// MarshalJSON writes queries and sources always.
func (t SearchTask) MarshalJSON() ([]byte, error) {
	return tagged("web_search", struct {
		TaskHead
		TitleQuery string      `json:"title_query,omitempty"`
		Queries    []string    `json:"queries"`
		Sources    []URLSource `json:"sources"`
	}{t.TaskHead, t.TitleQuery, list(t.Queries), list(t.Sources)})
}

// MarshalJSON adds the type.
func (t ThoughtTask) MarshalJSON() ([]byte, error) {
	type fields ThoughtTask
	return tagged("thought", fields(t))
}

// MarshalJSON writes sources always.
func (t FileTask) MarshalJSON() ([]byte, error) {
	return tagged("file", struct {
		TaskHead
		Sources []FileSource `json:"sources"`
	}{t.TaskHead, list(t.Sources)})
}

// MarshalJSON adds the type.
func (t ImageTask) MarshalJSON() ([]byte, error) { return tagged("image", t.TaskHead) }

// GeneratedImage is an image that was made.
type GeneratedImage struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

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
		Options  []Choice
		Multiple bool
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
		Values  []string
		Skipped bool
	}
)

// MarshalJSON writes options always.
func (q MultipleChoice) MarshalJSON() ([]byte, error) {
	return tagged("multiple_choice", struct {
		QuestionHead
		Options  []Choice `json:"options"`
		Multiple bool     `json:"multiple"`
	}{q.QuestionHead, list(q.Options), q.Multiple})
}

// MarshalJSON adds the type.
func (q Freeform) MarshalJSON() ([]byte, error) {
	type fields Freeform
	return tagged("freeform", fields(q))
}

// MarshalJSON writes values always.
func (a Answer) MarshalJSON() ([]byte, error) {
	return Marshal(struct {
		Values  []string `json:"values"`
		Skipped bool     `json:"skipped"`
	}{list(a.Values), a.Skipped})
}
