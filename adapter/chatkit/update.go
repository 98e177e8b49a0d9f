package chatkit

// Update changes an item that was added: one of the types of this file.
type Update interface{ UpdateType() string }

type (
	// PartAdded begins a part of an assistant's message.
	PartAdded struct {
		ContentIndex int        `json:"content_index"`
		Content      OutputText `json:"content"`
	}

	// PartDone has the part whole.
	PartDone struct {
		ContentIndex int        `json:"content_index"`
		Content      OutputText `json:"content"`
	}

	// TextDelta is more of a part's text.
	TextDelta struct {
		ContentIndex int    `json:"content_index"`
		Delta        string `json:"delta"`
	}

	// AnnotationAdded adds an annotation to a part.
	AnnotationAdded struct {
		ContentIndex    int        `json:"content_index"`
		AnnotationIndex int        `json:"annotation_index"`
		Annotation      Annotation `json:"annotation"`
	}

	// WidgetRootUpdated has the whole widget anew.
	WidgetRootUpdated struct {
		Widget Root `json:"widget"`
	}

	// WidgetComponentUpdated has the component with that id anew.
	WidgetComponentUpdated struct {
		ComponentID string    `json:"component_id"`
		Component   Component `json:"component"`
	}

	// WidgetTextDelta is more of the text of a Text or Markdown component that has an id.
	WidgetTextDelta struct {
		ComponentID string `json:"component_id"`
		Delta       string `json:"delta"`
		Done        bool   `json:"done"`
	}

	// WorkflowTaskAdded adds a task to a workflow.
	WorkflowTaskAdded struct {
		TaskIndex int  `json:"task_index"`
		Task      Task `json:"task"`
	}

	// WorkflowTaskUpdated has a task of a workflow anew.
	WorkflowTaskUpdated struct {
		TaskIndex int  `json:"task_index"`
		Task      Task `json:"task"`
	}

	// GeneratedImageUpdated has an image that is in the making; Progress goes from 0 to 1.
	GeneratedImageUpdated struct {
		Image    GeneratedImage `json:"image"`
		Progress *float64       `json:"progress,omitempty"`
	}
)

// The updates' types on the wire.
func (PartAdded) UpdateType() string              { return "assistant_message.content_part.added" }
func (PartDone) UpdateType() string               { return "assistant_message.content_part.done" }
func (TextDelta) UpdateType() string              { return "assistant_message.content_part.text_delta" }
func (AnnotationAdded) UpdateType() string        { return "assistant_message.content_part.annotation_added" }
func (WidgetRootUpdated) UpdateType() string      { return "widget.root.updated" }
func (WidgetComponentUpdated) UpdateType() string { return "widget.component.updated" }
func (WidgetTextDelta) UpdateType() string        { return "widget.streaming_text.value_delta" }
func (WorkflowTaskAdded) UpdateType() string      { return "workflow.task.added" }
func (WorkflowTaskUpdated) UpdateType() string    { return "workflow.task.updated" }
func (GeneratedImageUpdated) UpdateType() string  { return "generated_image.updated" }

// MarshalJSON adds the type.
func (u PartAdded) MarshalJSON() ([]byte, error) {
	type fields PartAdded
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u PartDone) MarshalJSON() ([]byte, error) {
	type fields PartDone
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u TextDelta) MarshalJSON() ([]byte, error) {
	type fields TextDelta
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u AnnotationAdded) MarshalJSON() ([]byte, error) {
	type fields AnnotationAdded
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u WidgetRootUpdated) MarshalJSON() ([]byte, error) {
	type fields WidgetRootUpdated
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u WidgetComponentUpdated) MarshalJSON() ([]byte, error) {
	type fields WidgetComponentUpdated
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u WidgetTextDelta) MarshalJSON() ([]byte, error) {
	type fields WidgetTextDelta
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u WorkflowTaskAdded) MarshalJSON() ([]byte, error) {
	type fields WorkflowTaskAdded
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u WorkflowTaskUpdated) MarshalJSON() ([]byte, error) {
	type fields WorkflowTaskUpdated
	return tagged(u.UpdateType(), fields(u))
}

// MarshalJSON adds the type.
func (u GeneratedImageUpdated) MarshalJSON() ([]byte, error) {
	type fields GeneratedImageUpdated
	return tagged(u.UpdateType(), fields(u))
}
