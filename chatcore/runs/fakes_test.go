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
	mu        sync.Mutex
	failing   map[string]int // by method: how many more times; below zero: always
	unheard   int            // how many more times Accept does its work, and says that it failed
	err       error          // what it fails with
	next      int64
	turn      store.StoredTurn
	gone      bool // the conversation was deleted
	left      bool // a turn is there whose page left, until Accept was asked once
	ends      []store.TurnEnd
	accepted  []store.NewTurn
	renewed   [][]store.Leased
	news      []store.LeaseNews // the next renewal gives
	refreshed []api.ToolCall
	told      []string      // what was wanted of the lease
	hold      chan struct{} // when set: Accept says entered, and waits for it
	entered   chan struct{}
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

func (m *memory) Accept(_ context.Context, turn store.NewTurn) (store.Turn, error) {
	if m.hold != nil {
		m.entered <- struct{}{}
		<-m.hold
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accepted = append(m.accepted, turn)
	if err := m.fail("Accept"); err != nil {
		return store.Turn{UserID: turn.UserID, RunID: m.id()}, err
	}
	if m.left {
		m.left = false
		return store.Turn{}, &store.PageLeftError{RunID: m.turn.RunID}
	}
	m.turn = store.StoredTurn{
		Answer: api.Message{ID: m.id(), Role: api.RoleAssistant, State: api.StateRunning, ToolCalls: []api.ToolCall{}},
		Turn: store.Turn{
			UserID: turn.UserID, Conversation: api.Conversation{ID: 1, Title: "Hello", Status: api.ConversationActive}, Titled: true, FirstTitle: "Hello",
			UserMessage: api.Message{ID: 2, Content: turn.Content}, History: []api.Message{{Role: api.RoleUser, Content: turn.Content}},
		},
		OwnerURL: turn.OwnerURL,
	}
	m.turn.RunID = m.turn.Answer.ID
	if m.unheard > 0 {
		m.unheard--
		return m.turn.Turn, m.err
	}
	return m.turn.Turn, nil
}

func (m *memory) OpenStep(_ context.Context, place store.StepPlace) (api.Step, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("OpenStep"); err != nil {
		return api.Step{}, err
	}
	return m.open(place), nil
}

func (m *memory) open(place store.StepPlace) api.Step {
	step := api.Step{ID: m.id(), Code: place.Code, ToolCalls: []api.ToolCall{}}
	m.turn.Steps = append(m.turn.Steps, store.StoredStep{Step: step, Ordinal: place.Ordinal, Open: true})
	return step
}

func (m *memory) CommitStep(_ context.Context, reply store.Reply) (api.Step, []string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("CommitStep"); err != nil {
		return api.Step{}, nil, err
	}
	if reply.Step == nil {
		m.open(reply.Place)
	}
	step := &m.turn.Steps[len(m.turn.Steps)-1]
	step.Open, step.Content = false, reply.Text
	for i, call := range reply.Calls {
		step.ToolCalls = append(step.ToolCalls, api.ToolCall{ID: m.id(), Index: i, Tool: call.Tool, Parameters: call.Parameters, Status: api.CallPending})
		step.Keys = append(step.Keys, "key")
	}
	told := step.Step
	told.ToolCalls = slices.Clone(told.ToolCalls)
	return told, step.Keys, nil
}

func (m *memory) RecordCall(_ context.Context, _ string, record api.ToolCall, end store.CallEnd) (api.ToolCall, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("RecordCall"); err != nil {
		return api.ToolCall{}, err
	}
	record.Status, record.Result, record.Code, record.Error = end.Status, end.Result, end.Code, end.Error
	step := &m.turn.Steps[len(m.turn.Steps)-1]
	step.ToolCalls = slices.Clone(step.ToolCalls)
	step.ToolCalls[record.Index], step.Ended = record, append(step.Ended, record.Index)
	return record, nil
}

func (m *memory) EndTurn(_ context.Context, end store.TurnEnd) (api.Message, api.Conversation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("EndTurn"); err != nil {
		return api.Message{}, api.Conversation{}, err
	}
	m.ends = append(m.ends, end)
	m.turn.Answer.State, m.turn.Answer.Code = end.State, end.Code
	for i := range m.turn.Steps {
		step := &m.turn.Steps[i]
		if step.Discarded, step.Open = step.Open, false; step.Discarded {
			continue
		}
		for index, record := range step.ToolCalls {
			if !record.Status.Done() {
				step.ToolCalls[index].Status, step.ToolCalls[index].Code = api.CallFailed, end.LostCall.Code
				step.Ended = append(step.Ended, index)
			}
		}
		m.turn.Answer.Steps = append(m.turn.Answer.Steps, step.Step)
	}
	return m.turn.Answer, m.turn.Conversation, nil
}

func (m *memory) Retitle(_ context.Context, userID string, conversation, position int64, title string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("Retitle"); err != nil {
		return err
	}
	if m.gone || m.turn.UserID != userID || m.turn.Conversation.ID != conversation || m.turn.UserMessage.Position != position {
		return store.ErrNotFound
	}
	m.turn.Conversation.Title, m.turn.Retitled = title, true
	return nil
}

func (m *memory) LoadTurn(_ context.Context, userID string, runID int64) (store.StoredTurn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone || m.turn.UserID != userID || m.turn.RunID != runID {
		return store.StoredTurn{}, store.ErrNotFound
	}
	turn := m.turn
	turn.Steps = slices.Clone(turn.Steps)
	return turn, m.fail("LoadTurn")
}

func (m *memory) Refreshed(context.Context, string, int64) ([]api.ToolCall, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refreshed, m.fail("Refreshed")
}

func (m *memory) RenewLeases(_ context.Context, leased []store.Leased, _, _ time.Duration) ([]store.LeaseNews, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.renewed = append(m.renewed, leased)
	news := m.news
	m.news = nil
	return news, m.fail("RenewLeases")
}

func (m *memory) ClaimTurns(context.Context, string, []store.Leased, time.Duration, int) ([]store.Claim, error) {
	return nil, nil
}

func (m *memory) ResumeTurn(context.Context, store.Claim, int) (store.StoredTurn, error) {
	return store.StoredTurn{}, store.ErrNotFound
}

func (m *memory) AcceptInput(context.Context, store.NewInput) (store.StoredTurn, error) {
	return store.StoredTurn{}, store.ErrNotFound
}

func (m *memory) ReleaseTurn(_ context.Context, run store.Leased) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, "released by "+run.OwnerURL)
	return m.fail("ReleaseTurn")
}

