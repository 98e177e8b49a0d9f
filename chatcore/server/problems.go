package server

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/chatcore/actions"
	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/pagetools"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
	"taskpilot/internal/serving"
)

// refuse answers with the problem that an error is.
func (s *Server) refuse(c echo.Context, err error) {
	if c.Response().Committed {
		return // a stream has begun; its end says what happened
	}
	serving.WriteProblem(c.Response(), c.Request(), problemOf(err))
}

func problemOf(err error) serving.Problem {
	var problem serving.Problem
	var inactive *store.NotActiveError
	var left *store.PageLeftError
	var other *store.ActionAtWorkError
	var input *pagetools.InputError
	var routing *echo.HTTPError
	if file, is := attachmentProblem(err); is {
		return file
	}
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.Is(err, store.ErrNotFound):
		return serving.Problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is nothing here under this id."}
	case errors.Is(err, store.ErrNoAnswer):
		return serving.Problem{Status: http.StatusBadRequest, Code: "no_answer", Detail: "Only answers take feedback, and this message is the person's own."}
	case errors.Is(err, store.ErrBusy), errors.As(err, &left): // one that left and can't be stopped is at work as well
		return serving.Problem{Status: http.StatusConflict, Code: "turn_at_work", Detail: "An answer is still being written in this conversation. Wait for it to end."}
	case errors.Is(err, store.ErrManyTurns):
		return serving.Problem{Status: http.StatusTooManyRequests, Code: "too_many_turns", Detail: "Too many answers are being written for this user. Wait for one to end.", RetryAfter: 2 * time.Second}
	case errors.As(err, &inactive):
		return inactiveProblem(inactive)
	case errors.Is(err, store.ErrNotWaiting):
		return serving.Problem{Status: http.StatusConflict, Code: "not_waiting", Detail: "The run does not wait for this: it was answered already, or the person has said something else."}
	case errors.As(err, &input):
		return serving.Problem{Status: http.StatusBadRequest, Code: input.Code, Field: input.Field, Detail: input.Message}
	case errors.Is(err, store.ErrKeyUsed):
		return serving.Problem{Status: http.StatusConflict, Code: "key_used", Detail: "This Idempotency-Key was used for another request."}
	case errors.As(err, &other):
		return serving.Problem{Status: http.StatusConflict, Code: "action_at_work", Detail: "Something else is being done here right now. Try again in a moment."}
	case errors.Is(err, actions.ErrUnknownTool):
		return invalid("tool", "There is no tool of this name.")
	case errors.Is(err, agent.ErrUnreachable):
		return serving.Problem{Status: http.StatusServiceUnavailable, Code: "tools_unreachable", Detail: "The tools can't be reached right now. Nothing was done; try again in a moment.", RetryAfter: 2 * time.Second, Cause: err}
	case errors.Is(err, runs.ErrGoingDown), errors.Is(err, actions.ErrGoingDown):
		return serving.Problem{Status: http.StatusServiceUnavailable, Code: "going_down", Detail: "This replica is going down. Nothing was accepted; try again.", RetryAfter: time.Second}
	case ownerdb.IsAway(err):
		return serving.Problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Detail: "The database can't be reached right now. Try again in a moment.", RetryAfter: 2 * time.Second, Cause: err}
	case errors.As(err, &routing):
		return serving.Problem{Status: routing.Code, Cause: err}
	default:
		return serving.Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "Something went wrong on our side.", Cause: err}
	}
}

func inactiveProblem(e *store.NotActiveError) serving.Problem {
	detail := "This conversation is " + e.Status + ": nothing in it can be added or changed."
	if e.Reason != "" {
		detail += " Reason: " + e.Reason
	}
	return serving.Problem{Status: http.StatusConflict, Code: "conversation_" + e.Status, Detail: detail, Reason: e.Reason}
}

// invalid is a 400 that names the field.
func invalid(field, detail string) serving.Problem {
	return serving.Problem{Status: http.StatusBadRequest, Code: "invalid_request", Field: field, Detail: detail}
}
