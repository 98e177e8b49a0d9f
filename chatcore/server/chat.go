package server

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
)

// chatRequest is api.ChatRequest as it comes from outside.
type chatRequest struct {
	Content        *string `json:"content"`
	ConversationID *int64  `json:"conversation_id"`

	// Known, and not served yet: refused rather than dropped.
	Parts       json.RawMessage `json:"parts"`
	Attachments json.RawMessage `json:"attachments"`
	QuotedText  json.RawMessage `json:"quoted_text"`
	Model       json.RawMessage `json:"model"`
	ToolChoice  json.RawMessage `json:"tool_choice"`
	RetryOf     json.RawMessage `json:"retry_of"`
	ClientTools json.RawMessage `json:"client_tools"`
}

func (r chatRequest) check(maxContent int) error {
	unserved := []struct {
		field string
		value json.RawMessage
	}{
		{"parts", r.Parts}, {"attachments", r.Attachments}, {"quoted_text", r.QuotedText}, {"model", r.Model},
		{"tool_choice", r.ToolChoice}, {"retry_of", r.RetryOf}, {"client_tools", r.ClientTools},
	}
	for _, u := range unserved {
		if v := string(u.value); v != "" && v != "null" && v != "[]" {
			return invalid(u.field, u.field+" is not supported yet.")
		}
	}
	if r.Content == nil {
		return invalid("content", "content is missing.")
	}
	return checkText("content", *r.Content, maxContent)
}

// chat takes a turn and answers it: as it happens, or when it has ended. A caller that leaves does not stop it.
func (s *Server) chat(c echo.Context) error {
	var body chatRequest
	if err := s.readJSON(c, &body); err != nil {
		return err
	}
	if err := body.check(s.Config.MaxContent); err != nil {
		return err
	}
	request := runs.Request{Caller: callerOf(c), Content: *body.Content}
	if body.ConversationID != nil {
		if *body.ConversationID < 1 || *body.ConversationID > api.MaxID {
			return store.ErrNotFound
		}
		request.ConversationID = *body.ConversationID
	}
	run, err := s.Turns.Start(c.Request().Context(), request)
	if err != nil {
		return err
	}
	if wantsStream(c.Request()) {
		return s.stream(c, run, runs.Beginning)
	}
	return s.whole(c, run)
}

// whole waits for the turn's end.
func (s *Server) whole(c echo.Context, run *runs.Run) error {
	var response api.ChatResponse
	for event, err := range run.Follow(c.Request().Context(), runs.Beginning) {
		if err != nil {
			return fmt.Errorf("waiting for a turn: %w", err)
		}
		switch body := event.Body.(type) {
		case api.RunStarted:
			response.ConversationID, response.MessageID = body.Conversation.ID, body.RunID
		case api.RunCompleted:
			answer(&response, api.StatusSuccess, body.Answer.Content, &body.Answer)
		case api.RunFailed:
			answer(&response, api.StatusError, body.Message, body.Answer)
		case api.RunCancelled:
			answer(&response, api.StatusError, "Stopped.", body.Answer)
		}
	}
	return c.JSON(http.StatusOK, response)
}

// answer fills in how a turn ended; sentence stands where no answer was stored.
func answer(response *api.ChatResponse, status, sentence string, stored *api.Message) {
	response.Status, response.Response, response.ToolCalls = status, sentence, []api.ToolCall{}
	if stored != nil {
		response.Response, response.ToolCalls = stored.Content, stored.ToolCalls
	}
}
