package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"time"
)

// ErrSilent says that a stream was given up, for nothing at all came for too long.
var ErrSilent = errors.New("the turn's stream fell silent")

// Stream sends a message and gives the turn as it happens. Nothing is sent before the first pull, and the request is
// never repeated. The stream ends after one of the turn's ends, or with an error, which is final: a *Problem when the
// turn was not accepted; ErrCut or ErrSilent when it was and the rest did not come (the turn goes on without a reader);
// else it is not known whether the turn was accepted. To stop pulling, or to cancel ctx, closes the connection.
func (c *Client) Stream(ctx context.Context, who Caller, request ChatRequest) iter.Seq2[Event, error] {
	return c.stream(ctx, call{who: who, method: http.MethodPost, path: "/chat", body: request, accept: eventStream})
}

// Follow gives a run's events behind the event with the id after, or from its beginning when after is empty. It ends as
// Stream does.
func (c *Client) Follow(ctx context.Context, who Caller, runID int64, after string) iter.Seq2[Event, error] {
	return c.stream(ctx, call{who: who, method: http.MethodGet, path: runPath(runID) + "/events", accept: eventStream, lastEventID: after})
}

func (c *Client) stream(ctx context.Context, call call) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		silence := time.AfterFunc(c.options.Accept, func() { cancel(errNoAnswer) })
		defer silence.Stop()
		response, err := c.send(ctx, call)
		if err != nil {
			yield(Event{}, explained(ctx, err))
			return
		}
		defer func() { _ = response.Body.Close() }()
		if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != eventStream {
			yield(Event{}, fmt.Errorf("the chat API answered a turn with %q and not with a stream", kind))
			return
		}
		silence.Stop()
		watched := &watchedReader{body: response.Body, most: c.options.Silence, cancel: cancel}
		for event, err := range Decode(watched) {
			if err != nil {
				yield(Event{}, explained(ctx, err))
				return
			}
			if !yield(event, nil) {
				return
			}
		}
	}
}

const eventStream = "text/event-stream"

var errNoAnswer = errors.New("the chat API did not answer in time")

// explained puts the reason why a context was cancelled in the place of "context canceled".
func explained(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, ErrSilent) || errors.Is(cause, errNoAnswer) {
		return cause
	}
	return err
}

// watchedReader cancels the request when one read takes too long. The time in which the reader's owner is busy, waiting
// for a slow page for example, does not count.
type watchedReader struct {
	body   io.Reader
	most   time.Duration
	cancel context.CancelCauseFunc
}

func (r *watchedReader) Read(p []byte) (int, error) {
	timer := time.AfterFunc(r.most, func() { r.cancel(ErrSilent) })
	defer timer.Stop()
	return r.body.Read(p)
}
