package server

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"

	"taskpilot/chatcore/api"
)

// arrivals is a turn as it comes from chatcore.
type arrivals struct {
	came   <-chan arrival
	cancel context.CancelFunc
}

// arrival is what came.
type arrival struct {
	event api.Event
	err   error
}

// pull begins to pull a turn. It goes on when the page leaves, for the turn may not have a name yet; hangUp ends it.
func (s *Server) pull(page context.Context, open func(context.Context) iter.Seq2[api.Event, error]) *arrivals {
	ctx, cancel := context.WithCancel(context.WithoutCancel(page))
	came := make(chan arrival)
	go s.pump(ctx, open(ctx), came)
	return &arrivals{came: came, cancel: cancel}
}

// hangUp closes chatcore's stream, and waits until nothing is left of it. It may be called again.
func (a *arrivals) hangUp() {
	a.cancel()
	for range a.came { //nolint:revive // drained until it is closed
	}
}

// pump pulls a stream and hands on what comes, one by one: a slow page slows the pulling down. A panic in it ends this
// stream and not the process.
func (s *Server) pump(ctx context.Context, events iter.Seq2[api.Event, error], out chan<- arrival) {
	defer close(out)
	hand := func(came arrival) bool {
		select {
		case out <- came:
			return true
		case <-ctx.Done():
			return false
		}
	}
	defer func() {
		if cause := recover(); cause != nil {
			s.logPanic(ctx, cause)
			hand(arrival{err: errPanic})
		}
	}()
	for event, err := range events {
		if !hand(arrival{event, err}) {
			return
		}
	}
}

func (s *Server) logPanic(ctx context.Context, cause any) {
	s.options.Log.ErrorContext(ctx, "panic in a stream", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
}
