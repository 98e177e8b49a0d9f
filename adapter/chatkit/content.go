package chatkit

// OutputText is a part of an assistant's message.
type OutputText struct {
	Text        string       `json:"text"`
	Annotations []Annotation `json:"annotations"`
}

// MarshalJSON writes annotations always.
func (c OutputText) MarshalJSON() ([]byte, error) {
	type fields OutputText
	c.Annotations = list(c.Annotations)
	return tagged(c.kind(), fields(c))
}

// Annotation points from a text to where it comes from. Index is a place in the text.
type Annotation struct {
	Source Source `json:"source"`
	Index  *int   `json:"index,omitempty"`
}

// MarshalJSON adds the type.
func (a Annotation) MarshalJSON() ([]byte, error) {
	type fields Annotation
	return tagged(a.kind(), fields(a))
}

// Source is where something comes from: a URLSource, FileSource or EntitySource.
type Source interface{ source() }

func (OutputText) kind() string   { return "output_text" }
func (Annotation) kind() string   { return "annotation" }
func (URLSource) kind() string    { return "url" }
func (FileSource) kind() string   { return "file" }
func (EntitySource) kind() string { return "entity" }

// SourceHead is what every source has.
type SourceHead struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Timestamp   string `json:"timestamp,omitempty"`
	Group       string `json:"group,omitempty"`
}

func (SourceHead) source() {}

type (
	// URLSource is a page.
	URLSource struct {
		SourceHead
		URL         string `json:"url"`
		Attribution string `json:"attribution,omitempty"`
	}

	// FileSource is a file.
	FileSource struct {
		SourceHead
		Filename string `json:"filename"`
	}

	// EntitySource is a thing that the page knows.
	EntitySource struct {
		SourceHead
		ID          string         `json:"id"`
		Icon        string         `json:"icon,omitempty" is:"icon"`
		Label       string         `json:"label,omitempty"`
		InlineLabel string         `json:"inline_label,omitempty"`
		Interactive bool           `json:"interactive"`
		Data        map[string]any `json:"data"`
	}
)

// MarshalJSON adds the type.
func (s URLSource) MarshalJSON() ([]byte, error) {
	type fields URLSource
	return tagged(s.kind(), fields(s))
}

// MarshalJSON adds the type.
func (s FileSource) MarshalJSON() ([]byte, error) {
	type fields FileSource
	return tagged(s.kind(), fields(s))
}

// MarshalJSON writes data always.
func (s EntitySource) MarshalJSON() ([]byte, error) {
	type fields EntitySource
	s.Data = object(s.Data)
	return tagged(s.kind(), fields(s))
}

// UserContent is a part of what the person said: InputText or InputTag.
type UserContent interface{ userContent() }

type (
	// InputText is text.
	InputText struct {
		Text string `json:"text"`
	}

	// InputTag is something that the person mentioned, such as an entity of the page.
	InputTag struct {
		ID          string    `json:"id"`
		Text        string    `json:"text"`
		Data        RawObject `json:"data"`
		Group       string    `json:"group,omitempty"`
		Interactive bool      `json:"interactive"`
	}
)

func (InputText) userContent() {}
func (InputTag) userContent()  {}

func (InputText) kind() string { return "input_text" }
func (InputTag) kind() string  { return "input_tag" }

// MarshalJSON adds the type.
func (c InputText) MarshalJSON() ([]byte, error) {
	type fields InputText
	return tagged(c.kind(), fields(c))
}

// MarshalJSON writes data always: the Python types want it.
func (c InputTag) MarshalJSON() ([]byte, error) {
	type fields InputTag
	return tagged(c.kind(), fields(c))
}

// InferenceOptions is what the person chose for the answer.
type InferenceOptions struct {
	Model      string      `json:"model,omitempty"`
	ToolChoice *ToolChoice `json:"tool_choice,omitempty"`
}

// ToolChoice names a tool.
type ToolChoice struct {
	ID string `json:"id"`
}
