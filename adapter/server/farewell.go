package server

import (
	"context"
	"errors"
	"os"
	"time"

	"taskpilot/chatcore/api"
)

// pageLeft says that the page aborted its request while the turn's stream was open: by Stop, a reload or a closed tab. A
// page that only stopped reading did not leave, and when we go down ourselves, nobody did.
func (s *showing) pageLeft(page context.Context, err error) bool {
	return gone(page) && !s.over && !errors.Is(err, os.ErrDeadlineExceeded) && !s.goingDown()
}

// How long a turn's name is waited for after its page left, and how long chatcore is told of that.
const (
	nameTime  = 10 * time.Second
	leaveTime = 15 * time.Second
)

// farewell closes chatcore's stream and tells it that the page left: from a broken stream alone it concludes nothing.
func (s *showing) farewell(page context.Context) {
	if s.run == 0 {
		s.run = s.name()
	}
	s.arriving.hangUp()
	if s.run == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(page), leaveTime)
	defer cancel()
	if err := s.options.Chat.ReaderLeft(ctx, s.who, s.run); err != nil {
		s.options.Log.WarnContext(ctx, "chatcore does not know that a page left", "error", err.Error())
	}
}

// name waits for the turn's run; 0 when there is none.
func (s *showing) name() int64 {
	timer := time.NewTimer(nameTime)
	defer timer.Stop()
	for {
		select {
		case came, more := <-s.arriving.came:
			if started, ok := came.event.Body.(api.RunStarted); ok {
				return started.RunID
			}
			if !more || came.err != nil {
				return 0
			}
		case <-timer.C:
			return 0
		case <-s.goodbye:
			return 0
		}
	}
}
