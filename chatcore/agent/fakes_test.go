package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
)

// replyScript is one reply of the scripted model.
type replyScript func(ctx context.Context, yield func(agent.Piece, error) bool)

// model replies as its script says, and keeps what it was sent.
type model struct {
	mu      sync.Mutex
	script  []replyScript
	prompts []agent.Prompt
}

func (m *model) Reply(ctx context.Context, prompt agent.Prompt) iter.Seq2[agent.Piece, error] {
	return func(yield func(agent.Piece, error) bool) {
		m.mu.Lock()
		prompt.Messages = slices.Clone(prompt.Messages)
		m.prompts = append(m.prompts, prompt)
		if len(m.script) == 0 {
			m.mu.Unlock()
			yield(nil, errors.New("the script is over"))
			return
		}
		next := m.script[0]
		m.script = m.script[1:]
		m.mu.Unlock()
		next(ctx, yield)
	}
}

// says is a reply of words, in pieces.
func says(pieces ...string) replyScript { return replies(nil, pieces...) }

// asks is a reply that calls tools.
func asks(calls ...agent.Call) replyScript { return replies(calls) }

func replies(calls []agent.Call, pieces ...string) replyScript {
	return func(_ context.Context, yield func(agent.Piece, error) bool) {
		for _, text := range pieces {
			if !yield(agent.Text(text), nil) {
				return
			}
		}
		yield(agent.Finished{Calls: calls, Reason: "stop"}, nil)
	}
}

// fails is a reply that breaks after some words.
func fails(code string, pieces ...string) replyScript {
	return failsWith(&agent.ModelError{Code: code, Err: errors.New("as scripted")}, pieces...)
}

func failsWith(err error, pieces ...string) replyScript {
	return func(_ context.Context, yield func(agent.Piece, error) bool) {
		for _, text := range pieces {
			if !yield(agent.Text(text), nil) {
				return
			}
		}
		yield(nil, err)
	}
}

// stalls is a reply that says something and then nothing until the turn is over.
func stalls(pieces ...string) replyScript {
	return func(ctx context.Context, yield func(agent.Piece, error) bool) {
		for _, text := range pieces {
			if !yield(agent.Text(text), nil) {
				return
			}
		}
		<-ctx.Done()
		yield(nil, &agent.ModelError{Code: agent.ModelCut, Err: ctx.Err()})
	}
}

func call(tool, arguments string) agent.Call {
	return agent.Call{ID: "the model's own", Tool: tool, Arguments: arguments}
}

// tools answers calls as do says; add_task and list_tasks are on offer.
type tools struct {
	journal *journal
	do      func(ctx context.Context, call agent.ToolRequest) (agent.Outcome, error)
	listErr error

	previews string // the tool that can say what a call would do

	mu   sync.Mutex
	sent []agent.ToolRequest
	as   []agent.Caller
}

func (t *tools) List(_ context.Context, caller agent.Caller) ([]agent.Tool, error) {
	t.as = append(t.as, caller)
	return []agent.Tool{{Name: "add_task", Previews: t.previews == "add_task"}, {Name: "list_tasks"}}, t.listErr
}

func (t *tools) Call(ctx context.Context, caller agent.Caller, request agent.ToolRequest) (agent.Outcome, error) {
	if !request.Preview {
		t.journal.leaving(request)
	}
	sent := request
	sent.Tell = nil // specs compare requests
	t.mu.Lock()
	t.sent, t.as = append(t.sent, sent), append(t.as, caller)
	t.mu.Unlock()
	return t.do(ctx, request)
}

func worked(context.Context, agent.ToolRequest) (agent.Outcome, error) {
	return agent.Outcome{Result: json.RawMessage(`{"ok":true}`)}, nil
}

func failedTool(context.Context, agent.ToolRequest) (agent.Outcome, error) {
	return agent.Outcome{Failed: true, Code: "not_found", Error: "There is no such task.", Result: json.RawMessage(`{"code":"not_found"}`)}, nil
}

