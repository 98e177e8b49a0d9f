package store_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

var _ = Describe("A step", func() {
	var (
		d    *desk
		turn store.Turn
	)

	BeforeEach(func(ctx SpecContext) {
		d = newDesk()
		turn = d.accept(ctx, d.said("Add tea", 0))
	})

	It("is announced when it begins, and shown when it is whole", func(ctx SpecContext) {
		opened, err := d.OpenStep(ctx, d.place(turn, 1))
		Expect(err).NotTo(HaveOccurred())
		Expect(opened.Position).To(BeEquivalentTo(3))
		Expect(d.everything(ctx, turn.Conversation.ID)[1].Steps).To(BeEmpty())
		step, keys, err := d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Step: &opened, Text: "One moment."})
		Expect(err).NotTo(HaveOccurred())
		Expect(keys).To(BeEmpty())
		opened.Content = "One moment."
		Expect(step).To(Equal(opened))
		Expect(d.everything(ctx, turn.Conversation.ID)[1].Steps).To(Equal([]api.Step{step}))
	})

	It("has its calls pending before they leave, each with a key of its own", func(ctx SpecContext) {
		step, keys, err := d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Calls: []store.NewCall{
			{Tool: "add_task", Parameters: json.RawMessage(`{"title":  "Tea", "n": 1.0}`)}, {Tool: "list_tasks", Parameters: json.RawMessage(`{}`)},
		}})
		Expect(err).NotTo(HaveOccurred())
		Expect(keys).To(HaveLen(2))
		Expect(keys[0]).NotTo(Equal(keys[1]))
		Expect(len(keys[0])).To(BeNumerically("<", 200))
		stored := d.everything(ctx, turn.Conversation.ID)[1]
		Expect(stored.Steps).To(Equal([]api.Step{step}))
		Expect(stored.ToolCalls).To(Equal(step.ToolCalls))
		Expect(stored.State).To(Equal(api.StateRunning))
		Expect(string(step.ToolCalls[0].Parameters)).To(Equal(`{"title":  "Tea", "n": 1.0}`), "byte for byte")
		Expect(step.ToolCalls[1].Status).To(Equal(api.CallPending))
	})

	It("keeps how each call ended", func(ctx SpecContext) {
		step := d.reply(ctx, turn, 1, "", "add_task", "list_tasks")
		failed, err := d.RecordCall(ctx, d.user, step.ToolCalls[1], store.CallEnd{
			Status: api.CallFailed, Result: json.RawMessage(`{"code":"invalid","u":"\u0000"}`), Code: "invalid", Error: "Too long.",
		})
		Expect(err).NotTo(HaveOccurred())
		executed := d.record(ctx, step.ToolCalls[0])
		Expect(executed.FinishedAt).NotTo(BeNil())
		Expect(d.everything(ctx, turn.Conversation.ID)[1].ToolCalls).To(Equal([]api.ToolCall{executed, failed}))
	})

	It("keeps what a tool shows beside its result, for whoever reads, follows or goes on", func(ctx SpecContext) {
		step := d.reply(ctx, turn, 1, "", "add_task", "list_tasks")
		shows := &api.Shows{
			Annotations: []api.Source{{Type: api.SourceEntity, Title: "Milk", ID: "e1", Data: json.RawMessage(`{"n":1}`)}},
			Image:       &api.ShownImage{URL: "https://example.com/i.png"}, EndOfTurn: true,
		}
		record, err := d.RecordCall(ctx, d.user, step.ToolCalls[0], store.CallEnd{Status: api.CallExecuted, Result: json.RawMessage(`{}`), Shows: shows})
		Expect(err).NotTo(HaveOccurred())
		Expect(record.Shows).To(Equal(shows))
		Expect(d.everything(ctx, turn.Conversation.ID)[1].ToolCalls[0].Shows).To(Equal(shows))
		Expect(d.everything(ctx, turn.Conversation.ID)[1].ToolCalls[1].Shows).To(BeNil())
		stored, err := d.LoadTurn(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(stored.Steps[0].ToolCalls[0].Shows).To(Equal(shows))
	})

	It("records a call once, and gives that record to whoever comes later", func(ctx SpecContext) {
		step := d.reply(ctx, turn, 1, "", "add_task")
		record := d.record(ctx, step.ToolCalls[0])
		again, err := d.RecordCall(ctx, d.user, step.ToolCalls[0], store.CallEnd{Status: api.CallFailed, Code: "late"})
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(record))
		Expect(d.everything(ctx, turn.Conversation.ID)[1].ToolCalls).To(Equal([]api.ToolCall{record}))
	})

	It("can't be stored with what a database can't keep, and leaves nothing half", func(ctx SpecContext) {
		_, _, err := d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Text: "a\x00", Calls: []store.NewCall{{Tool: "t", Parameters: json.RawMessage(`{}`)}}})
		Expect(err).To(HaveOccurred())
		Expect(d.count(ctx, "steps")).To(BeZero())
	})

	It("is stored again as it was when nobody heard that it was stored", func(ctx SpecContext) {
		opened, err := d.OpenStep(ctx, d.place(turn, 1))
		Expect(err).NotTo(HaveOccurred())
		first, keys, err := d.CommitStep(ctx, store.Reply{
			Place: d.place(turn, 1), Step: &opened, Text: "One moment.", Calls: []store.NewCall{{Tool: "add_task", Parameters: json.RawMessage(`{}`)}},
		})
		Expect(err).NotTo(HaveOccurred())
		again, sameKeys, err := d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Step: &opened, Text: "One moment.", Again: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(first))
		Expect(sameKeys).To(Equal(keys))
	})

	It("takes another id when its own is taken", func(ctx SpecContext) {
		step := d.reply(ctx, turn, 1, "", "add_task")
		d.ids.next = []int64{step.ID, d.ids.then.Next(), step.ToolCalls[0].ID}
		second := d.reply(ctx, turn, 2, "", "list_tasks")
		Expect(second.ID).NotTo(Equal(step.ID))
		Expect(second.ToolCalls[0].ID).NotTo(Equal(step.ToolCalls[0].ID))
		Expect(d.count(ctx, "tool_calls")).To(Equal(2))
	})
})

