package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/store"
)

// Store is what actions need of Postgres.
type Store interface {
	BeginAction(ctx context.Context, action store.NewAction) (store.StoredAction, error)
	LoadAction(ctx context.Context, userID string, id int64) (store.StoredAction, error)
	EndAction(ctx context.Context, end store.ActionEnd) (store.StoredAction, error)
	HoldAction(ctx context.Context, userID string, actionID int64, lease time.Duration) error
	ClaimActions(ctx context.Context, lease time.Duration, limit int) ([]store.ClaimedAction, error)
}

// Turns are the turns at work.
type Turns interface {
	// MakeWay ends a turn whose page left.
	MakeWay(ctx context.Context, userID string, runID int64) error
}

// Config of Actions. A zero time takes the default beside it.
type Config struct {
	Lease    time.Duration // 5 s: how long an action is believed to be at work without a word
	Wait     time.Duration // 20 s: how long an action waits for another one on the same record
	Patience time.Duration // 45 s: how long an end is tried to be stored while the database is away
}

// Actions does actions.
type Actions struct {
	store  Store
	tools  agent.Tools
	turns  Turns
	config Config
	log    *slog.Logger

	mu      sync.Mutex
	closing bool // no new actions
	wait    sync.WaitGroup
}

// New makes Actions. Sweep must run beside it.
func New(s Store, tools agent.Tools, turns Turns, config Config, log *slog.Logger) *Actions {
	for field, otherwise := range map[*time.Duration]time.Duration{
		&config.Lease: 5 * time.Second, &config.Wait: 20 * time.Second, &config.Patience: 45 * time.Second,
	} {
		if *field == 0 {
			*field = otherwise
		}
	}
	return &Actions{store: s, tools: tools, turns: turns, config: config, log: log}
}

// Errors of Do, beside the store's and agent.ErrUnreachable.
var (
	ErrGoingDown   = errors.New("going down")
	ErrUnknownTool = errors.New("there is no such tool")
)

// Request is what a person did, and who it was.
type Request struct {
	Caller         agent.Caller
	ConversationID int64
	RecordID       int64 // the record that was clicked in; 0: none
	Tool           string
	Parameters     json.RawMessage // a JSON object
	Key            string          // Idempotency-Key; empty: none
	Hash           []byte          // of the request
}

// Do does an action, or finds the one that the same request began before, and gives it when it has ended. The action goes
// on when ctx ends.
func (a *Actions) Do(ctx context.Context, request Request) (store.StoredAction, error) {
	if !a.enter(1) {
		return store.StoredAction{}, ErrGoingDown
	}
	defer a.wait.Done()
	offered, err := a.tools.List(ctx, request.Caller)
	if err != nil {
		return store.StoredAction{}, fmt.Errorf("looking for a tool: %w", err)
	}
	if !slices.ContainsFunc(offered, func(tool agent.Tool) bool { return tool.Name == request.Tool }) {
		return store.StoredAction{}, ErrUnknownTool
	}
	action, err := a.begin(ctx, request)
	if err != nil {
		return action, err
	}
	if action.Joined {
		return a.ended(ctx, action)
	}
	return a.await(ctx, request.Caller, action)
}

// await does a begun action, and waits for its end as long as the caller does.
func (a *Actions) await(ctx context.Context, caller agent.Caller, action store.StoredAction) (store.StoredAction, error) {
	type end struct {
		action store.StoredAction
		err    error
	}
	done := make(chan end, 1)
	a.wait.Add(1) // Do holds one: nobody waits for the last of them yet
	go func() {
		defer a.wait.Done()
		ended, err := a.finish(context.WithoutCancel(ctx), caller, action)
		done <- end{ended, err}
	}()
	select {
	case came := <-done:
		return came.action, came.err
	case <-ctx.Done():
		return action, context.Cause(ctx)
	}
}

// enter counts n actions that are about to begin; false when the replica goes down.
func (a *Actions) enter(n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closing {
		return false
	}
	a.wait.Add(n)
	return true
}

// Close takes no new actions and waits for those at work, at most until ctx ends: what is not done then another replica
// does.
func (a *Actions) Close(ctx context.Context) {
	a.mu.Lock()
	a.closing = true
	a.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.wait.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
