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
	"taskpilot/internal/tokens"
)

// chatkit answers one request of the protocol.
func (s *Server) chatkit(c echo.Context) error {
	who, whoErr := s.identify(c.Request())
	undecided := errors.Is(whoErr, tokens.ErrKeysUnavailable) // told in the form that the request wants
	if whoErr != nil && !undecided {
		return refusal(whoErr)
	}
	request, body, err := s.read(c)
	if err != nil {
		return err
	}
	switch {
	case request.Streams() && undecided:
		return s.failStream(c, who, whoErr)
	case undecided:
		return refusal(whoErr)
	case request.Streams() && s.tooMuch(who, request):
		return s.endStream(c, chatkit.Error{Message: s.options.Words.TooMany(), AllowRetry: true})
	case request.Streams():
		return s.answerStream(c, who, request, guard(c.Request().Header.Get(frameHeader), request, body))
	default:
		if err := s.admit(who); err != nil {
			return err
		}
		return s.answerWhole(c, who, request)
	}
}

// read reads the request, and gives its body too.
func (s *Server) read(c echo.Context) (request chatkit.Request, body []byte, err error) {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, nil, serving.Problem{Status: http.StatusUnsupportedMediaType, Code: "not_json", Detail: "Send application/json."}
	}
	body, err = io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, s.options.MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, nil, serving.Problem{
			Status: http.StatusRequestEntityTooLarge, Code: "too_large",
			Detail: fmt.Sprintf("A request may have at most %d bytes.", s.options.MaxBody),
		}
	}
	if err != nil {
		return nil, nil, serving.Problem{Status: http.StatusBadRequest, Code: "invalid_request", Detail: "The body did not come whole.", Cause: err}
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
