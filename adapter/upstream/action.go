package upstream

import (
	"context"
	"crypto/rand"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// Act calls one tool for the person. The key makes that happen once, so it is tried for a while; without one this request
// gets its own.
func (c *Chat) Act(ctx context.Context, who tokens.Identity, conversation translate.Key, request api.ActionRequest, key string) (api.ActionResponse, error) {
	var response api.ActionResponse
	id, err := number(conversation)
	if err != nil {
		return response, err
	}
	if key == "" {
		key = rand.Text()
	}
	err = c.tell(ctx, who, func(caller api.Caller) (err error) {
		response, err = c.Client.Act(ctx, caller, id, request, key)
		return err
	})
	return response, err
}
