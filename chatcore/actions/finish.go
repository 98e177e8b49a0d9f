package actions

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

// codeInternal is a tool's word that it failed for a reason of its own, which may pass.
const codeInternal = "internal"

// finish makes an action's call and stores how it ended, with the newer state of the record that was clicked in. To finish
// an action twice does no harm: the call acts once, and the first end stays.
func (a *Actions) finish(ctx context.Context, caller agent.Caller, action store.StoredAction) (store.StoredAction, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go a.hold(ctx, action)
	outcome := a.call(ctx, caller, agent.ToolRequest{Key: action.CallKey, Tool: action.Record.Tool, Arguments: action.Record.Parameters})
	return a.end(ctx, action, outcome, a.newer(ctx, caller, action, outcome))
}

// call makes a call. A panic on the way to the tool loses this call and nothing else.
func (a *Actions) call(ctx context.Context, caller agent.Caller, request agent.ToolRequest) (outcome agent.Outcome) {
	defer func() {
		if value := recover(); value != nil {
			a.log.ErrorContext(ctx, "an action's call panicked", "tool", request.Tool, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			outcome = agent.LostCall()
		}
	}()
	outcome, err := a.tools.Call(ctx, caller, request)
	if err != nil {
		a.log.ErrorContext(ctx, "an action's call got no answer", "tool", request.Tool, "error", err)
		return agent.LostCall()
	}
	return outcome
}

// newer is the state that the record which was clicked in is shown with from now on; nil when nobody knows one. Nothing is
// known of tools here but what they say of themselves: an action with the record's own tool gives it, and so does the
// record's tool, asked again as it was last asked, when it only reads. What is left is a record of something that was done:
// its newer state is what the action says.
func (a *Actions) newer(ctx context.Context, caller agent.Caller, action store.StoredAction, outcome agent.Outcome) *store.Refresh {
	clicked := action.Clicked
	if clicked == nil {
		return nil
	}
	if action.Record.Tool == clicked.Record.Tool && !outcome.Failed {
		return &store.Refresh{Result: outcome.Result, Shown: action.Record.Parameters}
	}
	tool, ok := a.offered(ctx, caller, clicked.Record.Tool)
	switch {
	case !ok:
		return nil
	case tool.ReadOnly:
		again := a.call(ctx, caller, agent.ToolRequest{Key: action.CallKey + ".shown", Tool: clicked.Record.Tool, Arguments: clicked.Shown})
		if again.Failed {
			return nil
		}
		return &store.Refresh{Result: again.Result, Shown: clicked.Shown}
	case outcome.Failed:
		return nil
	default:
		return &store.Refresh{Result: outcome.Result}
	}
}

// offered gives a tool that the server offers.
func (a *Actions) offered(ctx context.Context, caller agent.Caller, name string) (agent.Tool, bool) {
	tools, err := a.tools.List(ctx, caller)
	if err != nil {
		a.log.WarnContext(ctx, "it is not known whether a tool only reads", "tool", name, "error", err)
	}
	at := slices.IndexFunc(tools, func(tool agent.Tool) bool { return tool.Name == name })
	if at < 0 {
		return agent.Tool{}, false
	}
	return tools[at], true
}

// storeTime bounds one transaction.
const storeTime = 15 * time.Second

// end stores how an action ended, and tries on while the database is away.
func (a *Actions) end(ctx context.Context, action store.StoredAction, outcome agent.Outcome, newer *store.Refresh) (store.StoredAction, error) {
	end := store.ActionEnd{
		UserID: action.UserID, ActionID: action.ID, Status: api.CallExecuted, Result: outcome.Result,
		Code: outcome.Code, Error: outcome.Error, Refresh: newer,
	}
	if outcome.Failed {
		end.Status = api.CallFailed
		end.Unknown = outcome.Code == agent.CallUnreachable || outcome.Code == codeInternal
	}
	return backoff.Retry(ctx, func() (store.StoredAction, error) {
		ctx, cancel := context.WithTimeout(ctx, storeTime)
		defer cancel()
		ended, err := a.store.EndAction(ctx, end)
		if err != nil && !ownerdb.IsAway(err) {
			err = backoff.Permanent(err)
		}
		return ended, err
	}, backoff.WithMaxElapsedTime(a.config.Patience))
}

// hold says that an action is at work until ctx ends.
func (a *Actions) hold(ctx context.Context, action store.StoredAction) {
	for pause(ctx, a.config.Lease/3) == nil {
		if err := a.store.HoldAction(ctx, action.UserID, action.ID, a.config.Lease); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "an action could not be held", "action_id", action.ID, "error", err)
		}
	}
}
