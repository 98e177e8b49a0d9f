package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter keeps an endpoint's wish from overflowing; nobody waits that long.
const maxRetryAfter = time.Hour

// maxFault is how much of an error's body is read.
const maxFault = 64 << 10

// sender is the HTTPDoer of one reply. It knows what go-openai hides: when the endpoint wants to be asked again, and
// whether anything came at all.
type sender struct {
	config     Config
	model      string
	idle       *idle
	retryAfter time.Duration
	sent       bool
	status     int // 0 until the endpoint answers
	body       *body
}

// answered says that a stream began, as far as the status tells.
func (s *sender) answered() bool { return s.status >= 200 && s.status < 300 }

// Do implements openai.HTTPDoer.
func (s *sender) Do(request *http.Request) (*http.Response, error) {
	if err := s.name(request); err != nil {
		return nil, err
	}
	s.sent = true
	stop := s.idle.watch()
	response, err := s.config.Client.Do(request)
	stop()
	if err != nil {
		return nil, err
	}
	s.status = response.StatusCode
	limit := maxStream
	if !s.answered() {
		s.retryAfter = retryAfter(response.Header, s.config.Clock)
		limit = maxFault
	}
	s.body = newBody(response.Body, s.idle, limit, s.answered())
	response.Body = s.body
	return response, nil
}

// unnamed is how a request begins that has no model's name yet.
const unnamed = `{"model":""`

// name puts the model's name in.
func (s *sender) name(request *http.Request) error {
	content, err := io.ReadAll(request.Body)
	if err != nil {
		return fmt.Errorf("reading the request: %w", err)
	}
	rest, ok := bytes.CutPrefix(content, []byte(unnamed))
	if !ok {
		return fmt.Errorf("the request does not begin with %s", unnamed)
	}
	model, err := json.Marshal(s.model)
	if err != nil {
		return fmt.Errorf("writing the model's name: %w", err)
	}
	content = bytes.Join([][]byte{[]byte(`{"model":`), model, rest}, nil)
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	request.Body, err = request.GetBody()
	request.ContentLength = int64(len(content))
	return err
}

// drain reads what follows a whole reply, for a moment: a response read to its end gives its connection back.
func (s *sender) drain() {
	s.idle.lower(endPatience)
	_, _ = io.CopyN(io.Discard, s.body, maxFault)
}

// close ends the request. go-openai leaves the body of an error open.
func (s *sender) close() {
	if s.body != nil {
		_ = s.body.Close()
	}
}

// retryAfter reads when the endpoint wants to be asked again: Retry-After is seconds or a date (RFC 9110, 10.2.3), and
// OpenAI also sends milliseconds.
func retryAfter(header http.Header, clock func() time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(header.Get("Retry-After-Ms"), 64); err == nil {
		return bounded(ms / 1000)
	}
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		return bounded(seconds)
	}
	if at, err := http.ParseTime(value); err == nil {
		return bounded(at.Sub(clock()).Seconds())
	}
	return 0
}

func bounded(seconds float64) time.Duration {
	if !(seconds > 0) { // also what is no number
		return 0
	}
	return time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
}
