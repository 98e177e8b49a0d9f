package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// showing is one turn on its way to one page.
type showing struct {
	*Server
	who       tokens.Identity
	out       *frames
	arriving  *arrivals
	translate func(api.Event) []translate.Marked
	missing   error // what is not there when chatcore says that something is not
	follower  bool  // the page came to a turn that was at work

	run  int64 // 0 before it is known
	over bool  // the page has the turn's end
}

// show shows the turn to its end, or until the page leaves. The answer's status is open until something came or patience
// is over, so that a caller whom chatcore refuses is refused properly.
func (s *showing) show(page context.Context) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.logPanic(page, cause)
			err = s.fail(page, errPanic)
		}
	}()
	patience := time.NewTimer(s.options.Patience)
	defer patience.Stop()
	beat, stop := s.heartbeat()
	defer stop()
	for {
		var err error
		select {
		case came, more := <-s.arriving.came:
			if !more {
				return nil
			}
			if came.err != nil {
				return s.fail(page, came.err)
			}
			err = s.pass(came.event)
		case <-patience.C:
			err = s.out.open()
		case <-beat:
			err = s.out.beat()
		case <-page.Done():
			return nil
		case <-s.goodbye:
			return s.fail(page, errGoingDown)
		}
		if err != nil {
			return err
		}
	}
}

// pass gives an event to the page.
func (s *showing) pass(e api.Event) error {
	if started, ok := e.Body.(api.RunStarted); ok {
		s.run = started.RunID
	}
	if err := s.out.send(s.translate(e)); err != nil {
		return err
	}
	s.over = api.Ends(e.Body)
	return nil
}

// fail ends the stream with one error, or refuses the caller while that is still possible.
func (s *showing) fail(page context.Context, err error) error {
	if gone(page) {
		return nil
	}
	if refused, ok := s.refusedCaller(s.who, err); ok && !s.out.opened {
		return refused
	}
	var problem *api.Problem
	switch {
	case !errors.As(err, &problem) || problem.Status >= http.StatusInternalServerError:
		s.options.Log.WarnContext(page, "a turn's stream failed", "error", err.Error())
	case problem.Status == http.StatusNotFound:
		err = s.missing
	}
	if s.follower && errors.Is(err, errGoingDown) && s.out.opened {
		return errGoesOn
	}
	if s.follower && !s.out.opened {
		return s.problem(s.who, err)
	}
	return s.out.say(s.errorEvent(s.who, err))
}

// heartbeat ticks while a stream is open, unless it is switched off.
func (s *Server) heartbeat() (ticks <-chan time.Time, stop func()) {
	if s.options.Heartbeat <= 0 {
		return nil, func() {}
	}
	ticker := time.NewTicker(s.options.Heartbeat)
	return ticker.C, ticker.Stop
}
