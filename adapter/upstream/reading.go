package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// reading is one turn on its way to one reader, over as many streams as that takes.
type reading struct {
	*Chat
	who   tokens.Identity
	yield func(api.Event, error) bool
	run   int64  // known from run.started on
	last  string // the id of the last event that was handed on
	begun bool   // something was handed on
}

// open begins a stream and goes on with it. An error says that it did not come to its end, and has not been handed on.
func (r *reading) open(ctx context.Context, begin func(api.Caller) iter.Seq2[api.Event, error]) error {
	caller, err := r.caller(r.who)
	if err != nil {
		return err
	}
	over, err := r.pull(begin(caller))
	switch {
	case over:
		return nil
	case r.run == 0 || r.last == "" || !broken(err):
		return err
	default:
		r.goOn(ctx)
		return nil
	}
}

// pull hands a stream's events on. over says that nothing more is wanted; else err is why the stream stopped.
func (r *reading) pull(events iter.Seq2[api.Event, error]) (over bool, err error) {
	for event, err := range events {
		if err != nil {
			return false, err
		}
		if started, ok := event.Body.(api.RunStarted); ok {
			r.run = started.RunID
		}
		if event.ID != "" {
			r.last = event.ID
		}
		r.begun = true
		if !r.yield(event, nil) || api.Ends(event.Body) {
			return true, nil
		}
	}
	return false, api.ErrCut
}

// How soon a broken stream is asked for again, and how long it is looked for when Patience is zero: a turn whose replica
// died is at work elsewhere after a lease, which is 5 s.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = time.Second
	usualTime    = 20 * time.Second
)

func (c *Chat) patience() time.Duration {
	if c.Patience == 0 {
		return usualTime
	}
	return c.Patience
}

func (c *Chat) pauses() *backoff.ExponentialBackOff {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = firstPause, longestPause
	return pauses
}

// goOn follows the run from the last event on, until its end was handed on or nothing was heard for too long.
func (r *reading) goOn(ctx context.Context) {
	patience, pauses := r.patience(), r.pauses()
	for giveUp := time.Now().Add(patience); ; {
		before := r.last
		over, err := r.again(ctx)
		if over {
			return
		}
		if r.last != before {
			pauses.Reset()
			giveUp = time.Now().Add(patience)
		}
		if final(err) || time.Now().After(giveUp) || !pause(ctx, pauses.NextBackOff()) {
			r.yield(api.Event{}, r.failed(err))
			return
		}
	}
}

// again follows the run once more, with a token of its own.
func (r *reading) again(ctx context.Context) (over bool, err error) {
	caller, err := r.caller(r.who)
	if err != nil {
		return false, err
	}
	return r.pull(r.behind(r.Client.Follow(ctx, caller, r.run, r.last)))
}

// behind leaves out what was handed on already, should a stream begin too early.
func (r *reading) behind(events iter.Seq2[api.Event, error]) iter.Seq2[api.Event, error] {
	last, lastErr := api.ParsePosition(r.last)
	return func(yield func(api.Event, error) bool) {
		for event, err := range events {
			at, atErr := api.ParsePosition(event.ID)
			if err == nil && lastErr == nil && atErr == nil && !last.Before(at) {
				continue
			}
			if !yield(event, err) {
				return
			}
		}
	}
}

// failed says that the rest of a turn did not come. When nothing came at all, it is what it is.
func (r *reading) failed(err error) error {
	if !r.begun || errors.Is(err, api.ErrCut) {
		return err
	}
	return fmt.Errorf("%w: %w", api.ErrCut, err)
}

// broken says that a stream ended for a reason of its carrier's.
func broken(err error) bool { return errors.Is(err, api.ErrCut) || errors.Is(err, api.ErrSilent) }

// refused says that nothing was accepted, and will not be.
func refused(err error) bool {
	var problem *api.Problem
	return errors.As(err, &problem) && problem.Status < 500
}

// final says that to ask again would change nothing.
func final(err error) bool {
	var problem *api.Problem
	if errors.As(err, &problem) {
		return problem.Status < 500 && problem.Status != http.StatusTooManyRequests && problem.Status != http.StatusRequestTimeout
	}
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	return errors.As(err, &syntax) || errors.As(err, &shape)
}

// pause waits; false says that nobody waits any more.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
