package server

import (
	"context"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// actStreamed answers an action with a stream. What is refused is one error, and nothing else.
func (s *Server) actStreamed(c echo.Context, who tokens.Identity, asked chatkit.ActionParams) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), s.options.WholeTime)
	defer cancel()
	out := s.frames(c)
	done, err := s.awaitAction(ctx, who, asked, out)
	if err == nil {
		return out.say(s.actionEvents(asked, done)...)
	}
	if gone(c.Request().Context()) {
		return nil
	}
	if refused, ok := s.refusedCaller(who, err); ok && !out.opened {
		return refused
	}
	var problem serving.Problem
	switch {
	case errors.As(err, &problem) && !out.opened:
		return problem
	case errors.As(err, &problem):
		return out.say(chatkit.Error{Message: s.words.Refused(problem.Detail)})
	case errors.Is(err, errNoWidget):
		return out.say(chatkit.Error{})
	}
	return out.say(s.errorEvent(who, err))
}

// awaitAction does an action, and keeps the stream alive when it takes long.
func (s *Server) awaitAction(ctx context.Context, who tokens.Identity, asked chatkit.ActionParams, out *frames) (done acted, err error) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if cause := recover(); cause != nil {
				s.logPanic(ctx, cause)
				err = errPanic
			}
		}()
		done, err = s.act(ctx, who, asked)
	}()
	patience := time.NewTimer(s.options.Patience)
	defer patience.Stop()
	beat, stop := s.heartbeat()
	defer stop()
	for {
		var failed error
		select {
		case <-ended:
			return done, err
		case <-patience.C:
			failed = out.open()
		case <-beat:
			failed = out.beat()
		}
		if failed != nil { // the page is gone; the action goes on at chatcore
			<-ended
			return done, failed
		}
	}
}

// actionEvents shows what an action did.
func (s *Server) actionEvents(asked chatkit.ActionParams, done acted) []chatkit.Event {
	events := []chatkit.Event{chatkit.StreamOptions{}}
	switch {
	case done.item == nil:
	case asked.ItemID != "":
		events = append(events, chatkit.ItemReplaced{Item: done.item})
	default:
		return append(events, chatkit.ItemDone{Item: done.item})
	}
	switch {
	case done.failedForNow():
		events = append(events, chatkit.Error{Message: s.words.Failed(done.record), AllowRetry: true})
	case done.record.Status == "failed":
		events = append(events, chatkit.Notice{Level: "warning", Message: s.words.Failed(done.record)})
	}
	return events
}
