package store_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("A turn whose replica is gone", func() {
	var (
		d    *desk
		turn store.Turn
	)

	begin := func(ctx SpecContext, lease time.Duration) {
		GinkgoHelper()
		said := d.said("Add tea", 0)
		said.Lease = lease
		turn = d.accept(ctx, said)
	}

	// orphan takes a running answer's lease away, as no process does.
	orphan := func(ctx SpecContext) {
		GinkgoHelper()
		Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM turn_leases WHERE run_id = $1`, turn.RunID)
			return err
		})).To(Succeed())
	}

	BeforeEach(func() { d = newDesk() })

	It("is waited for: another replica takes it over", func(ctx SpecContext) {
		begin(ctx, 0)
		_, err := d.Accept(ctx, d.said("Hello?", turn.Conversation.ID))
		Expect(err).To(MatchError(store.ErrBusy))
	})

	It("is closed by the next message, when nobody can take it over", func(ctx SpecContext) {
		begin(ctx, 0)
		step := d.reply(ctx, turn, 1, "One moment.", "add_task", "list_tasks")
		known := d.record(ctx, step.ToolCalls[0])
		_, err := d.OpenStep(ctx, d.place(turn, 2))
		Expect(err).NotTo(HaveOccurred())

		orphan(ctx)
		next := d.accept(ctx, d.said("Hello?", turn.Conversation.ID))
		answer := d.everything(ctx, turn.Conversation.ID)[1]
		Expect(answer.State).To(Equal(api.StateFailed))
		Expect(answer.Code).To(Equal(interrupted.Code))
		Expect(answer.Content).To(Equal("One moment.\n\n" + interrupted.Text))
		Expect(answer.Steps).To(HaveLen(2), "the reply that was not whole is gone")
		Expect(answer.Steps[1].Code).To(Equal(interrupted.Code))
		Expect(answer.ToolCalls[0]).To(Equal(known))
		Expect(answer.ToolCalls[1].Code).To(Equal(lost.Code))
		Expect(answer.ToolCalls[1].Error).To(Equal(lost.Text))
		Expect(next.History).To(HaveLen(3))
		Expect(next.History[1]).To(Equal(answer), "the model is told")
		Expect(next.Conversation.MessageCount).To(Equal(3))
		Expect(next.UserMessage.Position).To(BeNumerically(">", answer.Steps[1].Position))
	})

	It("is closed also when a step of its was lost on the way to the database", func(ctx SpecContext) {
		begin(ctx, 0)
		d.reply(ctx, turn, 1, "One.")
		d.reply(ctx, turn, 3, "Three.") // step 2 was begun, and nobody knows whether it was stored
		orphan(ctx)
		d.accept(ctx, d.said("Hello?", turn.Conversation.ID))
		Expect(d.everything(ctx, turn.Conversation.ID)[1].Content).To(Equal("One.\n\nThree.\n\n" + interrupted.Text))
	})

	It("can't come back and go on", func(ctx SpecContext) {
		begin(ctx, 0)
		opened, err := d.OpenStep(ctx, d.place(turn, 1))
		Expect(err).NotTo(HaveOccurred())
		orphan(ctx)
		next := d.accept(ctx, d.said("Hello?", turn.Conversation.ID))
		_, _, err = d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Step: &opened, Text: "I'm back", Calls: []store.NewCall{{Tool: "add_task", Parameters: []byte(`{}`)}}})
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = d.OpenStep(ctx, d.place(turn, 3))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, _, err = d.EndTurn(ctx, d.ending(turn, api.StateDone, ""))
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(d.count(ctx, "tool_calls")).To(BeZero())
		Expect(d.end(ctx, next).State).To(Equal(api.StateDone))
	})

	It("is believed to be at work while its lease lasts", func(ctx SpecContext) {
		begin(ctx, time.Hour)
		_, err := d.Accept(ctx, d.said("Hello?", turn.Conversation.ID))
		Expect(err).To(MatchError(store.ErrBusy))
	})

	Describe("and a lease", func() {
		live := func(ctx SpecContext, turn store.Turn) (live bool) {
			GinkgoHelper()
			Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
				return tx.Get(ctx, &live, `SELECT until > now() FROM turn_leases WHERE run_id = $1`, turn.RunID)
			})).To(Succeed())
			return live
		}

		It("that is renewed lasts on, whoever owns the run", func(ctx SpecContext) {
			begin(ctx, 0)
			other := d.of(newUser())
			said := other.said("Hi", 0)
			said.Lease = 0
			theirs := other.accept(ctx, said)
			news, err := d.RenewLeases(ctx, []store.Leased{
				{UserID: d.user, RunID: turn.RunID, OwnerURL: first}, {UserID: other.user, RunID: theirs.RunID, OwnerURL: first},
			}, time.Hour, time.Minute)
			Expect(err).NotTo(HaveOccurred())
			Expect(news).To(ConsistOf(
				store.LeaseNews{Leased: store.Leased{UserID: d.user, RunID: turn.RunID, OwnerURL: first}},
				store.LeaseNews{Leased: store.Leased{UserID: other.user, RunID: theirs.RunID, OwnerURL: first}},
			))
			Expect(live(ctx, turn)).To(BeTrue())
			Expect(other.LoadTurn(ctx, other.user, theirs.RunID)).To(HaveField("Live", true))
			Expect(claimed(ctx, d, other.user)).To(BeEmpty())
		})

		It("of a run that nobody names ends, also at the same address", func(ctx SpecContext) {
			begin(ctx, 0)
			said := d.said("Hi", 0)
			said.Lease = 0
			second := d.accept(ctx, said)
			news, err := d.RenewLeases(ctx, []store.Leased{{UserID: d.user, RunID: second.RunID, OwnerURL: first}}, time.Hour, time.Minute)
			Expect(err).NotTo(HaveOccurred())
			Expect(news).To(HaveLen(1))
			Expect(live(ctx, second)).To(BeTrue())
			Expect(live(ctx, turn)).To(BeFalse())
		})

		It("that another replica has is not touched", func(ctx SpecContext) {
			begin(ctx, 0)
			Expect(d.RenewLeases(ctx, []store.Leased{{UserID: d.user, RunID: turn.RunID, OwnerURL: "http://replica-2"}}, time.Hour, time.Minute)).To(BeEmpty())
			Expect(live(ctx, turn)).To(BeFalse())
		})
	})
})
