package chatkit

// Workflow is a list of tasks, shown folded or not.
type Workflow struct {
	Type     string  `json:"type" values:"custom|reasoning"`
	Tasks    []Task  `json:"tasks"`
	Summary  Summary `json:"summary,omitempty"` // nil: none
	Expanded bool    `json:"expanded"`
}

// MarshalJSON writes tasks always.
func (w Workflow) MarshalJSON() ([]byte, error) {
	type fields Workflow
	w.Tasks = list(w.Tasks)
	return Marshal(fields(w))
}

// Summary heads a workflow: a CustomSummary or a DurationSummary.
type Summary interface{ summary() }

type (
	// CustomSummary is a title.
	CustomSummary struct {
		Title string `json:"title"`
		Icon  string `json:"icon,omitempty" is:"icon"`
	}

	// DurationSummary is a time, in seconds.
	DurationSummary struct {
		Duration int `json:"duration"`
	}
)

func (CustomSummary) summary()   {}
func (DurationSummary) summary() {}

// GeneratedImage is an image that was made.
type GeneratedImage struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}
