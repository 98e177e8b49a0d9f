package store_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// clicking is an action on its way in; record 0: one that stands by itself.
func (d *desk) clicking(conversation, record int64) store.NewAction {
	return store.NewAction{
		UserID: d.user, ConversationID: conversation, RecordID: record, Tool: "complete_task", Parameters: json.RawMessage(`{"task_id":7}`),
		Lease: time.Hour, Interrupted: interrupted, LostCall: lost,
	}
}

func (d *desk) click(ctx context.Context, conversation, record int64) store.StoredAction {
	GinkgoHelper()
	begun, err := d.BeginAction(ctx, d.clicking(conversation, record))
	Expect(err).NotTo(HaveOccurred())
	return d.ended(ctx, begun)
}

func (d *desk) ended(ctx context.Context, action store.StoredAction) store.StoredAction {
	GinkgoHelper()
	end := store.ActionEnd{UserID: d.user, ActionID: action.ID, Status: api.CallExecuted, Result: json.RawMessage(`{"ok":1}`)}
	if action.Clicked != nil {
		end.Refresh = &store.Refresh{Result: json.RawMessage(`{"now":1}`), Shown: json.RawMessage(`{"as":1}`)}
	}
	stored, err := d.EndAction(ctx, end)
	Expect(err).NotTo(HaveOccurred())
	return stored
}

// elements is a page as one list of positions, in the order of the wire.
func elements(page api.MessagePage) (all []int64) {
	for _, message := range page.Data {
		all = append(all, message.Position)
	}
	for _, action := range page.Actions {
		all = append(all, action.Position)
	}
	slices.Sort(all)
	if page.Descending {
		slices.Reverse(all)
	}
	return all
}

