package store_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

func TestStore(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "The store of conversations")
}

// clock goes on by a little at each look, and by more when a spec says so.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.FixedZone("", 3600))}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(1234567 * time.Nanosecond)
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixedIDs gives these ids, in this order, and then fresh ones.
type fixedIDs struct {
	mu   sync.Mutex
	next []int64
	then *ids.Source
}

func (f *fixedIDs) Next() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) == 0 {
		return f.then.Next()
	}
	id := f.next[0]
	f.next = f.next[1:]
	return id
}

// newUser names somebody who has nothing yet.
func newUser() string { return "user|" + rand.Text() }

// desk is one user's access to the store.
type desk struct {
	*store.Store
	user  string
	db    *ownerdb.DB
	clock *clock
	ids   *fixedIDs
}

func newDesk() *desk {
	GinkgoHelper()
	db, err := ownerdb.Open(pgtest.Database(GinkgoTB()).Chatcore, ownerdb.Options{})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	d := &desk{user: newUser(), db: db, clock: newClock()}
	d.ids = &fixedIDs{then: ids.New(d.clock.Now)}
	d.Store = store.New(db, d.ids, d.clock.Now)
	return d
}

// of gives another user's access to the same store.
func (d *desk) of(user string) *desk {
	other := *d
	other.user = user
	return &other
}

var (
	interrupted = store.Sentence{Code: "interrupted", Text: "I was interrupted."}
	lost        = store.Sentence{Code: "tool_unreachable", Text: "The tool did not answer."}
)

// said is a message on its way in; 0 begins a conversation.
func (d *desk) said(content string, conversation int64) store.NewTurn {
	return store.NewTurn{
		UserID: d.user, ConversationID: conversation, Content: content, MaxHistory: 10, OwnerURL: "http://replica-1",
		Lease: time.Hour, Interrupted: interrupted, LostCall: lost,
	}
}

func (d *desk) accept(ctx context.Context, turn store.NewTurn) store.Turn {
	GinkgoHelper()
	accepted, err := d.Accept(ctx, turn)
	Expect(err).NotTo(HaveOccurred())
	return accepted
}

func (d *desk) place(turn store.Turn, ordinal int) store.StepPlace {
	return store.StepPlace{UserID: d.user, ConversationID: turn.Conversation.ID, RunID: turn.RunID, Ordinal: ordinal}
}

// reply stores a whole reply that asks for calls of these tools.
func (d *desk) reply(ctx context.Context, turn store.Turn, ordinal int, text string, tools ...string) api.Step {
	GinkgoHelper()
	reply := store.Reply{Place: d.place(turn, ordinal), Text: text}
	for _, tool := range tools {
		reply.Calls = append(reply.Calls, store.NewCall{Tool: tool, Parameters: json.RawMessage(`{"of": "` + tool + `"}`)})
	}
	step, _, err := d.CommitStep(ctx, reply)
	Expect(err).NotTo(HaveOccurred())
	return step
}

func (d *desk) record(ctx context.Context, call api.ToolCall) api.ToolCall {
	GinkgoHelper()
	record, err := d.RecordCall(ctx, d.user, call, store.CallEnd{
		Status: api.CallExecuted, Result: json.RawMessage(`{"done": true}`),
	})
	Expect(err).NotTo(HaveOccurred())
	return record
}

func (d *desk) ending(turn store.Turn, state, code string) store.TurnEnd {
	return store.TurnEnd{
		UserID: d.user, ConversationID: turn.Conversation.ID, RunID: turn.RunID, State: state, Code: code, LostCall: lost,
	}
}

func (d *desk) end(ctx context.Context, turn store.Turn) api.Message {
	GinkgoHelper()
	answer, _, err := d.EndTurn(ctx, d.ending(turn, api.StateDone, ""))
	Expect(err).NotTo(HaveOccurred())
	return answer
}

// exchange is a whole turn with an answer of one step.
func (d *desk) exchange(ctx context.Context, content string, conversation int64) store.Turn {
	GinkgoHelper()
	turn := d.accept(ctx, d.said(content, conversation))
	d.reply(ctx, turn, 1, "Re: "+content)
	d.end(ctx, turn)
	return turn
}

// everything is a conversation as its pages show it, oldest first.
func (d *desk) everything(ctx context.Context, conversation int64) []api.Message {
	GinkgoHelper()
	page, err := d.Messages(ctx, d.user, conversation, store.Page{Limit: api.MaxPage, Ascending: true})
	Expect(err).NotTo(HaveOccurred())
	Expect(page.HasMore).To(BeFalse())
	Expect(page.After).To(BeEmpty())
	return page.Data
}

// count counts rows with a statement that names no owner.
func (d *desk) count(ctx context.Context, table string) (n int) {
	GinkgoHelper()
	Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
		return tx.Get(ctx, &n, `SELECT count(*) FROM `+table)
	})).To(Succeed())
	return n
}

var tables = []string{
	"conversations", "messages", "steps", "tool_calls", "actions", "chatkit_sessions", "turn_leases", "attachments", "message_attachments",
	"attachment_sweeps", "action_leases",
}

func ptr[T any](value T) *T { return &value }
