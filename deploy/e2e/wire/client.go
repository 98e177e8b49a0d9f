// Package wire is a page's side of ChatKit's protocol, as plain JSON: what a page sends, what it gets, and a reducer that
// folds a stream into a thread. It knows nothing of how the adapter makes its events, so that it can be its judge.
// Everything that comes through it is also checked against the protocol, as adapter validate does: Mistakes.
package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Object is a JSON object.
type Object = map[string]any

// Page is a page with ChatKit in it, signed in as somebody.
type Page struct {
	URL    string // the protocol's
	Token  string
	Header http.Header  // added to each request
	Client *http.Client // http.DefaultClient when nil
}

// Post sends a request of the protocol and gives the answer as it comes.
func (p Page) Post(ctx context.Context, kind string, params any) (*http.Response, error) {
	body, err := json.Marshal(Object{"type": kind, "params": params, "metadata": Object{}})
	if err != nil {
		return nil, err
	}
	return p.PostRaw(ctx, body)
}

// PostRaw sends any bytes.
func (p Page) PostRaw(ctx context.Context, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept-Language", "en")
	if p.Token != "" {
		request.Header.Set("Authorization", "Bearer "+p.Token)
	}
	for name, values := range p.Header {
		request.Header[name] = values
	}
	client := p.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err == nil {
		Listen(response, typeOf(body))
	}
	return response, err
}

// StatusError is an answer that is neither a stream nor a 200.
type StatusError struct {
	Status int
	Body   Object
}

func (e *StatusError) Error() string { return fmt.Sprintf("status %d: %v", e.Status, e.Body) }

// Call sends a request that is answered by JSON.
func (p Page) Call(ctx context.Context, kind string, params any) (Object, error) {
	response, err := p.Post(ctx, kind, params)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var object Object
	if err := json.Unmarshal(body, &object); err != nil {
		return nil, fmt.Errorf("status %d, no JSON: %q", response.StatusCode, body)
	}
	if response.StatusCode != http.StatusOK {
		return nil, &StatusError{Status: response.StatusCode, Body: object}
	}
	return object, nil
}

// Stream sends a request that is answered by a stream, and gives all its events.
func (p Page) Stream(ctx context.Context, kind string, params any) ([]Object, error) {
	response, err := p.Post(ctx, kind, params)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(response.Body)
		var object Object
		_ = json.Unmarshal(body, &object)
		return nil, &StatusError{Status: response.StatusCode, Body: object}
	}
	if kind := response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		return nil, fmt.Errorf("a stream came as %q", kind)
	}
	var events []Object
	for event, err := range Frames(response.Body) {
		if err != nil {
			return events, err
		}
		events = append(events, event)
	}
	return events, nil
}

// Follow begins to follow the turn at work in a thread, from its items on: a route beside the protocol, whose frames have
// ids. read gives its events when it has ended.
func (p Page) Follow(ctx context.Context, thread string) (read func() ([]Object, error), err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/threads/"+thread+"/events", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+p.Token)
	response, err := http.DefaultClient.Do(request) //nolint:bodyclose // read closes it
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, &StatusError{Status: response.StatusCode}
	}
	return func() (events []Object, err error) {
		defer func() { _ = response.Body.Close() }()
		stream, err := io.ReadAll(response.Body)
		for line := range strings.Lines(string(stream)) {
			data, ok := strings.CutPrefix(line, "data: ")
			var event Object
			if ok && err == nil {
				err = json.Unmarshal([]byte(data), &event)
				events = append(events, event)
			}
		}
		return events, err
	}, nil
}

// Frames reads frames that are exactly "data: {json}" and an empty line, with comments between them.
func Frames(r io.Reader) func(yield func(Object, error) bool) {
	return func(yield func(Object, error) bool) {
		lines := bufio.NewReader(r)
		for {
			line, err := lines.ReadString('\n')
			if errors.Is(err, io.EOF) && line == "" {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("the stream was cut: %w", err))
				return
			}
			blank, err := lines.ReadString('\n')
			switch {
			case err != nil:
				yield(nil, fmt.Errorf("the stream was cut after %q: %w", line, err))
				return
			case blank != "\n":
				yield(nil, fmt.Errorf("after %q came %q, not an empty line", line, blank))
				return
			case strings.HasPrefix(line, ": "):
				continue
			case !strings.HasPrefix(line, "data: "):
				yield(nil, fmt.Errorf("a frame begins with %q", line))
				return
			}
			var event Object
			if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &event); err != nil {
				yield(nil, fmt.Errorf("a frame's data is no JSON object: %w", err))
				return
			}
			if !yield(event, nil) {
				return
			}
		}
	}
}

// Say is the params of a message to a thread, or to a new one when thread is empty.
func Say(thread, text string) Object {
	params := Object{"input": Object{
		"content":           []any{Object{"type": "input_text", "text": text}},
		"attachments":       []any{},
		"inference_options": Object{},
	}}
	if thread != "" {
		params["thread_id"] = thread
	}
	return params
}
