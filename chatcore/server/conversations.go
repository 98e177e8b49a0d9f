package server

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
)

// wholeList is how many conversations the list without paging has at most.
const wholeList = 10_000

func (s *Server) listConversations(c echo.Context) error {
	asked, paged, err := page(c, false)
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
		result.After = fmt.Sprint(list[len(list)-1].ID)
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

// changeRequest is api.ConversationPatch as it comes from outside. Status is for moderators, and not served yet.
type changeRequest struct {
	Title    *string `json:"title"`
	Archived *bool   `json:"archived"`
	Status   *string `json:"status"`
}

func (s *Server) changeConversation(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	var body changeRequest
	if err := s.readJSON(c, &body); err != nil {
		return err
	}
	if body.Status != nil {
		return invalid("status", "status is not supported yet.")
	}
	if body.Title == nil && body.Archived == nil {
		return invalid("", "Nothing to change: send title or archived.")
	}
	if body.Title != nil {
		if err := checkTitle(body.Title); err != nil {
			return err
		}
	}
	patch := api.ConversationPatch{Title: body.Title, Archived: body.Archived}
	conversation, err := s.Conversations.ChangeConversation(c.Request().Context(), callerOf(c).UserID, n, patch)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, conversation)
}

// checkTitle trims a title and refuses one that is empty, too long or more than a line.
func checkTitle(title *string) error {
	*title = strings.TrimSpace(*title)
	if strings.ContainsFunc(*title, unicode.IsControl) {
		return invalid("title", "title must be one line without control characters.")
	}
	return checkText("title", *title, api.MaxTitle)
}

func (s *Server) deleteConversation(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	if err := s.Conversations.DeleteConversation(c.Request().Context(), callerOf(c).UserID, n); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) listMessages(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	asked, _, err := page(c, true)
	if err != nil {
		return err
	}
	limit, err := wait(c)
	if err != nil {
		return err
	}
	messages, err := s.readMessages(c, n, asked, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, messages)
}
