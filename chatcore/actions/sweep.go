package actions

import (
	"context"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/store"
)

// maxClaims is how many actions a replica takes over at a time; the rest is for the next round, and for other replicas.
const maxClaims = 16

// maxAttempts is how often an action is done. After that something in it must be what ends its replicas.
const maxAttempts = 3

// Sweep finishes actions whose replica is gone, until ctx ends.
func (a *Actions) Sweep(ctx context.Context) {
	ticker := time.NewTicker(a.config.Lease / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !a.enter(maxClaims) {
			return // going down
		}
		claims, err := a.store.ClaimActions(ctx, a.config.Lease, maxClaims)
		if err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "actions could not be taken over", "error", err)
		}
		for _, claim := range claims {
			a.log.InfoContext(ctx, "took an action over", "action_id", claim.ActionID, "attempt", claim.Attempt)
			go a.takeOver(context.WithoutCancel(ctx), claim)
		}
		a.wait.Add(len(claims) - maxClaims)
	}
}

// takeOver finishes an action that was left.
func (a *Actions) takeOver(ctx context.Context, claim store.ClaimedAction) {
	defer a.wait.Done()
	action, err := a.store.LoadAction(ctx, claim.UserID, claim.ActionID)
	switch {
	case err != nil || action.Done():
	case claim.Attempt > maxAttempts:
		_, err = a.end(ctx, action, agent.LostCall(), nil)
	default:
		_, err = a.finish(ctx, agent.Caller{UserID: claim.UserID}, action)
	}
	if err != nil {
		a.log.WarnContext(ctx, "an action that was taken over did not end", "action_id", claim.ActionID, "error", err)
	}
}
