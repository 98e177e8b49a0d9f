package server

import (
	"context"
	"errors"
	"iter"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// answerQuestions brings a person's answers to the run that waits for them, and shows how it goes on.
func (s *Server) answerQuestions(c echo.Context, who tokens.Identity, r chatkit.AddStructuredInput, guard string) error {
	answers := make(map[string]api.Answer, len(r.Answers))
	for id, answer := range r.Answers {
		answers[id] = api.Answer{Values: answer.Values, Skipped: answer.Skipped}
	}
	return s.give(c, who, r.ThreadID, waited{kind: api.ForStructuredInput, item: r.ItemID, missing: errQuestionClosed},
		api.InputRequest{Status: r.Status, Answers: answers, ResendGuard: guard})
}

// bringOutput brings what a tool of the page's gave. The request names the thread only: it is for the newest such call.
func (s *Server) bringOutput(c echo.Context, who tokens.Identity, r chatkit.AddClientToolOutput, guard string) error {
	return s.give(c, who, r.ThreadID, waited{kind: api.ForClientTool, missing: errNothingPending},
		api.InputRequest{Result: r.Result, ResendGuard: guard})
}

// waited says what input is for: a kind of call, an item or any, and what is wrong when nothing waits for it.
type waited struct {
	kind, item string
	missing    error
}

// give finds the run in its thread's last message and goes on with it. A call that was answered already is given the input
// too: chatcore knows whether it is the same one, sent again.
func (s *Server) give(c echo.Context, who tokens.Identity, thread string, w waited, request api.InputRequest) error {
	conversation, ok := translate.ParseThreadID(thread)
	if !ok {
		return s.failStream(c, who, errThreadGone)
	}
	page := c.Request().Context()
	answer, err := s.newest(page, who, conversation)
	if refused, ok := s.refusedCaller(who, err); ok {
		return refused
	}
	if err != nil {
		return s.failStream(c, who, missing(err, errThreadGone))
	}
	record, ok := translate.Waited(conversation, answer, w.kind, w.item)
	if !ok {
		return s.failStream(c, who, w.missing)
	}
	request.RecordID = record.ID
	if record.Confirms != nil {
		request.Answers = s.meant(request.Answers)
	}
	stream := s.translator.GoOn(answer)
	arriving := s.pull(page, func(ctx context.Context) iter.Seq2[api.Event, error] {
		return notWaiting(w, s.options.Chat.Input(ctx, who, answer.ID, request))
	})
	return s.showTurn(page, &showing{
		Server: s, who: who, out: s.frames(c), arriving: arriving, missing: errThreadGone, run: answer.ID,
		translate: func(e api.Event) []translate.Marked { return translate.Unmarked(stream.Event(e.Body)) },
	})
}

// meant are answers in chatcore's words for yes and no: the page has them in the reader's.
func (s *Server) meant(answers map[string]api.Answer) map[string]api.Answer {
	meant := make(map[string]api.Answer, len(answers))
	for id, answer := range answers {
		values := make([]string, 0, len(answer.Values))
		for _, value := range answer.Values {
			values = append(values, s.options.Languages.Meant(value))
		}
		meant[id] = api.Answer{Values: values, Skipped: answer.Skipped}
	}
	return meant
}

// notWaiting says in the words of the request's kind that nobody waits for it any more.
func notWaiting(w waited, events iter.Seq2[api.Event, error]) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		for event, err := range events {
			var problem *api.Problem
			switch {
			case !errors.As(err, &problem) || problem.Code != "not_waiting":
			case w.kind == api.ForStructuredInput:
				err = errAnswered
			default:
				err = w.missing
			}
			if !yield(event, err) {
				return
			}
		}
	}
}

// missing names what is not there when chatcore says that something is not.
func missing(err, what error) error {
	if isNotFound(err) {
		return what
	}
	return err
}

// Reasons for which nothing is waited for.
var (
	errQuestionClosed = errors.New("no such question is open")
	errAnswered       = errors.New("the question was answered before")
	errNothingPending = errors.New("no tool of the page's is waited for")
)
