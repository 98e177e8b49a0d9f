package store_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/chatcore/store"
)

var _ = Describe("A session", func() {
	var d *desk

	BeforeEach(func() { d = newDesk() })

	open := func(ctx SpecContext, id string, lifetime time.Duration) api.Session {
		GinkgoHelper()
		session, err := d.CreateSession(ctx, d.user, id, lifetime)
		Expect(err).NotTo(HaveOccurred())
		return session
	}
	say := func(ctx SpecContext, session string) store.Turn {
		GinkgoHelper()
		said := d.said("Hello", 0)
		said.SessionID = session
		return d.accept(ctx, said)
	}

	It("opens with an empty conversation, which is in no list", func(ctx SpecContext) {
		session := open(ctx, "cks_1", time.Hour)
		Expect(session.ThreadID).To(Equal(fmt.Sprintf("thr_%d", session.ConversationID)))
		Expect(session.ExpiresAt.Sub(session.CreatedAt)).To(BeNumerically("~", time.Hour, time.Second))
		Expect(session.ExpiresAt).To(Equal(session.ExpiresAt.Truncate(time.Second)), "as tokens count")
		Expect(d.Session(ctx, d.user, "cks_1")).To(Equal(session))
		listed, _ := d.list(ctx, store.Page{Limit: 10})
		Expect(listed).To(BeEmpty())
		Expect(d.Conversation(ctx, d.user, session.ConversationID)).To(HaveField("MessageCount", 0))
	})

	It("is over when its time is", func(ctx SpecContext) {
		open(ctx, "cks_1", time.Minute)
		d.clock.Advance(59 * time.Second)
		_, err := d.Session(ctx, d.user, "cks_1")
		Expect(err).NotTo(HaveOccurred())
		d.clock.Advance(time.Second)
		_, err = d.Session(ctx, d.user, "cks_1")
		Expect(err).To(MatchError(store.ErrNotFound))
	})

	It("is revoked, and takes its conversation along while that is empty", func(ctx SpecContext) {
		session := open(ctx, "cks_1", time.Hour)
		Expect(d.DeleteSession(ctx, d.user, "cks_1")).To(Succeed())
		_, err := d.Session(ctx, d.user, "cks_1")
		Expect(err).To(MatchError(store.ErrNotFound))
		_, err = d.Conversation(ctx, d.user, session.ConversationID)
		Expect(err).To(MatchError(store.ErrNotFound))
		Expect(d.DeleteSession(ctx, d.user, "cks_1")).To(MatchError(store.ErrNotFound))
	})

	It("leaves the conversations behind in which something was said", func(ctx SpecContext) {
		open(ctx, "cks_1", time.Hour)
		first, second := say(ctx, "cks_1"), say(ctx, "cks_1")
		Expect(d.DeleteSession(ctx, d.user, "cks_1")).To(Succeed())
		listed, _ := d.list(ctx, store.Page{Limit: 10})
		Expect(listed).To(ConsistOf(first.Conversation.ID, second.Conversation.ID))
	})

	It("sweeps up those of the same user that are over", func(ctx SpecContext) {
		open(ctx, "cks_used", time.Minute)
		kept := say(ctx, "cks_used").Conversation.ID
		open(ctx, "cks_unused", time.Minute)
		open(ctx, "cks_alive", time.Hour)
		other := d.of(newUser())
		_, err := other.CreateSession(ctx, other.user, "cks_theirs", time.Minute)
		Expect(err).NotTo(HaveOccurred())
		d.clock.Advance(2 * time.Minute)
		open(ctx, "cks_new", time.Hour)
		Expect(d.count(ctx, "chatkit_sessions")).To(Equal(2), "the living and the new")
		Expect(d.count(ctx, "conversations")).To(Equal(3))
		Expect(d.Conversation(ctx, d.user, kept)).To(HaveField("MessageCount", 1))
		Expect(other.count(ctx, "conversations")).To(Equal(1), "they go with their owner's next session")
	})

	It("may have lost its conversation", func(ctx SpecContext) {
		session := open(ctx, "cks_1", time.Hour)
		Expect(d.DeleteConversation(ctx, d.user, session.ConversationID)).To(Succeed())
		Expect(d.Session(ctx, d.user, "cks_1")).To(Equal(session))
		Expect(d.DeleteSession(ctx, d.user, "cks_1")).To(Succeed())
	})

	It("has an id of its own", func(ctx SpecContext) {
		open(ctx, "cks_1", time.Hour)
		_, err := d.CreateSession(ctx, d.user, "cks_1", time.Hour)
		Expect(err).To(HaveOccurred())
		Expect(d.count(ctx, "conversations")).To(Equal(1))
	})

	It("does not end with another that has the same id and another owner", func(ctx SpecContext) {
		open(ctx, "cks_1", time.Hour)
		other := d.of(newUser())
		_, err := other.CreateSession(ctx, other.user, "cks_1", time.Hour)
		Expect(err).NotTo(HaveOccurred())
		Expect(other.DeleteSession(ctx, other.user, "cks_1")).To(Succeed())
		_, err = d.Session(ctx, d.user, "cks_1")
		Expect(err).NotTo(HaveOccurred())
	})
})
