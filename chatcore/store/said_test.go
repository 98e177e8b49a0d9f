package store_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

var _ = Describe("What a message carries", func() {
	var (
		d    *desk
		said api.Said
	)

	BeforeEach(func() {
		d = newDesk()
		said = api.Said{
			Parts: []api.MessagePart{{Text: "Finish "}, {Tag: &api.Tag{
				ID: "t1", Text: "<milk>", Data: json.RawMessage(`{"z":1.50,"a":[12345678901234567890]}`), Group: "tasks", Interactive: true,
			}}},
			QuotedText: "Which one?", Model: "clever", ToolChoice: "add_task",
		}
	})

	carrying := func() store.NewTurn {
		turn := d.said("Finish <milk>", 0)
		turn.Said, turn.Models = said, []string{"usual", "clever"}
		return turn
	}

	It("is stored with it, and with no answer", func(ctx SpecContext) {
		turn := d.accept(ctx, carrying())
		page := d.everything(ctx, turn.Conversation.ID)
		Expect(page[0]).To(Equal(turn.UserMessage), "it is the same before and after the database")
		Expect(json.Marshal(page[0].Said)).To(MatchJSON(must(json.Marshal(said))))
		Expect(page[1].Said).To(Equal(api.Said{}))
		Expect(turn.History[0]).To(Equal(turn.UserMessage))
		loaded, err := d.LoadTurn(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded.UserMessage).To(Equal(turn.UserMessage))
	})

	It("is what whoever takes the turn over asks with, whatever is usual there", func(ctx SpecContext) {
		for _, model := range []string{"clever", ""} {
			said.Model = model
			begun := carrying()
			begun.Lease = 0
			turn := d.accept(ctx, begun)
			Expect(turn.Asked.ToolChoice).To(Equal("add_task"))
			resumed, err := d.ResumeTurn(ctx, claimed(ctx, d, d.user)[0], 10)
			Expect(err).NotTo(HaveOccurred())
			Expect(resumed.Asked).To(Equal(turn.Asked))
		}
	})

	DescribeTable("chooses the model that is asked",
		func(ctx SpecContext, first, again string, offered []string, asked string) {
			said.Model = first
			question := d.accept(ctx, carrying())
			d.end(ctx, question)
			retry := d.said("", 0)
			retry.RetryOf, retry.Said.Model, retry.Models = question.UserMessage.ID, again, offered
			Expect(d.accept(ctx, retry).Asked.Model).To(Equal(asked))
		},
		Entry("again, as at first", "clever", "", []string{"usual", "clever"}, "clever"),
		Entry("again, another one", "clever", "usual", []string{"usual", "clever"}, "usual"),
		Entry("the usual one where none is chosen", "", "", []string{"usual", "clever"}, "usual"),
		Entry("the usual one where the first is not offered any more", "clever", "", []string{"usual"}, "usual"),
		Entry("none where none has a name", "", "", nil, ""),
	)
})

func must[T any](value T, err error) T {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	return value
}
