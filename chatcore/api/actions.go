package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// ByPerson is who did an action.
const ByPerson = "person"

// Action is something the person did without words: one call of a tool. It is no message and stands in no step. Its
// record's id is its own.
type Action struct {
	ID        int64     `json:"id"`
	Position  int64     `json:"position"`
	Record    ToolCall  `json:"record"`
	RecordID  int64     `json:"record_id,omitempty"` // the record that the person clicked in; 0: the action stands by itself
	By        string    `json:"by"`                  // always ByPerson
	CreatedAt time.Time `json:"created_at"`
}

// ActionRequest is the body of POST …/conversations/{id}/actions. RecordID names the record that the person clicked in: a
// tool call's, or another action's.
type ActionRequest struct {
	Tool       string          `json:"tool"`
	Parameters json.RawMessage `json:"parameters,omitempty"` // a JSON object; {} when there is none
	RecordID   int64           `json:"record_id,omitempty"`
}

// ActionResponse is how an action ended, and the record that was clicked in as it is now.
type ActionResponse struct {
	Action Action    `json:"action"`
	Record *ToolCall `json:"record,omitempty"`
}

// actTime bounds an action, in which two calls of a tool may each be sent again for a while.
const actTime = 75 * time.Second

// Act calls one tool for the person, without the model. With a key it may be sent again, and acts once; an empty key is
// none. An action whose tool failed is no error: its record says so.
func (c *Client) Act(ctx context.Context, who Caller, conversation int64, request ActionRequest, key string) (ActionResponse, error) {
	return jsonCall[ActionResponse](ctx, c, call{
		who: who, method: http.MethodPost, path: conversationPath(conversation) + "/actions", body: request, key: key, timeout: actTime,
	})
}