// journal writes down what it is told, and holds the loop to the journal's law: a step is opened once and before it is
// said in, it is stored as it was said, a call leaves only when it is stored, and each stored call is recorded once.
type journal struct {
	mu     sync.Mutex
	lines  []string
	faults []string
	fail   map[string]error // by the first word of a line

	open     bool
	said     string
	pending  map[string]agent.Asked // by key: stored, and not recorded
	keys     []string               // of the stored reply, by index
	told     []string
	recorded int
	stored   int
	confirms *api.Confirms // of the last call that was stored
}

func newJournal() *journal {
	return &journal{fail: map[string]error{}, pending: map[string]agent.Asked{}}
}

func (j *journal) write(word, line string) error {
	j.lines = append(j.lines, line)
	return j.fail[word]
}

func (j *journal) fault(format string, args ...any) {
	j.faults = append(j.faults, fmt.Sprintf(format, args...))
}

func (j *journal) Open(context.Context) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.open {
		j.fault("a step was opened twice")
	}
	j.open, j.said = true, ""
	return j.write("open", "open")
}

func (j *journal) Say(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.open || text == "" {
		j.fault("%q was said, open: %v", text, j.open)
	}
	j.said += text
	_ = j.write("say", "say "+text)
}

func (j *journal) Commit(_ context.Context, text string, asked []agent.Asked) ([]agent.Pending, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.said != text || len(j.pending) > 0 {
		j.fault("%q was stored, %q was said, %d calls are pending", text, j.said, len(j.pending))
	}
	line := "commit " + text
	var pending []agent.Pending
	j.keys = nil
	for _, a := range asked {
		j.stored++
		key := fmt.Sprintf("key%d", j.stored)
		line += fmt.Sprintf(" [%s %s]", a.Tool, a.Parameters)
		j.confirms = a.Confirms
		j.pending[key], j.keys = a, append(j.keys, key)
		pending = append(pending, agent.Pending{ID: agent.CallID(int64(j.stored)), Key: key})
	}
	j.open, j.said = false, ""
	return pending, j.write("commit", line)
}

func (j *journal) Keep(_ context.Context, code string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.open || j.said == "" || code == "" {
		j.fault("%q was kept for %q, open: %v", j.said, code, j.open)
	}
	line := "keep " + j.said + " (" + code + ")"
	j.open, j.said, j.keys = false, "", nil
	return j.write("keep", line)
}

// leaving is told by the tools that a call is on its way.
func (j *journal) leaving(request agent.ToolRequest) {
	j.mu.Lock()
	defer j.mu.Unlock()
	asked, ok := j.pending[request.Key]
	if !ok || asked.Tool != request.Tool || string(asked.Parameters) != string(request.Arguments) {
		j.fault("%s left as %s, and %v is stored", request.Tool, request.Key, asked)
	}
}

func (j *journal) Record(ctx context.Context, index int, outcome agent.Outcome) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if index >= len(j.keys) {
		j.fault("call %d was recorded and there is none", index)
		return nil
	}
	if _, ok := j.pending[j.keys[index]]; !ok {
		j.fault("call %d was recorded twice", index)
	}
	delete(j.pending, j.keys[index])
	j.recorded++
	line := fmt.Sprintf("record %d executed", index)
	if outcome.Failed {
		line = fmt.Sprintf("record %d %s", index, outcome.Code)
	}
	return j.write("record", line)
}

func (j *journal) Tell(aside api.Body) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.told = append(j.told, fmt.Sprintf("%s after %d calls", aside.EventType(), j.recorded))
}

// desk is an agent between fakes.
type desk struct {
	model   *model
	tools   *tools
	journal *journal
	config  agent.Config
}

func newDesk(script ...replyScript) *desk {
	j := newJournal()
	return &desk{
		model: &model{script: script}, journal: j, tools: &tools{journal: j, do: worked},
		config: agent.Config{System: "Be kind.", RetryDelay: time.Millisecond},
	}
}

var alice = agent.Caller{UserID: "alice", SessionID: "cks_1"}

func (d *desk) answer(ctx context.Context, history ...api.Message) agent.Ending {
	if history == nil {
		history = []api.Message{{Role: api.RoleUser, Content: "Hello"}}
	}
	a := agent.New(d.model, d.tools, d.config, slog.New(slog.DiscardHandler))
	return a.Answer(ctx, agent.Turn{Caller: alice, History: history}, d.journal)
}

func (d *desk) log() *slog.Logger { return slog.New(slog.DiscardHandler) }