var _ = Describe("The end of a turn", func() {
	var (
		d    *desk
		turn store.Turn
	)

	BeforeEach(func(ctx SpecContext) {
		d = newDesk()
		turn = d.accept(ctx, d.said("Add tea", 0))
	})

	It("makes the answer a message: the texts of its steps, and all their calls", func(ctx SpecContext) {
		call := d.record(ctx, d.reply(ctx, turn, 1, "One moment.", "add_task").ToolCalls[0])
		silent := d.record(ctx, d.reply(ctx, turn, 2, "", "list_tasks").ToolCalls[0])
		d.reply(ctx, turn, 3, "Added.")
		answer, conversation, err := d.EndTurn(ctx, d.ending(turn, api.StateDone, ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Content).To(Equal("One moment.\n\nAdded."))
		Expect(answer.ToolCalls).To(Equal([]api.ToolCall{call, silent}))
		Expect(answer.ID).To(Equal(turn.RunID))
		Expect(answer.ReplyTo).To(Equal(turn.UserMessage.ID))
		Expect(conversation.MessageCount).To(Equal(2))
		Expect(conversation.UpdatedAt).To(BeTemporally(">", turn.Conversation.UpdatedAt))
		Expect(d.everything(ctx, turn.Conversation.ID)[1]).To(Equal(answer))
		Expect(d.count(ctx, "turn_leases")).To(BeZero())
	})

	It("says of a failed turn why", func(ctx SpecContext) {
		answer, _, err := d.EndTurn(ctx, d.ending(turn, api.StateFailed, "model_cut"))
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.State).To(Equal(api.StateFailed))
		Expect(answer.Code).To(Equal("model_cut"))
	})

	It("leaves no reply and no call open", func(ctx SpecContext) {
		step := d.reply(ctx, turn, 1, "", "add_task", "list_tasks", "find_task_by_name")
		known := d.record(ctx, step.ToolCalls[1])
		_, err := d.OpenStep(ctx, d.place(turn, 2))
		Expect(err).NotTo(HaveOccurred())
		answer, _, err := d.EndTurn(ctx, d.ending(turn, api.StateFailed, "internal"))
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Steps).To(HaveLen(1))
		Expect(answer.ToolCalls[1]).To(Equal(known))
		for _, i := range []int{0, 2} {
			Expect(answer.ToolCalls[i].Status).To(Equal(api.CallFailed))
			Expect(answer.ToolCalls[i].Code).To(Equal(lost.Code))
			Expect(answer.ToolCalls[i].Error).To(Equal(lost.Text))
			Expect(answer.ToolCalls[i].FinishedAt).NotTo(BeNil())
		}
		Expect(d.everything(ctx, turn.Conversation.ID)[1]).To(Equal(answer))
		Expect(ranks(ctx, d, step.ID)).To(Equal([]int{1, 0, 2}))
	})

	It("drops the steps that its run does not know", func(ctx SpecContext) {
		shown := d.reply(ctx, turn, 1, "One moment.")
		d.reply(ctx, turn, 2, "Unheard.", "add_task")
		ending := d.ending(turn, api.StateDone, "")
		ending.Shown = []int64{shown.ID}
		answer, _, err := d.EndTurn(ctx, ending)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Steps).To(Equal([]api.Step{shown}))
		Expect(answer.Content).To(Equal("One moment."))
		Expect(answer.ToolCalls).To(BeEmpty())
	})

	It("can be said again, and changes nothing then", func(ctx SpecContext) {
		d.reply(ctx, turn, 1, "Added.")
		answer := d.end(ctx, turn)
		again, conversation, err := d.EndTurn(ctx, d.ending(turn, api.StateDone, ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(answer))
		Expect(conversation.MessageCount).To(Equal(2))
	})

	It("comes once: another end is refused, and so is anything behind it", func(ctx SpecContext) {
		opened, err := d.OpenStep(ctx, d.place(turn, 1))
		Expect(err).NotTo(HaveOccurred())
		answer := d.end(ctx, turn)
		_, _, err = d.EndTurn(ctx, d.ending(turn, api.StateStopped, "stopped"))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = d.OpenStep(ctx, d.place(turn, 2))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, _, err = d.CommitStep(ctx, store.Reply{Place: d.place(turn, 1), Step: &opened, Text: "Late."})
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(d.everything(ctx, turn.Conversation.ID)[1]).To(Equal(answer))
	})

	It("finds nothing when the conversation was deleted", func(ctx SpecContext) {
		Expect(d.DeleteConversation(ctx, d.user, turn.Conversation.ID)).To(Succeed())
		_, err := d.OpenStep(ctx, d.place(turn, 1))
		Expect(err).To(MatchError(store.ErrNotFound))
		_, _, err = d.EndTurn(ctx, d.ending(turn, api.StateDone, ""))
		Expect(err).To(MatchError(store.ErrNotFound))
	})
})

// ranks gives in which order the calls of a step ended, by their index.
func ranks(ctx SpecContext, d *desk, step int64) (ranks []int) {
	GinkgoHelper()
	Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
		return tx.Select(ctx, &ranks, `SELECT finish_rank FROM tool_calls WHERE step_id = $1 ORDER BY index`, step)
	})).To(Succeed())
	return ranks
}
