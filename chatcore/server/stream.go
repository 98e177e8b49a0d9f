package server

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
)

const eventStream = "text/event-stream"

// stream writes a run's events as they happen, to its end.
func (s *Server) stream(c echo.Context, run int64, follow iter.Seq2[api.Event, error]) error {
	ctx, cancel := context.WithCancel(c.Request().Context())
	defer cancel()
	header := c.Response().Header()
	header.Set("Content-Type", eventStream)
	header.Set("Cache-Control", "no-cache, no-transform")
	header.Set("X-Accel-Buffering", "no") // nginx would hold the whole stream back
	c.Response().WriteHeader(http.StatusOK)
	c.Response().Flush() // the first event may be a while in coming
	events := make(chan api.Event)
	go func() {
		defer close(events)
		for event, err := range follow {
			if err != nil {
				return
			}
			select {
			case events <- event:
			case <-ctx.Done():
				return
			}
		}
	}()
	return s.write(c, run, events)
}

// write sends events, and comments while there are none, each write within its time. A server that goes down needs no
// word here: every run ends or is handed over first, and its streams end with it; one without an end was cut.
func (s *Server) write(c echo.Context, run int64, events <-chan api.Event) error {
	out := patientWriter{w: c.Response().Writer, time: s.Config.WriteTime} // echo's own Flush keeps errors to itself
	var heartbeat <-chan time.Time
	if s.Config.Heartbeat > 0 {
		ticker := time.NewTicker(s.Config.Heartbeat)
		defer ticker.Stop()
		heartbeat = ticker.C
	}
	for {
		var err error
		select {
		case event, more := <-events:
			if !more {
				return nil
			}
			write := func() error { return api.Encode(out, event) }
			if api.Ends(event.Body) && !betweenReplicas(c) {
				err = s.showEnd(c, run, write)
			} else {
				err = write()
			}
		case <-heartbeat:
			_, err = io.WriteString(out, ": hb\n\n")
		}
		if err != nil {
			return fmt.Errorf("writing to a reader: %w", err)
		}
	}
}

// showEnd writes a turn's end. It counts as seen from before it is written, for its reader may say the next thing at once,
// unless it could not be written.
func (s *Server) showEnd(c echo.Context, run int64, write func() error) error {
	ctx, user := c.Request().Context(), callerOf(c).UserID
	s.Turns.EndSeen(ctx, user, run, true)
	err := write()
	if err != nil {
		s.Turns.EndSeen(ctx, user, run, false)
	}
	return err
}

// patientWriter gives each write its own time, and sends it on at once.
type patientWriter struct {
	w    http.ResponseWriter
	time time.Duration
}

func (p patientWriter) Write(frame []byte) (int, error) {
	control := http.NewResponseController(p.w)
	if err := control.SetWriteDeadline(time.Now().Add(p.time)); err != nil {
		return 0, err
	}
	n, err := p.w.Write(frame)
	if err != nil {
		return n, err
	}
	return n, control.Flush()
}
