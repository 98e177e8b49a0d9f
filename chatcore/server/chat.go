package server

import (
	"fmt"
	"iter"
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/pagetools"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
)

// chatRequest is api.ChatRequest as it comes from outside.
type chatRequest struct {
	Content        *string          `json:"content"`
	Parts          []part           `json:"parts"`
	QuotedText     string           `json:"quoted_text"`
	Model          string           `json:"model"`
	ToolChoice     string           `json:"tool_choice"`
	Attachments    []int64          `json:"attachments"`
	ConversationID *int64           `json:"conversation_id"`
	RetryOf        *int64           `json:"retry_of"`
	ResendGuard    string           `json:"resend_guard"`
	ClientTools    []api.ClientTool `json:"client_tools"`
}

// check refuses what does not fit, and gives the message's text.
func (r chatRequest) check(maxContent int) (content string, err error) {
	if r.ResendGuard != "" {
		if err := checkText("resend_guard", r.ResendGuard, maxGuard); err != nil {
			return "", err
		}
	}
	if _, err := pagetools.ClientTools(r.ClientTools); err != nil {
		return "", invalid("client_tools", sentence(err))
	}
	return r.checkSaid(maxContent)
}

// maxGuard is the longest resend guard, and maxKey the longest idempotency key, in characters.
const (
	maxGuard = 200
	maxKey   = 200
)

// chat takes a turn and answers it: as it happens, or when it has ended. A caller that leaves does not stop it.
func (s *Server) chat(c echo.Context) error {
	request, err := s.chatRequest(c)
	if err != nil {
		return err
	}
	ctx, user := c.Request().Context(), request.Caller.UserID
	run, err := s.Turns.Start(ctx, request)
	if err != nil {
		return err
	}
	events, err := s.Turns.Follow(ctx, user, run, runs.Beginning, false)
	if err != nil {
		return err
	}
	if wantsStream(c.Request()) {
		return s.stream(c, run, events)
	}
	return s.whole(c, run, events)
}

// chatRequest reads what the person said.
func (s *Server) chatRequest(c echo.Context) (runs.Request, error) {
	request := runs.Request{Caller: callerOf(c)}
	var body chatRequest
	hash, err := s.readJSONHashed(c, &body)
	if err != nil {
		return request, err
	}
	if request.Content, err = body.check(s.Config.MaxContent); err != nil {
		return request, err
	}
	request.Said, request.Attachments, request.ClientTools = body.said(), body.Attachments, body.ClientTools
	if err := s.checkAttachments(body.Attachments); err != nil {
		return request, err
	}
	if err := s.checkChoices(c.Request().Context(), request); err != nil {
		return request, err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return request, err
	}
	request.Again = store.Again{Key: key, Hash: hash, Guard: body.ResendGuard}
	for given, into := range map[*int64]*int64{body.ConversationID: &request.ConversationID, body.RetryOf: &request.RetryOf} {
		if given == nil {
			continue
		}
		if *given < 1 || *given > api.MaxID {
			return request, store.ErrNotFound
		}
		*into = *given
	}
	return request, nil
}

// notYet answers a turn that was accepted and whose end could not be waited for: the replica goes down, or the database is
// away for long. The end is stored where message_id says, by whoever goes on with the turn.
const notYet = "Your message has arrived, and its answer is not ready yet. It will be in the conversation."

// whole waits for the turn's end.
func (s *Server) whole(c echo.Context, run int64, events iter.Seq2[api.Event, error]) error {
	var response api.ChatResponse
	for event, err := range events {
		switch {
		case err == nil:
		case response.MessageID == 0 || c.Request().Context().Err() != nil:
			return fmt.Errorf("waiting for a turn: %w", err)
		default: // nothing but a 200 says that it was accepted
			s.Log.WarnContext(c.Request().Context(), "a turn could not be waited for", "run_id", run, "error", err)
			answer(&response, api.StatusError, notYet, nil)
			return c.JSON(http.StatusOK, response)
		}
		switch body := event.Body.(type) {
		case api.RunStarted:
			response.ConversationID, response.MessageID = body.Conversation.ID, body.RunID
		case api.RunCompleted:
			answer(&response, api.StatusSuccess, body.Answer.Content, &body.Answer)
		case api.RunWaiting:
			answer(&response, api.StatusSuccess, "", body.Answer)
		case api.RunFailed:
			answer(&response, api.StatusError, body.Message, body.Answer)
		case api.RunCancelled:
			answer(&response, api.StatusError, "Stopped.", body.Answer)
		}
	}
	return s.showEnd(c, run, func() error { return c.JSON(http.StatusOK, response) })
}

// answer fills in how a turn ended; sentence stands where no answer was stored.
func answer(response *api.ChatResponse, status, sentence string, stored *api.Message) {
	response.Status, response.Response, response.ToolCalls = status, sentence, []api.ToolCall{}
	if stored != nil {
		response.Response, response.ToolCalls = stored.Content, stored.ToolCalls
	}
}
