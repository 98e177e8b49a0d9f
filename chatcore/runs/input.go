package runs

import (
	"context"
	"encoding/json"
	"fmt"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/pagetools"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

// Input is what a page sends to a run that waits, and who it is.
type Input struct {
	Caller agent.Caller
	RunID  int64
	api.InputRequest
}

// Resumed is a run that goes on. Its reader begins behind After, where it waited.
type Resumed struct {
	Started api.RunStarted
	After   api.Position
}

// Input gives a run what it waits for and goes on with it here, or finds the run that the same input went on with before.
// The errors are the store's, *pagetools.InputError, and ErrGoingDown.
func (m *Manager) Input(ctx context.Context, input Input) (Resumed, error) {
	if !m.enter(1) {
		return Resumed{}, ErrGoingDown
	}
	turn, err := m.acceptInput(ctx, input)
	if err != nil || turn.Joined {
		m.wait.Done()
		return resumed(turn), err
	}
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	run, j := m.restored(turn, store.FirstOwner(m.config.OwnerURL), stop)
	m.begin(run)
	toGoOn := turnFor(input.Caller, turn.Turn)
	toGoOn.Steps = taken(turn)
	go m.work(work, j, func(ctx context.Context) agent.Ending { return m.answer(ctx, toGoOn, j) })
	return resumed(turn), nil
}

// acceptInput stores the input. When the word of its commit is lost and it was stored, the run is taken over as any other
// whose replica is gone, after its lease.
func (m *Manager) acceptInput(ctx context.Context, input Input) (store.StoredTurn, error) {
	accepted := store.NewInput{
		UserID: input.Caller.UserID, RunID: input.RunID, RecordID: input.RecordID, Guard: input.ResendGuard,
		MaxHistory: m.config.MaxHistory, MaxTurns: m.config.UserTurns, OwnerURL: store.FirstOwner(m.config.OwnerURL), Lease: m.config.Lease,
		Result: func(record api.ToolCall) (json.RawMessage, error) {
			return pagetools.Result(record, input.InputRequest)
		},
	}
	turn, err := m.store.AcceptInput(ctx, accepted)
	if !ownerdb.IsAway(err) {
		return turn, err
	}
	stored, loadErr := m.afterAll(ctx, turn)
	if loadErr != nil || stored.Answer.State == api.StateWaiting {
		return turn, err
	}
	stored.Joined = true
	return stored, nil
}

// afterAll reads a turn, and tries for a while.
func (m *Manager) afterAll(ctx context.Context, turn store.StoredTurn) (stored store.StoredTurn, err error) {
	ctx, cancel := context.WithTimeout(ctx, knowing)
	defer cancel()
	return persist(ctx, knowing, func(ctx context.Context) (store.StoredTurn, error) {
		stored, err = m.store.LoadTurn(ctx, turn.UserID, turn.RunID)
		if err != nil {
			return stored, fmt.Errorf("looking whether an input was stored: %w", err)
		}
		return stored, nil
	})
}

// resumed says where the reader of an input begins: behind the place where the run waited last.
func resumed(turn store.StoredTurn) Resumed {
	started := startedOf(turn.Turn)
	started.Superseded, started.SupersededActions, started.Skipped = nil, nil, nil // the turn's first stream has told of them
	r := Resumed{Started: started, After: Beginning}
	for _, step := range turn.Steps {
		last := len(step.ToolCalls) - 1
		if last >= 0 && step.ToolCalls[last].For != "" && step.ToolCalls[last].Status == api.CallExecuted {
			r.After = api.Position{Step: step.Ordinal, Part: api.PartWaiting}
		}
	}
	return r
}

// turnFor is what there is to answer.
func turnFor(caller agent.Caller, turn store.Turn) agent.Turn {
	return agent.Turn{
		Caller: caller, History: turn.History, Earlier: turn.Earlier, ByHand: byHand(turn),
		Model: turn.Asked.Model, ToolChoice: turn.Asked.ToolChoice, PageTools: declaredTools(turn.Asked.ClientTools),
	}
}

// declaredTools are the tools that a turn's request declared. They were judged when it came.
func declaredTools(declared []api.ClientTool) []agent.PageTool {
	tools, err := pagetools.ClientTools(declared)
	if err != nil {
		return nil
	}
	return tools
}
