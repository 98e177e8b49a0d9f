package store_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
	"taskpilot/internal/ownerdb"
)

// file makes an attachment, with its bytes when blob is not empty.
func (d *desk) file(ctx SpecContext, name, blob string) api.Attachment {
	GinkgoHelper()
	made, err := d.CreateAttachment(ctx, store.NewAttachment{
		UserID: d.user, Name: name, MIMEType: "text/plain", Size: 5, Keep: time.Hour, MaxUnsent: 3,
	})
	Expect(err).NotTo(HaveOccurred())
	if blob == "" {
		return made
	}
	stored, err := d.KeepBlob(ctx, d.user, made.ID, blob, 5)
	Expect(err).NotTo(HaveOccurred())
	return stored
}

// carrying is a message with attachments on its way in.
func (d *desk) carrying(content string, conversation int64, files ...int64) store.NewTurn {
	turn := d.said(content, conversation)
	turn.Attachments = files
	return turn
}

// due are this user's attachments that are due to be swept.
func (d *desk) due(ctx SpecContext) (ids []int64) {
	GinkgoHelper()
	Expect(d.db.As(ctx, d.user, func(tx *ownerdb.Tx) error {
		return tx.Select(ctx, &ids, `SELECT attachment_id FROM attachment_sweeps WHERE due_at <= now() ORDER BY 1`)
	})).To(Succeed())
	return ids
}

var _ = Describe("An attachment", func() {
	var d *desk
	BeforeEach(func() { d = newDesk() })

	It("is created, stored once, and then carried by a message, live and in every page", func(ctx SpecContext) {
		made := d.file(ctx, "a.txt", "")
		Expect(made.State).To(Equal(api.AttachmentCreated))
		stored, err := d.KeepBlob(ctx, d.user, made.ID, "blob/1", 7)
		Expect(err).NotTo(HaveOccurred())
		Expect(stored).To(And(HaveField("State", api.AttachmentStored), HaveField("Size", int64(7))))
		Expect(d.Attachment(ctx, d.user, made.ID)).To(Equal(store.StoredAttachment{Attachment: stored, Blob: "blob/1"}))
		_, err = d.KeepBlob(ctx, d.user, made.ID, "blob/2", 7)
		Expect(err).To(MatchError(store.ErrAlreadyStored))

		second := d.file(ctx, "b.txt", "blob/3")
		turn := d.accept(ctx, d.carrying("Look", 0, second.ID, made.ID))
		want := []api.Attachment{second, stored}
		for i := range want {
			want[i].ConversationID = turn.Conversation.ID
		}
		Expect(turn.UserMessage.Attachments).To(Equal(want))
		Expect(turn.History[0].Attachments).To(Equal(want))
		d.end(ctx, turn)
		Expect(d.everything(ctx, turn.Conversation.ID)[0].Attachments).To(Equal(want))
		loaded, err := d.LoadTurn(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded.UserMessage.Attachments).To(Equal(want))
		Expect(d.count(ctx, "attachment_sweeps")).To(BeZero(), "what was sent stays")

		again := d.said("", turn.Conversation.ID)
		again.RetryOf = turn.UserMessage.ID
		Expect(d.accept(ctx, again).UserMessage.Attachments).To(Equal(want))
	})

	It("gives a conversation that begins without words its name", func(ctx SpecContext) {
		turn := d.accept(ctx, d.carrying("", 0, d.file(ctx, "plan.txt", "x").ID))
		Expect(turn.Conversation.Title).To(Equal("plan.txt"))
		loaded, err := d.LoadTurn(ctx, d.user, turn.RunID)
		Expect(err).NotTo(HaveOccurred())
		Expect(loaded.Titled).To(BeTrue())
	})

	DescribeTable("is not carried, and nothing is said, when it",
		func(ctx SpecContext, which func(ctx SpecContext) int64, why string) {
			good, bad := d.file(ctx, "good.txt", "x").ID, which(ctx)
			before := d.count(ctx, "messages")
			_, err := d.Accept(ctx, d.carrying("Look", 0, good, bad))
			Expect(err).To(MatchError(&store.AttachmentError{ID: bad, Why: why}))
			Expect(d.count(ctx, "messages")).To(Equal(before))
			Expect(d.Attachment(ctx, d.user, good)).To(HaveField("ConversationID", BeZero()))
		},
		Entry("never was", func(SpecContext) int64 { return 1 << 40 }, store.AttachmentMissing),
		Entry("is another's", func(ctx SpecContext) int64 {
			return d.of(newUser()).file(ctx, "theirs.txt", "x").ID
		}, store.AttachmentMissing),
		Entry("has no bytes yet", func(ctx SpecContext) int64 { return d.file(ctx, "half.txt", "").ID }, store.AttachmentNotStored),
		Entry("is in a message already", func(ctx SpecContext) int64 {
			file := d.file(ctx, "sent.txt", "x").ID
			d.accept(ctx, d.carrying("Look", 0, file))
			return file
		}, store.AttachmentUsed),
	)

	It("is deleted while it is not sent, and its bytes are due to go", func(ctx SpecContext) {
		file := d.file(ctx, "a.txt", "x")
		Expect(d.due(ctx)).To(BeEmpty())
		Expect(d.DeleteAttachment(ctx, d.user, file.ID)).To(Succeed())
		Expect(d.due(ctx)).To(Equal([]int64{file.ID}))
		Expect(d.DeleteAttachment(ctx, d.user, file.ID)).To(MatchError(store.ErrNotFound))
		_, err := d.KeepBlob(ctx, d.user, file.ID, "late", 1)
		Expect(err).To(MatchError(store.ErrNotFound))
	})

	It("goes with its conversation and not before", func(ctx SpecContext) {
		file := d.file(ctx, "a.txt", "x")
		turn := d.accept(ctx, d.carrying("Look", 0, file.ID))
		d.end(ctx, turn)
		Expect(d.DeleteAttachment(ctx, d.user, file.ID)).To(MatchError(store.ErrAttachmentSent))
		Expect(d.DeleteConversation(ctx, d.user, turn.Conversation.ID)).To(Succeed())
		_, err := d.Attachment(ctx, d.user, file.ID)
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(d.due(ctx)).To(Equal([]int64{file.ID}))
	})

	It("is limited in number while it is not sent", func(ctx SpecContext) {
		for range 3 {
			d.file(ctx, "a.txt", "")
		}
		_, err := d.CreateAttachment(ctx, store.NewAttachment{UserID: d.user, Name: "a", MIMEType: "text/plain", MaxUnsent: 3})
		Expect(err).To(MatchError(store.ErrTooManyUnsent))
	})

	It("is nobody else's to see, fill or delete", func(ctx SpecContext) {
		file, other := d.file(ctx, "a.txt", ""), d.of(newUser())
		_, err := other.Attachment(ctx, other.user, file.ID)
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = other.KeepBlob(ctx, other.user, file.ID, "x", 1)
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(other.DeleteAttachment(ctx, other.user, file.ID)).To(MatchError(store.ErrNotFound))
		Expect(other.count(ctx, "attachments")).To(BeZero())
	})
})

