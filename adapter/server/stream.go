package server

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// answerStream answers a request with a stream of events.
func (s *Server) answerStream(c echo.Context, who tokens.Identity, request chatkit.Request) error {
	switch r := request.(type) {
	case chatkit.CreateThread:
		return s.turn(c, who, r.Input, nil)
	case chatkit.AddUserMessage:
		conversation, ok := translate.ParseThreadID(r.ThreadID)
		if !ok {
			return s.failStream(c, who, errThreadGone)
		}
		return s.turn(c, who, r.Input, &conversation)
	default:
		return s.endStream(c, chatkit.Error{Message: s.options.Words.Unsupported(request.RequestType())})
	}
}

// endStream answers with a stream of one error.
func (s *Server) endStream(c echo.Context, e chatkit.Error) error {
	return s.frames(c).send(e)
}

func (s *Server) failStream(c echo.Context, who tokens.Identity, err error) error {
	return s.endStream(c, s.errorEvent(who, err))
}

// unsupported words what a message has that is not passed on yet: it is refused, not lost in silence. Empty: nothing.
func (s *Server) unsupported(input chatkit.UserInput) string {
	switch {
	case len(input.Attachments) > 0:
		return s.options.Words.NoAttachments()
	case input.QuotedText != "":
		return s.options.Words.NoQuotes()
	case input.InferenceOptions != chatkit.InferenceOptions{}:
		return s.options.Words.NoChoices()
	}
	return ""
}

// turn sends what the person said and shows the turn.
func (s *Server) turn(c echo.Context, who tokens.Identity, input chatkit.UserInput, conversation *int64) error {
	if why := s.unsupported(input); why != "" {
		return s.endStream(c, chatkit.Error{Message: why})
	}
	text := translate.Text(input)
	if strings.TrimSpace(text) == "" {
		return badRequest(&chatkit.RequestError{Field: "params.input.content", Message: "must not be empty"})
	}
	ctx, cancel := context.WithCancel(c.Request().Context())
	request := api.ChatRequest{Content: text, ConversationID: conversation}
	arriving := make(chan arrival)
	go s.pump(ctx, s.options.Chat.Stream(ctx, who, request), arriving)
	defer func() { // the page is gone or has all: let go of chatcore, and of the goroutine
		cancel()
		for range arriving { //nolint:revive // drained until it is closed
		}
	}()
	show := &showing{
		Server: s, who: who, out: s.frames(c), arriving: arriving,
		stream: s.translator.NewStream(conversation == nil),
	}
	return show.run(ctx)
}

// arrival is what came from chatcore.
type arrival struct {
	event api.Event
	err   error
}

// pump pulls a stream and hands on what comes, one by one: a slow page slows the pulling down. A panic in it ends this
// stream and not the process.
func (s *Server) pump(ctx context.Context, events iter.Seq2[api.Event, error], out chan<- arrival) {
	defer close(out)
	hand := func(came arrival) bool {
		select {
		case out <- came:
			return true
		case <-ctx.Done():
			return false
		}
	}
	defer func() {
		if cause := recover(); cause != nil {
			s.logPanic(ctx, cause)
			hand(arrival{err: errPanic})
		}
	}()
	for event, err := range events {
		if !hand(arrival{event, err}) {
			return
		}
	}
}

func (s *Server) logPanic(ctx context.Context, cause any) {
	s.options.Log.ErrorContext(ctx, "panic in a stream", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
}

// showing is one turn on its way to one page.
type showing struct {
	*Server
	who      tokens.Identity
	out      *frames
	arriving <-chan arrival
	stream   *translate.Stream
}

// run shows the turn to its end. The answer's status is open until something came or patience is over, so that a caller
// whom chatcore refuses is refused properly.
func (s *showing) run(ctx context.Context) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.logPanic(ctx, cause)
			err = s.fail(ctx, errPanic)
		}
	}()
	patience := time.NewTimer(s.options.Patience)
	defer patience.Stop()
	beat, stop := s.heartbeat()
	defer stop()
	for {
		var err error
		select {
		case came, more := <-s.arriving:
			if !more {
				return nil
			}
			if came.err != nil {
				return s.fail(ctx, came.err)
			}
			err = s.out.send(s.stream.Event(came.event.Body)...)
		case <-patience.C:
			err = s.out.open()
		case <-beat:
			err = s.out.beat()
		case <-s.goodbye:
			return s.fail(ctx, errGoingDown)
		}
		if err != nil {
			return err
		}
	}
}

// fail ends the stream with one error, or refuses the caller while that is still possible.
func (s *showing) fail(ctx context.Context, err error) error {
	if gone(ctx) {
		return nil
	}
	if refused, ok := s.refusedCaller(s.who, err); ok && !s.out.opened {
		return refused
	}
	var problem *api.Problem
	if !errors.As(err, &problem) || problem.Status >= 500 {
		s.options.Log.WarnContext(ctx, "a turn's stream failed", "error", err.Error())
	}
	return s.out.send(s.errorEvent(s.who, err))
}

// heartbeat ticks while a stream is open, unless it is switched off.
func (s *Server) heartbeat() (ticks <-chan time.Time, stop func()) {
	if s.options.Heartbeat <= 0 {
		return nil, func() {}
	}
	ticker := time.NewTicker(s.options.Heartbeat)
	return ticker.C, ticker.Stop
}
