package server_test

import (
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/chatcore/api"
	"taskpilot/internal/tokens"
)

var _ = Describe("A moderator", func() {
	var (
		alice     *user
		moderator *user
		id        int64
	)

	BeforeEach(func(ctx SpecContext) {
		alice = newDesk().user()
		moderator = &user{desk: alice.desk, name: alice.name, scope: "openid " + tokens.ScopeModerate}
		id = alice.began(ctx, "Hello")
	})

	change := func(ctx SpecContext, who *user, body string) answer {
		GinkgoHelper()
		return who.call(ctx, http.MethodPatch, who.path(conversation(id)), body)
	}
	asked := func(ctx SpecContext) int64 {
		GinkgoHelper()
		var page api.MessagePage
		alice.get(ctx, conversation(id)+"/messages").into(http.StatusOK, &page)
		return page.Data[0].ID
	}

	DescribeTable("ends a conversation, and says why",
		func(ctx SpecContext, status string) {
			changed := change(ctx, moderator, fmt.Sprintf(`{"status": %q, "reason": " Be kind. "}`, status)).object(http.StatusOK)
			Expect(changed).To(And(HaveKeyWithValue("status", status), HaveKeyWithValue("status_reason", "Be kind."), HaveKeyWithValue("title", "Hello")))

			By("closing every door to it")
			for name, refused := range map[string]answer{
				"a message": alice.call(ctx, http.MethodPost, alice.path("/chat"), fmt.Sprintf(`{"content": "Hi", "conversation_id": %d}`, id)),
				"a stream":  alice.call(ctx, http.MethodPost, alice.path("/chat"), fmt.Sprintf(`{"content": "Hi", "conversation_id": %d}`, id), "Accept", "text/event-stream"),
				"a retry":   alice.call(ctx, http.MethodPost, alice.path("/chat"), fmt.Sprintf(`{"retry_of": %d}`, asked(ctx))),
				"a title":   change(ctx, alice, `{"title": "Mine"}`),
			} {
				problem := refused.problem(http.StatusConflict, "conversation_"+status)
				Expect(problem).To(And(HaveKeyWithValue("reason", "Be kind."), HaveKeyWithValue("detail", ContainSubstring("Be kind."))), name)
			}

			By("leaving its person's own things to its person")
			whole := alice.get(ctx, conversation(id)).object(http.StatusOK)
			Expect(whole).To(And(HaveKeyWithValue("status", status), HaveKeyWithValue("message_count", BeEquivalentTo(2)), HaveKeyWithValue("title", "Hello")))
			var page api.MessagePage
			alice.get(ctx, conversation(id)+"/messages").into(http.StatusOK, &page)
			judged := alice.call(ctx, http.MethodPost, alice.path(fmt.Sprintf("/messages/%d/feedback", page.Data[1].ID)), `{"kind": "positive"}`)
			Expect(judged.StatusCode).To(BeNumerically("<", 300), string(judged.body))
			Expect(change(ctx, alice, `{"archived": true}`).object(http.StatusOK)).To(And(HaveKeyWithValue("status", status), HaveKeyWithValue("status_reason", "Be kind.")))
			Expect(alice.call(ctx, http.MethodDelete, alice.path(conversation(id)), "").StatusCode).To(Equal(http.StatusNoContent))
		},
		Entry("by locking it", "locked"), Entry("by closing it", "closed"),
	)

	It("opens it again, and may rename it on the way", func(ctx SpecContext) {
		Expect(change(ctx, moderator, `{"status": "locked"}`).object(http.StatusOK)).NotTo(HaveKey("status_reason"))
		renamed := change(ctx, moderator, `{"status": "closed", "reason": "Rude", "title": "Removed"}`).object(http.StatusOK)
		Expect(renamed).To(And(HaveKeyWithValue("status", "closed"), HaveKeyWithValue("title", "Removed")))
		Expect(change(ctx, moderator, `{"status": "active", "reason": null}`).object(http.StatusOK)).NotTo(HaveKey("status_reason"))
		Expect(alice.say(ctx, "Thanks", id)).To(HaveKeyWithValue("conversation_id", BeEquivalentTo(id)))
	})

	It("is whoever has the scope, and not whoever says so", func(ctx SpecContext) {
		for _, scope := range []string{"", "conversations", "conversations:moderate:all", "CONVERSATIONS:MODERATE", "read,conversations:moderate"} {
			other := &user{desk: alice.desk, name: alice.name, scope: scope}
			refused := change(ctx, other, `{"status": "closed"}`)
			refused.problem(http.StatusForbidden, "scope_needed")
			Expect(refused.Header.Get("WWW-Authenticate")).To(Equal(`Bearer error="insufficient_scope", scope="conversations:moderate"`))
		}
		Expect(alice.get(ctx, conversation(id)).object(http.StatusOK)).To(HaveKeyWithValue("status", "active"))
	})

	It("has no business in another's path either", func(ctx SpecContext) {
		bob := alice.user()
		moderator.call(ctx, http.MethodPatch, bob.path(conversation(id)), `{"status": "locked"}`).problem(http.StatusForbidden, "not_your_path")
	})

	It("lets a turn at work come to its end", func(ctx SpecContext) {
		run := api.RunStarted{}
		for event, err := range api.Decode(alice.open(ctx, fmt.Sprintf(`{"content": "wait", "conversation_id": %d}`, id)).Body) {
			Expect(err).NotTo(HaveOccurred())
			if body, ok := event.Body.(api.RunStarted); ok {
				run = body
				break
			}
		}
		change(ctx, moderator, `{"status": "locked"}`).object(http.StatusOK)
		close(alice.model.hold)
		Eventually(ctx, func() string {
			var status api.RunStatus
			alice.get(ctx, fmt.Sprint("/runs/", run.RunID)).into(http.StatusOK, &status)
			return status.State
		}).Should(Equal("done"))
		Expect(alice.get(ctx, conversation(id)).object(http.StatusOK)).To(And(HaveKeyWithValue("message_count", BeEquivalentTo(4)), HaveKeyWithValue("status", "locked")))
	})

	It("does not lock a session's next thread with an empty one", func(ctx SpecContext) {
		var session api.Session
		alice.call(ctx, http.MethodPost, alice.path("/chatkit-sessions"), `{"expires_in": 60}`).into(http.StatusCreated, &session)
		id = session.ConversationID
		change(ctx, moderator, `{"status": "locked"}`).object(http.StatusOK)
		Expect(alice.in(session.SessionID).began(ctx, "Hello")).NotTo(Equal(id))
	})
})

var _ = Describe("A conversation that was put away", func() {
	It("is in no list, and otherwise as before", func(ctx SpecContext) {
		alice := newDesk().user()
		id := alice.began(ctx, "Hello")
		alice.call(ctx, http.MethodPatch, alice.path(conversation(id)), `{"archived": true}`).object(http.StatusOK)
		for _, list := range []string{"/conversations", "/conversations?limit=1000", "/conversations?order=asc"} {
			Expect(string(alice.get(ctx, list).body)).NotTo(ContainSubstring(fmt.Sprint(id)), list)
		}
		Expect(alice.get(ctx, conversation(id)).object(http.StatusOK)).To(HaveKeyWithValue("archived", true))
		var page api.MessagePage
		alice.get(ctx, conversation(id)+"/messages").into(http.StatusOK, &page)
		Expect(page.Data).To(HaveLen(2))
		Expect(alice.say(ctx, "Still there?", id)).To(HaveKeyWithValue("conversation_id", BeEquivalentTo(id)))
		alice.call(ctx, http.MethodPatch, alice.path(conversation(id)), `{"archived": false}`).object(http.StatusOK)
		Expect(string(alice.get(ctx, "/conversations").body)).To(ContainSubstring(fmt.Sprint(id)))
	})
})
