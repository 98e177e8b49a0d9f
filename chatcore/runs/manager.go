package runs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

// Store is what runs need of Postgres.
type Store interface {
	Accept(ctx context.Context, turn store.NewTurn) (store.Turn, error)
	OpenStep(ctx context.Context, place store.StepPlace) (api.Step, error)
	CommitStep(ctx context.Context, reply store.Reply) (api.Step, []string, error)
	RecordCall(ctx context.Context, userID string, record api.ToolCall, end store.CallEnd) (api.ToolCall, error)
	EndTurn(ctx context.Context, end store.TurnEnd) (api.Message, api.Conversation, error)
	Retitle(ctx context.Context, userID string, conversationID, position int64, title string) error
	LoadTurn(ctx context.Context, userID string, runID int64) (store.StoredTurn, error)
	Refreshed(ctx context.Context, userID string, runID int64) ([]api.ToolCall, error)
	AcceptInput(ctx context.Context, input store.NewInput) (store.StoredTurn, error)
	Leases
}

// Leases say which replica is at work on which run, and what others want of it.
type Leases interface {
	RenewLeases(ctx context.Context, runs []store.Leased, lease, grace time.Duration) ([]store.LeaseNews, error)
	ClaimTurns(ctx context.Context, replica string, atWork []store.Leased, lease time.Duration, limit int) ([]store.Claim, error)
	ResumeTurn(ctx context.Context, claim store.Claim, maxHistory int) (store.StoredTurn, error)
	ReleaseTurn(ctx context.Context, run store.Leased) error
	AskToStop(ctx context.Context, userID string, runID int64) (atWork bool, err error)
	PageLeft(ctx context.Context, userID string, runID int64) (atWork bool, err error)
	PageBack(ctx context.Context, userID string, runID int64) error
	EndSeen(ctx context.Context, userID string, runID int64, seen bool) error
}

