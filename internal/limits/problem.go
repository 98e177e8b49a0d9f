package limits

import (
	"net/http"
	"time"

	"taskpilot/internal/serving"
)

// Crowded is the answer to a caller who has as many things under way as may be.
func Crowded() serving.Problem { return TooMany(crowded) }

// TooMany is the answer to a caller that asks too much.
func TooMany(wait time.Duration) serving.Problem {
	return serving.Problem{
		Status: http.StatusTooManyRequests, Code: "too_many_requests", RetryAfter: wait,
		Detail: "That is too much at once. Wait as long as Retry-After says.",
	}
}
