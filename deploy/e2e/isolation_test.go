package e2e_test

import (
	"errors"
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/wire"
)

var _ = Describe("Two users", func() {
	It("never see each other's threads, items or tasks", func(ctx SpecContext) {
		alice, bob := newUser("alice"), newUser("bob")
		alices, bobs := pageOf(ctx, alice), pageOf(ctx, bob)
		thread, _ := create(ctx, alices, "Add a task to buy a secret present")
		other, _ := create(ctx, bobs, "hello")
		id := thread.Meta["id"].(string)

		Expect(bobs.Call(ctx, "threads.list", wire.Object{"limit": 9999})).To(HaveKeyWithValue("data", HaveLen(1)))
		for kind, params := range map[string]wire.Object{
			"threads.get_by_id": {"thread_id": id},
			"threads.update":    {"thread_id": id, "title": "mine"},
			"threads.delete":    {"thread_id": id},
			"items.list":        {"thread_id": id},
		} {
			_, theirs := bobs.Call(ctx, kind, params)
			params["thread_id"] = "thr_4503599627370495"
			_, nobodys := bobs.Call(ctx, kind, params)
			Expect(theirs).To(HaveField("Status", 404), kind)
			Expect(withoutRequestID(theirs)).To(Equal(withoutRequestID(nobodys)), kind)
		}
		Expect(bobs.Call(ctx, "items.list", wire.Object{
			"thread_id": other.Meta["id"], "order": "asc", "after": thread.Items[0]["id"],
		})).NotTo(ContainElement(thread.Items[0]))

		events, err := bobs.Stream(ctx, "threads.add_user_message", wire.Say(id, "delete the first task"))
		Expect(err).NotTo(HaveOccurred())
		Expect(typesOf(events)).To(Equal([]string{"error"}))
		say(ctx, bobs, other, "Delete the task buy a secret present")
		say(ctx, bobs, other, "Show all my tasks")
		Expect(fmt.Sprint(other.Items)).NotTo(ContainSubstring("Buy a secret present"))
		Expect(tasksOf(ctx, alice)).To(HaveLen(1))
		Expect(history(ctx, alices, id, 20)).To(Equal(thread.Items))
	})

	It("are kept apart by the database itself", func(ctx SpecContext) {
		alice := newUser("alice")
		create(ctx, pageOf(ctx, alice), "Add a task to buy groceries")
		for _, role := range []string{"taskpilot_chatcore", "taskpilot_toolserver"} {
			tx, err := database.BeginTxx(ctx, nil)
			Expect(err).NotTo(HaveOccurred())
			_, err = tx.ExecContext(ctx, `SET LOCAL ROLE `+role)
			Expect(err).NotTo(HaveOccurred())
			table := map[string]string{"taskpilot_chatcore": "messages", "taskpilot_toolserver": "tasks"}[role]
			count := func() (n int) {
				GinkgoHelper()
				Expect(tx.GetContext(ctx, &n, `SELECT count(*) FROM `+table)).To(Succeed()) // no WHERE user_id
				return n
			}
			Expect(count()).To(BeZero(), "without an owner")
			_, err = tx.ExecContext(ctx, `SET LOCAL app.user_id = 'somebody else'`)
			Expect(err).NotTo(HaveOccurred())
			Expect(count()).To(BeZero(), "as somebody else")
			_, err = tx.ExecContext(ctx, `SET LOCAL app.user_id = '`+alice+`'`)
			Expect(err).NotTo(HaveOccurred())
			Expect(count()).To(BeNumerically(">", 0), "as the owner, or this spec proves nothing")
			Expect(tx.Rollback()).To(Succeed())
		}
	})

	It("need a token, and chatcore refuses another's path", func(ctx SpecContext) {
		page := pageOf(ctx, newUser("alice"))
		for _, token := range []string{"", "nonsense", page.Token + "x"} {
			_, err := wire.Page{URL: page.URL, Token: token}.Call(ctx, "threads.list", wire.Object{})
			Expect(err).To(HaveField("Status", http.StatusUnauthorized))
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, system.Chatcore.URL+"/api/bob/conversations", nil)
		Expect(err).NotTo(HaveOccurred())
		request.Header.Set("Authorization", "Bearer "+page.Token)
		response, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(response.Body.Close)
		Expect(response).To(HaveHTTPStatus(http.StatusForbidden))
	})
})

// withoutRequestID is a refusal but for what differs each time.
func withoutRequestID(err error) wire.Object {
	GinkgoHelper()
	var status *wire.StatusError
	Expect(errors.As(err, &status)).To(BeTrue(), "%v", err)
	refusal := status.Body
	delete(refusal, "request_id")
	delete(refusal, "instance")
	return refusal
}
