package server

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/internal/serving"
)

// read reads the request, and gives its body too.
func (s *Server) read(c echo.Context) (request chatkit.Request, body []byte, err error) {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, nil, serving.Problem{Status: http.StatusUnsupportedMediaType, Code: "not_json", Detail: "Send application/json."}
	}
	if body, err = s.readBody(c); err != nil {
		return nil, nil, err
	}
	request, err = chatkit.ParseRequest(body)
	var invalid *chatkit.RequestError
	if errors.As(err, &invalid) {
		return nil, nil, badRequest(invalid)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading a request: %w", err)
	}
	return request, body, nil
}

// readBody reads as much as any request may have. What is too long for all but recordings is read to its end only while
// it may be one, for a type need not stand first.
func (s *Server) readBody(c echo.Context) ([]byte, error) {
	recording := (chatkit.Transcribe{}).RequestType()
	source := http.MaxBytesReader(c.Response(), c.Request().Body, max(s.options.MaxBody, s.options.maxRecording()))
	body, err := io.ReadAll(io.LimitReader(source, s.options.MaxBody+1))
	if err == nil && int64(len(body)) > s.options.MaxBody {
		if kind := chatkit.TypeOf(body); kind != "" && kind != recording {
			c.Response().Header().Set("Connection", "close") // the rest is not read
			return nil, tooLarge(s.options.MaxBody)
		}
		var rest []byte
		rest, err = io.ReadAll(source)
		if body = append(body, rest...); err == nil && chatkit.TypeOf(body) != recording {
			return nil, tooLarge(s.options.MaxBody)
		}
	}
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return nil, tooLarge(limit.Limit)
	}
	if err != nil {
		return nil, serving.Problem{Status: http.StatusBadRequest, Code: "invalid_request", Detail: "The body did not come whole.", Cause: err}
	}
	return body, nil
}

func tooLarge(limit int64) error {
	return serving.Problem{
		Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: fmt.Sprintf("A request may have at most %d bytes.", limit),
	}
}
