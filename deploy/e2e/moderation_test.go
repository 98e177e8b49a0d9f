package e2e_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

// moderatorOf is a service that looks after a user's conversations.
func moderatorOf(ctx context.Context, user string) service {
	GinkgoHelper()
	token, err := system.TokenFor(ctx, url.Values{"user": {user}, "scope": {"conversations:moderate"}})
	Expect(err).NotTo(HaveOccurred())
	return service{user: user, token: token}
}

var _ = Describe("A thread that a moderator ends", func() {
	DescribeTable("takes nothing more, says why, and stays readable", func(ctx SpecContext, status, sentence string) {
		user := newUser("alice")
		page := pageOf(ctx, user)
		thread, _ := create(ctx, page, "Add a task to buy groceries")
		id := thread.Meta["id"].(string)
		path := "/conversations/" + strings.TrimPrefix(id, "thr_")
		asked := thread.Items[0]["id"]

		addTea := wire.Object{"type": "task.add", "payload": wire.Object{"title": "Tea"}}

		By("not being anybody's with a page")
		patch := wire.Object{"status": status, "reason": "Be kind."}
		var problem, changed wire.Object
		Expect(serviceOf(ctx, user).json(ctx, http.MethodPatch, path, patch, &problem)).To(Equal(http.StatusForbidden))
		Expect(problem).To(HaveKeyWithValue("code", "scope_needed"))
		Expect(moderatorOf(ctx, user).json(ctx, http.MethodPatch, path, patch, &changed)).To(Equal(http.StatusOK))

		By("showing its status and the reason")
		inactive := wire.Object{"type": status, "reason": "Be kind."}
		got, err := page.Call(ctx, "threads.get_by_id", wire.Object{"thread_id": id})
		Expect(err).NotTo(HaveOccurred())
		Expect(got).To(HaveKeyWithValue("status", inactive))
		list, err := page.Call(ctx, "threads.list", wire.Object{})
		Expect(err).NotTo(HaveOccurred())
		Expect(list["data"]).To(HaveExactElements(HaveKeyWithValue("status", inactive)))

		By("refusing what would add to it, in one error")
		for kind, params := range map[string]wire.Object{
			"threads.add_user_message": wire.Say(id, "Hello?"),
			"threads.retry_after_item": {"thread_id": id, "item_id": asked},
			"threads.custom_action":    {"thread_id": id, "action": addTea},
		} {
			events, err := page.Stream(ctx, kind, params)
			Expect(err).NotTo(HaveOccurred())
			Expect(events).To(Equal([]wire.Object{{
				"type": "error", "code": "custom", "allow_retry": false, "message": sentence + " Reason: Be kind.",
			}}), kind)
		}
		for kind, params := range map[string]wire.Object{
			"threads.update":             {"thread_id": id, "title": "Mine"},
			"threads.sync_custom_action": {"thread_id": id, "action": addTea},
		} {
			_, err = page.Call(ctx, kind, params)
			var refused *wire.StatusError
			Expect(errors.As(err, &refused)).To(BeTrue(), "%s: %v", kind, err)
			Expect(refused.Status).To(Equal(http.StatusConflict), kind)
			Expect(refused.Body).To(And(HaveKeyWithValue("code", "conversation_"+status), HaveKeyWithValue("detail", sentence+" Reason: Be kind.")), kind)
		}
		Expect(tasksOf(ctx, user)).To(HaveLen(1))

		By("being read and deleted as before")
		Expect(history(ctx, page, id, 2)).To(Equal(thread.Items))
		Expect(page.Call(ctx, "threads.delete", wire.Object{"thread_id": id})).To(BeEmpty())
	},
		Entry("locked", "locked", "This conversation is locked: nothing can be added or changed."),
		Entry("closed", "closed", "This conversation is closed. Please start a new one."),
	)

	It("goes on when it is opened again", func(ctx SpecContext) {
		user := newUser("alice")
		page := pageOf(ctx, user)
		thread, _ := create(ctx, page, "Show my tasks")
		path := "/conversations/" + strings.TrimPrefix(thread.Meta["id"].(string), "thr_")
		for _, status := range []string{"locked", "active"} {
			Expect(moderatorOf(ctx, user).json(ctx, http.MethodPatch, path, wire.Object{"status": status}, &wire.Object{})).To(Equal(http.StatusOK))
		}
		say(ctx, page, thread, "Add a task to buy groceries")
		Expect(tasksOf(ctx, user)).To(HaveLen(1))
	})
})
