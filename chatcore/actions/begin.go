package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

// begin stores an action as soon as it may begin: one that stands in its way ends first.
func (a *Actions) begin(ctx context.Context, request Request) (store.StoredAction, error) {
	ctx, cancel := context.WithTimeout(ctx, a.config.Wait)
	defer cancel()
	for {
		action, err := a.store.BeginAction(ctx, a.newAction(request))
		var left *store.PageLeftError
		var other *store.ActionAtWorkError
		switch {
		case errors.As(err, &left):
			if err := a.turns.MakeWay(ctx, request.Caller.UserID, left.RunID); err != nil {
				return action, fmt.Errorf("stopping the turn before: %w", err)
			}
		case errors.As(err, &other):
			before := store.StoredAction{UserID: request.Caller.UserID}
			before.ID = other.ID
			if _, waitErr := a.ended(ctx, before); waitErr != nil {
				return action, err
			}
		case ownerdb.IsAway(err) && action.ID != 0 && !action.Joined && a.isStored(ctx, action):
			return action, nil
		default:
			return action, err
		}
	}
}

func (a *Actions) newAction(request Request) store.NewAction {
	interrupted, lost := agent.Interrupted(), agent.LostCall()
	return store.NewAction{
		UserID: request.Caller.UserID, ConversationID: request.ConversationID, RecordID: request.RecordID,
		Tool: request.Tool, Parameters: request.Parameters, Key: request.Key, Hash: request.Hash, Lease: a.config.Lease,
		Interrupted: store.Sentence{Code: interrupted.Code, Text: interrupted.Sentence},
		LostCall:    store.Sentence{Code: lost.Code, Text: lost.Error},
	}
}

// isStored says whether an action was stored though the word of its commit was lost.
func (a *Actions) isStored(ctx context.Context, action store.StoredAction) bool {
	for missed := 0; missed < 2 && pause(ctx, howOften) == nil; {
		_, err := a.store.LoadAction(ctx, action.UserID, action.ID)
		if err == nil {
			return true
		}
		if errors.Is(err, store.ErrNotFound) {
			missed++ // the first time the server may have been at it still
		}
	}
	return false
}

// howOften the end of an action is looked for that is done elsewhere.
const howOften = 50 * time.Millisecond

// ended waits for the end of an action that is done elsewhere.
func (a *Actions) ended(ctx context.Context, action store.StoredAction) (store.StoredAction, error) {
	joined := action.Joined
	ctx, cancel := context.WithTimeout(ctx, a.config.Wait)
	defer cancel()
	for {
		var err error
		if action, err = a.store.LoadAction(ctx, action.UserID, action.ID); err != nil || action.Done() {
			action.Joined = joined
			return action, err
		}
		if pause(ctx, howOften) != nil {
			return action, &store.ActionAtWorkError{ID: action.ID}
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
