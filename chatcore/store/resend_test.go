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

var _ = Describe("A request that is sent again", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	again := func(how store.Again, content string, conversation int64) store.NewTurn {
		turn := d.said(content, conversation)
		turn.Again = how
		return turn
	}

	Context("with its key", func() {
		how := store.Again{Key: "k", Hash: []byte("one")}

		It("finds the turn that it began, at work or ended, whatever came since", func(ctx SpecContext) {
			turn := d.accept(ctx, again(how, "Yes", 0))
			Expect(turn.Joined).To(BeFalse())
			joined := d.accept(ctx, again(how, "Yes", 0))
			Expect(joined).To(Equal(store.Turn{UserID: d.user, RunID: turn.RunID, Joined: true}))
			d.end(ctx, turn)
			d.exchange(ctx, "And more", turn.Conversation.ID)
			d.clock.Advance(24 * time.Hour)
			Expect(d.accept(ctx, again(how, "Yes", 0)).RunID).To(Equal(turn.RunID))
			Expect(d.count(ctx, "messages")).To(Equal(4))
		})

		It("is refused when it is another request", func(ctx SpecContext) {
			d.accept(ctx, again(how, "Yes", 0))
			_, err := d.Accept(ctx, again(store.Again{Key: "k", Hash: []byte("two")}, "No", 0))
			Expect(err).To(MatchError(store.ErrKeyUsed))
			Expect(d.count(ctx, "messages")).To(Equal(2))
		})

		It("is another user's own affair", func(ctx SpecContext) {
			d.accept(ctx, again(how, "Yes", 0))
			other := d.of(newUser())
			turn := other.said("No", 0)
			turn.Again = store.Again{Key: "k", Hash: []byte("two")}
			Expect(other.accept(ctx, turn).Joined).To(BeFalse())
		})

		It("begins one turn when it comes several times at the same moment", func(ctx SpecContext) {
			id := d.exchange(ctx, "Hello", 0).Conversation.ID
			for _, conversation := range []int64{id, 0} {
				how := store.Again{Key: newUser(), Hash: []byte("one")}
				var wait sync.WaitGroup
				accepted := make(chan store.Turn, 6)
				for range cap(accepted) {
					wait.Go(func() {
						defer GinkgoRecover()
						accepted <- d.accept(ctx, again(how, "Yes", conversation))
					})
				}
				wait.Wait()
				close(accepted)
				runs, began := map[int64]bool{}, 0
				for turn := range accepted {
					if runs[turn.RunID] = true; !turn.Joined {
						began++
					}
				}
				Expect(runs).To(HaveLen(1))
				Expect(began).To(Equal(1))
			}
		})
	})

	Context("by a page", func() {
		strong := store.Again{Guard: "g"}

		// what happens between the first time and the second
		type between func(ctx context.Context, turn store.Turn)
		ended := func(ctx context.Context, turn store.Turn) { d.end(ctx, turn) }
		endedAs := func(state, code string) between {
			return func(ctx context.Context, turn store.Turn) {
				_, _, err := d.EndTurn(ctx, d.ending(turn, state, code))
				Expect(err).NotTo(HaveOccurred())
			}
		}
		in := func(all ...between) between {
			return func(ctx context.Context, turn store.Turn) {
				for _, one := range all {
					one(ctx, turn)
				}
			}
		}
		later := func(after time.Duration) between {
			return func(context.Context, store.Turn) { d.clock.Advance(after) }
		}

		DescribeTable("joins the turn",
			func(ctx SpecContext, how store.Again, happens between, joins bool) {
				for _, newThread := range []bool{false, true} {
					d = newDesk()
					conversation := int64(0)
					if !newThread {
						conversation = d.exchange(ctx, "Hello", 0).Conversation.ID
					}
					turn := d.accept(ctx, again(how, "Yes", conversation))
					happens(ctx, turn)
					second, err := d.Accept(ctx, again(how, "Yes", conversation))
					if joins {
						Expect(err).NotTo(HaveOccurred())
						Expect(second).To(Equal(store.Turn{UserID: d.user, RunID: turn.RunID, Joined: true}))
					} else {
						Expect(second.Joined).To(BeFalse())
					}
				}
			},
			Entry("that is at work", strong, in(), true),
			Entry("that is at work, also without a name", store.Again{Guard: store.WeakGuard + "g"}, in(), true),
			Entry("that ended", strong, in(ended), true),
			Entry("that failed", strong, endedAs(api.StateFailed, "model_cut"), true),
			Entry("that ended a while ago", strong, in(ended, later(50*time.Second)), true),
			Entry("not one that ended long ago", strong, in(ended, later(61*time.Second)), false),
			Entry("not one that ended, without a name", store.Again{Guard: store.WeakGuard + "g"}, in(ended), false),
			Entry("not one that was stopped", strong, endedAs(api.StateStopped, "stopped"), false),
			Entry("not one that is being stopped", strong, between(func(ctx context.Context, turn store.Turn) {
				Expect(d.AskToStop(ctx, d.user, turn.RunID)).To(BeTrue())
			}), false),
			Entry("not one whose page left", strong, between(func(ctx context.Context, turn store.Turn) {
				Expect(d.PageLeft(ctx, d.user, turn.RunID)).To(BeTrue())
			}), false),
			Entry("not one whose end was streamed", strong, in(ended, func(ctx context.Context, turn store.Turn) {
				Expect(d.EndSeen(ctx, d.user, turn.RunID, true)).To(Succeed())
			}), false),
			Entry("not one whose end was read", strong, in(ended, func(ctx context.Context, turn store.Turn) {
				_, err := d.Messages(ctx, d.user, turn.Conversation.ID, store.Page{Limit: 5})
				Expect(err).NotTo(HaveOccurred())
			}), false),
			Entry("not one whose end was read with its conversation", strong, in(ended, func(ctx context.Context, turn store.Turn) {
				_, err := d.ConversationWithMessages(ctx, d.user, turn.Conversation.ID)
				Expect(err).NotTo(HaveOccurred())
			}), false),
			Entry("one that was read while it was at work", strong, in(func(ctx context.Context, turn store.Turn) {
				_, err := d.Messages(ctx, d.user, turn.Conversation.ID, store.Page{Limit: 5})
				Expect(err).NotTo(HaveOccurred())
			}, ended), true),
			Entry("not one that another came after", strong, in(ended, func(ctx context.Context, turn store.Turn) {
				d.exchange(ctx, "And now?", turn.Conversation.ID)
			}), false),
		)

		It("is another one when its guard is", func(ctx SpecContext) {
			turn := d.accept(ctx, again(strong, "Yes", 0))
			_, err := d.Accept(ctx, again(store.Again{Guard: "h"}, "Yes", turn.Conversation.ID))
			Expect(err).To(MatchError(store.ErrBusy))
		})
	})
})
