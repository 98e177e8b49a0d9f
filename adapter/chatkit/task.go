package chatkit

// Task is one task of a workflow: one of the types below.
type Task interface{ task() }

// TaskHead is what every task has.
type TaskHead struct {
	Status string `json:"status_indicator" values:"none|loading|complete"` // none when empty
	Title  string `json:"title,omitempty"`
}

func (TaskHead) task() {}

// filled is the head with its default.
func (h TaskHead) filled() TaskHead {
	if h.Status == "" {
		h.Status = "none"
	}
	return h
}

type (
	// CustomTask has content of any kind, as Markdown.
	CustomTask struct {
		TaskHead
		Icon    string `json:"icon,omitempty" is:"icon"`
		Content string `json:"content,omitempty"`
	}

	// SearchTask is a search of the web.
	SearchTask struct {
		TaskHead
		TitleQuery string      `json:"title_query,omitempty"`
		Queries    []string    `json:"queries"`
		Sources    []URLSource `json:"sources"`
	}

	// ThoughtTask is a thought.
	ThoughtTask struct {
		TaskHead
		Content string `json:"content"`
	}

	// FileTask is about files.
	FileTask struct {
		TaskHead
		Sources []FileSource `json:"sources"`
	}

	// ImageTask is about an image.
	ImageTask struct{ TaskHead }
)

func (CustomTask) kind() string  { return "custom" }
func (SearchTask) kind() string  { return "web_search" }
func (ThoughtTask) kind() string { return "thought" }
func (FileTask) kind() string    { return "file" }
func (ImageTask) kind() string   { return "image" }

// MarshalJSON adds the type.
func (t CustomTask) MarshalJSON() ([]byte, error) {
	type fields CustomTask
	t.TaskHead = t.filled()
	return tagged(t.kind(), fields(t))
}

// MarshalJSON writes queries and sources always.
func (t SearchTask) MarshalJSON() ([]byte, error) {
	type fields SearchTask
	t.TaskHead, t.Queries, t.Sources = t.filled(), list(t.Queries), list(t.Sources)
	return tagged(t.kind(), fields(t))
}

// MarshalJSON adds the type.
func (t ThoughtTask) MarshalJSON() ([]byte, error) {
	type fields ThoughtTask
	t.TaskHead = t.filled()
	return tagged(t.kind(), fields(t))
}

// MarshalJSON writes sources always.
func (t FileTask) MarshalJSON() ([]byte, error) {
	type fields FileTask
	t.TaskHead, t.Sources = t.filled(), list(t.Sources)
	return tagged(t.kind(), fields(t))
}

// MarshalJSON adds the type.
func (t ImageTask) MarshalJSON() ([]byte, error) { return tagged(t.kind(), t.filled()) }
