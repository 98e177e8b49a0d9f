package serving

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// Upload is a file that comes in a request. Name and Type are what the sender calls it; both may be empty.
type Upload struct {
	Name, Type string
	Content    io.Reader
}

// maxParts is how many parts of a form are passed over in search of the file.
const maxParts = 20

// FormFile finds the file in a multipart form, in its field "file", without reading it. body is the request's, bounded by
// the caller. An error is a Problem.
func FormFile(r *http.Request, body io.Reader) (Upload, error) {
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || parameters["boundary"] == "" {
		return Upload{}, Problem{Status: http.StatusUnsupportedMediaType, Code: "not_a_form", Detail: "Send multipart/form-data with the field file."}
	}
	form := multipart.NewReader(body, parameters["boundary"])
	for range maxParts {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Upload{}, Problem{Status: http.StatusBadRequest, Code: "unreadable", Detail: "The form could not be read to its end.", Cause: fmt.Errorf("reading a form: %w", err)}
		}
		if part.FormName() == "file" {
			return Upload{Name: part.FileName(), Type: part.Header.Get("Content-Type"), Content: part}, nil
		}
	}
	return Upload{}, Problem{Status: http.StatusBadRequest, Code: "invalid_request", Field: "file", Detail: "The form has no field file."}
}

// IsForm says that a request brings a multipart form.
func IsForm(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "multipart/form-data"
}
