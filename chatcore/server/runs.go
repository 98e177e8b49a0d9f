package server

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/peers"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
)

// runEvents gives a run's stream again from Last-Event-ID on, and then live to its end.
func (s *Server) runEvents(c echo.Context) error {
	run, err := number(c, "run_id")
	if err != nil {
		return err
	}
	after := runs.Beginning
	if id := c.Request().Header.Get("Last-Event-ID"); id != "" {
		if after, err = api.ParsePosition(id); err != nil {
			return invalid("Last-Event-ID", "Last-Event-ID must be the id of an event of this run.")
		}
	}
	events, err := s.Turns.Follow(c.Request().Context(), callerOf(c).UserID, run, after, betweenReplicas(c))
	if err != nil {
		return err
	}
	if events == nil {
		return c.NoContent(http.StatusNoContent) // the reader has it all
	}
	if !betweenReplicas(c) { // the page is back
		if err := s.Turns.Read(c.Request().Context(), callerOf(c).UserID, run, 0); err != nil {
			return err
		}
	}
	return s.stream(c, run, events)
}

// betweenReplicas says that another replica asks, for a reader of its own.
func betweenReplicas(c echo.Context) bool { return c.Request().Header.Get(peers.Header) != "" }

func (s *Server) runStatus(c echo.Context) error {
	run, err := number(c, "run_id")
	if err != nil {
		return err
	}
	status, err := s.Turns.Status(c.Request().Context(), callerOf(c).UserID, run)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, status)
}

func (s *Server) cancelRun(c echo.Context) error {
	run, err := number(c, "run_id")
	if err != nil {
		return err
	}
	if err := s.Turns.Stop(c.Request().Context(), callerOf(c).UserID, run); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) readerLeft(c echo.Context) error {
	run, err := number(c, "run_id")
	if err != nil {
		return err
	}
	if err := s.Turns.PageLeft(c.Request().Context(), callerOf(c).UserID, run); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// maxWait bounds ?wait=.
const maxWait = 30 * time.Second

// wait reads ?wait=, a number of seconds.
func wait(c echo.Context) (time.Duration, error) {
	text := c.QueryParam("wait")
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds >= 0) {
		return 0, invalid("wait", "wait must be a number of seconds from 0 on.")
	}
	return time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second)), nil
}

// readMessages reads a page. A run at work on it is told that somebody reads; if nobody follows it, the page waits for its
// end, at most limit.
func (s *Server) readMessages(c echo.Context, conversation int64, asked store.Page, limit time.Duration) (api.MessagePage, error) {
	ctx, user := c.Request().Context(), callerOf(c).UserID
	messages, err := s.Conversations.Messages(ctx, user, conversation, asked)
	if err != nil {
		return messages, err
	}
	if asked.Glance {
		return messages, nil
	}
	at := slices.IndexFunc(messages.Data, func(m api.Message) bool { return m.State == api.StateRunning })
	if at < 0 {
		return messages, nil
	}
	if err := s.Turns.Read(ctx, user, messages.Data[at].ID, limit); err != nil || limit == 0 {
		return messages, err
	}
	return s.Conversations.Messages(ctx, user, conversation, asked)
}
