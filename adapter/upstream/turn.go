package upstream

import (
	"context"
	"iter"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/adapter/translate"
	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

// Stream sends a message to a conversation, or to a new one when its key is empty, and gives the turn as it happens. Once the turn was accepted it goes on by itself when what
// carries it breaks: the events come without a gap or a repeat. The request itself is never sent twice. Errors are those
// of api.Client.Stream; api.ErrCut is among them when the rest could not be had.
func (c *Chat) Stream(ctx context.Context, who tokens.Identity, conversation translate.Key, request api.ChatRequest) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		if conversation != "" {
			id, err := number(conversation)
			if err != nil {
				yield(api.Event{}, err)
				return
			}
			request.ConversationID = &id
		}
		r := &reading{Chat: c, who: who, yield: yield}
		err := r.open(ctx, func(caller api.Caller) iter.Seq2[api.Event, error] { return c.Client.Stream(ctx, caller, request) })
		if err != nil {
			yield(api.Event{}, err)
		}
	}
}

// Input gives a run what it waits for, and then its events from there on. It goes on by itself as Stream does. The request is
// sent again while it is not known whether it was accepted: with its guard it joins what the first one began.
func (c *Chat) Input(ctx context.Context, who tokens.Identity, run int64, request api.InputRequest) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		pauses := c.pauses()
		for giveUp := time.Now().Add(c.patience()); ; {
			r := &reading{Chat: c, who: who, yield: yield}
			err := r.open(ctx, func(caller api.Caller) iter.Seq2[api.Event, error] { return c.Client.Input(ctx, caller, run, request) })
			if err == nil {
				return
			}
			if r.begun || refused(err) || time.Now().After(giveUp) || !pause(ctx, pauses.NextBackOff()) {
				yield(api.Event{}, err)
				return
			}
		}
	}
}

// Follow gives a run's events behind the event with the id after, or from its beginning when after is empty, to its end.
// It goes on by itself as Stream does.
func (c *Chat) Follow(ctx context.Context, who tokens.Identity, run int64, after string) iter.Seq2[api.Event, error] {
	return func(yield func(api.Event, error) bool) {
		r := &reading{Chat: c, who: who, yield: yield, run: run, last: after}
		r.goOn(ctx)
	}
}

// Cancel stops a run and keeps what was said.
func (c *Chat) Cancel(ctx context.Context, who tokens.Identity, run int64) error {
	return c.tell(ctx, who, func(caller api.Caller) error { return c.Client.CancelRun(ctx, caller, run) })
}

// ReaderLeft tells that the page that showed a run went away. To tell it twice does no harm, so it is tried for a while.
func (c *Chat) ReaderLeft(ctx context.Context, who tokens.Identity, run int64) error {
	return c.tell(ctx, who, func(caller api.Caller) error { return c.Client.ReaderLeft(ctx, caller, run) })
}

// GiveFeedback says how the person likes an answer. The last word counts, so it is tried for a while.
func (c *Chat) GiveFeedback(ctx context.Context, who tokens.Identity, message int64, kind string) error {
	return c.tell(ctx, who, func(caller api.Caller) error { return c.Client.GiveFeedback(ctx, caller, message, kind) })
}

// tellTime is how long something is told again while it is not heard.
const tellTime = 8 * time.Second

// tell makes a call that does no harm when it is made twice, with a token of its own for each try.
func (c *Chat) tell(ctx context.Context, who tokens.Identity, call func(api.Caller) error) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = firstWait, longestPause
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		caller, err := c.caller(who)
		if err == nil {
			err = call(caller)
		}
		if final(err) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(tellTime))
	return err
}
