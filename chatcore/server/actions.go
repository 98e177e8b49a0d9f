package server

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/actions"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/storable"
	"taskpilot/chatcore/store"
)

// actionRequest is api.ActionRequest as it comes from outside.
type actionRequest struct {
	Tool       *string         `json:"tool"`
	Parameters json.RawMessage `json:"parameters"`
	RecordID   *int64          `json:"record_id"`
}

// maxTool is the longest name of a tool, in characters; MCP's own limit.
const maxTool = 128

// check gives the parameters as they are stored and sent: one compact object that a database takes as it is.
func (r actionRequest) check() (parameters json.RawMessage, err error) {
	if r.Tool == nil {
		return nil, invalid("tool", "tool is missing.")
	}
	if err := checkText("tool", *r.Tool, maxTool); err != nil {
		return nil, err
	}
	given := strings.TrimSpace(string(r.Parameters))
	if given == "" || given == "null" {
		return json.RawMessage(`{}`), nil
	}
	if !strings.HasPrefix(given, "{") {
		return nil, invalid("parameters", "parameters must be an object.")
	}
	clean, ok := storable.JSON([]byte(given))
	if !ok || string(clean) != given {
		return nil, invalid("parameters", "parameters must not have U+0000 or half a character in them.")
	}
	return clean, nil
}

// act does one thing that the person asked for without words, and answers when it is done. A caller that leaves does not
// stop it.
func (s *Server) act(c echo.Context) error {
	request := actions.Request{Caller: callerOf(c)}
	var err error
	if request.ConversationID, err = number(c, "id"); err != nil {
		return err
	}
	var body actionRequest
	if request.Hash, err = s.readJSONHashed(c, &body); err != nil {
		return err
	}
	if request.Parameters, err = body.check(); err != nil {
		return err
	}
	if request.Key, err = idempotencyKey(c); err != nil {
		return err
	}
	request.Tool = *body.Tool
	if body.RecordID != nil {
		if request.RecordID = *body.RecordID; request.RecordID < 1 || request.RecordID > api.MaxID {
			return store.ErrNotFound
		}
	}
	done, err := s.Actions.Do(c.Request().Context(), request)
	if err != nil {
		return err
	}
	answer := api.ActionResponse{Action: done.Action}
	if done.Clicked != nil {
		answer.Record = &done.Clicked.Record
	}
	return c.JSON(http.StatusOK, answer)
}
