package runs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

// flaky is the real store behind a bad connection: by plan, a call does not reach it, or its answer does not come back.
type flaky struct {
	*store.Store
	mu   sync.Mutex
	plan map[int]string // by the number of the call: lost, or unheard
	call int
}

func through[T any](f *flaky, do func() (T, error)) (T, error) {
	f.mu.Lock()
	f.call++
	fate := f.plan[f.call]
	f.mu.Unlock()
	var none T
	if fate == "lost" {
		return none, errAway
	}
	result, err := do()
	if fate == "unheard" {
		return none, errAway
	}
	return result, err
}

func (f *flaky) OpenStep(ctx context.Context, place store.StepPlace) (api.Step, error) {
	return through(f, func() (api.Step, error) { return f.Store.OpenStep(ctx, place) })
}

func (f *flaky) CommitStep(ctx context.Context, reply store.Reply) (api.Step, []string, error) {
	type stored struct {
		step api.Step
		keys []string
	}
	result, err := through(f, func() (stored, error) {
		step, keys, err := f.Store.CommitStep(ctx, reply)
		return stored{step, keys}, err
	})
	return result.step, result.keys, err
}

func (f *flaky) RecordCall(ctx context.Context, user string, record api.ToolCall, end store.CallEnd) (api.ToolCall, error) {
	return through(f, func() (api.ToolCall, error) { return f.Store.RecordCall(ctx, user, record, end) })
}

func (f *flaky) EndTurn(ctx context.Context, end store.TurnEnd) (api.Message, api.Conversation, error) {
	type stored struct {
		answer       api.Message
		conversation api.Conversation
	}
	result, err := through(f, func() (stored, error) {
		answer, conversation, err := f.Store.EndTurn(ctx, end)
		return stored{answer, conversation}, err
	})
	return result.answer, result.conversation, err
}

// reply is one reply of a drawn turn.
type reply struct {
	pieces  []string
	calls   []agent.Asked
	orders  []int // in which the calls end
	outcome []agent.Outcome
}

func anyTurn(t *rapid.T) (replies []reply, ending agent.Ending) {
	outcomes := []agent.Outcome{
		{Result: []byte(`{"ok": true}`)}, {Failed: true, Code: "invalid", Error: "No.", Result: []byte(`{}`)},
		{Failed: true, Code: agent.CallSkipped, Error: "Not done.", Result: []byte(`{}`)}, agent.LostCall(),
	}
	for range rapid.IntRange(0, 3).Draw(t, "replies") {
		r := reply{pieces: rapid.SliceOfN(rapid.SampledFrom(words), 0, 3).Draw(t, "pieces")}
		for i := range rapid.IntRange(0, 3).Draw(t, "calls") {
			r.calls = append(r.calls, agent.Asked{Tool: "add_task", Parameters: []byte(`{"n": 1}`)})
			r.orders = append(r.orders, i)
			r.outcome = append(r.outcome, rapid.SampledFrom(outcomes).Draw(t, "outcome"))
		}
		if len(r.orders) > 0 {
			r.orders = rapid.Permutation(r.orders).Draw(t, "order")
		}
		if len(r.pieces)+len(r.calls) > 0 {
			replies = append(replies, r)
		}
	}
	return replies, rapid.SampledFrom([]agent.Ending{
		{}, {Code: agent.CodeDone, Sentence: "Done."}, agent.Interrupted(), {Failed: true, Code: agent.CodeStopped, Sentence: "Stopped."},
	}).Draw(t, "ending")
}

// plays lets an agent play drawn replies, and give up at the first fault of its journal, as the real one does.
func plays(replies []reply, ending agent.Ending) agentFunc {
	return func(ctx context.Context, _ agent.Turn, journal agent.Journal) agent.Ending {
		for _, r := range replies {
			if err := r.play(ctx, journal); err != nil {
				return agent.Broken(err)
			}
		}
		return ending
	}
}

func (r reply) play(ctx context.Context, journal agent.Journal) error {
	var text string
	for i, piece := range r.pieces {
		if i == 0 {
			if err := journal.Open(ctx); err != nil {
				return err
			}
		}
		journal.Say(piece)
		text += piece
	}
	if _, err := journal.Commit(ctx, text, r.calls); err != nil {
		return err
	}
	var failed error
	for _, i := range r.orders {
		if err := journal.Record(ctx, i, r.outcome[i]); err != nil {
			failed = err // the other calls end all the same
		}
	}
	return failed
}

// titled is a model that always finds the same title, or none.
type titled string

func (t titled) Title(context.Context, string) (string, error) {
	if t == "" {
		return "", errors.New("no title")
	}
	return string(t), nil
}

// timely leaves a title out that came after the turn's end: who saw that end was told of none.
func timely(live, late []api.Event) []api.Event {
	late = slices.Clone(late)
	isNews := func(event api.Event) bool { return strings.HasSuffix(event.ID, ".7.1.0") }
	if !slices.ContainsFunc(live, isNews) {
		late = slices.DeleteFunc(late, isNews)
	}
	return late
}

// steps are the steps that a stream showed to their end.
func steps(events []api.Event) (shown []api.Step) {
	for _, event := range events {
		if body, ok := event.Body.(api.MessageCompleted); ok {
			shown = append(shown, body.Step)
		}
	}
	return shown
}

