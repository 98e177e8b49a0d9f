package faults_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"taskpilot/deploy/e2e/faults"
	"taskpilot/deploy/e2e/wire"
	"taskpilot/deploy/offlinemodel/scripted"
)

var _ = Describe("A click whose chatcore is killed between the effect and its answer", func() {
	It("is ended by another one, acts once, and shows what it did", func(ctx SpecContext) {
		w, t := newWorld(), &talk{user: newUser("cleo")}
		p := w.newPerson(t.user, 1)
		script(p, scripted.CallTool("list_tasks", `{}`), scripted.Say("Here you are."))
		p.send(ctx, t, moves{})
		var card wire.Object
		for _, item := range t.thread.Items {
			if item["type"] == "widget" {
				card = item
			}
		}
		Expect(card).NotTo(BeNil())
		title := "By hand, for " + p.name
		click := wire.Object{"thread_id": t.id, "item_id": card["id"], "action": wire.Object{
			"type": "task.add", "payload": wire.Object{"revision": 0, "title": title}}}

		By("losing the answer of the tool")
		Expect(system.Tools.Do(faults.Silent, faults.Answers)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { system.Tools.Heal(ctx) })
		clicked := background(func() { _, _ = p.page.Call(ctx, "threads.sync_custom_action", click) })
		effects := func() []string { return rows(ctx, `SELECT call_key FROM tool_effects WHERE user_id = $1`, p.name) }
		Eventually(ctx, effects).WithTimeout(settle).Should(HaveLen(1))
		statuses := func() []string { return rows(ctx, `SELECT status FROM actions WHERE user_id = $1`, p.name) }
		Expect(statuses()).To(Equal([]string{"pending"}))

		By("killing whoever has it, and leaving one that has not")
		for _, replica := range system.Chatcores {
			restarted(ctx, replica)
			replica.Kill()
		}
		system.Tools.Heal(ctx)
		Expect(system.Chatcores[1].Start()).To(Succeed())
		Eventually(ctx, clicked).WithTimeout(settle).Should(BeClosed())
		Eventually(ctx, statuses).WithTimeout(settle).Should(Equal([]string{"executed"}))

		By("clicking once more on the state that the page still shows")
		var answer wire.Object
		Eventually(ctx, func() (err error) {
			answer, err = p.page.Call(ctx, "threads.sync_custom_action", click)
			return err
		}).WithTimeout(settle).Should(Succeed())
		t.thread.FoldAnswer(answer)
		t.done[card["id"].(string)] = answer["updated_item"].(wire.Object)
		Expect(answer["updated_item"]).To(HaveKeyWithValue("copy_text", ContainSubstring(title)))
		Expect(effects()).To(HaveLen(1))
		Expect(rows(ctx, `SELECT title FROM tasks WHERE user_id = $1`, p.name)).To(Equal([]string{title}))
		Expect(rows(ctx, `SELECT action_id::text FROM action_leases WHERE user_id = $1`, p.name)).To(BeEmpty())
		expectWhole(ctx, w, t)
	})
})
