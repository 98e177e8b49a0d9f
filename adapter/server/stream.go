package server

import (
	"context"
	"iter"
	"strings"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// answerStream answers a request with a stream of events.
func (s *Server) answerStream(c echo.Context, who tokens.Identity, request chatkit.Request, guard string) error {
	switch r := request.(type) {
	case chatkit.CreateThread:
		return s.say(c, who, r.Input, question{opening: translate.Thread, ask: api.ChatRequest{ResendGuard: guard}})
	case chatkit.AddUserMessage:
		conversation, ok := translate.ParseThreadID(r.ThreadID)
		if !ok {
			return s.failStream(c, who, errThreadGone)
		}
		return s.say(c, who, r.Input, question{opening: translate.Message, conversation: conversation, ask: api.ChatRequest{ResendGuard: guard}})
	case chatkit.RetryAfterItem:
		return s.sayAgain(c, who, r, guard)
	case chatkit.AddStructuredInput:
		return s.answerQuestions(c, who, r, guard)
	case chatkit.AddClientToolOutput:
		return s.bringOutput(c, who, r, guard)
	case chatkit.CustomAction:
		return s.actStreamed(c, who, r.ActionParams)
	default:
		return s.endStream(c, chatkit.Error{Message: s.words.Unsupported(request.RequestType())})
	}
}

// endStream answers with a stream of one error.
func (s *Server) endStream(c echo.Context, e chatkit.Error) error {
	return s.frames(c).say(e)
}

func (s *Server) failStream(c echo.Context, who tokens.Identity, err error) error {
	return s.endStream(c, s.errorEvent(who, err))
}

// question is what begins a turn.
type question struct {
	ask          api.ChatRequest
	conversation translate.Key // empty: a new one
	opening      translate.Opening
}

// missing is what is not there when chatcore says that something is not.
func (q question) missing() error {
	if q.ask.RetryOf != nil {
		return errItemGone
	}
	return errThreadGone
}

// say sends what the person said and shows the turn.
func (s *Server) say(c echo.Context, who tokens.Identity, input chatkit.UserInput, q question) error {
	translate.Carry(input, &q.ask)
	if strings.TrimSpace(translate.Text(input)) == "" && len(input.Attachments) == 0 {
		return badRequest(&chatkit.RequestError{Field: "params.input.content", Message: "must not be empty"})
	}
	return s.turn(c, who, q)
}

// sayAgain has a message answered again and shows that turn. Whether the item is a user's message chatcore knows.
func (s *Server) sayAgain(c echo.Context, who tokens.Identity, r chatkit.RetryAfterItem, guard string) error {
	conversation, ok := translate.ParseThreadID(r.ThreadID)
	if !ok {
		return s.failStream(c, who, errThreadGone)
	}
	message, place, ok := translate.InConversation(conversation, r.ItemID)
	if !ok || place.Index != 0 {
		return s.failStream(c, who, errItemGone)
	}
	return s.turn(c, who, question{
		opening: translate.Again, conversation: conversation,
		ask: api.ChatRequest{RetryOf: &message, ResendGuard: guard},
	})
}

// turn shows a turn from its question to its end.
func (s *Server) turn(c echo.Context, who tokens.Identity, q question) error {
	page := c.Request().Context()
	stream := s.translating(page).NewStream(q.opening)
	arriving := s.pull(page, func(ctx context.Context) iter.Seq2[api.Event, error] {
		return s.options.Chat.Stream(ctx, who, q.conversation, q.ask)
	})
	return s.showTurn(page, &showing{
		Server: s, who: who, out: s.frames(c), arriving: arriving, missing: q.missing(),
		translate: func(e api.Event) []translate.Marked { return translate.Unmarked(stream.Event(e.Body)) },
	})
}

// showTurn shows a turn to the page that asked for it, and tells chatcore when that page leaves.
func (s *Server) showTurn(page context.Context, show *showing) error {
	defer show.arriving.hangUp()
	err := show.show(page)
	if show.pageLeft(page, err) {
		show.farewell(page)
		return nil
	}
	return err
}