// Agent answers a turn.
type Agent interface {
	Answer(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending
}

// Config of a Manager.
type Config struct {
	OwnerURL   string        // where this replica is reached by others; its fragment tells it from an earlier process there
	Lease      time.Duration // how long a run is believed to be at work without a word; renewed three times as often
	MaxHistory int           // messages that the model is sent
	Models     []string      // that may be chosen, the usual one first; empty: the agent's own and no other
	EndTime    time.Duration // how long a turn's end is tried to be stored; 30 s when zero
	Patience   time.Duration // how long anything else is tried while the database is away; 45 s when zero
	Grace      time.Duration // how long a page that left may come back before its turn is stopped; 10 s when zero
	Finish     bool          // a turn whose page left is finished in any case
	UserTurns  int           // turns of a user at work at the same time, over all replicas; any number when zero
	Peers      Peers         // the other replicas; nil: there are none
	Titles     Titles        // words titles; nil: they stay as the first message has them
	TitleWait  time.Duration // how long a turn's end waits for its title; 2 s when zero
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

	titling  sync.WaitGroup
	untitled chan struct{} // closed when nobody needs titles any more
}

// NewManager makes a Manager. Renew must run beside it.
func NewManager(s Store, a Agent, config Config, log *slog.Logger) *Manager {
	for field, otherwise := range map[*time.Duration]time.Duration{
		&config.EndTime: 30 * time.Second, &config.EndDelay: 500 * time.Millisecond,
		&config.Patience: 45 * time.Second, &config.Grace: 10 * time.Second, &config.TitleWait: 2 * time.Second,
	} {
		if *field == 0 {
			*field = otherwise
		}
	}
	return &Manager{store: s, agent: a, config: config, log: log, atWork: map[*Run]struct{}{}, untitled: make(chan struct{})}
}

// ErrGoingDown says that this replica takes no new turns.
var ErrGoingDown = errors.New("going down")

// Request is what a person said, and who it was.
type Request struct {
	Caller         agent.Caller
	ConversationID int64 // 0: a new one
	Content        string
	Said           api.Said
	Attachments    []int64
	RetryOf        int64 // a message to answer again, in place of Content
	Again          store.Again
	ClientTools    []api.ClientTool // what the page can do, in this turn
}

// Start accepts a turn and begins its run, or finds the run that the same request began before. The errors are the
// store's, and ErrGoingDown.
func (m *Manager) Start(ctx context.Context, request Request) (runID int64, err error) {
	if !m.enter(1) { // before it is accepted: Close must not miss it
		return 0, ErrGoingDown
	}
	began := false
	defer func() {
		if !began {
			m.wait.Done()
		}
	}()
	turn, err := m.accept(ctx, request)
	if err != nil {
		return 0, err
	}
	if turn.Joined {
		return turn.RunID, nil
	}
	began = true
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	run := newRun(turn.UserID, store.FirstOwner(m.config.OwnerURL), startedOf(turn), stop)
	if turn.Titled {
		run.transcript.Titled = &turn.Conversation
		m.title(ctx, run, turn.UserMessage)
	}
	m.begin(run)
	j := m.journal(run)
	go m.work(work, j, func(ctx context.Context) agent.Ending {
		return m.answer(ctx, turnFor(request.Caller, turn), j)
	})
	return run.ID, nil
}

// begin makes a run one of those at work here. The same run of an earlier lease, which another replica had meanwhile, ends.
func (m *Manager) begin(run *Run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for stale := range m.atWork {
		if stale.ID == run.ID && stale.UserID == run.UserID {
			delete(m.atWork, stale)
			stale.stop(agent.ErrInterrupted) // it can give nothing back: the lease has another name
		}
	}
	m.atWork[run] = struct{}{}
	if m.over {
		run.stop(agent.ErrInterrupted) // it came too late for Close to see it
	}
}

func (m *Manager) journal(run *Run) *journal {
	return &journal{run: run, store: m.store, patience: m.config.Patience, place: store.StepPlace{
		UserID: run.UserID, ConversationID: run.conversation, RunID: run.ID, OwnerURL: run.owner,
	}}
}

// knowing is how long it is tried to find out whether a turn was stored whose commit had no answer.
const knowing = 15 * time.Second

// isStored says whether a turn was stored though the word of its commit was lost: its caller must not be told that it was
// not accepted.
func (m *Manager) isStored(ctx context.Context, turn store.Turn) bool {
	ctx, cancel := context.WithTimeout(ctx, knowing)
	defer cancel()
	for missed := 0; pause(ctx, 250*time.Millisecond) == nil; {
		_, err := m.store.LoadTurn(ctx, turn.UserID, turn.RunID)
		if err == nil {
			return true
		}
		if errors.Is(err, store.ErrNotFound) {
			if missed++; missed == 2 { // the first time the server may have been at it still
				return false
			}
		}
	}
	return false
}

// accept stores the turn. A turn there whose page left is stopped first.
func (m *Manager) accept(ctx context.Context, request Request) (store.Turn, error) {
	turn, err := m.acceptSurely(ctx, request)
	var left *store.PageLeftError
	if !errors.As(err, &left) {
		return turn, err
	}
	if err := m.MakeWay(ctx, request.Caller.UserID, left.RunID); err != nil {
		return turn, fmt.Errorf("stopping the turn before: %w", err)
	}
	return m.acceptSurely(ctx, request)
}

// acceptSurely stores the turn, and finds out whether it did when nobody said so.
func (m *Manager) acceptSurely(ctx context.Context, request Request) (store.Turn, error) {
	turn, err := m.store.Accept(ctx, m.newTurn(request))
	if ownerdb.IsAway(err) && turn.RunID != 0 && m.isStored(ctx, turn) {
		return turn, nil
	}
	return turn, err
}

func (m *Manager) newTurn(request Request) store.NewTurn {
	interrupted := agent.Interrupted()
	return store.NewTurn{
		UserID: request.Caller.UserID, SessionID: request.Caller.SessionID, ConversationID: request.ConversationID,
		Content: request.Content, Said: request.Said, Models: m.config.Models, Attachments: request.Attachments,
		ClientTools: request.ClientTools, RetryOf: request.RetryOf, Again: request.Again, MaxTurns: m.config.UserTurns,
		MaxHistory: m.config.MaxHistory, OwnerURL: store.FirstOwner(m.config.OwnerURL), Lease: m.config.Lease,
		Interrupted: store.Sentence{Code: interrupted.Code, Text: interrupted.Sentence},
		LostCall:    lostCall(),
	}
}

func lostCall() store.Sentence {
	lost := agent.LostCall()
	return store.Sentence{Code: lost.Code, Text: lost.Error}
}
