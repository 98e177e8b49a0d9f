package api

import (
	"context"
	"net/http"
	"strconv"
)

// Kinds of feedback.
const (
	FeedbackPositive = "positive"
	FeedbackNegative = "negative"
)

// FeedbackRequest is the body of POST …/messages/{id}/feedback.
type FeedbackRequest struct {
	Kind string `json:"kind"`
}

// GiveFeedback says how the person likes an answer. Their last word counts, so that it does no harm to say it twice.
func (c *Client) GiveFeedback(ctx context.Context, who Caller, message int64, kind string) error {
	path := "/messages/" + strconv.FormatInt(message, 10) + "/feedback"
	return c.bareCall(ctx, call{who: who, method: http.MethodPost, path: path, body: FeedbackRequest{Kind: kind}})
}