var _ = Describe("A sweep", func() {
	var d *desk
	BeforeEach(func() { d = newDesk() })

	// claim gives this user's sweeps of those that are due: other specs have some too.
	claim := func(ctx SpecContext) (own []store.Sweep) {
		GinkgoHelper()
		due, err := d.DueSweeps(ctx, 1000, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		for _, sweep := range due {
			if sweep.UserID == d.user {
				own = append(own, sweep)
			}
		}
		return own
	}

	It("takes what was never sent, twice, and is over then", func(ctx SpecContext) {
		file, err := d.CreateAttachment(ctx, store.NewAttachment{UserID: d.user, Name: "a", MIMEType: "text/plain", MaxUnsent: 1})
		Expect(err).NotTo(HaveOccurred())
		for _, swept := range []bool{false, true} {
			sweep := store.Sweep{UserID: d.user, AttachmentID: file.ID, Swept: swept}
			Expect(claim(ctx)).To(Equal([]store.Sweep{sweep}))
			Expect(claim(ctx)).To(BeEmpty(), "it is held")
			Expect(d.BeginSweep(ctx, sweep)).To(BeTrue())
			Expect(d.EndSweep(ctx, sweep, 0)).To(Succeed())
		}
		Expect(d.count(ctx, "attachment_sweeps") + d.count(ctx, "attachments")).To(BeZero())
	})

	It("leaves alone what was sent meanwhile", func(ctx SpecContext) {
		file := d.file(ctx, "a.txt", "x")
		d.accept(ctx, d.carrying("Look", 0, file.ID))
		Expect(d.BeginSweep(ctx, store.Sweep{UserID: d.user, AttachmentID: file.ID})).To(BeFalse())
		_, err := d.Attachment(ctx, d.user, file.ID)
		Expect(err).NotTo(HaveOccurred())
	})
})
