package store_test

import (
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("Another user's conversation", func() {
	var (
		alice, mallory *desk
		turn           store.Turn
		step           api.Step
	)

	counts := func(ctx SpecContext, d *desk) map[string]int {
		rows := map[string]int{}
		for _, table := range tables {
			rows[table] = d.count(ctx, table)
		}
		return rows
	}

	BeforeEach(func(ctx SpecContext) {
		alice = newDesk()
		mallory = alice.of(newUser())
		_, err := alice.CreateSession(ctx, alice.user, "cks_alice", time.Hour)
		Expect(err).NotTo(HaveOccurred())
		turn = alice.accept(ctx, alice.said("My secret plan", 0))
		step = alice.reply(ctx, turn, 1, "One moment.", "add_task")
		before, whole := counts(ctx, alice), alice.everything(ctx, turn.Conversation.ID)
		DeferCleanup(func(ctx SpecContext) { // whatever was tried
			Expect(counts(ctx, alice)).To(Equal(before))
			Expect(alice.everything(ctx, turn.Conversation.ID)).To(Equal(whole))
			_, err := alice.Session(ctx, alice.user, "cks_alice")
			Expect(err).NotTo(HaveOccurred())
		})
	})

	DescribeTable("is not there, and no different from one that never was",
		func(ctx SpecContext, try func(ctx SpecContext, conversation, run, step, call int64, session string) error) {
			call := step.ToolCalls[0].ID
			theirs := try(ctx, turn.Conversation.ID, turn.RunID, step.ID, call, "cks_alice")
			nobodys := try(ctx, turn.Conversation.ID+1<<40, turn.RunID+1<<40, step.ID+1<<40, call+1<<40, "cks_nobody")
			Expect(theirs).To(MatchError(store.ErrNotFound))
			Expect(theirs.Error()).To(Equal(nobodys.Error()))
			Expect(counts(ctx, mallory)).To(HaveEach(0))
		},
		Entry("to read", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			_, err := mallory.Conversation(ctx, mallory.user, conversation)
			return err
		}),
		Entry("to read with its messages", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			_, err := mallory.ConversationWithMessages(ctx, mallory.user, conversation)
			return err
		}),
		Entry("to read in pages", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			_, err := mallory.Messages(ctx, mallory.user, conversation, store.Page{Limit: 10})
			return err
		}),
		Entry("to page behind", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			_, _, err := mallory.Conversations(ctx, mallory.user, store.Page{Limit: 10, After: conversation})
			return err
		}),
		Entry("to change", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			_, err := mallory.ChangeConversation(ctx, mallory.user, conversation, api.ConversationPatch{Title: ptr("Mine")})
			return err
		}),
		Entry("to delete", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			return mallory.DeleteConversation(ctx, mallory.user, conversation)
		}),
		Entry("to speak in", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			_, err := mallory.Accept(ctx, mallory.said("Hello", conversation))
			return err
		}),
		Entry("to act in", func(ctx SpecContext, conversation, _, _, _ int64, _ string) error {
			_, err := mallory.BeginAction(ctx, mallory.clicking(conversation, 0))
			return err
		}),
		Entry("to click in a record of", func(ctx SpecContext, conversation, _, _, call int64, _ string) error {
			_, err := mallory.BeginAction(ctx, mallory.clicking(conversation, call))
			return err
		}),
		Entry("to end an action of", func(ctx SpecContext, _, _, _, call int64, _ string) error {
			_, err := mallory.EndAction(ctx, store.ActionEnd{UserID: mallory.user, ActionID: call, Status: api.CallExecuted})
			return err
		}),
		Entry("to add a step to", func(ctx SpecContext, conversation, run, _, _ int64, _ string) error {
			_, err := mallory.OpenStep(ctx, store.StepPlace{UserID: mallory.user, ConversationID: conversation, RunID: run, Ordinal: 2})
			return err
		}),
		Entry("to add a reply to", func(ctx SpecContext, conversation, run, step, _ int64, _ string) error {
			_, _, err := mallory.CommitStep(ctx, store.Reply{
				Place: store.StepPlace{UserID: mallory.user, ConversationID: conversation, RunID: run, Ordinal: 1},
				Step:  &api.Step{ID: step}, Text: "Mine",
			})
			return err
		}),
		Entry("to end a call of", func(ctx SpecContext, _, _, _, call int64, _ string) error {
			_, err := mallory.RecordCall(ctx, mallory.user, api.ToolCall{ID: call}, store.CallEnd{Status: api.CallFailed})
			return err
		}),
		Entry("to end a turn of", func(ctx SpecContext, conversation, run, _, _ int64, _ string) error {
			_, _, err := mallory.EndTurn(ctx, store.TurnEnd{UserID: mallory.user, ConversationID: conversation, RunID: run, State: api.StateDone})
			return err
		}),
		Entry("to come into through its session", func(ctx SpecContext, _, _, _, _ int64, session string) error {
			_, err := mallory.Session(ctx, mallory.user, session)
			return err
		}),
		Entry("to shut out by its session", func(ctx SpecContext, _, _, _, _ int64, session string) error {
			return mallory.DeleteSession(ctx, mallory.user, session)
		}),
	)

	It("is in no list, and its session opens none", func(ctx SpecContext) {
		listed, _ := mallory.list(ctx, store.Page{Limit: 10})
		Expect(listed).To(BeEmpty())
		said := mallory.said("Hello", 0)
		said.SessionID = "cks_alice"
		Expect(mallory.accept(ctx, said).UserMessage.Position).To(BeEquivalentTo(1))
	})

	It("may have the same ids as one's own", func(ctx SpecContext) {
		mallory.ids.next = []int64{turn.Conversation.ID, turn.UserMessage.ID, turn.RunID, step.ID, step.ToolCalls[0].ID}
		own := mallory.accept(ctx, mallory.said("Hello", 0))
		Expect(own.RunID).To(Equal(turn.RunID))
		Expect(mallory.reply(ctx, own, 1, "Hi", "add_task").ID).To(Equal(step.ID))
		mallory.end(ctx, own)
		Expect(mallory.everything(ctx, own.Conversation.ID)[0].Content).To(Equal("Hello"))
		Expect(mallory.DeleteConversation(ctx, mallory.user, own.Conversation.ID)).To(Succeed())
	})

	Context("when a statement forgets its WHERE user_id", func() {
		It("stays out of sight and out of reach", func(ctx SpecContext) {
			Expect(counts(ctx, mallory)).To(HaveEach(0))
			for _, statement := range []string{
				`UPDATE conversations SET title = 'mine'`, `UPDATE messages SET content = 'mine'`, `UPDATE steps SET content = 'mine'`,
				`UPDATE tool_calls SET tool = 'mine'`, `UPDATE turn_leases SET owner_url = 'mine'`,
				`DELETE FROM conversations`, `DELETE FROM chatkit_sessions`, `DELETE FROM turn_leases`,
			} {
				Expect(mallory.db.As(ctx, mallory.user, func(tx *ownerdb.Tx) error {
					touched, err := tx.Exec(ctx, statement)
					Expect(touched).To(BeZero(), statement)
					return err
				})).To(Succeed(), statement)
			}
		})

		It("can't be written to in the other's name", func(ctx SpecContext) {
			err := mallory.db.As(ctx, mallory.user, func(tx *ownerdb.Tx) error {
				_, err := tx.Exec(ctx, `
					INSERT INTO conversations (user_id, id, created_at, updated_at) VALUES ($1, 1, now(), now())`, alice.user)
				return err
			})
			Expect(err).To(MatchError(ContainSubstring("row-level security")))
		})

		It("shows nothing but its lease to work across owners", func(ctx SpecContext) {
			Expect(mallory.db.AsRole(ctx, "taskpilot_worker", func(tx *ownerdb.Tx) error {
				var leases int
				return tx.Get(ctx, &leases, `SELECT count(*) FROM turn_leases WHERE run_id = $1`, turn.RunID)
			})).To(Succeed())
			for _, table := range []string{"conversations", "messages", "steps", "tool_calls", "chatkit_sessions"} {
				err := mallory.db.AsRole(ctx, "taskpilot_worker", func(tx *ownerdb.Tx) error {
					var n json.Number
					return tx.Get(ctx, &n, `SELECT count(*) FROM `+table)
				})
				Expect(err).To(MatchError(ContainSubstring("permission denied")), table)
			}
		})
	})
})