var _ = Describe("An action", func() {
	var (
		d    *desk
		turn store.Turn
		call api.ToolCall
	)
	BeforeEach(func(ctx SpecContext) {
		d = newDesk()
		turn = d.accept(ctx, d.said("Hello", 0))
		call = d.record(ctx, d.reply(ctx, turn, 1, "", "list_tasks").ToolCalls[0])
	})

	It("stands among the messages in pages of every size, both ways, also when it was done while an answer was written", func(ctx SpecContext) {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			var conversation int64
			var records []int64
			act := func() {
				for range rapid.IntRange(0, 2).Draw(t, "actions") {
					if len(records) > 0 {
						d.click(ctx, conversation, rapid.SampledFrom(records).Draw(t, "record"))
					}
				}
			}
			for range rapid.IntRange(1, 2).Draw(t, "turns") {
				turn := d.accept(ctx, d.said("Say", conversation))
				conversation = turn.Conversation.ID
				for step := range rapid.IntRange(0, 2).Draw(t, "steps") {
					records = append(records, d.record(ctx, d.reply(ctx, turn, step+1, "x", "list_tasks").ToolCalls[0]).ID)
					act()
				}
				d.end(ctx, turn)
				act()
				if rapid.Bool().Draw(t, "one by itself") {
					d.click(ctx, conversation, 0)
				}
			}
			whole, err := d.Messages(ctx, d.user, conversation, store.Page{Limit: api.MaxPage, Ascending: true})
			Expect(err).NotTo(HaveOccurred())
			all := elements(whole)
			limit := rapid.IntRange(1, len(all)+1).Draw(t, "limit")
			for _, ascending := range []bool{true, false} {
				page := store.Page{Limit: limit, Ascending: ascending}
				var walked []int64
				for {
					got, err := d.Messages(ctx, d.user, conversation, page)
					Expect(err).NotTo(HaveOccurred())
					part := elements(got)
					walked = append(walked, part...)
					if !got.HasMore {
						break
					}
					if len(part) < limit || len(part) > limit && !ascending {
						t.Fatalf("a page of %d has %d elements", limit, len(part))
					}
					page.After, err = strconv.ParseInt(got.After, 10, 64)
					Expect(err).NotTo(HaveOccurred())
				}
				want := slices.Clone(all)
				slices.Sort(walked)
				if !slices.Equal(walked, want) {
					t.Fatalf("ascending %v, %d a page: %v, want %v", ascending, limit, walked, want)
				}
			}
		})
	})

	It("ends once, refreshes the record and counts", func(ctx SpecContext) {
		action := d.click(ctx, turn.Conversation.ID, call.ID)
		Expect(action.Clicked.Record.Result).To(Equal(call.Result))
		Expect(action.Clicked.Record.Refreshed).To(MatchJSON(`{"now":1}`))
		Expect(action.Clicked.Shown).To(MatchJSON(`{"as":1}`))
		again, err := d.EndAction(ctx, store.ActionEnd{UserID: d.user, ActionID: action.ID, Status: api.CallFailed, Code: "late"})
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(action))
		refreshed, err := d.Refreshed(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(refreshed).To(HaveExactElements(And(HaveField("ID", call.ID), HaveField("Revision", BeEquivalentTo(1)))))
		Expect(d.count(ctx, "action_leases")).To(BeZero())
	})

	It("stands in the way of another on the same record, and of no other", func(ctx SpecContext) {
		first, err := d.BeginAction(ctx, d.clicking(turn.Conversation.ID, call.ID))
		Expect(err).NotTo(HaveOccurred())
		_, err = d.BeginAction(ctx, d.clicking(turn.Conversation.ID, call.ID))
		Expect(err).To(Equal(&store.ActionAtWorkError{ID: first.ID}))
		_, err = d.BeginAction(ctx, d.clicking(turn.Conversation.ID, 0))
		Expect(err).To(MatchError(store.ErrBusy), "a turn is at work")
		_, err = d.BeginAction(ctx, d.clicking(turn.Conversation.ID, first.ID))
		Expect(err).To(MatchError(store.ErrBusy), "it has not ended")
		d.end(ctx, turn)
		alone, err := d.BeginAction(ctx, d.clicking(turn.Conversation.ID, 0))
		Expect(err).NotTo(HaveOccurred())
		_, err = d.Accept(ctx, d.said("And?", turn.Conversation.ID))
		Expect(err).To(MatchError(store.ErrBusy))
		d.ended(ctx, alone)
		d.accept(ctx, d.said("And?", turn.Conversation.ID))
	})

	It("keeps what it is about from being answered again before it has ended", func(ctx SpecContext) {
		d.end(ctx, turn)
		atWork, err := d.BeginAction(ctx, d.clicking(turn.Conversation.ID, call.ID))
		Expect(err).NotTo(HaveOccurred())
		retry := d.said("", turn.Conversation.ID)
		retry.RetryOf = turn.UserMessage.ID
		_, err = d.Accept(ctx, retry)
		Expect(err).To(MatchError(store.ErrBusy))
		d.ended(ctx, atWork)
		again := d.accept(ctx, retry)
		Expect(again.GoneActions).To(HaveExactElements(HaveField("ID", atWork.ID)))
		Expect(again.ByHand).To(HaveLen(1), "what it did still stands")
		loaded, err := d.LoadTurn(ctx, d.user, again.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded.GoneActions).To(Equal(again.GoneActions))
		_, err = d.BeginAction(ctx, d.clicking(turn.Conversation.ID, call.ID))
		Expect(err).To(MatchError(store.ErrNotFound), "the record went")
	})

	It("in a conversation whose page left wants that turn's end", func(ctx SpecContext) {
		_, err := d.PageLeft(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		_, err = d.BeginAction(ctx, d.clicking(turn.Conversation.ID, call.ID))
		Expect(err).To(Equal(&store.PageLeftError{RunID: turn.RunID}))
	})

	It("is taken over when its lease is over, and only then", func(ctx SpecContext) {
		held, left := d.clicking(turn.Conversation.ID, call.ID), d.clicking(turn.Conversation.ID, 0)
		left.Lease = -time.Second
		_, err := d.BeginAction(ctx, held)
		Expect(err).NotTo(HaveOccurred())
		d.end(ctx, turn)
		stored, err := d.BeginAction(ctx, left)
		Expect(err).NotTo(HaveOccurred())
		claim := store.ClaimedAction{UserID: d.user, ActionID: stored.ID, Attempt: 2}
		Expect(d.ClaimActions(ctx, time.Hour, 16)).To(ConsistOf(claim))
		Expect(d.ClaimActions(ctx, time.Hour, 16)).To(BeEmpty())
		Expect(d.HoldAction(ctx, d.user, stored.ID, -time.Second)).To(Succeed())
		claim.Attempt = 3
		Expect(d.ClaimActions(ctx, time.Hour, 16)).To(ConsistOf(claim))
		loaded, err := d.LoadAction(ctx, d.user, stored.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded.CallKey).To(Equal(stored.CallKey))
	})

	It("is told with the first thing that was said after its end, however much history there is", func(ctx SpecContext) {
		in := turn.Conversation.ID
		during, err := d.BeginAction(ctx, d.clicking(in, call.ID))
		Expect(err).NotTo(HaveOccurred())
		d.end(ctx, turn)
		second := d.exchange(ctx, "Second", in)
		Expect(second.ByHand).To(BeEmpty(), "it has not ended")
		d.ended(ctx, during)
		after := d.click(ctx, in, call.ID)
		told := func(turn store.Turn) (ids []int64) {
			for _, done := range turn.ByHand {
				Expect(done.Behind).To(And(BeNumerically(">", second.UserMessage.Position), BeNumerically("<", after.Position+1)))
				ids = append(ids, done.Record.ID)
			}
			return ids
		}
		Expect(told(d.exchange(ctx, "Third", in))).To(Equal([]int64{during.ID, after.ID}))
		Expect(told(d.exchange(ctx, "Fourth", in))).To(Equal([]int64{during.ID, after.ID}))
		short := d.said("Fifth", in)
		short.MaxHistory = 3 // the question, and the turn before
		Expect(told(d.accept(ctx, short))).To(BeEmpty())
	})
})
