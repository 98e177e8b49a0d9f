package server

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// changeConversation renames a conversation, puts it away or gets it back; a moderator locks, closes and reopens it.
func (s *Server) changeConversation(c echo.Context) error {
	n, err := number(c, "id")
	if err != nil {
		return err
	}
	var patch api.ConversationPatch
	if err := s.readJSON(c, &patch); err != nil {
		return err
	}
	if err := checkPatch(patch); err != nil {
		return err
	}
	if patch.Status != nil && !scopesOf(c).has(tokens.ScopeModerate) {
		return scopeNeeded(c, tokens.ScopeModerate)
	}
	conversation, err := s.Conversations.ChangeConversation(c.Request().Context(), callerOf(c).UserID, n, patch)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, conversation)
}

func checkPatch(patch api.ConversationPatch) error {
	if patch.Title == nil && patch.Archived == nil && patch.Status == nil && patch.Reason == nil {
		return invalid("", "Nothing to change: send title, archived or status.")
	}
	if patch.Title != nil {
		if err := checkTitle(patch.Title); err != nil {
			return err
		}
	}
	return checkStatus(patch.Status, patch.Reason)
}

func checkStatus(status, reason *string) error {
	switch {
	case status == nil && reason == nil:
		return nil
	case status == nil:
		return invalid("reason", "reason goes with a status.")
	}
	switch *status {
	case api.ConversationLocked, api.ConversationClosed:
	case api.ConversationActive:
		if reason != nil {
			return invalid("reason", "reason goes with locked or closed.")
		}
	default:
		return invalid("status", "status must be active, locked or closed.")
	}
	if reason == nil {
		return nil
	}
	return checkLine("reason", reason, api.MaxReason)
}

// checkTitle trims a title and refuses one that is empty, too long or more than a line.
func checkTitle(title *string) error { return checkLine("title", title, api.MaxTitle) }

func checkLine(field string, text *string, maxChars int) error {
	*text = strings.TrimSpace(*text)
	if strings.ContainsFunc(*text, unicode.IsControl) {
		return invalid(field, field+" must be one line without control characters.")
	}
	return checkText(field, *text, maxChars)
}

// scopeNeeded refuses a caller whose token does not reach this far, and names the scope as RFC 6750 (3.1) wants it.
func scopeNeeded(c echo.Context, scope string) error {
	c.Response().Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+scope+`"`)
	return serving.Problem{Status: http.StatusForbidden, Code: "scope_needed", Detail: "This needs a token with the scope " + scope + "."}
}
