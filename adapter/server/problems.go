package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// refuse answers a request whose handler failed, unless its answer has begun.
func (s *Server) refuse(err error, c echo.Context) {
	if c.Response().Committed {
		s.options.Log.WarnContext(c.Request().Context(), "an answer broke off", "error", err.Error())
		return
	}
	var problem serving.Problem
	var routing *echo.HTTPError
	switch {
	case errors.As(err, &problem):
	case errors.As(err, &routing):
		problem = serving.Problem{Status: routing.Code, Cause: err}
	default:
		problem = serving.Problem{Code: "internal", Detail: "Something went wrong on our side.", Cause: err}
	}
	problem.Detail = s.words.Problem(problem.Code, problem.Detail)
	s.spoken(c)
	serving.WriteProblem(c.Response(), c.Request(), problem)
}

func notFound() error {
	return serving.Problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is nothing here."}
}

// badRequest names what is wrong with a request.
func badRequest(err *chatkit.RequestError) error {
	return serving.Problem{Status: http.StatusBadRequest, Code: "invalid_request", Field: err.Field, Detail: sentence(err)}
}

func sentence(err *chatkit.RequestError) string {
	if err.Field == "" {
		return "The request cannot be read: " + err.Message + "."
	}
	return err.Field + " " + err.Message + "."
}

// refusal answers a caller whose token is no good, or cannot be judged right now.
func refusal(err error) error {
	var problem serving.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.Is(err, tokens.ErrKeysUnavailable):
		return serving.Problem{Status: http.StatusServiceUnavailable, Code: "keys_unavailable", Detail: "The token can't be verified right now. Try again in a moment.", Cause: err}
	default:
		return serving.Problem{Status: http.StatusUnauthorized, Code: "unauthorized", Detail: "A valid bearer token is needed.", Cause: err}
	}
}

// refusedCaller says that chatcore refused the caller, and not us: the session is over, or the caller's own token that
// was passed on is no good there. ok is false for other errors.
func (s *Server) refusedCaller(who tokens.Identity, err error) (p serving.Problem, ok bool) {
	var problem *api.Problem
	if !errors.As(err, &problem) || problem.Status != http.StatusUnauthorized && problem.Status != http.StatusForbidden {
		return p, false
	}
	if s.options.Keys != nil && (who.SessionID == "" || problem.Code != "session_ended") {
		return p, false // chatcore does not trust our hop token: nothing that the caller could change
	}
	p = serving.Problem{Status: http.StatusUnauthorized, Code: problem.Code, Detail: problem.Detail, Cause: err}
	if p.Code == "" {
		p.Code, p.Detail = "unauthorized", "A valid bearer token is needed."
	}
	return p, true
}

// problem is the answer to a JSON request that chatcore did not answer as hoped.
func (s *Server) problem(who tokens.Identity, err error) error {
	if refused, ok := s.refusedCaller(who, err); ok {
		return refused
	}
	var problem *api.Problem
	if errors.Is(err, errThreadGone) {
		return notFound()
	}
	if !errors.As(err, &problem) {
		return serving.Problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Detail: s.words.Away(), Cause: err}
	}
	if words, ok := s.inactive(problem); ok {
		return serving.Problem{Status: problem.Status, Code: problem.Code, Detail: words, Reason: problem.Reason, Cause: err}
	}
	switch problem.Status {
	case http.StatusNotFound:
		return notFound()
	case http.StatusBadRequest, http.StatusConflict, http.StatusTooManyRequests, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusNotImplemented:
		return serving.Problem{
			Status: problem.Status, Code: problem.Code, Detail: problem.Detail, Field: problem.Field,
			RetryAfter: problem.RetryAfter, Cause: err,
		}
	case http.StatusServiceUnavailable:
		if problem.Code == "attachments_unavailable" { // the rest of chatcore is there
			return serving.Problem{Status: problem.Status, Code: problem.Code, Detail: problem.Detail, RetryAfter: problem.RetryAfter, Cause: err}
		}
		return serving.Problem{Status: problem.Status, Code: "unavailable", Detail: s.words.Away(), RetryAfter: problem.RetryAfter, Cause: err}
	}
	return serving.Problem{Status: http.StatusBadGateway, Code: "bad_gateway", Detail: s.words.Away(), Cause: err}
}

