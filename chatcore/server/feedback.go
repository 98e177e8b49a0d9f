package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
)

// giveFeedback keeps how the person likes an answer, and counts it when it is news.
func (s *Server) giveFeedback(c echo.Context) error {
	message, err := number(c, "id")
	if err != nil {
		return err
	}
	var body api.FeedbackRequest
	if err := s.readJSON(c, &body); err != nil {
		return err
	}
	if body.Kind != api.FeedbackPositive && body.Kind != api.FeedbackNegative {
		return invalid("kind", "kind must be positive or negative.")
	}
	changed, err := s.Conversations.GiveFeedback(c.Request().Context(), callerOf(c).UserID, message, body.Kind)
	if err != nil {
		return err
	}
	if changed {
		s.Metrics.feedback(body.Kind)
	}
	return c.NoContent(http.StatusNoContent)
}
