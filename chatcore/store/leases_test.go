package store_test

import (
	"context"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

// claimedBy takes over what there is, as a replica, and gives what of it is this user's. Other specs left turns behind.
func claimedBy(ctx context.Context, d *desk, owner, user string) (claims []store.Claim) {
	GinkgoHelper()
	all, err := d.ClaimTurns(ctx, owner, nil, time.Hour, 1000)
	Expect(err).NotTo(HaveOccurred())
	for _, claim := range all {
		if claim.UserID == user {
			claims = append(claims, claim)
		}
	}
	return claims
}

func claimed(ctx context.Context, d *desk, user string) []store.Claim {
	GinkgoHelper()
	return claimedBy(ctx, d, "http://replica-2", user)
}

// as is a place of this replica's.
func as(owner string, place store.StepPlace) store.StepPlace {
	place.OwnerURL = owner
	return place
}

const first, second = "http://replica-1", "http://replica-2"

var _ = Describe("Taking a turn over", func() {
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
	BeforeEach(func() { d = newDesk() })

	It("is for the time behind its lease, each time under another name", func(ctx SpecContext) {
		begin(ctx, time.Hour)
		Expect(claimed(ctx, d, d.user)).To(BeEmpty())
		_, err := d.RenewLeases(ctx, []store.Leased{{UserID: d.user, RunID: turn.RunID, OwnerURL: first}}, 0, time.Minute)
		Expect(err).NotTo(HaveOccurred())
		claim := claimed(ctx, d, d.user)
		Expect(claim).To(HaveExactElements(And(HaveField("UserID", d.user), HaveField("RunID", turn.RunID))))
		Expect(store.OwnedBy(claim[0].OwnerURL, second)).To(BeTrue())
		Expect(claimedBy(ctx, d, "http://replica-3", d.user)).To(BeEmpty())
		Expect(d.LoadTurn(ctx, d.user, turn.RunID)).To(And(HaveField("OwnerURL", claim[0].OwnerURL), HaveField("Live", true)))
		_, err = d.RenewLeases(ctx, []store.Leased{claim[0].Leased}, 0, time.Minute)
		Expect(err).NotTo(HaveOccurred())
		again := claimed(ctx, d, d.user)
		Expect(again).To(HaveLen(1))
		Expect(again[0].OwnerURL).NotTo(Equal(claim[0].OwnerURL))
	})

	It("is an attempt when the turn is read to go on with it, and none when it could not be", func(ctx SpecContext) {
		begin(ctx, 0)
		for _, attempt := range []int{2, 3} {
			for range 3 { // the database went away before the turn was read
				_, err := d.RenewLeases(ctx, []store.Leased{claimed(ctx, d, d.user)[0].Leased}, 0, time.Minute)
				Expect(err).NotTo(HaveOccurred())
			}
			claim := claimed(ctx, d, d.user)[0]
			Expect(d.ResumeTurn(ctx, claim, 10)).To(HaveField("Attempt", attempt))
			_, err := d.RenewLeases(ctx, []store.Leased{claim.Leased}, 0, time.Minute)
			Expect(err).NotTo(HaveOccurred())
		}
	})

	It("is done by exactly one of those who try at the same moment", func(ctx SpecContext) {
		begin(ctx, 0)
		var wait sync.WaitGroup
		claims := make(chan store.Claim, 100)
		for _, owner := range []string{"http://a", "http://b", "http://c", "http://d"} {
			wait.Go(func() {
				defer GinkgoRecover()
				for _, claim := range claimedBy(ctx, d, owner, d.user) {
					claims <- claim
				}
			})
		}
		wait.Wait()
		Expect(claims).To(HaveLen(1))
	})

	It("comes at once when it was given up, and is no attempt then", func(ctx SpecContext) {
		begin(ctx, time.Hour)
		Expect(d.ReleaseTurn(ctx, store.Leased{UserID: d.user, RunID: turn.RunID, OwnerURL: second})).To(Succeed(), "not his to give")
		Expect(claimed(ctx, d, d.user)).To(BeEmpty())
		Expect(d.ReleaseTurn(ctx, store.Leased{UserID: d.user, RunID: turn.RunID, OwnerURL: first})).To(Succeed())
		claim := claimed(ctx, d, d.user)
		Expect(claim).To(HaveLen(1))
		Expect(d.ResumeTurn(ctx, claim[0], 10)).To(HaveField("Attempt", 1))
	})

	It("takes the unfinished reply back, and gives the calls with their keys and their ends", func(ctx SpecContext) {
		begin(ctx, 0)
		step, keys, err := d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Text: "One moment.", Calls: []store.NewCall{
			{Tool: "add_task", Parameters: []byte(`{}`)}, {Tool: "list_tasks", Parameters: []byte(`{}`)}, {Tool: "add_task", Parameters: []byte(`{}`)},
		}})
		Expect(err).NotTo(HaveOccurred())
		third := d.record(ctx, step.ToolCalls[2])
		d.record(ctx, step.ToolCalls[0])
		_, err = d.OpenStep(ctx, d.place(turn, 2))
		Expect(err).NotTo(HaveOccurred())
		claim := claimed(ctx, d, d.user)[0]
		resumed, err := d.ResumeTurn(ctx, claim, 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(resumed.Answer.State).To(Equal(api.StateRunning))
		Expect(resumed.UserMessage).To(Equal(turn.UserMessage))
		Expect(resumed.Titled).To(BeTrue())
		Expect(resumed.History).To(Equal(turn.History))
		Expect(resumed.Steps).To(HaveLen(2))
		Expect(resumed.Steps[0].Keys).To(Equal(keys))
		Expect(resumed.Steps[0].Ended).To(Equal([]int{2, 0}))
		Expect(resumed.Steps[0].ToolCalls[2]).To(Equal(third))
		Expect(resumed.Steps[0].ToolCalls[1].Status).To(Equal(api.CallPending))
		Expect(resumed.Steps[1].Discarded).To(BeTrue())
		Expect(resumed.Steps[1].Ordinal).To(Equal(2))
	})

	It("says of a reply that was cut how its turn was to end", func(ctx SpecContext) {
		begin(ctx, 0)
		opened, err := d.OpenStep(ctx, d.place(turn, 1))
		Expect(err).NotTo(HaveOccurred())
		for range 2 { // the word of the first try was lost
			_, _, err = d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Step: &opened, Text: "Half a sen", Cut: "model_cut"})
			Expect(err).NotTo(HaveOccurred())
		}
		resumed, err := d.ResumeTurn(ctx, claimed(ctx, d, d.user)[0], 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(resumed.Steps).To(HaveExactElements(And(HaveField("Content", "Half a sen"), HaveField("Cut", "model_cut"), HaveField("Code", ""))))
	})

	It("shuts out whoever had the turn before, and not whoever has it now", func(ctx SpecContext) {
		begin(ctx, 0)
		opened, err := d.OpenStep(ctx, as(first, d.place(turn, 1)))
		Expect(err).NotTo(HaveOccurred())
		claim := claimed(ctx, d, d.user)[0]
		_, err = d.ResumeTurn(ctx, claim, 10)
		Expect(err).NotTo(HaveOccurred())

		_, err = d.OpenStep(ctx, as(first, d.place(turn, 2)))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = d.OpenStep(ctx, as(first, d.place(turn, 1)))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, _, err = d.CommitStep(ctx, store.Reply{Place: as(first, d.place(turn, 1)), Step: &opened, Text: "Mine"})
		Expect(err).To(MatchError(store.ErrNotFound))
		_, _, err = d.CommitStep(ctx, store.Reply{Place: as(first, d.place(turn, 2)), Text: "Mine"})
		Expect(err).To(MatchError(store.ErrNotFound))
		ending := d.ending(turn, api.StateDone, "")
		ending.OwnerURL = first
		_, _, err = d.EndTurn(ctx, ending)
		Expect(err).To(MatchError(store.ErrNotFound))
		lost := claim
		lost.OwnerURL = first
		_, err = d.ResumeTurn(ctx, lost, 10)
		Expect(err).To(MatchError(store.ErrNotFound))

		step, err := d.OpenStep(ctx, as(claim.OwnerURL, d.place(turn, 2)))
		Expect(err).NotTo(HaveOccurred())
		again, err := d.OpenStep(ctx, as(claim.OwnerURL, d.place(turn, 2)))
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(step), "the word of the first try was lost")
		_, _, err = d.CommitStep(ctx, store.Reply{Place: as(claim.OwnerURL, d.place(turn, 2)), Step: &step, Text: "Tea is on the list."})
		Expect(err).NotTo(HaveOccurred())
		ending.OwnerURL = claim.OwnerURL
		answer, _, err := d.EndTurn(ctx, ending)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Content).To(Equal("Tea is on the list."))
		Expect(claimed(ctx, d, d.user)).To(BeEmpty())
	})

	It("finds nothing of a turn that is another user's", func(ctx SpecContext) {
		begin(ctx, time.Hour)
		other := d.of(newUser())
		_, err := other.LoadTurn(ctx, other.user, turn.RunID)
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(other.AskToStop(ctx, other.user, turn.RunID)).To(BeFalse())
		Expect(other.PageLeft(ctx, other.user, turn.RunID)).To(BeFalse())
		_, err = d.LoadTurn(ctx, d.user, turn.UserMessage.ID)
		Expect(err).To(MatchError(store.ErrNotFound), "a question is no run")
	})
})

