package serving

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Problem is an error as a caller sees it: problem details of RFC 9457, with a stable code and the request's id. Detail
// is written for the caller and never carries a raw error; Cause is for the log only.
type Problem struct {
	Status     int           // 500 when zero
	Code       string        // stable, snake_case; made of the status when empty
	Title      string        // the status's phrase when empty
	Detail     string        // a sentence for the caller
	Field      string        // what of the request is wrong, where one thing is
	Limit      int           // the most characters that the field may have, where it has more; 0: that is not it
	Reason     string        // why somebody wants it so, in their own words
	RequestID  string        // the request's when empty
	RetryAfter time.Duration // sent as Retry-After in whole seconds, when positive
	Cause      error         // what happened, for the log; never sent
}

// Error is for logs.
func (p Problem) Error() string {
	text := p.filled().Code
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	if p.Cause != nil {
		text += ": " + p.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (p Problem) Unwrap() error { return p.Cause }

// wireProblem fixes the order of the members on the wire.
type wireProblem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Code      string `json:"code"`
	Field     string `json:"field,omitempty"`
	Limit     int    `json:"limit,omitempty"`
	Reason    string `json:"reason,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// WriteProblem answers the request with the problem. Nothing may have been written before. The access log gets the
// problem's code and cause.
func WriteProblem(w http.ResponseWriter, r *http.Request, p Problem) {
	p = p.filled()
	if p.RequestID == "" {
		p.RequestID = RequestIDFrom(r.Context())
	}
	noteProblem(r.Context(), p)
	header := w.Header()
	for _, name := range []string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified"} {
		header.Del(name)
	}
	header.Set("Content-Type", "application/problem+json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if p.RetryAfter > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64((p.RetryAfter+time.Second-1)/time.Second), 10))
	}
	if p.Status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
		header.Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(p.encode()) // the caller is gone when this fails
}

func (p Problem) filled() Problem {
	if p.Status == 0 {
		p.Status = http.StatusInternalServerError
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	if p.Code == "" {
		p.Code = codeOf(p.Status)
	}
	return p
}

func codeOf(status int) string {
	phrase := http.StatusText(status)
	if status == http.StatusInternalServerError || phrase == "" {
		return "internal"
	}
	return strings.ToLower(strings.ReplaceAll(phrase, " ", "_"))
}

func (p Problem) encode() []byte {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(wireProblem{ // strings and ints: this cannot fail
		Type: "about:blank", Title: p.Title, Status: p.Status, Detail: p.Detail,
		Code: p.Code, Field: p.Field, Limit: p.Limit, Reason: p.Reason, RequestID: p.RequestID,
	})
	return body.Bytes()
}
