package server

import (
	"context"
	"errors"
	"iter"
	"net/http"

	"github.com/labstack/echo/v4"

	"taskpilot/adapter/chatkit"
	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/serving"
	"taskpilot/internal/tokens"
)

// follow shows the turn at work in a thread to a page that did not begin it, as ChatKit's events with ids. Behind
// Last-Event-ID it goes on with that turn, also when it has ended since.
func (s *Server) follow(c echo.Context) error {
	who, conversation, err := s.thread(c)
	if err != nil {
		return err
	}
	after, err := lastEvent(c.Request())
	if err != nil {
		return err
	}
	page := c.Request().Context()
	answer, err := s.atWork(page, who, conversation)
	if err != nil {
		return err
	}
	run, following := answer.ID, s.translating(page).Follow(answer.ID, answer.Steps)
	if after.Run != 0 && (after.Run == run || !after.IsEnd()) {
		run, following = after.Run, s.translating(page).Resume(after)
	}
	if run == 0 {
		return c.NoContent(http.StatusNoContent)
	}
	arriving := s.pull(page, func(ctx context.Context) iter.Seq2[api.Event, error] {
		return within(conversation, s.options.Chat.Follow(ctx, who, run, ""))
	})
	defer arriving.hangUp()
	show := &showing{
		Server: s, who: who, out: s.frames(c), arriving: arriving, missing: errThreadGone, follower: true, translate: following.Event,
	}
	err = show.show(page)
	if errors.Is(err, errGoesOn) {
		panic(http.ErrAbortHandler) // a stream that just ended would be taken for the turn's end
	}
	if err != nil || !show.over || show.out.opened {
		return err
	}
	return c.NoContent(http.StatusNoContent) // the turn has ended, and the reader had all of it
}

// cancel stops the turn at work in a thread, if there is one.
func (s *Server) cancel(c echo.Context) error {
	who, conversation, err := s.thread(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	answer, err := s.atWork(ctx, who, conversation)
	if err != nil {
		return err
	}
	if answer.ID != 0 {
		if err := s.options.Chat.Cancel(ctx, who, answer.ID); err != nil && !isNotFound(err) {
			return s.problem(who, err)
		}
	}
	return c.NoContent(http.StatusNoContent)
}

// thread says who calls, and about which conversation.
func (s *Server) thread(c echo.Context) (who tokens.Identity, conversation translate.Key, err error) {
	if who, err = s.identify(c.Request()); err != nil {
		return who, "", refusal(err)
	}
	if err := s.admit(who); err != nil {
		return who, "", err
	}
	s.know(c, who)
	conversation, ok := translate.ParseThreadID(c.Param("thread_id"))
	if !ok {
		return who, "", notFound()
	}
	return who, conversation, nil
}

func lastEvent(r *http.Request) (after translate.Mark, err error) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		return after, nil
	}
	after, ok := translate.ParseMark(id)
	if !ok {
		return after, serving.Problem{
			Status: http.StatusBadRequest, Code: "invalid_request", Field: "Last-Event-ID", Detail: "Last-Event-ID must be the id of an event that came from here.",
		}
	}
	return after, nil
}

// atWork gives the answer that is being written in a conversation; its ID is the run's, and 0 when there is none.
func (s *Server) atWork(ctx context.Context, who tokens.Identity, conversation translate.Key) (answer api.Message, err error) {
	newest, err := s.newest(ctx, who, conversation)
	if err != nil {
		return answer, s.problem(who, err)
	}
	if newest.State != api.StateRunning {
		return answer, nil
	}
	return newest, nil
}

// newest is the last message of a conversation, the zero one when there is none.
func (s *Server) newest(ctx context.Context, who tokens.Identity, conversation translate.Key) (message api.Message, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.WholeTime)
	defer cancel()
	ask := api.PageRequest{Limit: 1, Order: chatkit.Descending}
	for { // until there is a message: actions may have been done since
		page, err := s.options.Chat.Messages(ctx, who, conversation, ask)
		if err != nil {
			return message, err
		}
		if len(page.Data) > 0 {
			return page.Data[0], nil
		}
		if !page.HasMore || page.After == ask.After {
			return message, nil
		}
		ask.After, ask.Limit = page.After, 20
	}
}

// within holds a turn to a conversation: an id from elsewhere must not show another thread here.
func within(conversation translate.Key, events iter.Seq2[api.Event, error]) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		for event, err := range events {
			if started, ok := event.Body.(api.RunStarted); ok && translate.KeyOf(started.Conversation) != conversation {
				yield(api.Event{}, &api.Problem{Status: http.StatusNotFound})
				return
			}
			if !yield(event, err) {
				return
			}
		}
	}
}
