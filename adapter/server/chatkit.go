package server

import (
	"errors"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
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
	s.know(c, who)
	switch {
	case request.Streams() && undecided:
		return s.failStream(c, who, whoErr)
	case undecided:
		return refusal(whoErr)
	case request.Streams() && s.tooMuch(who, request):
		return s.endStream(c, chatkit.Error{Message: s.words.TooMany(), AllowRetry: true})
	case request.Streams():
		return s.answerStream(c, who, request, guard(c.Request().Header.Get(frameHeader), request, body))
	default:
		if err := s.admit(who); err != nil {
			return err
		}
		return s.answerWhole(c, who, request)
	}
}
