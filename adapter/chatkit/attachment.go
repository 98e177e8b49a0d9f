package chatkit

// Attachment is a file or, with a PreviewURL, an image. URLs are absolute.
type Attachment struct {
	ID               string
	Name             string
	MIMEType         string
	PreviewURL       string
	UploadDescriptor *UploadDescriptor
	ThreadID         string
}

type (
	fileAttachment struct {
		ID               string            `json:"id"`
		Name             string            `json:"name"`
		MIMEType         string            `json:"mime_type"`
		UploadDescriptor *UploadDescriptor `json:"upload_descriptor,omitempty"`
		ThreadID         string            `json:"thread_id,omitempty"`
	}

	imageAttachment struct {
		fileAttachment
		PreviewURL string `json:"preview_url" is:"url"`
	}
)

func (fileAttachment) kind() string  { return "file" }
func (imageAttachment) kind() string { return "image" }

// MarshalJSON adds the type: image if there is a preview, else file.
func (a Attachment) MarshalJSON() ([]byte, error) {
	file := fileAttachment{a.ID, a.Name, a.MIMEType, a.UploadDescriptor, a.ThreadID}
	if a.PreviewURL == "" {
		return tagged(file.kind(), file)
	}
	image := imageAttachment{file, a.PreviewURL}
	return tagged(image.kind(), image)
}

// UploadDescriptor tells the page where to send the bytes.
type UploadDescriptor struct {
	URL     string            `json:"url" is:"url"`
	Method  string            `json:"method" values:"POST|PUT"`
	Headers map[string]string `json:"headers"`
}

// MarshalJSON writes headers always.
func (d UploadDescriptor) MarshalJSON() ([]byte, error) {
	type fields UploadDescriptor
	if d.Headers == nil {
		d.Headers = map[string]string{}
	}
	return Marshal(fields(d))
}
