package runs_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
)

var errAway = errors.New("the database is away")

// memory is a store that keeps one turn, and fails as often as it is told.
type memory struct {
	mu       sync.Mutex
	failing  map[string]int // by method: how many more times; below zero: always
	err      error          // what it fails with
	next     int64
	answer   api.Message
	ends     []store.TurnEnd
	accepted []store.NewTurn
	renewed  [][]store.Leased
	hold     chan struct{} // when set: Accept says entered, and waits for it
	entered  chan struct{}
}

func newMemory() *memory { return &memory{failing: map[string]int{}, err: errAway, next: 100} }

func (m *memory) fail(method string) error {
	if m.failing[method] == 0 {
		return nil
	}
	m.failing[method]--
	return m.err
}

func (m *memory) id() int64 { m.next++; return m.next }

func (m *memory) Accept(ctx context.Context, turn store.NewTurn) (store.Turn, error) {
	if m.hold != nil {
		m.entered <- struct{}{}
		<-m.hold
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accepted = append(m.accepted, turn)
	if err := m.fail("Accept"); err != nil {
		return store.Turn{}, err
	}
	m.answer = api.Message{ID: m.id(), Role: api.RoleAssistant, State: api.StateRunning, ToolCalls: []api.ToolCall{}}
	return store.Turn{
		UserID: turn.UserID, RunID: m.answer.ID, Conversation: api.Conversation{ID: 1}, Titled: true,
		UserMessage: api.Message{ID: 2, Content: turn.Content}, History: []api.Message{{Role: api.RoleUser, Content: turn.Content}},
	}, nil
}

func (m *memory) OpenStep(_ context.Context, place store.StepPlace) (api.Step, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return api.Step{ID: m.id(), Code: place.Code, ToolCalls: []api.ToolCall{}}, m.fail("OpenStep")
}

func (m *memory) CommitStep(_ context.Context, reply store.Reply) (api.Step, []string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("CommitStep"); err != nil {
		return api.Step{}, nil, err
	}
	step := api.Step{ID: m.id(), Code: reply.Place.Code}
	if reply.Step != nil {
		step = *reply.Step
	}
	step.Content, step.ToolCalls = reply.Text, []api.ToolCall{}
	var keys []string
	for i, call := range reply.Calls {
		step.ToolCalls = append(step.ToolCalls, api.ToolCall{ID: m.id(), Index: i, Tool: call.Tool, Parameters: call.Parameters, Status: api.CallPending})
		keys = append(keys, "key")
	}
	m.answer.Steps = append(m.answer.Steps, step)
	return step, keys, nil
}

func (m *memory) RecordCall(_ context.Context, _ string, record api.ToolCall, end store.CallEnd) (api.ToolCall, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("RecordCall"); err != nil {
		return api.ToolCall{}, err
	}
	record.Status, record.Result, record.Code, record.Error = end.Status, end.Result, end.Code, end.Error
	last := &m.answer.Steps[len(m.answer.Steps)-1]
	last.ToolCalls = slices.Clone(last.ToolCalls)
	last.ToolCalls[record.Index] = record
	return record, nil
}

func (m *memory) EndTurn(_ context.Context, end store.TurnEnd) (api.Message, api.Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("EndTurn"); err != nil {
		return api.Message{}, api.Conversation{}, err
	}
	m.ends = append(m.ends, end)
	m.answer.State, m.answer.Code = end.State, end.Code
	return m.answer, api.Conversation{ID: 1}, nil
}

func (m *memory) RenewLeases(_ context.Context, _ string, leased []store.Leased, _ time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.renewed = append(m.renewed, leased)
	return m.fail("RenewLeases")
}

func (m *memory) locked(do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	do()
}

// agentFunc answers as a spec says.
type agentFunc func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending

func (f agentFunc) Answer(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
	return f(ctx, turn, journal)
}

// orInternal is how an agent ends when its journal fails.
func orInternal(errs ...error) agent.Ending {
	if err := errors.Join(errs...); err != nil {
		return agent.Broken(err)
	}
	return agent.Ending{}
}

// speaks says a few words.
func speaks(ctx context.Context, _ agent.Turn, journal agent.Journal) agent.Ending {
	if err := journal.Open(ctx); err != nil {
		return agent.Broken(err)
	}
	journal.Say("Hello ")
	journal.Say("there")
	_, err := journal.Commit(ctx, "Hello there", nil)
	return orInternal(err)
}

// acts makes two calls, the second of which ends first, and speaks then.
func acts(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
	_, err := journal.Commit(ctx, "", []agent.Asked{{Tool: "add_task", Parameters: []byte(`{}`)}, {Tool: "list_tasks", Parameters: []byte(`{}`)}})
	if err != nil {
		return agent.Broken(err)
	}
	second := journal.Record(ctx, 1, agent.Outcome{Failed: true, Code: "invalid", Error: "No.", Result: []byte(`{}`)})
	first := journal.Record(ctx, 0, agent.Outcome{Result: []byte(`{"ok":true}`)})
	if err := errors.Join(first, second); err != nil {
		return agent.Broken(err)
	}
	return speaks(ctx, turn, journal)
}

// stalls says something and waits to be stopped.
func stalls(said chan<- struct{}) agentFunc {
	return func(ctx context.Context, _ agent.Turn, journal agent.Journal) agent.Ending {
		if err := journal.Open(ctx); err != nil {
			return agent.Broken(err)
		}
		journal.Say("Once upon")
		close(said)
		<-ctx.Done()
		ending := agent.Interrupted()
		if !errors.Is(context.Cause(ctx), agent.ErrInterrupted) {
			ending = agent.Broken(context.Cause(ctx))
		}
		return ending
	}
}

var config = runs.Config{OwnerURL: "http://replica-1", Lease: time.Hour, MaxHistory: 10, EndTime: 30 * time.Millisecond, EndDelay: time.Millisecond}

func newManager(s runs.Store, a agentFunc) *runs.Manager {
	return runs.NewManager(s, a, config, discard())
}

var request = runs.Request{Caller: agent.Caller{UserID: "alice", SessionID: "cks_1"}, ConversationID: 1, Content: "Hello"}

func start(ctx context.Context, m *runs.Manager) *runs.Run {
	GinkgoHelper()
	run, err := m.Start(ctx, request)
	Expect(err).NotTo(HaveOccurred())
	return run
}

// read follows a run to its end.
func read(ctx context.Context, run *runs.Run, after api.Position) (events []api.Event) {
	GinkgoHelper()
	for event, err := range run.Follow(ctx, after) {
		Expect(err).NotTo(HaveOccurred())
		events = append(events, event)
	}
	Expect(events).NotTo(BeEmpty())
	Expect(api.Ends(events[len(events)-1].Body)).To(BeTrue())
	return events
}

// last is the end of a run.
func last(events []api.Event) api.Body { return events[len(events)-1].Body }

func types(events []api.Event) (types []string) {
	for _, event := range events {
		types = append(types, event.Body.EventType())
	}
	return types
}

func discard() *slog.Logger { return slog.New(slog.NewJSONHandler(GinkgoWriter, nil)) }
