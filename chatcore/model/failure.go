package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sashabaranov/go-openai"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/storable"
)

// errEnded says that the response came to its end before the reply did.
var errEnded = errors.New("the stream ended before a finish_reason")

func invalid(err error) error { return &agent.ModelError{Code: agent.ModelInvalid, Err: err} }

// failure translates what went wrong into what the agent knows. A cancelled caller is nobody's fault: its own error.
func (m *Model) failure(caller, ask context.Context, sender *sender, err error) error {
	if caller.Err() != nil {
		return fmt.Errorf("asking the model: %w", caller.Err())
	}
	if errors.Is(context.Cause(ask), errIdle) {
		err = errIdle
	}
	var fault *agent.ModelError
	if !errors.As(err, &fault) {
		fault = &agent.ModelError{Code: code(sender, err), Err: err}
	}
	if fault.Code == "" {
		return fmt.Errorf("asking the model: %w", err)
	}
	return &agent.ModelError{Code: fault.Code, RetryAfter: sender.retryAfter, Err: m.config.cause(fault.Err)}
}

// code judges an error that is not judged yet; empty means that the request itself can't be written.
func code(sender *sender, err error) string {
	var api *openai.APIError
	var request *openai.RequestError
	switch {
	case errors.As(err, &api):
		return apiCode(api)
	case errors.As(err, &request):
		return statusCode(request.HTTPStatusCode)
	case errors.Is(err, errTooMuch), errors.Is(err, errLongLine):
		return agent.ModelInvalid
	case sender.answered() && sender.body.other > 0 && errors.Is(err, errEnded):
		return agent.ModelInvalid // a body, but no stream of chunks
	case sender.answered():
		return agent.ModelCut
	case sender.status >= 300 && sender.status < 400:
		return agent.ModelRefused // go-openai takes a redirect to nowhere for an answer
	case sender.sent:
		return agent.ModelUnreachable
	}
	return ""
}

// statusCode judges an HTTP status. Some of the 4xx are about the moment, not about the request.
func statusCode(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return agent.ModelOverloaded
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly:
		return agent.ModelUnreachable
	}
	if status >= 500 {
		return agent.ModelUnreachable
	}
	return agent.ModelRefused
}

// exhausted are the codes of a 429 that no waiting helps: somebody has to pay.
var exhausted = []string{"insufficient_quota", "billing_hard_limit_reached"}

func apiCode(fault *openai.APIError) string {
	name, _ := fault.Code.(string)
	if slices.Contains(exhausted, name) || slices.Contains(exhausted, fault.Type) {
		return agent.ModelRefused
	}
	if fault.HTTPStatusCode != 0 {
		return statusCode(fault.HTTPStatusCode)
	}
	// An error inside a stream has no status of its own.
	if status, ok := fault.Code.(int); ok && status >= 400 && status < 600 {
		return statusCode(status)
	}
	switch {
	case strings.HasPrefix(name, "rate_limit"), strings.HasPrefix(fault.Type, "rate_limit"), strings.HasPrefix(fault.Type, "overloaded"):
		return agent.ModelOverloaded
	case strings.HasPrefix(fault.Type, "invalid_request"), strings.HasPrefix(fault.Type, "authentication"),
		strings.HasPrefix(fault.Type, "permission"):
		return agent.ModelRefused
	}
	return agent.ModelUnreachable
}

// streamFault reads an error that a chunk carries.
func streamFault(raw json.RawMessage) error {
	fault := &openai.APIError{}
	if err := json.Unmarshal(raw, fault); err != nil {
		fault = &openai.APIError{Message: string(raw)}
	}
	return fault
}

// maxCause is how much of a cause is kept, in bytes.
const maxCause = 300

// cause is an error for the log: short, one line, and without what anybody said. Of an endpoint's own error that leaves
// its status, type, code and parameter: its message likes to repeat the request, and the key.
func (c Config) cause(err error) error {
	var api *openai.APIError
	var request *openai.RequestError
	text := err.Error()
	switch {
	case errors.As(err, &api):
		text = fmt.Sprintf("the endpoint answered status=%d type=%s", api.HTTPStatusCode, api.Type)
		if api.Code != nil {
			text += fmt.Sprintf(" code=%v", api.Code)
		}
		if api.Param != nil {
			text += " param=" + *api.Param
		}
	case errors.As(err, &request):
		text = fmt.Sprintf("the endpoint answered status=%d, and no error that can be read", request.HTTPStatusCode)
	}
	text = storable.Text(strings.Join(strings.Fields(text), " "))
	if c.APIKey != "" {
		text = strings.ReplaceAll(text, c.APIKey, "(key)")
	}
	if len(text) > maxCause {
		text = strings.ToValidUTF8(text[:maxCause], "") + "…"
	}
	return errors.New(text)
}
