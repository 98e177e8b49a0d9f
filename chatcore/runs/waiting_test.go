package runs_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/agent"
	"taskpilot/chatcore/api"
	"taskpilot/chatcore/pagetools"
	"taskpilot/chatcore/runs"
	"taskpilot/chatcore/store"
	"taskpilot/deploy/postgres/pgtest"
	"taskpilot/internal/ids"
	"taskpilot/internal/ownerdb"
)

// which is a question, as a call's parameters.
const which = `{"inputs":[{"id":"which","question":"Which?","type":"multiple_choice","options":[{"value":"a"},{"value":"b"}]}]}`

// inquires plays drawn replies; those that ask end the work until the page has answered.
func inquires(replies []reply) agentFunc {
	return func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
		for _, r := range replies[len(turn.Steps):] {
			if err := r.play(ctx, journal); err != nil {
				return agent.Broken(err)
			}
			if last := len(r.calls) - 1; last >= 0 && r.calls[last].For != "" {
				return agent.Ending{Waits: &agent.Waits{For: r.calls[last].For, Index: last, Sentence: "Which?"}}
			}
		}
		return agent.Ending{}
	}
}

// asking makes a reply wait in the end.
func asking(r reply, what string) reply {
	r.calls = append(slices.Clone(r.calls), agent.Asked{Tool: "ask_person", Parameters: json.RawMessage(which), For: what})
	return r
}

var (
	asksWhich = asking(reply{pieces: []string{"One moment."}}, api.ForStructuredInput)
	thanks    = reply{pieces: []string{"Thank ", "you."}}
)

// answered is what a page sends for what is waited for.
func answered(waits api.RunWaiting) api.InputRequest {
	if waits.For == api.ForClientTool {
		return api.InputRequest{RecordID: waits.Record.ID, Result: json.RawMessage(`{"ok": true}`)}
	}
	return api.InputRequest{RecordID: waits.Record.ID, Status: api.Answered, Answers: map[string]api.Answer{"which": {Values: []string{"b"}}}}
}

