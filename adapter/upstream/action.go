package upstream

import (
	"context"
	"crypto/rand"

	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// Act calls one tool for the person. The key makes that happen once, so it is tried for a while; without one this request
// gets its own.
func (c *Chat) Act(ctx context.Context, who tokens.Identity, conversation int64, request api.ActionRequest, key string) (api.ActionResponse, error) {
	if key == "" {
		key = rand.Text()
	}
	var response api.ActionResponse
	err := c.tell(ctx, who, func(caller api.Caller) (err error) {
		response, err = c.Client.Act(ctx, caller, conversation, request, key)
		return err
	})
	return response, err
}
