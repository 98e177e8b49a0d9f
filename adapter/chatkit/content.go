package chatkit

// OutputText is a part of an assistant's message.
type OutputText struct {
	Text        string
	Annotations []Annotation
}

// MarshalJSON writes annotations always.
func (c OutputText) MarshalJSON() ([]byte, error) {
	return tagged("output_text", struct {
		Text        string       `json:"text"`
		Annotations []Annotation `json:"annotations"`
	}{c.Text, list(c.Annotations)})
}

// Annotation points from a text to where it comes from. Index is a place in the text.
type Annotation struct {
	Source Source `json:"source"`
	Index  *int   `json:"index,omitempty"`
}

// MarshalJSON adds the type.
func (a Annotation) MarshalJSON() ([]byte, error) {
	type fields Annotation
	return tagged("annotation", fields(a))
}

// Source is where something comes from: a URLSource, FileSource or EntitySource.
type Source interface{ source() }

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
		Icon        string         `json:"icon,omitempty"`
		Label       string         `json:"label,omitempty"`
		InlineLabel string         `json:"inline_label,omitempty"`
		Interactive bool           `json:"interactive"`
		Data        map[string]any `json:"data"`
	}
)

// MarshalJSON adds the type.
func (s URLSource) MarshalJSON() ([]byte, error) {
	type fields URLSource
	return tagged("url", fields(s))
}

// MarshalJSON adds the type.
func (s FileSource) MarshalJSON() ([]byte, error) {
	type fields FileSource
	return tagged("file", fields(s))
}

// MarshalJSON writes data always.
func (s EntitySource) MarshalJSON() ([]byte, error) {
	type fields EntitySource
	s.Data = object(s.Data)
	return tagged("entity", fields(s))
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
		ID          string         `json:"id"`
		Text        string         `json:"text"`
		Data        map[string]any `json:"data"`
		Group       string         `json:"group,omitempty"`
		Interactive bool           `json:"interactive"`
	}
)

func (InputText) userContent() {}
func (InputTag) userContent()  {}

// MarshalJSON adds the type.
func (c InputText) MarshalJSON() ([]byte, error) {
	type fields InputText
	return tagged("input_text", fields(c))
}

// MarshalJSON writes data always: the Python types want it.
func (c InputTag) MarshalJSON() ([]byte, error) {
	type fields InputTag
	c.Data = object(c.Data)
	return tagged("input_tag", fields(c))
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

// Attachment is a file or, with a PreviewURL, an image.
type Attachment struct {
	ID               string            `json:"id"`
	Name             string            `json:"name"`
	MIMEType         string            `json:"mime_type"`
	PreviewURL       string            `json:"preview_url,omitempty"`
	UploadDescriptor *UploadDescriptor `json:"upload_descriptor,omitempty"`
	ThreadID         string            `json:"thread_id,omitempty"`
}

// MarshalJSON adds the type: image if there is a preview, else file.
func (a Attachment) MarshalJSON() ([]byte, error) {
	type fields Attachment
	if a.PreviewURL != "" {
		return tagged("image", fields(a))
	}
	return tagged("file", fields(a))
}

// UploadDescriptor tells the page where to send the bytes. Method is POST or PUT.
type UploadDescriptor struct {
	URL     string
	Method  string
	Headers map[string]string
}

// MarshalJSON writes headers always.
func (d UploadDescriptor) MarshalJSON() ([]byte, error) {
	if d.Headers == nil {
		d.Headers = map[string]string{}
	}
	return Marshal(struct {
		URL     string            `json:"url"`
		Method  string            `json:"method"`
		Headers map[string]string `json:"headers"`
	}{d.URL, d.Method, d.Headers})
}