var _ = Describe("A turn that waits for its page", func() {
	var (
		db    *ownerdb.DB
		kept  *store.Store
		alice agent.Caller
	)

	replica := func(url string, answer agentFunc) *runs.Manager {
		own := config
		own.OwnerURL, own.Lease = url, time.Hour
		m := runs.NewManager(kept, answer, own, discard())
		DeferCleanup(func(ctx SpecContext) {
			over, cancel := context.WithCancel(ctx)
			cancel()
			m.Close(over)
		})
		return m
	}

	BeforeEach(func() {
		var err error
		db, err = ownerdb.Open(pgtest.Database(GinkgoTB()).Chatcore, ownerdb.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		kept, alice = store.New(db, ids.New(time.Now), time.Now), agent.Caller{UserID: "alice|" + rand.Text()}
	})

	// begin begins a turn that waits.
	begin := func(ctx SpecContext, m *runs.Manager, conversation int64) (events []api.Event, waits api.RunWaiting) {
		GinkgoHelper()
		run, err := m.Start(ctx, runs.Request{Caller: alice, ConversationID: conversation, Content: "Delete milk"})
		Expect(err).NotTo(HaveOccurred())
		events = readAs(ctx, m, alice.UserID, run, runs.Beginning)
		Expect(last(events)).To(BeAssignableToTypeOf(waits))
		return events, last(events).(api.RunWaiting)
	}

	give := func(ctx SpecContext, m *runs.Manager, run int64, input api.InputRequest) ([]api.Event, error) {
		resumed, err := m.Input(ctx, runs.Input{Caller: alice, RunID: run, InputRequest: input})
		if err != nil {
			return nil, err
		}
		Expect(resumed.Started.RunID).To(Equal(run))
		return readAs(ctx, m, alice.UserID, run, resumed.After), nil
	}

	It("ends its stream with what it waits for, blocks nobody, and goes on at any replica", func(ctx SpecContext) {
		first := replica("http://one", inquires([]reply{asksWhich, thanks}))
		events, waits := begin(ctx, first, 0)
		Expect(waits.For).To(Equal(api.ForStructuredInput))
		Expect(waits.Record.Status).To(Equal(api.CallPending))
		Expect(waits.Answer.Content).To(Equal("One moment.\n\nWhich?"))
		Expect(types(events)).To(Equal([]string{"run.started", "conversation.updated", "message.started", "message.delta",
			"message.text_completed", "tool_call.started", "run.waiting"}))
		Eventually(ctx, first.AtWork).Should(BeZero())

		second := replica("http://two", inquires([]reply{asksWhich, thanks}))
		Expect(second.Status(ctx, alice.UserID, waits.Answer.ID)).To(HaveField("State", api.StateWaiting))
		events, err := give(ctx, second, waits.Answer.ID, answered(waits))
		Expect(err).NotTo(HaveOccurred())
		Expect(types(events)).To(Equal([]string{"tool_call.finished", "message.completed", "message.started", "message.delta",
			"message.text_completed", "message.completed", "run.completed"}))
		Expect(last(events).(api.RunCompleted).Answer.Content).To(Equal("One moment.\n\nThank you."))
		Expect(string(last(events).(api.RunCompleted).Answer.ToolCalls[0].Result)).To(MatchJSON(`{"status":"answered","answers":{"which":{"values":["b"],"skipped":false}}}`))
	})

	It("is answered once, and what does not fit changes nothing", func(ctx SpecContext) {
		m := replica("http://one", inquires([]reply{asksWhich, thanks}))
		_, waits := begin(ctx, m, 0)
		run := waits.Answer.ID
		other := answered(waits)
		other.RecordID++
		_, err := give(ctx, m, run, other)
		Expect(err).To(MatchError(store.ErrNotWaiting))
		_, err = give(ctx, m, run, api.InputRequest{Status: api.Answered})
		Expect(err).To(HaveValue(HaveField("Code", pagetools.CodeMissing)))
		_, err = give(ctx, m, run+1, answered(waits))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = m.Input(ctx, runs.Input{Caller: agent.Caller{UserID: "mallory"}, RunID: run, InputRequest: answered(waits)})
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(m.Status(ctx, alice.UserID, run)).To(HaveField("State", api.StateWaiting))

		_, err = give(ctx, m, run, answered(waits))
		Expect(err).NotTo(HaveOccurred())
		_, err = give(ctx, m, run, answered(waits))
		Expect(err).To(MatchError(store.ErrNotWaiting))
	})

	It("is answered once by pages that answer at the same time", func(ctx SpecContext) {
		managers := []*runs.Manager{replica("http://one", inquires([]reply{asksWhich, thanks})), replica("http://two", inquires([]reply{asksWhich, thanks}))}
		_, waits := begin(ctx, managers[0], 0)
		errs := make(chan error, 8)
		for i := range cap(errs) {
			go func() {
				_, err := managers[i%2].Input(ctx, runs.Input{Caller: alice, RunID: waits.Answer.ID, InputRequest: answered(waits)})
				errs <- err
			}()
		}
		refused := 0
		for range cap(errs) {
			if err := <-errs; err != nil {
				Expect(err).To(MatchError(store.ErrNotWaiting))
				refused++
			}
		}
		Expect(refused).To(Equal(cap(errs) - 1))
	})

	It("joins the same input that is sent again, and no other", func(ctx SpecContext) {
		m := replica("http://one", inquires([]reply{asksWhich, asksWhich, thanks}))
		_, waits := begin(ctx, m, 0)
		input := answered(waits)
		input.ResendGuard = "g1"
		_, err := give(ctx, m, waits.Answer.ID, input)
		Expect(err).NotTo(HaveOccurred())
		again, err := give(ctx, m, waits.Answer.ID, input)
		Expect(err).NotTo(HaveOccurred())
		Expect(types(again)).To(HaveExactElements("tool_call.finished", "message.completed", "message.started", "message.delta",
			"message.text_completed", "tool_call.started", "run.waiting"))
		Expect(m.Status(ctx, alice.UserID, waits.Answer.ID)).To(HaveField("State", api.StateWaiting), "the second question is not answered by it")
		input.ResendGuard = "g2"
		_, err = give(ctx, m, waits.Answer.ID, input)
		Expect(err).To(MatchError(store.ErrNotWaiting), "it is for the first question")
	})

	It("goes on by take-over when its replica dies right after the input", func(ctx SpecContext) {
		first := replica("http://one", inquires([]reply{asksWhich, thanks}))
		_, waits := begin(ctx, first, 0)
		_, err := kept.AcceptInput(ctx, store.NewInput{
			UserID: alice.UserID, RunID: waits.Answer.ID, MaxHistory: 10, OwnerURL: store.FirstOwner("http://dead"),
			Result: func(record api.ToolCall) (json.RawMessage, error) { return pagetools.Result(record, answered(waits)) },
		})
		Expect(err).NotTo(HaveOccurred())
		own := config
		own.OwnerURL = "http://two"
		second := runs.NewManager(kept, inquires([]reply{asksWhich, thanks}), own, discard())
		over, stop := context.WithCancel(ctx)
		defer stop()
		go second.TakeOver(over)
		events := readAs(ctx, second, alice.UserID, waits.Answer.ID, runs.Beginning)
		Expect(last(events)).To(BeAssignableToTypeOf(api.RunCompleted{}))
		Expect(types(events)).NotTo(ContainElement("run.waiting"))
	})

	Context("when the person says something else", func() {
		It("is closed as skipped, and the new turn tells of it, live and later", func(ctx SpecContext) {
			m := replica("http://one", inquires([]reply{asksWhich, thanks}))
			events, waits := begin(ctx, m, 0)
			conversation := events[0].Body.(api.RunStarted).Conversation.ID
			next := replica("http://two", speaks)
			run, err := next.Start(ctx, runs.Request{Caller: alice, ConversationID: conversation, Content: "Never mind"})
			Expect(err).NotTo(HaveOccurred())
			live := readAs(ctx, next, alice.UserID, run, runs.Beginning)
			skipped := live[0].Body.(api.RunStarted).Skipped
			Expect(skipped).To(HaveExactElements(And(
				HaveField("Step.ID", waits.StepID), HaveField("Record.ID", waits.Record.ID), HaveField("Record.Status", api.CallSkipped),
				HaveField("Record.Result", MatchJSON(`{"status":"skipped","answers":{}}`)),
			)))
			late := readAs(ctx, m, alice.UserID, run, runs.Beginning)
			Expect(late[0].Body.(api.RunStarted).Skipped).To(Equal(skipped))

			page, err := kept.Messages(ctx, alice.UserID, conversation, store.Page{Limit: 10, Ascending: true})
			Expect(err).NotTo(HaveOccurred())
			Expect(page.Data[1]).To(And(HaveField("State", api.StateDone), HaveField("Content", "One moment.\n\nWhich?")))
			Expect(page.Conversation.MessageCount).To(Equal(4))
			_, err = give(ctx, m, waits.Answer.ID, answered(waits))
			Expect(err).To(MatchError(store.ErrNotWaiting))
			Expect(types(readAs(ctx, m, alice.UserID, waits.Answer.ID, runs.Beginning))).To(ContainElements("tool_call.finished", "message.completed", "run.completed"))
		})

		It("is superseded when its question is answered again", func(ctx SpecContext) {
			m := replica("http://one", inquires([]reply{asksWhich, thanks}))
			events, waits := begin(ctx, m, 0)
			started := events[0].Body.(api.RunStarted)
			run, err := m.Start(ctx, runs.Request{Caller: alice, ConversationID: started.Conversation.ID, RetryOf: started.UserMessage.ID})
			Expect(err).NotTo(HaveOccurred())
			again := readAs(ctx, m, alice.UserID, run, runs.Beginning)[0].Body.(api.RunStarted)
			Expect(again.Skipped).To(BeEmpty())
			Expect(again.Superseded).To(HaveExactElements(HaveField("ID", waits.Answer.ID)))
			_, err = give(ctx, m, waits.Answer.ID, answered(waits))
			Expect(err).To(MatchError(store.ErrNotFound))
		})
	})

	It("goes with its conversation", func(ctx SpecContext) {
		m := replica("http://one", inquires([]reply{asksWhich, thanks}))
		events, waits := begin(ctx, m, 0)
		Expect(kept.DeleteConversation(ctx, alice.UserID, events[0].Body.(api.RunStarted).Conversation.ID)).To(Succeed())
		_, err := give(ctx, m, waits.Answer.ID, answered(waits))
		Expect(err).To(MatchError(store.ErrNotFound))
	})

	It("keeps what its request declared", func(ctx SpecContext) {
		var offered [][]agent.PageTool
		play := inquires([]reply{asking(thanks, api.ForClientTool), thanks})
		m := replica("http://one", func(ctx context.Context, turn agent.Turn, journal agent.Journal) agent.Ending {
			offered = append(offered, turn.PageTools)
			return play(ctx, turn, journal)
		})
		run, err := m.Start(ctx, runs.Request{Caller: alice, Content: "Go dark", ClientTools: []api.ClientTool{{Name: "switch_theme", Description: "Switches."}}})
		Expect(err).NotTo(HaveOccurred())
		waits := last(readAs(ctx, m, alice.UserID, run, runs.Beginning)).(api.RunWaiting)
		_, err = give(ctx, m, run, answered(waits))
		Expect(err).NotTo(HaveOccurred())
		Expect(offered).To(HaveExactElements(HaveExactElements(HaveField("Name", "switch_theme")), HaveExactElements(HaveField("Name", "switch_theme"))))
	})

	It("keeps the law of stream and history, for whoever follows it from anywhere", func(ctx SpecContext) {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			replies, _ := anyTurn(t)
			for i := range replies {
				if what := rapid.SampledFrom([]string{"", api.ForClientTool, api.ForStructuredInput}).Draw(t, "waits for"); what != "" {
					replies[i] = asking(replies[i], what)
				}
			}
			replies = append(replies, thanks)
			managers := []*runs.Manager{replica("http://one", inquires(replies)), replica("http://two", inquires(replies))}
			run, err := managers[0].Start(ctx, runs.Request{Caller: alice, Content: "Hello"})
			Expect(err).NotTo(HaveOccurred())
			live := readAs(ctx, managers[0], alice.UserID, run, runs.Beginning)
			for waits, ok := last(live).(api.RunWaiting); ok; waits, ok = last(live).(api.RunWaiting) {
				followsFromAnywhere(ctx, managers[1], alice.UserID, run, live)
				more, err := give(ctx, rapid.SampledFrom(managers).Draw(t, "replica"), run, answered(waits))
				Expect(err).NotTo(HaveOccurred())
				live = append(live[:len(live)-1], more...)
			}
			Expect(finishes(live)).To(Succeed())
			followsFromAnywhere(ctx, managers[1], alice.UserID, run, live)
			Expect(steps(live)).To(Equal(last(live).(api.RunCompleted).Answer.Steps))
		})
	})
})

// followsFromAnywhere holds that a reader that left behind any event sees the rest from what is stored.
func followsFromAnywhere(ctx context.Context, m *runs.Manager, user string, run int64, live []api.Event) {
	GinkgoHelper()
	Eventually(ctx, m.AtWork).Should(BeZero())
	want := still(retold(live))
	Expect(still(retold(readAs(ctx, m, user, run, runs.Beginning)))).To(Equal(want))
	before := runs.Beginning
	for i, event := range live[:len(live)-1] {
		at, err := api.ParsePosition(event.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(before.Before(at)).To(BeTrue(), "%s comes behind %s", event.ID, before)
		before = at
		Expect(still(retold(slices.Concat(live[:i+1], readAs(ctx, m, user, run, at))))).To(Equal(want), "behind %s", event.ID)
	}
}
