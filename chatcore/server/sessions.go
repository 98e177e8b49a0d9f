package server

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// maxSession is the longest life of a ChatKit session, in seconds.
const maxSession = 24 * 60 * 60

func (s *Server) createSession(c echo.Context) error {
	var body api.SessionRequest
	if err := s.readJSON(c, &body); err != nil {
		return err
	}
	if body.ExpiresIn < 1 || body.ExpiresIn > maxSession {
		return invalid("expires_in", "expires_in must be between 1 and 86400 seconds.")
	}
	lifetime := time.Duration(body.ExpiresIn) * time.Second
	session, err := s.Conversations.CreateSession(c.Request().Context(), callerOf(c).UserID, s.SessionID(), lifetime)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, session)
}

func (s *Server) deleteSession(c echo.Context) error {
	session, err := parameter(c, "session_id")
	if err != nil {
		return store.ErrNotFound
	}
	if err := s.Conversations.DeleteSession(c.Request().Context(), callerOf(c).UserID, session); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
