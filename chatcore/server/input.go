package server

import (
	"encoding/json"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
)

// inputRequest is api.InputRequest as it comes from outside. Result may be null: a tool of the page has nothing to say.
type inputRequest struct {
	RecordID    *int64                `json:"record_id"`
	Result      json.RawMessage       `json:"result"`
	Status      string                `json:"status"`
	Answers     map[string]api.Answer `json:"answers"`
	ResendGuard string                `json:"resend_guard"`
}

// input gives a run what it waits for, and answers as chat does, from there on.
func (s *Server) input(c echo.Context) error {
	run, err := number(c, "run_id")
	if err != nil {
		return err
	}
	request, err := s.inputRequest(c)
	if err != nil {
		return err
	}
	ctx, user := c.Request().Context(), callerOf(c).UserID
	resumed, err := s.Turns.Input(ctx, runs.Input{Caller: callerOf(c), RunID: run, InputRequest: request})
	if err != nil {
		return err
	}
	following, err := s.Turns.Follow(ctx, user, run, resumed.After, false)
	if err != nil {
		return err
	}
	events := begun(resumed, following)
	if wantsStream(c.Request()) {
		return s.stream(c, run, events)
	}
	return s.whole(c, run, events)
}

func (s *Server) inputRequest(c echo.Context) (request api.InputRequest, err error) {
	var body inputRequest
	if err := s.readJSON(c, &body); err != nil {
		return request, err
	}
	if body.ResendGuard != "" {
		if err := checkText("resend_guard", body.ResendGuard, maxGuard); err != nil {
			return request, err
		}
	}
	request = api.InputRequest{Result: body.Result, Status: body.Status, Answers: body.Answers, ResendGuard: body.ResendGuard}
	if body.RecordID != nil {
		if *body.RecordID < 1 || *body.RecordID > api.MaxID {
			return request, store.ErrNotFound
		}
		request.RecordID = *body.RecordID
	}
	return request, nil
}

// begun opens a stream that begins in the middle of a turn. Its first event has the id of the place where the run waited:
// who goes on behind it misses nothing and sees nothing twice.
func begun(resumed runs.Resumed, following iter.Seq2[api.Event, error]) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		if !yield(api.Event{ID: resumed.After.String(), Body: resumed.Started}, nil) || following == nil {
			return
		}
		following(yield)
	}
}

// sentence makes a sentence of an error that was written to be read.
func sentence(err error) string {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}
