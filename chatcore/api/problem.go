package api

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Problem is an error that chatcore answered with (RFC 9457). Detail is a sentence for the caller and safe to show.
// Other errors of the Client mean that no whole answer came.
type Problem struct {
	Status     int           `json:"status"`
	Code       string        `json:"code"` // stable, snake_case; empty when the answer was no problem+json
	Title      string        `json:"title"`
	Detail     string        `json:"detail"`
	Field      string        `json:"field"`
	Limit      int           `json:"limit"`  // of a field that is too long: the most characters it may have
	Reason     string        `json:"reason"` // of a conversation that takes nothing more: its moderator's words
	RequestID  string        `json:"request_id"`
	RetryAfter time.Duration `json:"-"` // from the header; 0 when there is none
}

func (p *Problem) Error() string {
	text := fmt.Sprintf("chat API: %d %s", p.Status, p.Code)
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return text
}

// maxProblem is the most bytes of an error that are read.
const maxProblem = 64 << 10

// problemOf reads an answer that is not 2xx. The status line counts, not what the body says of it.
func problemOf(response *http.Response, now time.Time) *Problem {
	p := &Problem{}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxProblem))
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || kind != "application/problem+json" || json.Unmarshal(body, p) != nil {
		*p = Problem{} // what stands in front of chatcore has its own pages: nothing to show
	}
	p.Status = response.StatusCode
	p.RetryAfter = RetryAfter(response.Header.Get("Retry-After"), now)
	return p
}

// RetryAfter reads both forms of a Retry-After header: seconds, and a date. It gives a day at most, and 0 for what is neither.
func RetryAfter(value string, now time.Time) time.Duration {
	const most = 24 * time.Hour
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, most)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), most)
	}
	return 0
}