// errorEvent is the same for a stream: what the page shows, word for word, and whether trying again makes sense.
func (s *Server) errorEvent(who tokens.Identity, err error) chatkit.Error {
	words := s.words
	if _, ok := s.refusedCaller(who, err); ok {
		return chatkit.Error{Message: words.SignInAgain()}
	}
	var problem *api.Problem
	switch {
	case errors.Is(err, errThreadGone):
		return chatkit.Error{Message: words.ThreadGone()}
	case errors.Is(err, errItemGone):
		return chatkit.Error{Message: words.ItemGone()}
	case errors.Is(err, errClickGone):
		return chatkit.Error{Message: words.ClickGone()}
	case errors.Is(err, errQuestionClosed):
		return chatkit.Error{Message: words.QuestionClosed()}
	case errors.Is(err, errAnswered):
		return chatkit.Error{Message: words.AnsweredBefore()}
	case errors.Is(err, errNothingPending):
		return chatkit.Error{Message: words.NothingPending()}
	case errors.Is(err, errGoingDown):
		return chatkit.Error{Message: words.GoingDown(), AllowRetry: !s.options.Whole}
	case errors.Is(err, errPanic):
		return chatkit.Error{Message: words.Internal(), AllowRetry: !s.options.Whole}
	case errors.Is(err, api.ErrCut), errors.Is(err, api.ErrSilent):
		return chatkit.Error{Message: words.Cut(), AllowRetry: !s.options.Whole}
	case !errors.As(err, &problem):
		return chatkit.Error{Message: words.Away(), AllowRetry: true}
	}
	return s.problemEvent(problem)
}

// inactive words that a thread takes nothing more; ok is false for other problems.
func (s *Server) inactive(problem *api.Problem) (message string, ok bool) {
	switch problem.Code {
	case "conversation_locked":
		return s.words.ThreadLocked(problem.Reason), true
	case "conversation_closed":
		return s.words.ThreadClosed(problem.Reason), true
	}
	return "", false
}

func (s *Server) problemEvent(problem *api.Problem) chatkit.Error {
	words := s.words
	if message, ok := s.inactive(problem); ok {
		return chatkit.Error{Message: message}
	}
	switch problem.Status {
	case http.StatusNotFound:
		return chatkit.Error{Message: words.ThreadGone()}
	case http.StatusConflict:
		return chatkit.Error{Message: words.TurnAtWork()}
	case http.StatusTooManyRequests:
		return chatkit.Error{Message: words.TooMany(), AllowRetry: true}
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusNotImplemented:
		return chatkit.Error{Message: s.refused(problem)}
	default:
		return chatkit.Error{Message: words.Away(), AllowRetry: true}
	}
}

// refused words why a message was not taken, in chatcore's own words where there are no other.
func (s *Server) refused(problem *api.Problem) string {
	switch problem.Code {
	case "unknown_model":
		return s.words.UnknownModel()
	case "unknown_tool_choice":
		return s.words.UnknownTool()
	}
	if (problem.Field == "content" || problem.Field == "parts") && problem.Limit > 0 {
		return s.words.TooLong(problem.Limit)
	}
	if words, ok := s.words.NoAnswer(problem.Code); ok {
		return words
	}
	return s.words.Refused(s.words.Problem(problem.Code, problem.Detail))
}

// Reasons of our own for the end of a stream.
var (
	errThreadGone = errors.New("no such thread")
	errItemGone   = errors.New("no such message to answer again")
	errGoingDown  = errors.New("the adapter is going down")
	errGoesOn     = errors.New("who follows the turn has to ask another adapter")
	errPanic      = errors.New("a stream's handler panicked")
)

func isNotFound(err error) bool {
	var problem *api.Problem
	return errors.As(err, &problem) && problem.Status == http.StatusNotFound
}

// gone says that the page left: there is nobody to tell anything.
func gone(ctx context.Context) bool { return ctx.Err() != nil }
