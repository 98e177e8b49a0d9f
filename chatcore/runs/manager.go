package runs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// Store is what runs need of Postgres.
type Store interface {
	Accept(ctx context.Context, turn store.NewTurn) (store.Turn, error)
	OpenStep(ctx context.Context, place store.StepPlace) (api.Step, error)
	CommitStep(ctx context.Context, reply store.Reply) (api.Step, []string, error)
	RecordCall(ctx context.Context, userID string, record api.ToolCall, end store.CallEnd) (api.ToolCall, error)
	EndTurn(ctx context.Context, end store.TurnEnd) (api.Message, api.Conversation, error)
	RenewLeases(ctx context.Context, ownerURL string, runs []store.Leased, lease time.Duration) error
}

// Agent answers a turn.
type Agent interface {
	Answer(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending
}

// Config of a Manager.
type Config struct {
	OwnerURL   string        // where this replica is reached by others
	Lease      time.Duration // how long a run is believed to be at work without a word; renewed three times as often
	MaxHistory int           // messages that the model is sent
	EndTime    time.Duration // how long a turn's end is tried to be stored; 30 s when zero
	EndDelay   time.Duration // before its second try; it grows; 500 ms when zero
}

// Manager starts runs and knows those at work here.
type Manager struct {
	store  Store
	agent  Agent
	config Config
	log    *slog.Logger

	mu      sync.Mutex
	closing bool // no new turns
	over    bool // and those at work are to end
	atWork  map[*Run]struct{}
	wait    sync.WaitGroup
}

// NewManager makes a Manager. Renew must run beside it.
func NewManager(s Store, a Agent, config Config, log *slog.Logger) *Manager {
	if config.EndTime == 0 {
		config.EndTime = 30 * time.Second
	}
	if config.EndDelay == 0 {
		config.EndDelay = 500 * time.Millisecond
	}
	return &Manager{store: s, agent: a, config: config, log: log, atWork: map[*Run]struct{}{}}
}

// ErrGoingDown says that this replica takes no new turns.
var ErrGoingDown = errors.New("going down")

// Request is what a person said, and who it was.
type Request struct {
	Caller         agent.Caller
	ConversationID int64 // 0: a new one
	Content        string
}

// Start accepts a turn and begins its run. The errors are the store's, and ErrGoingDown.
func (m *Manager) Start(ctx context.Context, request Request) (*Run, error) {
	m.mu.Lock()
	if m.closing {
		m.mu.Unlock()
		return nil, ErrGoingDown
	}
	m.wait.Add(1) // before the lock goes: Close must not miss a run that is being accepted
	m.mu.Unlock()
	began := false
	defer func() {
		if !began {
			m.wait.Done()
		}
	}()
	turn, err := m.store.Accept(ctx, m.newTurn(request))
	if err != nil {
		return nil, err
	}
	began = true
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	run := newRun(turn.UserID, api.RunStarted{
		RunID: turn.RunID, Conversation: turn.Conversation, UserMessage: turn.UserMessage,
	}, stop)
	if turn.Titled {
		run.transcript.Titled = &turn.Conversation
	}
	m.mu.Lock()
	m.atWork[run] = struct{}{}
	if m.over {
		stop(agent.ErrInterrupted) // it was accepted too late for Close to see it
	}
	m.mu.Unlock()
	go m.work(work, run, turn, request.Caller)
	return run, nil
}

func (m *Manager) newTurn(request Request) store.NewTurn {
	interrupted := agent.Interrupted()
	return store.NewTurn{
		UserID: request.Caller.UserID, SessionID: request.Caller.SessionID, ConversationID: request.ConversationID,
		Content: request.Content, MaxHistory: m.config.MaxHistory, OwnerURL: m.config.OwnerURL, Lease: m.config.Lease,
		Interrupted: store.Sentence{Code: interrupted.Code, Text: interrupted.Sentence},
		LostCall:    lostCall(),
	}
}

func lostCall() store.Sentence {
	lost := agent.LostCall()
	return store.Sentence{Code: lost.Code, Text: lost.Error}
}