func (m *memory) AskToStop(_ context.Context, userID string, runID int64) (bool, error) {
	return m.want("stop", userID, runID)
}

func (m *memory) PageLeft(_ context.Context, userID string, runID int64) (bool, error) {
	return m.want("left", userID, runID)
}

func (m *memory) PageBack(_ context.Context, userID string, runID int64) error {
	_, err := m.want("back", userID, runID)
	return err
}

func (m *memory) EndSeen(_ context.Context, userID string, runID int64, seen bool) error {
	_, err := m.want("seen", userID, runID)
	return err
}

func (m *memory) want(what, userID string, runID int64) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone || m.turn.UserID != userID || m.turn.RunID != runID {
		return false, nil
	}
	m.told = append(m.told, what)
	return m.turn.Answer.State == api.StateRunning, nil
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

var config = runs.Config{OwnerURL: "http://replica-1", Lease: 100 * time.Millisecond, MaxHistory: 10, EndTime: 30 * time.Millisecond, EndDelay: time.Millisecond, Patience: 100 * time.Millisecond}

func newManager(s runs.Store, a agentFunc) *runs.Manager {
	return runs.NewManager(s, a, config, discard())
}

var request = runs.Request{Caller: agent.Caller{UserID: "alice", SessionID: "cks_1"}, ConversationID: 1, Content: "Hello"}

func start(ctx context.Context, m *runs.Manager) int64 {
	GinkgoHelper()
	run, err := m.Start(ctx, request)
	Expect(err).NotTo(HaveOccurred())
	return run
}

// read follows a run to its end.
func read(ctx context.Context, m *runs.Manager, run int64, after api.Position) []api.Event {
	GinkgoHelper()
	return readAs(ctx, m, "alice", run, after)
}

func readAs(ctx context.Context, m *runs.Manager, user string, run int64, after api.Position) (events []api.Event) {
	GinkgoHelper()
	followed, err := m.Follow(ctx, user, run, after, false)
	Expect(err).NotTo(HaveOccurred())
	for event, err := range followed {
		Expect(err).NotTo(HaveOccurred())
		events = append(events, event)
	}
	Expect(events).NotTo(BeEmpty())
	Expect(api.Ends(events[len(events)-1].Body)).To(BeTrue())
	return events
}

// watched begins a turn that goes no further than its start until it is followed, and follows it.
func watched(ctx context.Context, s runs.Store, a agentFunc, see func(api.Event)) (*runs.Manager, int64, []api.Event) {
	GinkgoHelper()
	gate := make(chan struct{})
	m := newManager(s, func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
		<-gate
		return a(ctx, turn, journal)
	})
	run := start(ctx, m)
	followed, err := m.Follow(ctx, "alice", run, runs.Beginning, false)
	Expect(err).NotTo(HaveOccurred())
	var events []api.Event
	for event, err := range followed {
		Expect(err).NotTo(HaveOccurred())
		if events = append(events, event); len(events) == 1 {
			close(gate)
		}
		see(event)
	}
	Expect(events).NotTo(BeEmpty())
	return m, run, events
}

// last is the end of a run.
func last(events []api.Event) api.Body { return events[len(events)-1].Body }

// types gives the events' types, pieces of one text as one: whoever comes late has it whole.
func types(events []api.Event) (types []string) {
	for _, event := range events {
		kind := event.Body.EventType()
		if kind == "message.delta" && len(types) > 0 && types[len(types)-1] == kind {
			continue
		}
		types = append(types, kind)
	}
	return types
}

func discard() *slog.Logger { return slog.New(slog.NewJSONHandler(GinkgoWriter, nil)) }
