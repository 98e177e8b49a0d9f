package runs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

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
}

// Manager starts runs and knows those at work here.
type Manager struct {
	store  Store
	agent  Agent
	config Config
	log    *slog.Logger

	mu      sync.Mutex
	closing bool
	atWork  map[*Run]struct{}
	wait    sync.WaitGroup
}

// NewManager makes a Manager. Renew must run beside it.
func NewManager(s Store, a Agent, config Config, log *slog.Logger) *Manager {
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
	turn, err := m.store.Accept(ctx, m.newTurn(request))
	if err != nil {
		m.wait.Done()
		return nil, err
	}
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	run := newRun(turn.UserID, api.RunStarted{
		RunID: turn.RunID, Conversation: turn.Conversation, UserMessage: turn.UserMessage,
	}, stop)
	if turn.Titled {
		run.transcript.Titled = &turn.Conversation
	}
	m.mu.Lock()
	m.atWork[run] = struct{}{}
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

// work is the run's goroutine.
func (m *Manager) work(ctx context.Context, run *Run, turn store.Turn, caller agent.Caller) {
	defer m.wait.Done()
	defer func() {
		m.mu.Lock()
		delete(m.atWork, run)
		m.mu.Unlock()
		run.stop(nil)
	}()
	j := &journal{run: run, store: m.store, place: store.StepPlace{
		UserID: turn.UserID, ConversationID: turn.Conversation.ID, RunID: turn.RunID,
	}}
	ending := m.agent.Answer(ctx, agent.Turn{Caller: caller, History: turn.History}, j)
	if ending.Failed {
		m.log.WarnContext(ctx, "a turn failed", "run_id", run.ID, "code", ending.Code, "error", ending.Err)
	}
	j.end(m.end(ctx, j, ending))
}

// end closes the answer with the ending's sentence and stores it as a message. While the database is away it tries on:
// a turn that ended and a stored answer are the same thing.
func (m *Manager) end(ctx context.Context, j *journal, ending agent.Ending) api.Body {
	answer, err := m.storeEnd(context.WithoutCancel(ctx), j, ending)
	if err != nil {
		m.log.ErrorContext(ctx, "a turn's end could not be stored", "run_id", j.run.ID, "error", err)
		lost := agent.Interrupted()
		return api.RunFailed{Code: lost.Code, Message: lost.Sentence, Retryable: lost.Retryable}
	}
	switch {
	case ending.Code == agent.CodeStopped:
		return api.RunCancelled{Reason: ending.Code, Answer: &answer}
	case ending.Failed:
		return api.RunFailed{Code: ending.Code, Message: ending.Sentence, Retryable: ending.Retryable, Answer: &answer}
	default:
		return api.RunCompleted{Answer: answer}
	}
}

// endTime is how long a turn's end is tried to be stored.
const endTime = 30 * time.Second

func (m *Manager) storeEnd(ctx context.Context, j *journal, ending agent.Ending) (api.Message, error) {
	said := ending.Sentence == ""
	return backoff.Retry(ctx, func() (api.Message, error) {
		if !said {
			if err := j.say(ctx, ending.Code, ending.Sentence); err != nil {
				return api.Message{}, permanent(err)
			}
			said = true
		}
		end := store.TurnEnd{UserID: j.run.UserID, ConversationID: j.place.ConversationID, RunID: j.run.ID, State: stateOf(ending)}
		if ending.Failed {
			end.Code = ending.Code
		}
		end.LostCall = lostCall()
		ctx, cancel := bounded(ctx)
		defer cancel()
		answer, _, err := m.store.EndTurn(ctx, end)
		return answer, permanent(err)
	}, backoff.WithMaxElapsedTime(endTime))
}

// permanent stops trying where another try can't help: the conversation was deleted, or the turn ended elsewhere.
func permanent(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return backoff.Permanent(err)
	}
	return err
}

func stateOf(ending agent.Ending) string {
	switch {
	case ending.Code == agent.CodeStopped:
		return api.StateStopped
	case ending.Failed:
		return api.StateFailed
	default:
		return api.StateDone
	}
}