// finishes holds a stream to show each call of a step twice: as it starts, in order, and as it ended.
func finishes(events []api.Event) error {
	started, finished := map[int64][]api.ToolCall{}, map[int64]map[int]api.ToolCall{}
	for _, event := range events {
		switch body := event.Body.(type) {
		case api.ToolCallStarted:
			if body.Record.Index != len(started[body.StepID]) {
				return fmt.Errorf("call %d started behind %d others", body.Record.Index, len(started[body.StepID]))
			}
			started[body.StepID] = append(started[body.StepID], body.Record)
		case api.ToolCallFinished:
			if finished[body.StepID] == nil {
				finished[body.StepID] = map[int]api.ToolCall{}
			}
			if _, twice := finished[body.StepID][body.Record.Index]; twice || !body.Record.Status.Done() {
				return fmt.Errorf("call %d ended twice, or never: %s", body.Record.Index, body.Record.Status)
			}
			finished[body.StepID][body.Record.Index] = body.Record
		case api.MessageCompleted:
			if len(body.Step.ToolCalls) != len(started[body.Step.ID]) || len(body.Step.ToolCalls) != len(finished[body.Step.ID]) {
				return fmt.Errorf("step %d has %d calls, %d started, %d ended", body.Step.ID,
					len(body.Step.ToolCalls), len(started[body.Step.ID]), len(finished[body.Step.ID]))
			}
		}
	}
	return nil
}

// still leaves out what a later event says anew: a conversation's count and change.
func still(lines []string) []string {
	changing := regexp.MustCompile(`"message_count":\d+|"updated_at":"[^"]*"`)
	for i, line := range lines {
		if strings.HasPrefix(line, "run.started") || strings.HasPrefix(line, "conversation.updated") {
			lines[i] = changing.ReplaceAllString(line, "")
		}
	}
	return lines
}

var _ = Describe("The law of stream and history", func() {
	var db *ownerdb.DB

	BeforeEach(func() {
		var err error
		db, err = ownerdb.Open(pgtest.Database(GinkgoTB()).Chatcore, ownerdb.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
	})

	// holds plays a turn and compares what a quick and a late follower saw with what is stored.
	holds := func(ctx SpecContext, t *rapid.T, faults map[int]string) {
		real := store.New(db, ids.New(time.Now), time.Now)
		long := config
		long.Lease, long.EndTime, long.EndDelay = time.Hour, 20*time.Second, time.Millisecond
		long.Titles = rapid.SampledFrom([]runs.Titles{nil, titled("Greetings"), titled("")}).Draw(t, "titles")
		replies, ending := anyTurn(t)
		m := runs.NewManager(&flaky{Store: real, plan: faults}, plays(replies, ending), long, discard())
		user := "user|" + rand.Text()
		run, err := m.Start(ctx, runs.Request{Caller: agent.Caller{UserID: user}, Content: "Hello"})
		Expect(err).NotTo(HaveOccurred())
		live := readAs(ctx, m, user, run, runs.Beginning)
		Eventually(ctx, m.AtWork).Should(BeZero())
		other := runs.NewManager(real, agentFunc(nil), long, discard()) // another replica knows only what is stored
		late := timely(live, readAs(ctx, other, user, run, runs.Beginning))
		for i, event := range live[:len(live)-1] {
			at, err := api.ParsePosition(event.ID)
			Expect(err).NotTo(HaveOccurred())
			seen := slices.Concat(live[:i+1], timely(live, readAs(ctx, other, user, run, at)))
			Expect(still(retold(seen))).To(Equal(still(retold(live))), "behind %s", event.ID)
		}

		conversation := live[0].Body.(api.RunStarted).Conversation.ID
		page, err := real.Messages(ctx, user, conversation, store.Page{Limit: 10, Ascending: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(page.Data).To(HaveLen(2))
		answer := page.Data[1]
		Expect(live[0].Body.(api.RunStarted).UserMessage).To(Equal(page.Data[0]))
		for _, events := range [][]api.Event{live, late} {
			Expect(slices.Concat([]api.Step(nil), steps(events))).To(Equal(answer.Steps))
			Expect(finishes(events)).To(Succeed())
			switch body := last(events).(type) {
			case api.RunCompleted:
				Expect(body.Answer).To(Equal(answer))
			case api.RunFailed:
				Expect(body.Answer).To(HaveValue(Equal(answer)))
			case api.RunCancelled:
				Expect(body.Answer).To(HaveValue(Equal(answer)))
			}
		}
		Expect(types(late)).NotTo(ContainElement("message.discarded"))
		_, err = real.Accept(ctx, store.NewTurn{UserID: user, ConversationID: conversation, Content: "And now?", MaxHistory: 10, Lease: time.Hour})
		Expect(err).NotTo(HaveOccurred(), "the conversation is free again")
	}

	It("holds for every turn", func(ctx SpecContext) {
		rapid.Check(GinkgoT(), func(t *rapid.T) { holds(ctx, t, nil) })
	})

	It("holds when the database is lost for a moment, with or without having done what it was asked", func(ctx SpecContext) {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			holds(ctx, t, rapid.MapOfN(rapid.IntRange(1, 10), rapid.SampledFrom([]string{"lost", "unheard"}), 1, 3).Draw(t, "faults"))
		})
	})
})