var _ = Describe("What others want of a turn", func() {
	var (
		d    *desk
		turn store.Turn
	)

	news := func(ctx SpecContext, grace time.Duration) store.LeaseNews {
		GinkgoHelper()
		all, err := d.RenewLeases(ctx, []store.Leased{{UserID: d.user, RunID: turn.RunID, OwnerURL: first}}, time.Hour, grace)
		Expect(err).NotTo(HaveOccurred())
		Expect(all).To(HaveLen(1))
		return all[0]
	}

	BeforeEach(func(ctx SpecContext) {
		d = newDesk()
		turn = d.accept(ctx, d.said("Hello", 0))
	})

	It("is nothing at first", func(ctx SpecContext) {
		Expect(news(ctx, 0)).To(And(HaveField("Stop", false), HaveField("Asked", false)))
	})

	It("is its end, when somebody asks for it", func(ctx SpecContext) {
		Expect(d.AskToStop(ctx, d.user, turn.RunID)).To(BeTrue())
		Expect(news(ctx, time.Hour)).To(And(HaveField("Stop", true), HaveField("Asked", true)))
		d.end(ctx, turn)
		Expect(d.AskToStop(ctx, d.user, turn.RunID)).To(BeFalse())
	})

	It("is its end, when its page left and did not come back in time", func(ctx SpecContext) {
		Expect(d.PageLeft(ctx, d.user, turn.RunID)).To(BeTrue())
		Expect(news(ctx, time.Hour).Stop).To(BeFalse())
		Expect(news(ctx, 0)).To(And(HaveField("Stop", true), HaveField("Asked", false)))
		Expect(d.PageBack(ctx, d.user, turn.RunID)).To(Succeed())
		Expect(news(ctx, 0).Stop).To(BeFalse())
	})

	It("lets a new message end it, when its page left", func(ctx SpecContext) {
		Expect(d.PageLeft(ctx, d.user, turn.RunID)).To(BeTrue())
		_, err := d.Accept(ctx, d.said("Something else", turn.Conversation.ID))
		Expect(err).To(HaveValue(Equal(store.PageLeftError{RunID: turn.RunID})))
		Expect(d.PageBack(ctx, d.user, turn.RunID)).To(Succeed())
		_, err = d.Accept(ctx, d.said("Something else", turn.Conversation.ID))
		Expect(err).To(MatchError(store.ErrBusy))
	})
})
