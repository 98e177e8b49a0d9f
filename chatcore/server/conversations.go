package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
)

// wholeList is how many conversations the list without paging has at most.
const wholeList = 10_000

func (s *Server) listConversations(c echo.Context) error {
	asked, paged, err := page(c, false, true)
	if err != nil {
		return err
	}
	if !paged {
		asked.Limit = wholeList
	}
	list, more, err := s.Conversations.Conversations(c.Request().Context(), callerOf(c).UserID, asked)
	if err != nil {
		return err
	}
	if !paged {
		return c.JSON(http.StatusOK, list)
	}
	result := api.ConversationPage{Data: list, HasMore: more}
	if more {
		result.After = cursor(list[len(list)-1])
	}
	return c.JSON(http.StatusOK, result)
}

func (s *Server) createConversation(c echo.Context) error {
	var body struct {
		Title string `json:"title"`
	}
	if c.Request().ContentLength != 0 { // no body is the same as {}
		if err := s.readJSON(c, &body); err != nil {
			return err
		}
	}
	if body.Title != "" {
		if err := checkTitle(&body.Title); err != nil {
			return err
		}
	}
	conversation, err := s.Conversations.CreateConversation(c.Request().Context(), callerOf(c).UserID, body.Title)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, conversation)
}

func (s *Server) getConversation(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	conversation, err := s.Conversations.ConversationWithMessages(c.Request().Context(), callerOf(c).UserID, n)
	if err != nil {
		return err
	}
	for i := range conversation.Messages {
		conversation.Messages[i].Steps = nil // the three lines know messages only
	}
	return c.JSON(http.StatusOK, conversation)
}

func (s *Server) deleteConversation(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := s.Conversations.DeleteConversation(c.Request().Context(), callerOf(c).UserID, n); err != nil {
		return err
	}
	if s.Attachments != nil {
		s.Attachments.Forgotten()
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) listMessages(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	asked, _, err := page(c, true, false)
	if err != nil {
		return err
	}
	limit, err := wait(c)
	if err != nil {
		return err
	}
	switch c.QueryParam("glance") {
	case "", "false":
	case "true":
		asked.Glance = true
	default:
		return invalid("glance", "glance must be true or false.")
	}
	messages, err := s.readMessages(c, n, asked, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, messages)
}
