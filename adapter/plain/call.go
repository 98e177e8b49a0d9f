package plain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"taskpilot/adapter/mapping"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// call is one request to the service.
type call struct {
	who          tokens.Identity
	route        mapping.Route
	conversation any // its id; nil: none
	body         any
	timeout      time.Duration
	wanted       bool // its answer is read
	content      bool // it is a message
}

// Why an answer is none that can be used.
var (
	errUnsent     = errors.New("the chat service was not reached")
	errUnreadable = errors.New("the chat service's answer can't be read")
	errTooLarge   = errors.New("the chat service's answer is too large")

	// errMisconfigured says that whoever runs this has to change something; the log says what. Nothing was accepted.
	errMisconfigured = errors.New("the way to the chat service is not set up right")
)

// send makes a call, once. An error that is errUnsent says that nothing of it left.
func (s *Service) send(ctx context.Context, c call) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var left atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
	request, err := s.request(ctx, c)
	if err != nil {
		return nil, err
	}
	response, err := s.http.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // its address names the user
		}
		if !left.Load() {
			err = errors.Join(errUnsent, err)
		}
		return nil, fmt.Errorf("calling the chat service: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode / 100 {
	case 2:
	case 3:
		s.log.ErrorContext(ctx, "the chat service sends its callers elsewhere, and is not followed: name its own address and paths",
			"status", response.StatusCode, "route", c.route.Path, "to", host(response.Header.Get("Location")))
		return nil, errMisconfigured
	default:
		return nil, s.problem(ctx, c, response)
	}
	if !c.wanted {
		return nil, nil
	}
	return s.value(response)
}

func (s *Service) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		encoded, err := json.Marshal(c.body)
		if err != nil {
			return nil, fmt.Errorf("encoding a request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, c.route.Method, s.target(c), body)
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", errors.Join(errUnsent, err))
	}
	if request.Header, err = s.headers(ctx, c); err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

func (s *Service) value(response *http.Response) (any, error) {
	most := s.mapping.Limits.AnswerBytes
	raw, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading the chat service's answer: %w", err)
	}
	if int64(len(raw)) > most {
		return nil, errTooLarge
	}
	value, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errUnreadable, response.Header.Get("Content-Type"), err)
	}
	return value, nil
}

// How much of a refusal is read, in bytes, and shown, in characters.
const (
	maxProblem = 64 << 10
	maxDetail  = 300
)

// problem reads a refusal. What it says is shown only when it is a sentence in JSON: a page of a proxy's is not for people.
func (s *Service) problem(ctx context.Context, c call, response *http.Response) error {
	p := &api.Problem{Status: response.StatusCode, RetryAfter: api.RetryAfter(response.Header.Get("Retry-After"), s.clock())}
	switch {
	case p.Status == http.StatusUnauthorized && s.mapping.Source(s.token != "") != mapping.TokenCaller:
		s.log.ErrorContext(ctx, "the chat service refuses the adapter's own token: check CHAT_API_TOKEN")
		return errMisconfigured
	case p.Status == http.StatusUnauthorized:
		p.Code = "unauthorized"
		p.Detail = "The chat service does not accept this token."
		return p
	case p.Status >= http.StatusInternalServerError:
		return p
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxProblem))
	if err != nil || !strings.HasSuffix(kind, "json") {
		return p
	}
	if said, err := decode(raw); err == nil {
		p.Detail = sentence(find(said, mapping.Names{"detail", "message", "error.message", "error"}))
	}
	if c.content && p.Status == http.StatusUnprocessableEntity {
		p.Status = http.StatusBadRequest
	}
	return p
}

func sentence(said any) string {
	words, ok := said.(string)
	if words = strings.Join(strings.Fields(words), " "); !ok || utf8.RuneCountInString(words) > maxDetail {
		return ""
	}
	return words
}

func host(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return "another path"
	}
	return u.Host
}
