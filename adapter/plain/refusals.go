package plain

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// missing is something that the service can't do. present words it by its code.
func missing(code, detail string) *api.Problem {
	return &api.Problem{Status: http.StatusNotImplemented, Code: code, Detail: detail}
}

// What a plain service can't do, or may not.
var (
	errNoRename      = missing("no_rename", "This chat service can't rename conversations.")
	errNoDelete      = missing("no_delete", "This chat service can't delete conversations.")
	errNoRetry       = missing("no_retry", "This chat service can't answer a message again. Please send it once more.")
	errNoFeedback    = missing("no_feedback", "This chat service keeps no feedback.")
	errNoActions     = missing("no_actions", "This chat service can only be asked by messages.")
	errNoAttachments = missing("attachments_off", "Attachments are switched off here: the chat service has none.")
	errNoSessions    = missing("no_sessions", "This chat service has no sessions.")
	errNoAudio       = missing("no_transcription", "This chat service takes no recordings.")
	errNoModel       = &api.Problem{Status: http.StatusBadRequest, Code: "unknown_model", Detail: "This chat service has no choice of models."}
	errNoToolChoice  = &api.Problem{Status: http.StatusBadRequest, Code: "unknown_tool_choice", Detail: "This chat service has no choice of tools."}
	errNotThere      = &api.Problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is nothing here under this id."}
)

// change makes a change that the service may not know. A service that has no such route answers as for a conversation that
// isn't there: which of the two it is history says.
func (c *Chat) change(ctx context.Context, who tokens.Identity, conversation translate.Key, unknown *api.Problem, do func() error) error {
	err := do()
	var problem *api.Problem
	if !errors.As(err, &problem) {
		return err
	}
	switch problem.Status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return unknown
	case http.StatusNotFound:
		if _, there := c.service.History(ctx, who, conversation); there == nil {
			return unknown
		}
	}
	return err
}

// Act is refused.
func (c *Chat) Act(context.Context, tokens.Identity, translate.Key, api.ActionRequest, string) (api.ActionResponse, error) {
	return api.ActionResponse{}, errNoActions
}

// GiveFeedback is refused: it would be kept nowhere.
func (c *Chat) GiveFeedback(context.Context, tokens.Identity, int64, string) error {
	return errNoFeedback
}

// Transcribe is refused.
func (c *Chat) Transcribe(context.Context, tokens.Identity, []byte, string) (api.Transcription, error) {
	return api.Transcription{}, errNoAudio
}

// OpenSession is refused.
func (c *Chat) OpenSession(context.Context, tokens.Identity, time.Duration) (api.Session, error) {
	return api.Session{}, errNoSessions
}

// Cancel is never asked for: no answer of a plain service is known to be at work.
func (c *Chat) Cancel(context.Context, tokens.Identity, int64) error { return errNotThere }

// ReaderLeft does nothing: a turn goes on without its page.
func (c *Chat) ReaderLeft(context.Context, tokens.Identity, int64) error { return nil }

// Input is never asked for: nothing waits for a page.
func (c *Chat) Input(context.Context, tokens.Identity, int64, api.InputRequest) iter.Seq2[api.Event, error] {
	return failing(errNotThere)
}

// Follow is never asked for: no answer is known to be at work.
func (c *Chat) Follow(context.Context, tokens.Identity, int64, string) iter.Seq2[api.Event, error] {
	return failing(errNotThere)
}

func failing(err error) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) { yield(api.Event{}, err) }
}
